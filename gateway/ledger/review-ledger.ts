/** What a reviewer sees and decides. Every decision, its audit row and its job are one transaction. */
import type { AuditEntry, Clock, Decision, DecisionResult, HeldState, ReviewLedger, Severity } from '../ports.js';
import { isAgreed } from './agreed.js';
import { insertAlerts } from './alert-rows.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { arrived, endRecipients, readRecipients, reopenRefused } from './mail-rows.js';
import { maskedRefused } from './masked-refused.js';
import { fromRow, type MessageRow } from './message-rows.js';
import { queueNotice } from './notices-ledger.js';
import { addJob } from './outbox.js';
import { isRepeated } from './repeated.js';
import type { Trx } from './tables.js';
import { cleanText } from './text.js';

/** A first approval waits this long for the second person; after that it counts as not given. */
export const SECOND_WITHIN_MS = 24 * 3_600_000;
/** `failed` too: another form, or a vault that was away, may make a new decision possible. */
const RELEASABLE: readonly HeldState[] = ['held', 'needs-credentials', 'failed'];
const REJECTABLE: readonly HeldState[] = ['held', 'awaiting-second', 'needs-credentials', 'failed'];
const SETTLEABLE: readonly HeldState[] = ['uncertain', 'failed'];
const ESCALATABLE: readonly HeldState[] = ['held', 'awaiting-second', 'needs-credentials', 'failed', 'uncertain'];
/** Rows per transaction: short locks; the next run takes the rest. */
const LAPSES = 200;
const SECOND = { kind: 'lapse', reason: 'no second approval in time', actor: 'system' } as const;

type As = 'original' | 'masked';
interface Decided {
  readonly kind: 'release' | 'approve' | 'refuse' | 'reject' | 'settle' | 'escalate';
  readonly as: As | undefined;
  readonly reason: string;
  readonly actor: string;
}
/** What the message's own row says after a decision. */
type Change = Partial<Pick<MessageRow, 'decision_kind' | 'decision_as' | 'decision_reason' | 'decision_actor' | 'decision_at' | 'first_account' | 'first_until' | 'escalated_at' | 'escalated_by'>>;
const UNDECIDED: Change = { decision_kind: null, decision_as: null, decision_reason: null, decision_actor: null, decision_at: null };
const NO_FIRST: Change = { first_account: null, first_until: null };

export interface ReviewLedgerOptions {
  readonly database: LedgerDatabase;
  readonly audit: AuditWriter;
  readonly clock: Clock;
  /** Called after a decision that left a job: lets a dispatcher in this process start at once. */
  readonly onJob?: () => void;
  readonly secondWithinMs?: number | undefined;
}

