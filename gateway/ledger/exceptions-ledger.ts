/** Exceptions in the ledger: proposed from a message, approved by somebody else, ended by time or by a person. Each act is one transaction with its audit row. */
import { sql, type Selectable } from 'kysely';
import type { ActiveException, Clock, ExceptionLedger, ExceptionProposal, ExceptionScope, Finding, ProposalDecision, ScopeProblem, StoredException } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import type { MessageRow } from './message-rows.js';
import { isSamePerson, proposalId } from './proposals.js';
import type { ExceptionsTable } from './tables.js';
import { cleanText, jsonText } from './text.js';

/** An exception is looked at again at least once a year. */
const LONGEST_MS = 366 * 24 * 3_600_000;
/** A template with more false numbers than this wants a rule, not an exception. */
const FINDINGS_MOST = 100;
/** Every node looks through them for each message. */
const ACTIVE_MOST = 500;
const PAGE_MOST = 200;

type Row = Selectable<ExceptionsTable>;

export interface ExceptionLedgerOptions {
  readonly database: LedgerDatabase;
  readonly audit: AuditWriter;
  readonly clock: Clock;
  /** Called after a decision: what is in force has changed. */
  readonly onChange?: (() => void | Promise<void>) | undefined;
}

export function exceptionLedger({ database, audit, clock, onChange }: ExceptionLedgerOptions): ExceptionLedger {
  const decide = async (
    id: string, decision: ProposalDecision, to: 'active' | 'refused' | 'ended', from: readonly Row['state'][], also: (row: Row) => 'own-proposal' | 'scope' | 'wrong-state' | undefined, conclusive = false,
  ) => {
    const result = await database.transact(async (trx) => {
      const row = await trx.selectFrom('exceptions').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
      if (row === undefined) return { kind: 'not-found' } as const;
      if (!from.includes(row.state)) return { kind: 'wrong-state' } as const;
      const kind = also(row);
      if (kind !== undefined) return { kind };
      const at = new Date(clock.now());
      if (to === 'active') {
        // One at a time, so that two approvals cannot both take the last place.
        await sql`lock table exceptions in share row exclusive mode`.execute(trx);
        const { count } = await trx.selectFrom('exceptions').select(({ fn }) => fn.countAll<number>().as('count')).where('state', '=', 'active').where('expires_at', '>', at).executeTakeFirstOrThrow();
        if (count >= ACTIVE_MOST) return { kind: 'full' } as const;
      }
      await trx.updateTable('exceptions').set({ state: to, decided_by: decision.actor, decided_at: at, decision_reason: cleanText(decision.reason), ...(to === 'active' ? { conclusive } : {}) }).where('id', '=', id).execute();
      await audit.append(trx, { at, actor: decision.actor, act: `exception.${to === 'active' ? 'approve' : to === 'refused' ? 'refuse' : 'end'}`, subject: id, data: { message: row.message_id, from: row.state, ...(to === 'active' ? { conclusive, expiresAt: row.expires_at } : {}) } });
      return { kind: 'done' } as const;
    });
    if (result.kind === 'done') await onChange?.();
    return result;
  };

  return {
    async propose(proposal) {
      return await database.transact(async (trx) => {
        const message = await trx.selectFrom('messages').selectAll().where('id', '=', proposal.message).executeTakeFirst();
        if (message === undefined) return { kind: 'not-found' };
        const now = clock.now();
        const scoped = scopeOf(message, proposal, now);
        if ('problem' in scoped) return { kind: 'invalid', problem: scoped.problem };
        const { scope, sender } = scoped;
        const id = proposalId('x', now);
        const at = new Date(now);
        await trx.insertInto('exceptions').values({
          id, state: 'proposed', sender_key: scope.senderKey ?? null, sender: sender ?? null, destination: scope.destination ?? null,
          detectors: listOf(scope.detectors), fingerprints: listOf(scope.fingerprints), reason: cleanText(proposal.reason), owner: cleanText(proposal.owner ?? proposal.actor),
          message_id: message.id, proposed_by: proposal.actor, proposed_at: at, expires_at: proposal.expiresAt,
        }).execute();
        await audit.append(trx, {
          at, actor: proposal.actor, act: 'exception.propose', subject: id,
          data: { message: message.id, bind: proposal.bind, detectors: scope.detectors, values: scope.fingerprints?.length, expiresAt: proposal.expiresAt },
        });
        return { kind: 'proposed', id };
      });
    },

    approve: (id, decision) =>
      decide(id, decision, 'active', ['proposed'], (row) => {
        if (isSamePerson(row.proposed_by, decision.actor)) return 'own-proposal';
        if (row.expires_at.getTime() <= clock.now()) return 'wrong-state';
        const isWhole = row.sender_key !== null && row.destination !== null && row.detectors !== null;
        return decision.conclusive && row.fingerprints === null && !isWhole ? 'scope' : undefined;
      }, decision.conclusive),
    async refuse(id, decision) {
      const { kind } = await decide(id, decision, 'refused', ['proposed'], () => undefined);
      return { kind: kind === 'scope' || kind === 'full' ? 'wrong-state' : kind };
    },
    async end(id, decision) {
      const { kind } = await decide(id, decision, 'ended', ['proposed', 'active'], (row) => (row.expires_at.getTime() <= clock.now() ? 'wrong-state' : undefined));
      return { kind: kind === 'scope' || kind === 'full' ? 'wrong-state' : kind };
    },

    async list(filter) {
      const limit = Math.min(Math.max(filter.limit, 1), PAGE_MOST);
      const now = new Date(clock.now());
      const rows = await database.read((db) => {
        let query = db.selectFrom('exceptions').selectAll().orderBy('id', 'desc').limit(limit + 1);
        const { state, after } = filter;
        if (state === 'expired') query = query.where('state', 'in', ['proposed', 'active']).where('expires_at', '<=', now);
        else if (state !== undefined) query = query.where('state', '=', state);
        if (state === 'proposed' || state === 'active') query = query.where('expires_at', '>', now);
        if (after !== undefined) query = query.where('id', '<', after);
        return query.execute();
      });
      const exceptions = rows.slice(0, limit).map((row) => stored(row, now));
      return { exceptions, next: rows.length > limit ? exceptions.at(-1)?.id : undefined };
    },
    async get(id) {
      const row = await database.read((db) => db.selectFrom('exceptions').selectAll().where('id', '=', id).executeTakeFirst());
      return row === undefined ? undefined : stored(row, new Date(clock.now()));
    },
    async active() {
      const rows = await database.read((db) =>
        db.selectFrom('exceptions').selectAll().where('state', '=', 'active').where('expires_at', '>', new Date(clock.now())).orderBy('id', 'desc').limit(ACTIVE_MOST).execute(),
      );
      return rows.map((row): ActiveException => ({ id: row.id, ...scopeIn(row), conclusive: row.conclusive, expiresAt: row.expires_at.getTime() }));
    },
  };
}

