/** One law for both backends: every row handed over is handled, a failing one again, a dead worker's too, and none twice at once. */
import { spawn } from 'node:child_process';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { PgConnection } from '../../gateway/ledger/connection.js';
import { migrateLedger } from '../../gateway/ledger/migrate.js';
import { carrier, type Carrier, type CarrierOptions } from '../../workers/carrier.js';
import { testPostgres } from '../kit/database.js';
import { testRedis } from '../kit/redis.js';

/** The same for all: workers share the time of the next check. */
const STALLED_MS = 1_000;
const server = testPostgres();
const redis = testRedis();
let app: PgConnection;
beforeAll(async () => {
  app = await migrateLedger(server().connection, { separateRole: true });
}, 60_000);

const BACKENDS: readonly (readonly [string, () => CarrierOptions['store']])[] = [
  ['PostgreSQL', () => ({ database: app })],
  ['Redis', () => ({ redisUrl: redis() })],
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
    for (const row of rows) await one.enqueue(row);
    for (const row of rows) await one.enqueue(row);
    const seen: number[] = [];
    await new Promise<void>((resolve) => {
      one.work(async (row) => {
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
    one.work(async (row) => {
      const count = (calls.get(row) ?? 0) + 1;
      calls.set(row, count);
      if (count === 1) return { kind: 'again', delayMs: 20 };
      finished(row);
      return { kind: 'done' };
    }, { concurrency: 2 });
    await one.enqueue(first);
    await done;
    const later = ended(second);
    await one.enqueue(second);
    await later;
    expect([calls.get(first), calls.get(second)]).toEqual([2, 2]);
    // The carrier forgets a finished row a moment after its handler did.
    for (let tries = 0; calls.get(first) === 2 && tries < 200; tries++) {
      const again = ended(first);
      await one.enqueue(first);
      await Promise.race([again, new Promise((resolve) => setTimeout(resolve, 25))]);
    }
    expect(calls.get(first)).toBe(3);
  });

  it('waits for a running handler when it closes', async () => {
    const one = await make();
    const row = next++;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    let ended = false;
    const begun = new Promise<void>((resolve) => {
      one.work(async () => {
        resolve();
        await gate;
        ended = true;
        return { kind: 'done' };
      }, { concurrency: 1 });
    });
    await one.enqueue(row);
    await begun;
    expect((await one.counts()).active).toBe(1);
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
      one.work(() => { console.log('begun'); return new Promise(() => {}); }, { concurrency: 1 });
      await one.enqueue(${row});
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve) => child.stdout.setEncoding('utf8').on('data', (text: string) => text.includes('begun') && resolve()));
    const died = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await died;
    const one = await make();
    const got = await new Promise<number>((resolve) => {
      one.work(async (seen) => {
        resolve(seen);
        return { kind: 'done' };
      }, { concurrency: 1 });
    });
    expect(got).toBe(row);
  });
});
