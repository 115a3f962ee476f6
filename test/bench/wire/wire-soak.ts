/** Mixed traffic at a low rate for a long time, with slow, leaving, pipelining and hostile senders and a destination that breaks: every answer must belong to its request, nothing may be lost, and memory and descriptors must stay where they are. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../kit/free-port.js';
import { numberSource, randomBelow } from '../../kit/numbers.js';
import { startChild } from '../gateway/child.js';
import { residentMiB, treeOf } from '../gateway/process-tree.js';
import { median } from '../smtp/smtp.js';
import { MISCHIEFS, numberedUpstream, type NumberedUpstream } from './numbered-upstream.js';
import { bad, exchange, pipelined, type Asked } from './senders.js';

export interface WireOptions {
  /** The compiled main. */
  readonly main: string;
  readonly frontend: 'node' | 'fast';
  readonly minutes: number;
  readonly processes: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}
export interface WireAccount {
  readonly exchanges: Readonly<Record<string, number>>;
  readonly wrong: readonly string[];
  /** Resident MiB and open descriptors, minute by minute; the last is taken at rest. */
  readonly samples: readonly Sample[];
}
interface Sample {
  readonly minute: number;
  readonly mib: number;
  readonly descriptors: number;
}

const LANES = 16;
const LANE_PAUSE_MS = 400;
/** The gateway keeps a resting connection for 65 s: some are met before, some at, some behind that. */
const RESTS_MS = [1_000, 30_000, 64_000, 64_990, 65_500, 66_500];
/** Behind it no connection is kept any more. */
const QUIET_MS = 75_000;
const KIB = 1024;

const configuration = (url: string, { frontend, processes }: Pick<WireOptions, 'frontend' | 'processes'>, ports: { readonly data: number; readonly admin: number }): string => `version: 1
listen: { data: { host: 127.0.0.1, port: ${String(ports.data)}, frontend: ${frontend} }, admin: { host: 127.0.0.1, port: ${String(ports.admin)} } }
${processes > 1 ? `processes: ${String(processes)}\n` : ''}log: { level: warn }
limits: { spoolMemory: 4MiB }
routes:
  - { id: held, match: { path: /held }, upstream: { url: "${url}" }, policy: held, maxBody: 64MiB }
  - { id: both, match: { path: /both }, upstream: { url: "${url}" }, policy: held, direction: [request, response] }
  - { id: masked, match: { path: /masked }, upstream: { url: "${url}" }, policy: masked }
  - { id: unscanned, match: { path: /unscanned }, upstream: { url: "${url}" }, scan: false }
policies:
  held: { rules: [{ id: ids, when: { found: { of: [cn.resident-id] } }, action: hold }] }
  masked: { rules: [{ id: ids, when: { found: { of: [cn.resident-id] } }, action: mask }] }
`;

function descriptors(pids: readonly number[]): number {
  let open = 0;
  for (const pid of pids) {
    try {
      if (!readFileSync(`/proc/${String(pid)}/comm`, 'latin1').startsWith('postgres')) open += readdirSync(`/proc/${String(pid)}/fd`).length;
    } catch {
      // It ended meanwhile.
    }
  }
  return open;
}

/** Words without a digit: nothing in them is found. */
function words(below: (limit: number) => number, bytes: number): Buffer {
  const line = Buffer.from(Array.from({ length: 997 }, () => ' abcdefghijklmnopqrstuvwxyz'.charAt(below(27))).join(''));
  return Buffer.alloc(bytes, line);
}

