/** Whatever happens to Redis, everything happens that the outbox says: it carries numbers, and losing all of them loses nothing. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { PgConnection } from '../../gateway/ledger/connection.js';
import { ledgerDatabase, type LedgerDatabase } from '../../gateway/ledger/database.js';
import { migrateLedger } from '../../gateway/ledger/migrate.js';
import { addJob, closeJob, outbox } from '../../gateway/ledger/outbox.js';
import { carrier } from '../../workers/carrier.js';
import { startWorkers, type Workers } from '../../workers/main.js';
import { redisFromEnv, type RedisSettings } from '../../workers/redis-settings.js';
import { testPostgres } from '../kit/database.js';
import { until } from '../kit/patience.js';
import { redisServer, testRedis, type RedisServer } from '../kit/redis.js';

const JOBS = 200;
const server = testPostgres();
const redis = testRedis();
const clock = { now: () => Date.now() };
let app: PgConnection;
let database: LedgerDatabase;
beforeAll(async () => {
  app = await migrateLedger(server().connection, { separateRole: true });
  database = ledgerDatabase(app);
});
afterAll(async () => {
  await database.close();
});

const settings = (url: string): RedisSettings => {
  const found = redisFromEnv({ WEIR_REDIS_URL: url });
  if (found === undefined) throw new Error('no address');
  return found;
};

interface Stand {
  readonly workers: Workers;
  readonly logged: string[];
  /** How often each row was carried out to its end. */
  readonly done: Map<number, number>;
  reached(jobs: number): Promise<void>;
}
const open: Workers[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((workers) => workers.stop()));
});

async function stand(url: string): Promise<Stand> {
  const logged: string[] = [];
  const done = new Map<number, number>();
  const rows = outbox({ database, clock });
  const workers = startWorkers({
    carrier: await carrier({ store: { redis: settings(url) }, log: (_level, code) => logged.push(code), stalledAfterMs: 1_000 }),
    outbox: rows,
    handlers: () => ({
      alert: async ({ n }) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        const closed = await database.transact(async (trx) => {
          const row = await trx.selectFrom('outbox').select('n').where('n', '=', n).where('closed_at', 'is', null).forUpdate().executeTakeFirst();
          if (row !== undefined) await closeJob(trx, n, 'done', new Date());
          return row !== undefined;
        });
        // Not before its commit: who waits for this looks into the table next.
        if (closed) done.set(n, (done.get(n) ?? 0) + 1);
        return { kind: 'done' };
      },
    }),
    once: {},
    everyMs: { dispatch: 100 },
    log: (_level, code) => logged.push(code),
  });
  open.push(workers);
  return { workers, logged, done, reached: (jobs) => until(`${String(jobs)} jobs`, () => done.size >= jobs) };
}

async function ordered(): Promise<readonly number[]> {
  return await database.transact(async (trx) => {
    const made: number[] = [];
    for (let n = 0; n < JOBS; n++) made.push(await addJob(trx, { kind: 'alert', ref: String(n), at: new Date() }));
    return made;
  });
}

const FAULTS: readonly (readonly [string, (one: RedisServer) => Promise<void>])[] = [
  ['is flushed', async (one) => { await one.command('FLUSHALL'); }],
  ['is killed and comes back', async (one) => { await one.kill(); await one.start(); }],
  ['is replaced by an empty one', (one) => one.replace()],
  ['answers nothing for a while', async (one) => { one.pause(); await new Promise((resolve) => setTimeout(resolve, 1_500)); one.resume(); }],
  ['has no memory left for a while', async (one) => {
    await one.command('CONFIG', 'SET', 'maxmemory', '1');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await one.command('CONFIG', 'SET', 'maxmemory', '0');
  }],
];

describe('200 jobs over Redis', () => {
  it.each(FAULTS)('are all done, each closed once, when it %s in the middle', async (_what, fault) => {
    const one = await stand(redis().url);
    const { workers, done } = one;
    const made = await ordered();
    workers.wake();
    await one.reached(20);
    await fault(redis());
    await one.reached(JOBS);
    expect([...done.keys()].sort((a, b) => a - b)).toEqual(made);
    expect([...done.values()].every((times) => times === 1)).toBe(true);
    expect(await outbox({ database, clock }).counts()).toMatchObject({ open: 0, dead: 0 });
  });

  it('wait for one that is away at the start, and begin when it comes', async () => {
    const late = await redisServer();
    const one = await stand(late.url);
    const { workers, logged, done } = one;
    try {
      await ordered();
      workers.wake();
      await until('a word of the absence', () => logged.includes('TASK_FAILED') || logged.some((code) => code.startsWith('REDIS_')));
      expect(done.size).toBe(0);
      await late.start();
      await one.reached(JOBS);
      expect(logged).toContain('REDIS_READY');
    } finally {
      await workers.stop();
      open.length = 0;
      await late.kill();
    }
  });
});

describe('a Redis that cannot be used', () => {
  it('is refused in a sentence that names no password', async () => {
    const locked = await redisServer({ settings: ['--requirepass', 'planted-secret'] });
    await locked.start();
    try {
      const attempt = (url: string): Promise<unknown> => carrier({ store: { redis: settings(url) }, log: () => undefined }).then((made) => made.close(true), (error: unknown) => error);
      const wrong = await attempt(locked.url.replace('redis://', 'redis://:wrong-secret@'));
      expect(wrong).toMatchObject({ name: 'RedisRefused' });
      expect(await attempt(locked.url)).toMatchObject({ name: 'RedisRefused' });
      expect((wrong as Error).message).not.toMatch(/secret|127\.0\.0\.1/);
      expect(await attempt(locked.url.replace('redis://', 'redis://:planted-secret@'))).toBeUndefined();
    } finally {
      await locked.kill();
    }
  });

  it('that drops keys to make room is used, and said to', async () => {
    const logged: string[] = [];
    await redis().command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const made = await carrier({ store: { redis: settings(redis().url) }, log: (_level, code) => logged.push(code) });
    await until('a word of it', () => logged.includes('REDIS_EVICTS'));
    expect(made.reachable()).toBe(true);
    await made.close();
    await redis().command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  });
});
