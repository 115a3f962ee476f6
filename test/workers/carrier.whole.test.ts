/** One law for all backends: every row handed over is handled, a failing one again, a dead worker's too, and none twice at once. */
import { spawn } from 'node:child_process';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionFromUrl, type PgConnection } from '../../gateway/ledger/connection.js';
import { migrateLedger } from '../../gateway/ledger/migrate.js';
import { carrier, type Carrier, type CarrierOptions } from '../../workers/carrier.js';
import { redisFromEnv, type RedisSettings } from '../../workers/redis-settings.js';
import { testPostgres } from '../kit/database.js';
import { externalPostgres } from '../kit/external-postgres.js';
import { until } from '../kit/patience.js';
import { testRedis } from '../kit/redis.js';

/** For the test of a death alone: on a machine that stands still for as long, a worker that lives loses its job as well. */
const STALLED_MS = 1_000;
const server = testPostgres();
const external = externalPostgres();
const redis = testRedis();
let app: PgConnection;
let elsewhere: PgConnection;
beforeAll(async () => {
  app = await migrateLedger(server().connection, { separateRole: true });
  elsewhere = await migrateLedger(connectionFromUrl(external().url), { separateRole: false });
});

function redisOf(url: string): RedisSettings {
  const settings = redisFromEnv({ WEIR_REDIS_URL: url });
  if (settings === undefined) throw new Error('no address');
  return settings;
}

const BACKENDS: readonly (readonly [string, () => CarrierOptions['store']])[] = [
  ['the embedded PostgreSQL', () => ({ database: app })],
  ['an external PostgreSQL', () => ({ database: elsewhere })],
  ['Redis', () => ({ redis: redisOf(redis().url) })],
];