export function reviewLedger(options: ReviewLedgerOptions): ReviewLedger {
  const { database, audit, clock } = options;
  const secondWithinMs = options.secondWithinMs ?? SECOND_WITHIN_MS;

  /** Locks the message, checks its state, and records what `act` makes of it. A request that was carried out already is answered as it was then. */
  async function decide<R extends DecisionResult | { readonly kind: 'same-person' }>(id: string, decided: Decided, allowed: readonly HeldState[], act: (trx: Trx, row: MessageRow, now: Date) => Promise<R>): Promise<R | DecisionResult> {
    const result = await database.transact(async (trx): Promise<R | DecisionResult> => {
      const locked = await trx.selectFrom('messages').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
      if (locked === undefined) return { kind: 'not-found' };
      const now = new Date(clock.now());
      const row = await current(trx, locked, now);
      if (allowed.includes(row.state)) return await act(trx, row, now);
      return (await isRepeated(trx, id, decided)) ? { kind: 'done', state: row.state } : { kind: 'wrong-state', state: row.state };
    });
    if (result.kind === 'done') options.onJob?.();
    return result;
  }

  /** A first approval whose time is over is taken back before anything else is decided. */
  async function current(trx: Trx, row: MessageRow, now: Date): Promise<MessageRow> {
    if (row.state !== 'awaiting-second' || row.first_until === null || row.first_until > now) return row;
    const change = { state: 'held', ...UNDECIDED, ...NO_FIRST } as const;
    await trx.updateTable('messages').set(change).where('id', '=', row.id).execute();
    await trx.insertInto('decisions').values({ message_id: row.id, as_form: row.decision_as, at: now, ...SECOND }).execute();
    await audit.append(trx, { at: now, actor: SECOND.actor, act: 'message.release.lapsed', subject: row.id, data: { from: row.state, to: 'held', first: row.decision_actor } });
    return { ...row, ...change };
  }

  const record = async (trx: Trx, row: MessageRow, now: Date, state: HeldState, decided: Decided, change: Change, act: string, data: AuditEntry['data']): Promise<DecisionResult> => {
    const reason = cleanText(decided.reason);
    await trx.updateTable('messages').set({ state, lease_until: null, ...change }).where('id', '=', row.id).execute();
    await trx.insertInto('decisions').values({ message_id: row.id, kind: decided.kind, as_form: decided.as ?? null, reason, actor: decided.actor, at: now }).execute();
    // The reason is a person's free text and stays out of the audit's data (it is in `decisions`).
    await audit.append(trx, { at: now, actor: decided.actor, act, subject: row.id, data: { from: row.state, to: state, ...data } });
    return { kind: 'done', state };
  };
  const decision = (kind: 'release' | 'reject', as: As | undefined, { reason, actor }: Decision, at: Date): Change => ({
    decision_kind: kind, decision_as: as ?? null, decision_reason: cleanText(reason), decision_actor: actor, decision_at: at,
  });

  return {
    async list(filter) {
      const limit = Math.min(Math.max(filter.limit, 1), 200);
      const rows = await database.read((db) => {
        let query = db.selectFrom('messages').selectAll().where('message_kind', '=', 'message').orderBy('id', 'desc').limit(limit + 1);
        if (filter.state !== undefined) query = query.where('state', '=', filter.state);
        if (filter.route !== undefined) query = query.where('route', '=', filter.route);
        if (filter.after !== undefined) query = query.where('id', '<', filter.after);
        return query.execute();
      });
      const messages = rows.slice(0, limit).map(fromRow);
      return { messages, next: rows.length > limit ? messages.at(-1)?.id : undefined };
    },

    async get(id) {
      return await database.read(async (db) => {
        const row = await db.selectFrom('messages').selectAll().where('id', '=', id).executeTakeFirst();
        if (row === undefined) return undefined;
        return row.channel === 'smtp' ? { ...fromRow(row), mail: { recipients: await readRecipients(db, id) } } : fromRow(row);
      });
    },

    async release(id, given) {
      const { as, reason, actor, accountId } = given;
      const decided: Decided = { kind: 'release', as, reason, actor };
      return await decide(id, decided, RELEASABLE, async (trx, row, now): Promise<DecisionResult> => {
        const refused = await maskedRefused(trx, id, as);
        if (refused !== undefined) return refused;
        // Those whose word it takes have agreed to this form already; only the credentials were wrong.
        const approved = !row.four_eyes || (row.state === 'needs-credentials' && row.decision_as === as && (await isAgreed(trx, row)));
        if (!approved) {
          const first = { ...decision('release', as, given, now), first_account: accountId ?? null, first_until: new Date(now.getTime() + secondWithinMs) };
          return await record(trx, row, now, 'awaiting-second', decided, first, 'message.release.first', { as });
        }
        await reopenRefused(trx, id, now);
        await addJob(trx, { kind: 'release', messageId: id, at: now });
        return await record(trx, row, now, 'releasing', decided, { ...decision('release', as, given, now), ...NO_FIRST }, 'message.release', { as });
      });
    },

    async approve(id, given) {
      const { reason, actor, accountId } = given;
      const decided: Decided = { kind: 'approve', as: undefined, reason, actor };
      return await decide(id, decided, ['awaiting-second'], async (trx, row, now): Promise<DecisionResult | { readonly kind: 'same-person' }> => {
        if (accountId === undefined || row.first_account === accountId || row.decision_actor === actor) return { kind: 'same-person' };
        const refused = await maskedRefused(trx, id, row.decision_as);
        if (refused !== undefined) return refused;
        await reopenRefused(trx, id, now);
        await addJob(trx, { kind: 'release', messageId: id, at: now });
        // The first person's words stay the decision's; both stand in the list of decisions.
        return await record(trx, row, now, 'releasing', decided, NO_FIRST, 'message.release', { as: row.decision_as, first: row.decision_actor });
      });
    },

    refuse: (id, { reason, actor }) => {
      const decided: Decided = { kind: 'refuse', as: undefined, reason, actor };
      return decide(id, decided, ['awaiting-second'], (trx, row, now) => record(trx, row, now, 'held', decided, { ...UNDECIDED, ...NO_FIRST }, 'message.release.refused', { as: row.decision_as, first: row.decision_actor }));
    },

    reject: (id, given) => {
      const decided: Decided = { kind: 'reject', as: undefined, reason: given.reason, actor: given.actor };
      return decide(id, decided, REJECTABLE, async (trx, row, now) => {
        await addJob(trx, { kind: 'destroy', messageId: id, why: 'rejected', at: now });
        const notify = given.notify !== false;
        if (notify) await queueNotice(trx, { messageId: id, kind: 'rejected', at: now, words: given.words });
        await endRecipients(trx, id, 'rejected', now);
        return await record(trx, row, now, 'rejected', decided, { ...decision('reject', undefined, given, now), ...NO_FIRST }, 'message.reject', { notify });
      });
    },

    escalate: (id, { reason, actor }) => {
      const decided: Decided = { kind: 'escalate', as: undefined, reason, actor };
      return decide(id, decided, ESCALATABLE, async (trx, row, now) => {
        if (row.escalated_at !== null && (await isRepeated(trx, id, decided))) return { kind: 'done', state: row.state };
        const { route, rule, finding_counts } = row;
        const counts = finding_counts as Readonly<Record<string, number>>;
        await insertAlerts(trx, [{ kind: 'hold', at: now, severity: atLeastHigh(row.severity as Severity), route, incident: id, rule, code: 'escalated', counts }]);
        return await record(trx, row, now, row.state, decided, { escalated_at: now, escalated_by: actor }, 'message.escalate', {});
      });
    },

    settle: (id, { outcome, reason, actor }) => {
      const decided: Decided = { kind: 'settle', as: undefined, reason, actor };
      return decide(id, decided, SETTLEABLE, async (trx, row, now): Promise<DecisionResult> => {
        // Lost before anyone had released it: there is nothing to settle, only to reject.
        if (row.decision_kind !== 'release') return { kind: 'wrong-state', state: row.state };
        if (outcome === 'retry' && !(await isAgreed(trx, row))) return await record(trx, row, now, 'held', decided, { ...UNDECIDED, ...NO_FIRST }, 'message.settle', { outcome });
        const refused = outcome === 'retry' ? await maskedRefused(trx, id, row.decision_as) : undefined;
        if (refused !== undefined) return refused;
        if (outcome === 'retry') await reopenRefused(trx, id, now);
        // Of a mail, those who were not in doubt still wait for it.
        const isDone = outcome === 'arrived' && !(await arrived(trx, id, now));
        await addJob(trx, isDone ? { kind: 'destroy', messageId: id, why: 'released', at: now } : { kind: 'release', messageId: id, at: now });
        return await record(trx, row, now, isDone ? 'released' : 'releasing', decided, {}, 'message.settle', { outcome });
      });
    },

    async lapse() {
      return await database.transact(async (trx) => {
        const now = new Date(clock.now());
        const rows = await trx.selectFrom('messages').selectAll().where('state', '=', 'awaiting-second').where('first_until', '<=', now).limit(LAPSES).forUpdate().skipLocked().execute();
        for (const row of rows) await current(trx, row, now);
        return rows.length;
      });
    },

    async counts() {
      const rows = await database.read((db) =>
        db.selectFrom('messages').select(({ fn }) => ['state', fn.countAll<number>().as('count'), fn.min('received_at').as('oldest')]).where('message_kind', '=', 'message').groupBy('state').execute(),
      );
      return {
        states: Object.fromEntries(rows.map(({ state, count }) => [state, count])),
        oldestHeldAt: rows.find(({ state }) => state === 'held')?.oldest ?? undefined,
      };
    },
  };
}

function atLeastHigh(severity: Severity): Severity {
  return severity === 'critical' ? severity : 'high';
}