/** Some twenty kinds of exchange, by their share. */
function kinds(port: number, upstream: NumberedUpstream, below: (limit: number) => number, ids: () => string, incidents: string[]): readonly (readonly [share: number, name: string, run: (next: () => number) => Promise<readonly string[]>])[] {
  const agent = new Agent({ keepAlive: true, maxSockets: 6 });
  const size = (): number => [below(200), below(2 * KIB), below(60 * KIB), below(200 * KIB), below(1024 * KIB)][below(5)] ?? 0;
  const must = async (asked: Asked, statuses: readonly number[]): Promise<readonly string[]> => {
    const { status, wrong } = await exchange(asked);
    return statuses.includes(status) ? wrong : [...wrong, `${String(asked.number)} (${asked.as ?? 'plain'}) ended with ${String(status)}`];
  };
  const route = (): string => ['held', 'held', 'both', 'masked', 'unscanned'][below(5)] ?? 'held';
  const guarded = async (asked: Asked, id: string, status: number): Promise<readonly string[]> => {
    upstream.guard(asked.number, id);
    const { status: told, incident, wrong } = await exchange(asked);
    if (told !== status) return [...wrong, `${String(asked.number)} with a number ended with ${String(told)}`];
    if (status === 202) incidents.push(incident ?? '');
    return wrong;
  };
  const withId = (id: string): Buffer => Buffer.concat([words(below, below(20 * KIB)), Buffer.from(` id ${id} . `), words(below, below(20 * KIB))]);
  return [
    [30, 'plain', (next) => must({ port, number: next(), route: route(), agent, body: words(below, size()), bytes: size(), as: (['plain', 'chunked', 'close'] as const)[below(3)] ?? 'plain' }, [200])],
    [8, 'without a body', (next) => must({ port, number: next(), route: route(), agent, method: ['GET', 'HEAD'][below(2)] ?? 'GET' }, [200])],
    [6, 'in chunks', (next) => must({ port, number: next(), route: route(), agent, chunked: true, pieces: 1 + below(20), body: words(below, size()) }, [200])],
    [4, 'asks for leave', (next) => must({ port, number: next(), expects: true, body: words(below, size()) }, [200])],
    [1, 'large', (next) => must({ port, number: next(), body: words(below, 16 * KIB * KIB), pieces: 64 }, [200])],
    [4, 'slow sender', (next) => must({ port, number: next(), route: route(), body: words(below, 1 + below(100 * KIB)), pieces: 10 + below(20), pauseMs: below(200) }, [200])],
    [4, 'slow reader', (next) => must({ port, number: next(), route: route(), bytes: 3 * KIB * KIB, readsSlowly: true }, [200])],
    [3, 'slow answer', (next) => must({ port, number: next(), route: route(), as: 'slow', bytes: 50 * KIB }, [200])],
    [5, 'leaves while sending', async (next) => {
      const number = next();
      const { wrong } = await exchange({ port, number, route: route(), body: words(below, 300 * KIB), pieces: 10, pauseMs: below(20), leavesAt: { sent: below(250 * KIB) } });
      return upstream.complete.has(number) ? [...wrong, `${String(number)} was left half sent, and arrived as a whole`] : wrong;
    }],
    [4, 'leaves while reading', async (next) => (await exchange({ port, number: next(), route: route(), bytes: 2 * KIB * KIB, leavesAt: { read: below(KIB * KIB) } })).wrong],
    [8, 'broken upstream', async (next) => {
      const as = MISCHIEFS[below(3)] ?? 'reset';
      return must({ port, number: next(), route: ['held', 'both'][below(2)] ?? 'held', agent, as, bytes: 100 + below(200 * KIB), body: words(below, size()) }, [0, 502]);
    }],
    [3, 'early answer', async (next) => must({ port, number: next(), as: 'early', body: words(below, 2 * KIB * KIB), pieces: 8, pauseMs: 5 }, [413, 502, 0])],
    [4, 'stray bytes', (next) => must({ port, number: next(), route: route(), agent, as: 'stray' }, [200])],
    [10, 'pipelined', (next) => pipelined({ port, numbers: Array.from({ length: 2 + below(60) }, next), cutEvery: 1 + below(3_000) })],
    [2, 'pipelined and leaves', (next) => pipelined({ port, numbers: Array.from({ length: 20 + below(60) }, next), cutEvery: 1 + below(3_000), leavesAfter: below(10) })],
    [1, 'rests', (next) => pipelined({ port, numbers: [next(), next(), next()], cutEvery: 4_096, restMs: RESTS_MS[below(RESTS_MS.length)] ?? 0 })],
    [4, 'refused', (next) => bad(port, next(), below(5))],
    [1, 'dribbles a head', (next) => bad(port, next(), 5)],
    [3, 'held', async (next) => {
      const [number, id] = [next(), ids()];
      const wrong = await guarded({ port, number, body: withId(id) }, id, 202);
      return upstream.complete.has(number) ? [...wrong, `${String(number)} was held, and arrived`] : wrong;
    }],
    [5, 'masked', (next) => {
      const id = ids();
      return guarded({ port, number: next(), route: 'masked', agent, body: withId(id) }, id, 200);
    }],
  ];
}