describe.each(BACKENDS)('the carrier over %s', (_name, store) => {
  const open: Carrier[] = [];
  const make = async (stalledAfterMs?: number): Promise<Carrier> => {
    const made = await carrier({ store: store(), log: () => undefined, ...(stalledAfterMs === undefined ? {} : { stalledAfterMs }) });
    open.push(made);
    // One whose store was slow to answer begins all the same.
    await until('the store', () => made.reachable());
    return made;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });
  let next = 1_000;
  // Each test has a kind of its own: what one leaves in a queue is nobody else's, nor is the time of that queue's next look for the dead.

  it('hands every row to the handler once, however often it was enqueued', async () => {
    const kind = 'destroy';
    const one = await make();
    const rows = Array.from({ length: 50 }, () => next++);
    for (const n of [...rows, ...rows]) await one.enqueue({ n, kind });
    const seen: number[] = [];
    await new Promise<void>((resolve) => {
      one.work(kind, async (row) => {
        if (seen.push(row) === rows.length) resolve();
        return { kind: 'done' };
      }, { concurrency: 4 });
    });
    await one.close();
    open.splice(open.indexOf(one), 1);
    expect([...seen].sort((a, b) => a - b)).toEqual(rows);
  });

  it('calls again when asked to, and lets a finished row come back', async () => {
    const kind = 'notice';
    const one = await make();
    const [first, second] = [next++, next++];
    const calls = new Map<number, number>();
    let finished: (row: number) => void = () => undefined;
    const ended = (row: number): Promise<void> => new Promise((resolve) => (finished = (now) => now === row && resolve()));
    const done = ended(first);
    one.work(kind, async (row) => {
      const count = (calls.get(row) ?? 0) + 1;
      calls.set(row, count);
      if (count === 1) return { kind: 'again', delayMs: 20 };
      finished(row);
      return { kind: 'done' };
    }, { concurrency: 2 });
    await one.enqueue({ n: first, kind });
    await done;
    const later = ended(second);
    await one.enqueue({ n: second, kind });
    await later;
    expect([calls.get(first), calls.get(second)]).toEqual([2, 2]);
    // The carrier forgets a finished row a moment after its handler did.
    await until('the finished row again', async () => {
      if ((calls.get(first) ?? 0) > 2) return true;
      await one.enqueue({ n: first, kind });
      return false;
    });
  });

  it('waits for a running handler when it closes', async () => {
    const kind = 'alert';
    const one = await make();
    const row = next++;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    let ended = false;
    const begun = new Promise<void>((resolve) => {
      one.work(kind, async () => {
        resolve();
        await gate;
        ended = true;
        return { kind: 'done' };
      }, { concurrency: 1 });
    });
    await one.enqueue({ n: row, kind });
    await begun;
    expect((await one.counts())[kind].active).toBe(1);
    const closed = one.close();
    open.splice(open.indexOf(one), 1);
    release();
    await closed;
    expect(ended).toBe(true);
  });

  it('gives the job of a killed worker to another', async () => {
    const kind = 'rescan';
    const row = next++;
    const program = `
      const { carrier } = await import('./workers/carrier.ts');
      const one = await carrier({ store: ${JSON.stringify(store())}, log() {}, stalledAfterMs: ${STALLED_MS} });
      one.work('${kind}', () => { console.log('begun'); return new Promise(() => {}); }, { concurrency: 1 });
      await one.enqueue({ n: ${row}, kind: '${kind}' });
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error('the worker ended before it was killed')));
      child.stdout.setEncoding('utf8').on('data', (text: string) => text.includes('begun') && resolve());
    });
    const died = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await died;
    const one = await make(STALLED_MS);
    const got = await new Promise<number>((resolve) => {
      one.work(kind, async (seen) => {
        resolve(seen);
        return { kind: 'done' };
      }, { concurrency: 1 });
    });
    expect(got).toBe(row);
  });
});

/** One that the tests above have left alone. */
const KIND = 'release';
const about = (n: number) => ({ n, kind: KIND }) as const;
/** Nobody takes a row from a worker that lives, and nobody hands one over anew: what is not kept is lost. */
const NEVER_STALLED_MS = 3_600_000;

it('a queue and a worker that were begun while PostgreSQL was away work once it is back', async () => {
  const row = 9_001;
  const one = await carrier({ store: { database: elsewhere }, log: () => undefined, stalledAfterMs: NEVER_STALLED_MS });
  try {
    await external().stop();
    const taken = new Promise<number>((resolve) => {
      one.work(KIND, async (n) => {
        resolve(n);
        return { kind: 'done' };
      }, { concurrency: 1 });
    });
    await expect(one.enqueue(about(row))).rejects.toThrow();
    await external().start();
    await one.enqueue(about(row));
    expect(await taken).toBe(row);
  } finally {
    await one.close();
  }
});

describe('a handler whose database goes away under it', () => {
  let back: Promise<void> = Promise.resolve();
  let lostAt = 0;
  /** Gone with all its connections; it comes back while the handler's end is being told. */
  const lost = async (): Promise<void> => {
    lostAt = performance.now();
    await external().stop();
    back = external().start();
  };
  const make = (codes: string[] = []): Promise<Carrier> => carrier({ store: { database: elsewhere }, log: (_level, code) => codes.push(code), stalledAfterMs: NEVER_STALLED_MS });

  it.each([
    ['asks to be called again', 9_100, () => Promise.resolve({ kind: 'again', delayMs: 0 } as const)],
    ['fails', 9_101, () => Promise.reject(new Error('the ledger is away'))],
  ])('and that %s is called again', async (_what, row, ending) => {
    const codes: string[] = [];
    const one = await make(codes);
    try {
      let calls = 0;
      const again = new Promise<void>((resolve) => {
        one.work(KIND, async () => {
          calls++;
          if (calls === 1) {
            await lost();
            return await ending();
          }
          resolve();
          return { kind: 'done' };
        }, { concurrency: 1 });
      });
      await one.enqueue(about(row));
      await again;
      await back;
      expect(calls).toBe(2);
      // One that asks anew at once while the database starts says so hundreds of times a second.
      expect(codes.length).toBeLessThan(20 * Math.ceil((performance.now() - lostAt) / 1_000));
    } finally {
      await one.close();
    }
  });

  it('and that ends well is not called again, and the row may come back', async () => {
    const row = 9_102;
    const one = await make();
    try {
      let calls = 0;
      let called: () => void = () => undefined;
      const second = new Promise<void>((resolve) => (called = resolve));
      one.work(KIND, async () => {
        if (++calls === 1) await lost();
        else called();
        return { kind: 'done' };
      }, { concurrency: 1 });
      await one.enqueue(about(row));
      await until('the first call', () => calls === 1);
      await until('the end of the job', async () => (await one.counts().catch(() => undefined))?.[KIND].active === 0);
      expect(calls).toBe(1);
      await one.enqueue(about(row));
      await second;
    } finally {
      await one.close();
    }
  });
});
