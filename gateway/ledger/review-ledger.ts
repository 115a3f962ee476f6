/** What a reviewer sees and decides. Every decision, its audit row and its job are one transaction. */
import type { AuditEntry, Clock, DecisionResult, HeldState, ReviewLedger } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { fromRow, type MessageRow } from './message-rows.js';
import { addJob } from './outbox.js';
import type { Trx } from './tables.js';
import { cleanText } from './text.js';

/** A first approval waits this long for the second person; after that it counts as not given. */
const FIRST_APPROVAL_MS = 24 * 3_600_000;
/** `failed` too: another form, or a vault that was away, may make a new decision possible. */
const RELEASABLE: readonly HeldState[] = ['held', 'awaiting-second', 'needs-credentials', 'failed'];
const REJECTABLE: readonly HeldState[] = ['held', 'awaiting-second', 'needs-credentials', 'failed'];
const SETTLEABLE: readonly HeldState[] = ['uncertain', 'failed'];

type As = 'original' | 'masked';
interface Decided {
  readonly kind: 'release' | 'reject' | 'settle';
  readonly as: As | undefined;
  readonly reason: string;
  readonly actor: string;
}

export function reviewLedger(options: {
  readonly database: LedgerDatabase;
  readonly audit: AuditWriter;
  readonly clock: Clock;
  /** Called after a decision that left a job: lets a dispatcher in this process start at once. */
  readonly onJob?: () => void;
}): ReviewLedger {
  const { database, audit, clock } = options;

  /** Locks the message, checks its state, and records what `act` makes of it. */
  const decide = async (id: string, allowed: readonly HeldState[], act: (trx: Trx, row: MessageRow, now: Date) => Promise<DecisionResult>): Promise<DecisionResult> => {
    const result = await database.transact(async (trx): Promise<DecisionResult> => {
      const row = await trx.selectFrom('messages').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
      if (row === undefined) return { kind: 'not-found' };
      if (!allowed.includes(row.state)) return { kind: 'wrong-state', state: row.state };
      return await act(trx, row, new Date(clock.now()));
    });
    if (result.kind === 'done') options.onJob?.();
    return result;
  };

  const record = async (trx: Trx, row: MessageRow, now: Date, state: HeldState, decided: Decided, act: string, data: AuditEntry['data']): Promise<DecisionResult> => {
    const reason = cleanText(decided.reason);
    const current = decided.kind === 'settle' ? {} : { decision_kind: decided.kind, decision_as: decided.as ?? null, decision_reason: reason, decision_actor: decided.actor, decision_at: now };
    await trx.updateTable('messages').set({ state, lease_until: null, ...current }).where('id', '=', row.id).execute();
    await trx.insertInto('decisions').values({ message_id: row.id, kind: decided.kind, as_form: decided.as ?? null, reason, actor: decided.actor, at: now }).execute();
    // The reason is a person's free text and stays out of the audit's data (it is in `decisions`).
    await audit.append(trx, { at: now, actor: decided.actor, act, subject: row.id, data: { from: row.state, to: state, ...data } });
    return { kind: 'done', state };
  };

  return {
    async list(filter) {
      const limit = Math.min(Math.max(filter.limit, 1), 200);
      const rows = await database.read((db) => {
        let query = db.selectFrom('messages').selectAll().orderBy('id', 'desc').limit(limit + 1);
        if (filter.state !== undefined) query = query.where('state', '=', filter.state);
        if (filter.route !== undefined) query = query.where('route', '=', filter.route);
        if (filter.after !== undefined) query = query.where('id', '<', filter.after);
        return query.execute();
      });
      const messages = rows.slice(0, limit).map(fromRow);
      return { messages, next: rows.length > limit ? messages.at(-1)?.id : undefined };
    },

    async get(id) {
      const row = await database.read((db) => db.selectFrom('messages').selectAll().where('id', '=', id).executeTakeFirst());
      return row === undefined ? undefined : fromRow(row);
    },

    release: (id, { as, reason, actor }) =>
      decide(id, RELEASABLE, async (trx, row, now) => {
        const decided: Decided = { kind: 'release', as, reason, actor };
        const first = row.state === 'awaiting-second' && row.decision_at !== null && now.getTime() - row.decision_at.getTime() < FIRST_APPROVAL_MS ? row : undefined;
        if (first !== undefined && first.decision_actor === actor) return { kind: 'wrong-state', state: row.state };
        // A second person who chooses another form disagrees with the first: theirs is the new first approval.
        const agreed = row.state === 'needs-credentials' ? row.decision_as === as : first?.decision_as === as;
        const approved = !row.four_eyes || agreed;
        if (!approved) return await record(trx, row, now, 'awaiting-second', decided, 'message.release.first', { as });
        const result = await record(trx, row, now, 'releasing', decided, 'message.release', { as, first: first?.decision_actor ?? undefined });
        await addJob(trx, { kind: 'release', messageId: id, at: now });
        return result;
      }),

    reject: (id, { reason, actor }) =>
      decide(id, REJECTABLE, async (trx, row, now) => {
        const result = await record(trx, row, now, 'rejected', { kind: 'reject', as: undefined, reason, actor }, 'message.reject', {});
        await addJob(trx, { kind: 'destroy', messageId: id, why: 'rejected', at: now });
        return result;
      }),

    settle: (id, { outcome, reason, actor }) =>
      decide(id, SETTLEABLE, async (trx, row, now) => {
        // Lost before anyone had released it: there is nothing to settle, only to reject.
        if (row.decision_kind !== 'release') return { kind: 'wrong-state', state: row.state };
        const decided: Decided = { kind: 'settle', as: row.decision_as ?? undefined, reason, actor };
        const result = await record(trx, row, now, outcome === 'arrived' ? 'released' : 'releasing', decided, 'message.settle', { outcome });
        await addJob(trx, outcome === 'arrived' ? { kind: 'destroy', messageId: id, why: 'released', at: now } : { kind: 'release', messageId: id, at: now });
        return result;
      }),

    async counts() {
      const rows = await database.read((db) =>
        db.selectFrom('messages').select(({ fn }) => ['state', fn.countAll<number>().as('count'), fn.min('received_at').as('oldest')]).groupBy('state').execute(),
      );
      return {
        states: Object.fromEntries(rows.map(({ state, count }) => [state, count])),
        oldestHeldAt: rows.find(({ state }) => state === 'held')?.oldest ?? undefined,
      };
    },
  };
}
