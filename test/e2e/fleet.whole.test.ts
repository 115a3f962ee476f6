/** A fleet under load while each of its processes is killed or restarted in turn: nothing is lost, and nothing arrives twice without a word (law 8). */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { externalPostgres } from '../kit/external-postgres.js';
import { numberSource } from '../kit/numbers.js';
import { eventually, until } from '../kit/patience.js';
import { MAIN, WEIR } from '../kit/program.js';
import { redisServer, type RedisServer } from '../kit/redis.js';
import { S3_KEYS, testS3, type TestS3 } from '../kit/s3.js';
import { tempFolder } from '../kit/temp.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { admin, ask, run } from './client.js';
import { policies, route } from './settings.js';
import { startGateway, type Gateway } from './start-gateway.js';
import { startWorker, type RunningWorker } from './start-worker.js';

const postgres = externalPostgres();
let redis: RedisServer;
let bucket: TestS3;
let upstream: RecordingUpstream;
let keys = '';
const gateways: Gateway[] = [];
const workers: RunningWorker[] = [];

/** So many are sent between one blow and the next. */
const EACH = 12;
const CLIENTS = 3;
const PAUSE_MS = 60;
const KINDS = ['pass', 'mask', 'block', 'hold'] as const;
type Kind = (typeof KINDS)[number];

interface Sent {
  readonly mark: string;
  readonly kind: Kind;
  /** Undefined: the connection ended without an answer. */
  readonly status: number | undefined;
  readonly incident: string | undefined;
}
const sent: Sent[] = [];
const numbers = numberSource(36);
/** Letters only, so that no mask can touch it. */
const markOf = (n: number): string => `mark-${String(n).replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)))}-end`;

const config = (): Record<string, unknown> => ({
  vault: { store: { s3: { bucket: bucket.bucket, prefix: 'fleet', endpoint: bucket.url } } },
  listen: { worker: { port: 0 } },
  routes: [route('pass', upstream.url, { policy: 'mask' }), route('mask', upstream.url, { policy: 'mask' }), route('block', upstream.url, { policy: 'block' }), route('hold', upstream.url, { policy: 'hold' })],
  policies,
});
/** One file for all: how many processes a node has is its own matter, and said where it is started. */
const started = (processes: number, dataDir?: string): Promise<Gateway> =>
  startGateway({ config: config(), env: env(), program: [MAIN, '--processes', String(processes)], ...(dataDir === undefined ? {} : { dataDir }) });
const env = (): NodeJS.ProcessEnv => ({ ...S3_KEYS, WEIR_DATABASE_URL: postgres().url, WEIR_REDIS_URL: redis.url, WEIR_KEYS: keys });

function bodyOf(kind: Kind, mark: string): string {
  const ids = Array.from({ length: 3 }, () => numbers.residentId());
  if (kind === 'pass') return `${mark} nothing to see`;
  if (kind === 'mask') return `${mark} call ${numbers.phone()}`;
  return kind === 'block' ? `${mark} ${ids.join(', ')}` : `${mark} ${ids[0] ?? ''}`;
}

let made = 0;
async function sendOne(): Promise<void> {
  const n = made++;
  const kind = KINDS[n % KINDS.length] ?? 'pass';
  const mark = markOf(n);
  const gateway = gateways[n % 7 < 4 ? 0 : 1];
  if (gateway === undefined) return;
  try {
    const { status, fields } = await ask(`${gateway.dataUrl}/${kind}`, { fields: { 'content-type': 'text/plain' }, body: bodyOf(kind, mark) });
    sent.push({ mark, kind, status, incident: fields['weir-incident']?.toString() });
  } catch {
    sent.push({ mark, kind, status: undefined, incident: undefined });
  }
}

/** Decides what waits, as reviewers do all day: most is released, some rejected; on whichever node answers. */
async function decideSome(): Promise<void> {
  for (const gateway of gateways) {
    try {
      const { messages } = (await admin(gateway, '/api/v1/messages?state=held&limit=20')).json() as { readonly messages: readonly { readonly id: string }[] };
      for (const [index, { id }] of messages.entries()) {
        const action = index % 5 === 4 ? 'reject' : 'release';
        await admin(gateway, `/api/v1/messages/${id}/${action}`, { body: JSON.stringify(action === 'release' ? { as: 'original', reason: 'checked' } : { reason: 'not allowed' }) });
      }
      return;
    } catch {
      // This one is just being restarted: the other is asked.
    }
  }
}

async function restarted(index: number, processes: number, how: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const before = gateways[index];
  if (before === undefined) return;
  before.signal(how);
  await before.ended;
  gateways[index] = await started(processes, before.dataDir);
}

