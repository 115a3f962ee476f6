/** The outbox: a row is a job (HC 30). It stays open until the handler's own transaction closes it. */
import { sql } from 'kysely';
import type { Clock } from '../ports.js';
import type { LedgerDatabase } from './database.js';
import type { OutboxKind, Trx } from './tables.js';

export interface OutboxCounts {
  readonly open: number;
  readonly delayed: number;
  readonly dead: number;
}

/** An open row as its handler gets it. */
export interface OpenJob {
  readonly n: number;
  readonly kind: OutboxKind;
  readonly messageId: string | undefined;
  readonly ref: string | undefined;
  /** Tries before this one. */
  readonly attempts: number;
}

export interface NewJob {
  readonly kind: OutboxKind;
  readonly messageId?: string;
  readonly ref?: string;
  /** Why, for `destroy`. */
  readonly why?: string;
  /** When it was asked for. */
  readonly at: Date;
  /** Not before this time; at once when left out. */
  readonly dueAt?: Date;
}

/** A row and the queue it belongs to. */
export type RowOfKind = Pick<OpenJob, 'n' | 'kind'>;

export interface Outbox {
  /** Open, due rows that nobody has carried yet. */
  due(limit: number): Promise<readonly RowOfKind[]>;
  /** Open rows that were carried (or should have been) longer than `olderThanMs` ago: the carrier may have lost them. */
  stuck(olderThanMs: number, limit: number): Promise<readonly RowOfKind[]>;
  carried(rows: readonly number[]): Promise<void>;
  /** The carrier has forgotten everything: all that is open is to be handed over again. */
  uncarry(): Promise<void>;
  /** What an open row asks for; undefined when it is closed. */
  open(n: number): Promise<OpenJob | undefined>;
  /** Makes open rows due that wait for what is there now, by the code they wait with; answers with them. Two that ask get different ones. */
  hurry(code: string, kinds: readonly OutboxKind[], limit: number): Promise<readonly RowOfKind[]>;
  /** Leaves the row open, to be tried again later. */
  retry(n: number, code: string, delayMs: number): Promise<void>;
  counts(): Promise<OutboxCounts>;
}

export function outbox(options: { readonly database: LedgerDatabase; readonly clock: Clock }): Outbox {
  const { database, clock } = options;
  const now = (): Date => new Date(clock.now());
  return {
    async due(limit) {
      return await database.read((db) =>
        db.selectFrom('outbox').select(['n', 'kind']).where('closed_at', 'is', null).where('carried_at', 'is', null).where('due_at', '<=', now()).orderBy('due_at').orderBy('n').limit(limit).execute(),
      );
    },
    async stuck(olderThanMs, limit) {
      const before = new Date(clock.now() - olderThanMs);
      return await database.read((db) =>
        db.selectFrom('outbox').select(['n', 'kind']).where('closed_at', 'is', null).where('due_at', '<=', before)
          .where((eb) => eb.or([eb('carried_at', 'is', null), eb('carried_at', '<=', before)])).orderBy('n').limit(limit).execute(),
      );
    },
    async carried(rows) {
      if (rows.length === 0) return;
      await database.transact((trx) => trx.updateTable('outbox').set({ carried_at: now() }).where('n', 'in', rows).where('closed_at', 'is', null).execute());
    },
    async uncarry() {
      await database.transact((trx) => trx.updateTable('outbox').set({ carried_at: null }).where('closed_at', 'is', null).where('carried_at', 'is not', null).execute());
    },
    async open(n) {
      const row = await database.read((db) => db.selectFrom('outbox').select(['kind', 'message_id', 'ref', 'attempts']).where('n', '=', n).where('closed_at', 'is', null).executeTakeFirst());
      return row === undefined ? undefined : { n, kind: row.kind, messageId: row.message_id ?? undefined, ref: row.ref ?? undefined, attempts: row.attempts };
    },
    async hurry(code, kinds, limit) {
      if (kinds.length === 0) return [];
      return await database.transact(async (trx) => {
        const waiting = trx.selectFrom('outbox').select('n').where('closed_at', 'is', null).where('last_error', '=', code).where('kind', 'in', kinds).where('due_at', '>', now()).orderBy('due_at').orderBy('n').limit(limit).forUpdate().skipLocked();
        // Carried as from now: whoever asked works on it, and reconcile hands it over if that one dies.
        return await trx.updateTable('outbox').set({ due_at: now(), carried_at: now() }).where('n', 'in', waiting).returning(['n', 'kind']).execute();
      });
    },
    async retry(n, code, delayMs) {
      await database.transact((trx) => postpone(trx, n, code, new Date(clock.now() + delayMs)));
    },
    async counts() {
      const { rows } = await database.read((db) =>
        sql<OutboxCounts>`select count(*) filter (where closed_at is null) as open,
                 count(*) filter (where closed_at is null and due_at > ${now()}) as delayed,
                 count(*) filter (where outcome = 'dead') as dead from outbox`.execute(db),
      );
      return rows[0] ?? { open: 0, delayed: 0, dead: 0 };
    },
  };
}

/** Every transaction that touches both takes the job before its message: two orders would be a deadlock. */
export async function lockJob(trx: Trx, n: number): Promise<void> {
  await trx.selectFrom('outbox').select('n').where('n', '=', n).forUpdate().executeTakeFirst();
}

/** Ready for the dispatcher again at `dueAt`, whatever the carrier remembers. What merely waits for something has not been tried. */
export async function postpone(trx: Trx, n: number, code: string, dueAt: Date, tried = true): Promise<void> {
  await trx.updateTable('outbox').set((eb) => ({ attempts: eb('attempts', '+', tried ? 1 : 0), last_error: code, due_at: dueAt })).where('n', '=', n).where('closed_at', 'is', null).execute();
}

/** Answers with the row's number. Always inside the transaction of what asks for it: a job is as durable as its decision. */
export async function addJob(trx: Trx, job: NewJob): Promise<number> {
  const { n } = await trx.insertInto('outbox')
    .values({ kind: job.kind, message_id: job.messageId ?? null, ref: job.ref ?? null, why: job.why ?? null, created_at: job.at, due_at: job.dueAt ?? job.at, outcome: null, last_error: null })
    .returning('n').executeTakeFirstOrThrow();
  return n;
}

export async function closeJob(trx: Trx, n: number, outcome: 'done' | 'dead' | 'moot', at: Date, code?: string): Promise<void> {
  await trx.updateTable('outbox').set({ closed_at: at, outcome, ...(code === undefined ? {} : { last_error: code }) }).where('n', '=', n).execute();
}