function scopeOf(message: MessageRow, { findings, bind, expiresAt }: ExceptionProposal, now: number): { readonly problem: ScopeProblem } | { readonly scope: ExceptionScope; readonly sender: string | undefined } {
  if (expiresAt.getTime() <= now) return { problem: 'expiry-past' };
  if (expiresAt.getTime() > now + LONGEST_MS) return { problem: 'expiry-too-far' };
  if (!bind.fingerprint && !bind.sender && !bind.destination) return { problem: 'too-wide' };
  if (findings.length > FINDINGS_MOST) return { problem: 'too-many' };
  const known = message.findings as readonly Finding[];
  const chosen = findings.flatMap((index) => known[index] ?? []);
  if (chosen.length === 0 || chosen.length < findings.length) return { problem: 'no-such-finding' };
  if (bind.sender && message.sender_key === null) return { problem: 'sender-unproven' };
  const scope: ExceptionScope = {
    ...(bind.sender && message.sender_key !== null ? { senderKey: message.sender_key } : {}),
    ...(bind.destination ? { destination: message.destination } : {}),
    ...(bind.detector ? { detectors: [...new Set(chosen.map(({ detector }) => detector))] } : {}),
    ...(bind.fingerprint ? { fingerprints: [...new Set(chosen.map(({ fingerprint }) => fingerprint))] } : {}),
  };
  return { scope, sender: bind.sender ? shownSender(message) : undefined };
}

/** The fact that the key was made of, as the ledger shows it: masked. */
function shownSender(message: MessageRow): string | undefined {
  const [kind] = message.sender_key?.split(':') ?? [];
  const shown = kind === 'user' ? message.sender_user : kind === 'sender' ? message.sender : message.client_address;
  return shown ?? undefined;
}

/** SQL's null, not JSON's: the table's checks ask for it. */
const listOf = (list: readonly string[] | undefined): string | null => (list === undefined ? null : jsonText(list));

function scopeIn(row: Row): ExceptionScope {
  return {
    ...(row.sender_key === null ? {} : { senderKey: row.sender_key }),
    ...(row.destination === null ? {} : { destination: row.destination }),
    ...(row.detectors === null ? {} : { detectors: row.detectors }),
    ...(row.fingerprints === null ? {} : { fingerprints: row.fingerprints }),
  };
}

function stored(row: Row, now: Date): StoredException {
  const isOver = (row.state === 'proposed' || row.state === 'active') && row.expires_at <= now;
  return {
    id: row.id,
    state: isOver ? 'expired' : row.state,
    scope: scopeIn(row),
    sender: row.sender ?? undefined,
    conclusive: row.conclusive,
    reason: row.reason,
    owner: row.owner,
    message: row.message_id,
    proposedBy: row.proposed_by,
    proposedAt: row.proposed_at,
    decidedBy: row.decided_by ?? undefined,
    decidedAt: row.decided_at ?? undefined,
    decisionReason: row.decision_reason ?? undefined,
    expiresAt: row.expires_at,
  };
}