function childOf(pid: number): number {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/status`)).filter((name) => {
    try {
      return new RegExp(`^PPid:\\s+${pid}$`, 'm').test(readFileSync(`/proc/${name}/status`, 'latin1')) && readFileSync(`/proc/${name}/cmdline`, 'latin1').includes('gateway-process');
    } catch {
      return false;
    }
  });
  // Zero would be the test's own processes.
  if (children[0] === undefined) throw new Error(`${pid} has no process that carries traffic`);
  return Number(children[0]);
}

beforeAll(async () => {
  [redis, bucket, upstream] = await Promise.all([redisServer(), testS3(), recordingUpstream({ bodyKept: 4096 })]);
  await redis.start();
  keys = join(tempFolder('fleet-keys'), 'keys');
  mkdirSync(keys, { recursive: true });
  const made = await run(process.execPath, [WEIR, 'keys', 'init', '--out', keys], { WEIR_DATABASE_URL: postgres().url });
  if (made.code !== 0) throw new Error(made.err);
  gateways.push(await started(2), await started(1));
  for (const queues of ['release', 'release,destroy', 'release,destroy,notice,alert,rescan']) workers.push(await startWorker({ queues, configFile: gateways[1]?.configFile ?? '', env: env() }));
});
afterAll(async () => {
  for (const worker of workers) await worker.kill();
  for (const gateway of gateways) {
    gateway.signal('SIGKILL');
    await gateway.ended;
  }
  await Promise.all([upstream.close(), bucket.close(), redis.kill()]);
});

describe('a fleet', () => {
  it('knows its nodes, and that all run one policy', async () => {
    const first = gateways[0];
    if (first === undefined) throw new Error('no gateway');
    const answer = await eventually('five nodes with one policy', async () => (await admin(first, '/api/v1/nodes')).json() as { readonly samePolicy: boolean; readonly nodes: readonly { readonly roles: readonly string[]; readonly processes: number }[] }, ({ nodes, samePolicy }) => nodes.length === 5 && samePolicy);
    expect(answer.nodes.map(({ roles, processes }) => (roles.includes('gateway') ? `gateway ${processes}` : 'worker')).toSorted()).toEqual(['gateway 1', 'gateway 2', 'worker', 'worker', 'worker']);
  });

  it('loses nothing and doubles nothing silently while each of its processes is killed or restarted in turn', async () => {
    const over = new AbortController();
    const load = Array.from({ length: CLIENTS }, async () => {
      while (!over.signal.aborted) {
        await sendOne();
        await delay(PAUSE_MS);
      }
    });
    const deciding = (async () => {
      while (!over.signal.aborted) {
        await decideSome();
        await delay(PAUSE_MS * 4);
      }
    })();
    // What is refused while a process is away is quickly many: those that were answered count.
    const answered = (): number => sent.filter(({ status }) => status !== undefined && status < 500).length;
    const settle = async (): Promise<void> => {
      const enough = answered() + EACH;
      await until('answers between two blows', () => answered() > enough);
    };
    const inState = async (...states: readonly string[]): Promise<number> => {
      const counted = await postgres().psql(`select count(*)::int as n from weir.messages where state in (${states.map((state) => `'${state}'`).join()})`, 'weir');
      return Number(counted[0]?.['n']);
    };

    await settle();
    process.kill(childOf(gateways[0]?.pid ?? 0), 'SIGKILL');
    await settle();
    for (const worker of workers) {
      await worker.kill();
      await settle();
      await worker.start();
    }
    await redis.kill();
    await settle();
    await redis.start();
    await restarted(1, 1, 'SIGKILL');
    await settle();
    await redis.command('FLUSHALL');
    await restarted(0, 2, 'SIGTERM');
    await settle();
    await postgres().restart();
    await settle();
    await until('enough releases to tell of', async () => (await inState('released')) > EACH);
    over.abort();
    await Promise.all([...load, deciding]);

    const [one] = gateways;
    if (one === undefined) throw new Error('no gateway');
    await until('the end of all releases', async () => (await inState('releasing', 'sending')) === 0);

    const arrivals = new Map<string, number>();
    for (const { body, complete } of upstream.requests) {
      const mark = /mark-[a-j]+-end/.exec(body.toString('latin1'))?.[0];
      if (mark !== undefined && complete) arrivals.set(mark, (arrivals.get(mark) ?? 0) + 1);
    }
    const rows = await postgres().psql('select id, state from weir.messages', 'weir');
    const stateOf = new Map(rows.map(({ id, state }) => [String(id), String(state)]));
    const wrong: string[] = [];
    const states = new Map<string, number>();
    for (const { mark, kind, status, incident } of sent) {
      const times = arrivals.get(mark) ?? 0;
      const say = (what: string): void => void wrong.push(`${mark} (${kind}, ${String(status)}): ${what}, arrived ${times} times`);
      if (status === 200 && times !== 1) say('was answered as delivered');
      if (status === 403 && times !== 0) say('was blocked');
      if (status !== 202) continue;
      const state = stateOf.get(incident ?? '') ?? 'missing';
      states.set(state, (states.get(state) ?? 0) + 1);
      if (state === 'released' ? times !== 1 : state === 'uncertain' ? times > 2 : state === 'held' || state === 'rejected' || state === 'failed' ? times !== 0 : true) say(`is ${state}`);
    }
    // Whoever heard nothing may try again: what was sent for them arrived at most once.
    for (const { mark, status } of sent) if (status === undefined && (arrivals.get(mark) ?? 0) > 1) wrong.push(`${mark}: without an answer, arrived more than once`);
    expect(wrong).toEqual([]);
    expect(states.get('released') ?? 0).toBeGreaterThan(EACH);
    for (const kind of KINDS) expect(sent.filter((one) => one.kind === kind && one.status !== undefined && one.status < 500).length).toBeGreaterThan(EACH);
    // The audit that all of them wrote is whole.
    const verified = await admin(one, '/api/v1/audit/verify', { body: '{}' });
    expect(verified.json()).toMatchObject({ ok: true });
  });
});
