/** The outbox as people see it: lists, counts, and another try for what was given up. */
import { sql, type Selectable } from 'kysely';
import { JOB_KINDS, WAITS, type Clock, type JobKind, type JobRow, type JobsLedger, type JobState, type JobQueueCounts } from '../ports.js';
import { isAgreed } from './agreed.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { reopenRefused } from './mail-rows.js';
import { maskedRefused } from './masked-refused.js';
import type { OutboxTable, Trx } from './tables.js';

const PAGE_MOST = 200;
const WAITING: readonly string[] = Object.values(WAITS);
type Row = Selectable<OutboxTable>;

export function jobsLedger({ database, audit, clock }: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): JobsLedger {
  const now = (): Date => new Date(clock.now());
  return {
    async list({ state, kind, incident, limit, after }) {
      const most = Math.min(Math.max(limit, 1), PAGE_MOST);
      const at = now();
      const rows = await database.read((db) => {
        let query = db.selectFrom('outbox').leftJoin('messages', 'messages.id', 'outbox.message_id').selectAll('outbox').select('messages.route as route').orderBy('outbox.n', 'desc').limit(most + 1);
        if (kind !== undefined) query = query.where('outbox.kind', '=', kind);
        if (incident !== undefined) query = query.where('outbox.message_id', '=', incident);
        if (after !== undefined) query = query.where('outbox.n', '<', after);
        if (state === 'dead' || state === 'done' || state === 'moot') query = query.where('outbox.outcome', '=', state);
        else if (state !== undefined) query = query.where('outbox.closed_at', 'is', null);
        if (state === 'ready') query = query.where('outbox.due_at', '<=', at);
        if (state === 'delayed' || state === 'waiting') query = query.where('outbox.due_at', '>', at);
        if (state === 'delayed') query = query.where((eb) => eb.or([eb('outbox.last_error', 'is', null), eb('outbox.last_error', 'not in', WAITING)]));
        if (state === 'waiting') query = query.where('outbox.last_error', 'in', WAITING);
        return query.execute();
      });
      const jobs = rows.slice(0, most).map((row) => ({ ...jobOf(row, at), route: row.route ?? undefined }));
      return { jobs, next: rows.length > most ? jobs.at(-1)?.n : undefined };
    },

    async queues() {
      const at = now();
      const { rows } = await database.read((db) =>
        sql<{ kind: JobKind; ready: number; delayed: number; waiting: number; dead: number; oldest_open: Date | null; oldest_due: Date | null }>`
          select kind,
            count(*) filter (where closed_at is null and due_at <= ${at}) as ready,
            count(*) filter (where closed_at is null and due_at > ${at} and (last_error is null or last_error not in (${sql.join(WAITING)}))) as delayed,
            count(*) filter (where closed_at is null and due_at > ${at} and last_error in (${sql.join(WAITING)})) as waiting,
            count(*) filter (where outcome = 'dead') as dead,
            min(created_at) filter (where closed_at is null) as oldest_open,
            min(due_at) filter (where closed_at is null and due_at <= ${at}) as oldest_due
          from outbox where closed_at is null or outcome = 'dead' group by kind`.execute(db),
      );
      return JOB_KINDS.map((kind): JobQueueCounts => {
        const row = rows.find((one) => one.kind === kind);
        return { kind, ready: row?.ready ?? 0, delayed: row?.delayed ?? 0, waiting: row?.waiting ?? 0, dead: row?.dead ?? 0, oldestOpenAt: row?.oldest_open ?? undefined, oldestDueAt: row?.oldest_due ?? undefined };
      });
    },

    async retry(n, { actor, reason }) {
      return await database.transact(async (trx) => {
        const row = await trx.selectFrom('outbox').selectAll().where('n', '=', n).forUpdate().executeTakeFirst();
        if (row === undefined) return { kind: 'not-found' as const };
        const at = now();
        const state = jobOf(row, at).state;
        if (state !== 'dead') return { kind: 'wrong-state' as const, state };
        if (!(await revived(trx, row, at))) return { kind: 'wrong-state' as const, state };
        await trx.updateTable('outbox').set({ closed_at: null, outcome: null, attempts: 0, last_error: null, carried_at: null, due_at: at }).where('n', '=', n).execute();
        await audit.append(trx, { at, actor, act: 'job.retry', subject: row.message_id ?? `ob-${n}`, data: { job: n, kind: row.kind, code: row.last_error, reason } });
        return { kind: 'done' as const, n };
      });
    },

    async holders() {
      return await database.read((db) => db.selectFrom('leases').select(['name', 'holder', 'until']).where('until', '>', sql<Date>`clock_timestamp()`).orderBy('name').execute());
    },
  };
}

function jobOf(row: Row, at: Date): JobRow {
  return {
    n: row.n, kind: row.kind, state: stateOf(row, at), incident: row.message_id ?? undefined, route: undefined, ref: row.ref ?? undefined, why: row.why ?? undefined,
    attempts: row.attempts, code: row.last_error ?? undefined, createdAt: row.created_at, dueAt: row.due_at, carriedAt: row.carried_at ?? undefined, closedAt: row.closed_at ?? undefined,
  };
}

function stateOf(row: Row, at: Date): JobState {
  if (row.closed_at !== null) return row.outcome ?? 'done';
  if (row.due_at <= at) return 'ready';
  return row.last_error !== null && WAITING.includes(row.last_error) ? 'waiting' : 'delayed';
}

/** What a job is about has to be open again with it; false when it has gone another way since. */
async function revived(trx: Trx, row: Row, at: Date): Promise<boolean> {
  switch (row.kind) {
    case 'release': {
      if (await anotherOpen(trx, row)) return false;
      // The decision stands; the message waits for its worker as it did before the job was given up.
      const message = await trx.selectFrom('messages').select(['id', 'four_eyes', 'decision_as']).where('id', '=', row.message_id).where('state', '=', 'failed').where('decision_kind', '=', 'release').where('decision_as', 'is not', null).forUpdate().executeTakeFirst();
      if (message === undefined || !(await isAgreed(trx, message)) || (await maskedRefused(trx, message.id, message.decision_as)) !== undefined) return false;
      await reopenRefused(trx, message.id, at);
      await trx.updateTable('messages').set({ state: 'releasing', lease_until: null }).where('id', '=', message.id).execute();
      return true;
    }
    case 'notice':
      return (await trx.updateTable('notices').set({ state: 'open', attempts: 0, due_at: at }).where('n', '=', Number(row.ref)).where('state', '=', 'dead').returning('n').executeTakeFirst()) !== undefined;
    case 'rescan':
      return !(await anotherOpen(trx, row));
    case 'destroy':
    case 'alert':
      // Their handlers ask whether anything is left to do.
      return true;
  }
}

async function anotherOpen(trx: Trx, row: Row): Promise<boolean> {
  return (await trx.selectFrom('outbox').select('n').where('message_id', '=', row.message_id).where('kind', '=', row.kind).where('closed_at', 'is', null).executeTakeFirst()) !== undefined;
}
