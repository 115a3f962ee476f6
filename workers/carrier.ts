/** Carries the ids of outbox rows from the dispatcher to a worker: BullMQ over PostgreSQL, or over Redis. Losing all it holds loses nothing. */
import { createPostgresBackend, DelayedError, Queue, runMigrations, Worker, type ConnectionOptions, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import { causeCode } from '../gateway/errors.js';
import type { PgConnection } from '../gateway/ledger/connection.js';
import { carrierPool } from '../gateway/ledger/carrier-pool.js';

export type JobResult = { readonly kind: 'done' } | { readonly kind: 'again'; readonly delayMs: number };
export type JobHandler = (row: number) => Promise<JobResult>;

export interface Carrier {
  /** Hands over a row; one that is on its way already is not doubled. */
  enqueue(row: number): Promise<void>;
  /** The same for one that may be waiting for its time: that is now. */
  hurry(row: number): Promise<void>;
  /** Begins to call `handler`. A handler that throws is called again later. */
  work(handler: JobHandler, options: { readonly concurrency: number }): void;
  counts(): Promise<Readonly<Record<'waiting' | 'active' | 'delayed', number>>>;
  /** Lets running handlers finish. */
  close(): Promise<void>;
}

export interface CarrierOptions {
  /** Where jobs are carried; Redis when WEIR_REDIS_URL is set. */
  readonly store: { readonly database: PgConnection } | { readonly redisUrl: string };
  readonly log: (level: 'warn', code: string) => void;
  /** How soon another worker takes over from one that died. */
  readonly stalledAfterMs?: number;
}

const QUEUE = 'weir-outbox';
const PREFIX = 'weir';
/** A worker renews its claim on a job twice in this time; a dead one's job runs again after one to two of it. */
const STALLED_AFTER_MS = 30_000;
/** The outbox row counts attempts and ends them; the carrier itself never gives a job up. */
const NEVER = 1_000_000;
/** For a handler that could not even note its failure. */
const THROWN_DELAY_MS = 5_000;

/** The part of BullMQ's classes that both backends share. */
interface Side {
  readonly queue: Pick<Queue, 'add' | 'getJob' | 'getJobCounts' | 'close' | 'on' | 'waitUntilReady'>;
  worker(process: (job: Job, token?: string) => Promise<void>, concurrency: number): Pick<Worker, 'close' | 'on'>;
  end(): Promise<void>;
}

export async function carrier(options: CarrierOptions): Promise<Carrier> {
  const side = 'database' in options.store ? await overPostgres(options.store.database, options) : overRedis(options.store.redisUrl, options);
  // Library messages may quote a job's data or a connection string: the code is enough.
  const report = (error: unknown): void => options.log('warn', `CARRIER_${causeCode(error)}`);
  side.queue.on('error', report);
  await side.queue.waitUntilReady();
  const workers: Pick<Worker, 'close' | 'on'>[] = [];
  return {
    async enqueue(row) {
      // A failed job's id would block the same row from being carried again, so nothing is kept.
      await side.queue.add('row', { row }, { jobId: `ob-${row}`, removeOnComplete: true, removeOnFail: true });
    },
    async hurry(row) {
      const job = await side.queue.getJob(`ob-${row}`);
      if (job !== undefined && (await job.isDelayed())) await job.promote();
    },
    work(handler, { concurrency }) {
      const process = async (job: Job, token?: string): Promise<void> => {
        const result = await handler(Number((job.data as { row: unknown }).row)).catch((error: unknown): JobResult => {
          report(error);
          return { kind: 'again', delayMs: THROWN_DELAY_MS };
        });
        if (result.kind === 'done') return;
        await job.moveToDelayed(Date.now() + result.delayMs, token);
        throw new DelayedError();
      };
      const worker = side.worker(process, concurrency);
      worker.on('error', report);
      workers.push(worker);
    },
    async counts() {
      const { waiting = 0, active = 0, delayed = 0 } = await side.queue.getJobCounts('waiting', 'active', 'delayed');
      return { waiting, active, delayed };
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
      await side.queue.close();
      await side.end();
    },
  };
}

async function overPostgres(database: PgConnection, options: CarrierOptions): Promise<Side> {
  const pool = carrierPool(database);
  const client = await pool.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
  }
  // A pg.Pool, as the backend's documentation asks for; its declaration names a little more than @types/pg knows.
  const connection = pool as unknown as Parameters<typeof createPostgresBackend>[1]['connection'];
  return {
    queue: new Queue(QUEUE, { connection }, createPostgresBackend) as unknown as Side['queue'],
    worker: (process, concurrency) => new Worker(QUEUE, process as never, { connection, ...workerOptions(options, concurrency) }, createPostgresBackend) as unknown as Pick<Worker, 'close' | 'on'>,
    end: () => pool.end(),
  };
}

function overRedis(url: string, options: CarrierOptions): Side {
  // Without a bound on retries, so that a job waits for Redis to come back instead of failing.
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  redis.on('error', (error: unknown) => options.log('warn', `REDIS_${causeCode(error)}`));
  const connection = redis as unknown as ConnectionOptions;
  return {
    queue: new Queue(QUEUE, { connection, prefix: PREFIX }) as Side['queue'],
    worker: (process, concurrency) => new Worker(QUEUE, process, { connection, prefix: PREFIX, ...workerOptions(options, concurrency) }),
    async end() {
      redis.disconnect();
    },
  };
}

function workerOptions(options: CarrierOptions, concurrency: number): { concurrency: number; lockDuration: number; stalledInterval: number; maxStalledCount: number } {
  const stalled = options.stalledAfterMs ?? STALLED_AFTER_MS;
  return { concurrency, lockDuration: stalled, stalledInterval: stalled, maxStalledCount: NEVER };
}
