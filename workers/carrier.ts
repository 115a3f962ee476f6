/** Carries the ids of outbox rows from the dispatcher to a worker, one queue for each kind: BullMQ over PostgreSQL, or over Redis. Losing all it holds loses nothing. */
import { DelayedError, type Job } from 'bullmq';
import { causeCode } from '../gateway/errors.js';
import type { PgConnection } from '../gateway/ledger/connection.js';
import { JOB_KINDS, type JobKind } from '../gateway/ports.js';
import type { CarrierWorker } from './carrier-side.js';
import type { JobResult } from './job.js';
import type { RedisSettings } from './redis-settings.js';

/** An outbox row on its way. */
export interface CarriedRow {
  readonly n: number;
  readonly kind: JobKind;
}
export type RowHandler = (row: number) => Promise<JobResult>;
export type CarriedCounts = Readonly<Record<'waiting' | 'active' | 'delayed', number>>;

export interface Carrier {
  readonly kind: 'postgres' | 'redis';
  /** Hands over a row; one that is on its way already is not doubled. Rejects soon where the store is away. */
  enqueue(row: CarriedRow): Promise<void>;
  /** The same for one that may be waiting for its time: that is now. */
  hurry(row: CarriedRow): Promise<void>;
  /** Begins to call `handler` for the rows of this kind. A handler that throws is called again later. */
  work(kind: JobKind, handler: RowHandler, options: { readonly concurrency: number }): void;
  counts(): Promise<Readonly<Record<JobKind, CarriedCounts>>>;
  reachable(): boolean;
  /** True, once, after the store turned out to be empty: flushed, replaced by another, or new. */
  forgot(): Promise<boolean>;
  /** Takes no new row, and lets running handlers finish. */
  drain(): Promise<void>;
  /** Ends the connections; with `force`, whatever still runs. */
  close(force?: boolean): Promise<void>;
}

export interface CarrierOptions {
  /** Where jobs are carried; Redis when WEIR_REDIS_URL is set. */
  readonly store: { readonly database: PgConnection } | { readonly redis: RedisSettings };
  readonly log: (level: 'info' | 'warn' | 'error', code: string) => void;
  /** How soon another worker takes over from one that died. */
  readonly stalledAfterMs?: number;
}

/** A worker renews its claim on a job twice in this time; a dead one's job runs again after one to two of it. */
const STALLED_AFTER_MS = 30_000;
/** The outbox row counts attempts and ends them; the carrier itself never gives a job up, also where the store was away when a handler ended. */
const NEVER = 1_000_000;
/** For a handler that could not even note its failure. */
const THROWN_DELAY_MS = 5_000;
/** After a question to the store failed. The library's quarter of a minute would hold up the end of a process, and work once the store is back. */
const RUN_AGAIN_MS = 1_000;
const NOTHING: CarriedCounts = { waiting: 0, active: 0, delayed: 0 };

export async function carrier(options: CarrierOptions): Promise<Carrier> {
  // Library messages may quote a job's data or a connection string: the code is enough.
  const report = (code: string): void => options.log('warn', `CARRIER_${code}`);
  const side = 'database' in options.store ? await (await import('./carrier-postgres.js')).overPostgres(options.store.database, report) : await (await import('./carrier-redis.js')).overRedis(options.store.redis, options.log);
  const stalled = options.stalledAfterMs ?? STALLED_AFTER_MS;
  const workers = new Set<CarrierWorker>();
  let draining = false;
  let closed = false;
  return {
    kind: side.kind,
    async enqueue({ n, kind }) {
      const queue = await side.queue(kind);
      // A failed job's id would block the same row from being carried again, so nothing is kept.
      await queue.add('row', { row: n }, { jobId: `ob-${n}`, removeOnComplete: true, removeOnFail: true, attempts: NEVER, backoff: { type: 'fixed', delay: RUN_AGAIN_MS }, stackTraceLimit: 0 });
    },
    async hurry({ n, kind }) {
      const job = await (await side.queue(kind)).getJob(`ob-${n}`);
      if (job !== undefined && (await job.isDelayed())) await job.promote();
    },
    work(kind, handler, { concurrency }) {
      const process = async (job: Job, token?: string): Promise<void> => {
        const result = await handler(Number((job.data as { row: unknown }).row)).catch((error: unknown): JobResult => {
          report(causeCode(error));
          return { kind: 'again', delayMs: THROWN_DELAY_MS };
        });
        if (result.kind === 'done') return;
        await job.moveToDelayed(Date.now() + result.delayMs, token);
        throw new DelayedError();
      };
      side.work(kind, process, { concurrency, lockDuration: stalled, stalledInterval: stalled, maxStalledCount: NEVER, runRetryDelay: RUN_AGAIN_MS }, (worker) => {
        if (draining) void worker.close();
        else workers.add(worker);
        return () => void workers.delete(worker);
      });
    },
    async counts() {
      const entries = await Promise.all(
        JOB_KINDS.map(async (kind) => {
          if (!side.reachable()) return [kind, NOTHING] as const;
          const queue = await side.queue(kind);
          const { waiting = 0, active = 0, delayed = 0 } = await queue.getJobCounts('waiting', 'active', 'delayed');
          return [kind, { waiting, active, delayed }] as const;
        }),
      );
      return Object.fromEntries(entries) as Record<JobKind, CarriedCounts>;
    },
    reachable: () => side.reachable(),
    forgot: () => side.forgot(),
    async drain() {
      draining = true;
      await Promise.all([...workers].map((worker) => worker.close()));
    },
    async close(force = false) {
      if (closed) return;
      closed = true;
      draining = true;
      const ending = Promise.all([...workers].map((worker) => worker.close(force)));
      // Away: its last words would be waited for without end.
      if (force) ending.catch(() => undefined);
      else await ending;
      await side.end();
    },
  };
}
