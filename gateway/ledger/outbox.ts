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

export interface Outbox {
  /** Open, due rows that nobody has carried yet. */
  due(limit: number): Promise<readonly number[]>;
  /** Open rows that were carried (or should have been) longer than `olderThanMs` ago: the carrier may have lost them. */
  stuck(olderThanMs: number, limit: number): Promise<readonly number[]>;
  carried(rows: readonly number[]): Promise<void>;
  /** What an open row asks for; undefined when it is closed. */
  open(n: number): Promise<{ readonly kind: OutboxKind; readonly messageId: string; readonly attempts: number } | undefined>;
  /** Makes open rows due that wait for what is there now, by the code they wait with; answers with them. */
  hurry(code: string, limit: number): Promise<readonly number[]>;
  /** Leaves the row open, to be tried again later. */
  retry(n: number, code: string, delayMs: number): Promise<void>;
  counts(): Promise<OutboxCounts>;
}

export function outbox(options: { readonly database: LedgerDatabase; readonly clock: Clock }): Outbox {
  const { database, clock } = options;
  const now = (): Date => new Date(clock.now());
  return {
    async due(limit) {
      const rows = await database.read((db) =>
        db.selectFrom('outbox').select('n').where('closed_at', 'is', null).where('carried_at', 'is', null).where('due_at', '<=', now()).orderBy('due_at').orderBy('n').limit(limit).execute(),
      );
      return rows.map(({ n }) => n);
    },
    async stuck(olderThanMs, limit) {
      const before = new Date(clock.now() - olderThanMs);
      const rows = await database.read((db) =>
        db.selectFrom('outbox').select('n').where('closed_at', 'is', null).where('due_at', '<=', before)
          .where((eb) => eb.or([eb('carried_at', 'is', null), eb('carried_at', '<=', before)])).orderBy('n').limit(limit).execute(),
      );
      return rows.map(({ n }) => n);
    },
    async carried(rows) {
      if (rows.length === 0) return;
      await database.transact((trx) => trx.updateTable('outbox').set({ carried_at: now() }).where('n', 'in', rows).where('closed_at', 'is', null).execute());
    },
    async open(n) {
      const row = await database.read((db) => db.selectFrom('outbox').select(['kind', 'message_id', 'attempts']).where('n', '=', n).where('closed_at', 'is', null).executeTakeFirst());
      return row === undefined ? undefined : { kind: row.kind, messageId: row.message_id, attempts: row.attempts };
    },
    async hurry(code, limit) {
      return await database.transact(async (trx) => {
        const waiting = trx.selectFrom('outbox').select('n').where('closed_at', 'is', null).where('last_error', '=', code).where('due_at', '>', now()).orderBy('n').limit(limit).forUpdate().skipLocked();
        const rows = await trx.updateTable('outbox').set({ due_at: now() }).where('n', 'in', waiting).returning('n').execute();
        return rows.map(({ n }) => n);
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

export async function addJob(trx: Trx, job: { readonly kind: OutboxKind; readonly messageId: string; readonly why?: string; readonly at: Date }): Promise<void> {
  await trx.insertInto('outbox').values({ kind: job.kind, message_id: job.messageId, why: job.why ?? null, created_at: job.at, due_at: job.at, outcome: null, last_error: null }).execute();
}

export async function closeJob(trx: Trx, n: number, outcome: 'done' | 'dead' | 'moot', at: Date, code?: string): Promise<void> {
  await trx.updateTable('outbox').set({ closed_at: at, outcome, ...(code === undefined ? {} : { last_error: code }) }).where('n', '=', n).execute();
}