export async function soakWire(options: WireOptions): Promise<WireAccount> {
  const { say, minutes } = options;
  const folder = mkdtempSync(join(tmpdir(), 'weir-soak-'));
  chmodSync(folder, 0o711);
  const upstream = await numberedUpstream();
  const ports = { data: await freePort(), admin: await freePort() };
  const [config, data] = [join(folder, 'weir.yaml'), join(folder, 'data')];
  writeFileSync(config, configuration(upstream.url, options, ports));
  const child = await startChild(1, process.execPath, [options.main, '--config', config, '--data', data], { url: `http://127.0.0.1:${String(ports.admin)}/readyz?for=hold` });
  const below = randomBelow(options.seed);
  const numbers = numberSource(options.seed);
  const incidents: string[] = [];
  const all = kinds(ports.data, upstream, below, () => numbers.residentId(), incidents);
  const shares = all.flatMap(([share, name, run]) => Array.from({ length: share }, () => ({ name, run })));
  const exchanges: Record<string, number> = {};
  const wrong: string[] = [];
  const samples: Sample[] = [];
  let number = 0;
  const begun = Date.now();
  const until = begun + minutes * 60_000;
  const sample = (): void => {
    const pids = treeOf(child.pid);
    const one = { minute: Math.round((Date.now() - begun) / 6_000) / 10, mib: residentMiB(pids), descriptors: descriptors(pids) };
    samples.push(one);
    say(`${one.minute.toFixed(1)} min: ${one.mib.toFixed(0)} MiB, ${String(one.descriptors)} descriptors, ${String(number)} requests, ${String(wrong.length)} wrong`);
  };
  const lane = async (): Promise<void> => {
    while (Date.now() < until) {
      const one = shares[below(shares.length)];
      if (one === undefined) return;
      const found = await one.run(() => (number += 1)).catch((thrown: unknown) => [String(thrown)]);
      exchanges[one.name] = (exchanges[one.name] ?? 0) + 1;
      for (const what of found) {
        wrong.push(`${one.name}: ${what}`);
        say(`WRONG ${one.name}: ${what}`);
      }
      await delay(below(LANE_PAUSE_MS));
    }
  };
  const timer = setInterval(sample, 60_000);
  try {
    await Promise.all(Array.from({ length: LANES }, lane));
    clearInterval(timer);
    await delay(QUIET_MS);
    sample();
    wrong.push(...(await lostOf(incidents, ports.admin, data)), ...upstream.leaked.map((one) => `${String(one)} arrived with the number that it must not show`));
    for (const [one, times] of upstream.complete) if (times > 1) exchanges['sent twice to the destination'] = (exchanges['sent twice to the destination'] ?? 0) + (one > 0 ? times - 1 : 0);
    return { exchanges, wrong, samples };
  } finally {
    clearInterval(timer);
    await child.stop();
    await upstream.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What was answered as held must be there to be decided. */
async function lostOf(incidents: readonly string[], admin: number, data: string): Promise<readonly string[]> {
  const token = readFileSync(join(data, 'admin-token'), 'utf8').trim();
  const lost: string[] = [];
  for (const incident of incidents) {
    const answer = await fetch(`http://127.0.0.1:${String(admin)}/api/v1/messages/${incident}`, { headers: { authorization: `Bearer ${token}` } });
    if (answer.status !== 200) lost.push(`the held message ${incident} is not there: ${String(answer.status)}`);
  }
  return lost;
}

/** Grown for good, as far as it can be told: the last third against the first behind the warm-up. */
const TOLERANCE = 1.25;
const DESCRIPTORS_MORE = 10;

export function growing({ samples }: Pick<WireAccount, 'samples'>): readonly string[] {
  const rest = samples.at(-1);
  const warm = samples.slice(Math.ceil(samples.length / 5), -1);
  const third = Math.ceil(warm.length / 3);
  const [first, last] = [median(warm.slice(0, third).map(({ mib }) => mib)), median(warm.slice(-third).map(({ mib }) => mib))];
  const fewest = Math.min(...warm.map(({ descriptors: open }) => open));
  const out: string[] = [];
  if (last > first * TOLERANCE) out.push(`memory grew from ${first.toFixed(0)} to ${last.toFixed(0)} MiB`);
  if (rest !== undefined && rest.descriptors > fewest + DESCRIPTORS_MORE) out.push(`${String(rest.descriptors)} descriptors are open at rest, ${String(fewest)} were under load`);
  return out;
}
