/** One law for all backends: every row handed over is handled, a failing one again, a dead worker's too, and none twice at once. */
import { spawn } from 'node:child_process';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionFromUrl, type PgConnection } from '../../gateway/ledger/connection.js';
import { migrateLedger } from '../../gateway/ledger/migrate.js';
import { carrier, type Carrier, type CarrierOptions } from '../../workers/carrier.js';
import { redisFromEnv, type RedisSettings } from '../../workers/redis-connection.js';
import { testPostgres } from '../kit/database.js';
import { externalPostgres } from '../kit/external-postgres.js';
import { until } from '../kit/patience.js';
import { testRedis } from '../kit/redis.js';

/** The same for all: workers share the time of the next check. */
const STALLED_MS = 1_000;
const KIND = 'destroy';
const about = (n: number) => ({ n, kind: KIND }) as const;
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
  const make = async (): Promise<Carrier> => {
    const made = await carrier({ store: store(), log: () => undefined, stalledAfterMs: STALLED_MS });
    open.push(made);
    return made;
  };
  // A worker left open would take the next test's rows.
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });
  let next = 1_000;

  it('hands every row to the handler once, however often it was enqueued', async () => {
    const one = await make();
    const rows = Array.from({ length: 50 }, () => next++);
    for (const row of rows) await one.enqueue(about(row));
    for (const row of rows) await one.enqueue(about(row));
    const seen: number[] = [];
    await new Promise<void>((resolve) => {
      one.work(KIND, async (row) => {
        if (seen.push(row) === rows.length) resolve();
        return { kind: 'done' };
      }, { concurrency: 4 });
    });
    await one.close();
    open.splice(open.indexOf(one), 1);
    expect([...seen].sort((a, b) => a - b)).toEqual(rows);
  });

  it('calls again when asked to, and after a handler that threw, and lets a finished row come back', async () => {
    const one = await make();
    const [first, second] = [next++, next++];
    const calls = new Map<number, number>();
    let finished: (row: number) => void = () => undefined;
    const ended = (row: number): Promise<void> => new Promise((resolve) => (finished = (now) => now === row && resolve()));
    const done = ended(first);
    one.work(KIND, async (row) => {
      const count = (calls.get(row) ?? 0) + 1;
      calls.set(row, count);
      if (count === 1) return { kind: 'again', delayMs: 20 };
      finished(row);
      return { kind: 'done' };
    }, { concurrency: 2 });
    await one.enqueue(about(first));
    await done;
    const later = ended(second);
    await one.enqueue(about(second));
    await later;
    expect([calls.get(first), calls.get(second)]).toEqual([2, 2]);
    // The carrier forgets a finished row a moment after its handler did.
    await until('the finished row again', async () => {
      await one.enqueue(about(first));
      return calls.get(first) === 3;
    });
  });

  it('waits for a running handler when it closes', async () => {
    const one = await make();
    const row = next++;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    let ended = false;
    const begun = new Promise<void>((resolve) => {
      one.work(KIND, async () => {
        resolve();
        await gate;
        ended = true;
        return { kind: 'done' };
      }, { concurrency: 1 });
    });
    await one.enqueue(about(row));
    await begun;
    expect((await one.counts())[KIND].active).toBe(1);
    const closed = one.close();
    open.splice(open.indexOf(one), 1);
    release();
    await closed;
    expect(ended).toBe(true);
  });

  it('gives the job of a killed worker to another', async () => {
    const row = next++;
    const program = `
      const { carrier } = await import('./workers/carrier.ts');
      const one = await carrier({ store: ${JSON.stringify(store())}, log() {}, stalledAfterMs: ${STALLED_MS} });
      one.work('destroy', () => { console.log('begun'); return new Promise(() => {}); }, { concurrency: 1 });
      await one.enqueue({ n: ${row}, kind: 'destroy' });
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve) => child.stdout.setEncoding('utf8').on('data', (text: string) => text.includes('begun') && resolve()));
    const died = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await died;
    const one = await make();
    const got = await new Promise<number>((resolve) => {
      one.work(KIND, async (seen) => {
        resolve(seen);
        return { kind: 'done' };
      }, { concurrency: 1 });
    });
    expect(got).toBe(row);
  });
});

it('a queue and a worker that were begun while PostgreSQL was away work once it is back', async () => {
  const row = 9_001;
  const one = await carrier({ store: { database: elsewhere }, log: () => undefined, stalledAfterMs: STALLED_MS });
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
  /** Gone with all its connections; it comes back while the handler's end is being told. */
  const lost = async (): Promise<void> => {
    await external().stop();
    back = external().start();
  };
  // Nobody takes a row from a worker that lives, and nobody hands one over anew: what is not kept is lost.
  const make = (codes: string[] = []): Promise<Carrier> => carrier({ store: { database: elsewhere }, log: (_level, code) => codes.push(code), stalledAfterMs: 3_600_000 });

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
      // One that asks anew at once while the database starts says so each time.
      expect(codes.length).toBeLessThan(100);
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
