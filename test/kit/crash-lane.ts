/** One data folder that lives through many crashes: a gateway, its destination and its alert receiver, and the books of what was sent. */
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IDENTITY_OBJECT } from '../../gateway/vault/store.js';
import { gatewayFolder, startGateway, writeConfig, type Gateway, type Reached } from './gateway.js';
import { numberSource, type NumberSource } from './numbers.js';
import { eventually as looking, PATIENCE_MS } from './patience.js';
import { recordingUpstream, type RecordingUpstream } from './upstream.js';

/** Longer than a lease, a stuck outbox row and a claimed alert batch: what a dead process held is free after a restart. */
const PAST_LEASES_MS = 3 * 60_000;
/** Longer than a vault file may stay without a message. */
const PAST_ORPHANS_MS = 16 * 60_000;
export const HOOK = { HOOK_SECRET: 'a secret of this test only' };

export interface Lane {
  readonly dataDir: string;
  readonly upstream: RecordingUpstream;
  readonly receiver: RecordingUpstream;
  readonly numbers: NumberSource;
  gateway: Gateway;
  /** Restarts with leases run out; nothing to do where the gateway lived on. */
  restart(): Promise<void>;
  /** Moves the clock of this and every later process. */
  advance(ms: number): void;
  marker(): string;
  /** What the points and methods were, over all processes that could still be asked. */
  readonly reached: { readonly points: Set<string>; readonly methods: Set<string> };
  /** Audit rows that must exist in the end, each once. */
  readonly promised: { readonly act: string; readonly subject: string }[];
  learn(reached: Reached): void;
  close(): Promise<void>;
}

export const laneConfig = (upstream: string, receiver: string): string => `
version: 1
listen: { data: { port: 0 }, admin: { port: 0 } }
limits: { spoolMemory: 0B, drain: 2s }
log: { level: warn }
alerts: { webhooks: [{ id: hook, url: "${receiver}/alerts", secret: { env: HOOK_SECRET } }] }
routes:
  - { id: hold, match: { path: /hold }, upstream: { url: "${upstream}" }, policy: hold-ids }
  - { id: alert, match: { path: /alert }, upstream: { url: "${upstream}" }, policy: hold-ids }
  - { id: resubmit, match: { path: /resubmit }, upstream: { url: "${upstream}" }, policy: hold-ids, release: resubmit, onHold: refuse }
  - { id: mail, match: { path: /mail }, upstream: { url: "${upstream}" }, policy: mixed }
  - { id: upload, match: { path: /upload }, upstream: { url: "${upstream}" }, policy: mask-ids }
policies:
  hold-ids: { rules: [{ id: ids, when: { found: { of: [cn.resident-id] } }, action: hold }] }
  mask-ids: { rules: [{ id: ids, when: { found: { of: [cn.resident-id] } }, action: mask }] }
  mixed:
    rules:
      - { id: many, when: { found: { of: [cn.resident-id], distinct: 3 } }, action: block }
      - { id: few, when: { found: { of: [cn.resident-id] } }, action: mask }
`;

export async function openLane(number: number): Promise<Lane> {
  const dataDir = gatewayFolder(`crash${String(number)}`);
  const [upstream, receiver] = await Promise.all([recordingUpstream(), recordingUpstream()]);
  const configFile = writeConfig(gatewayFolder('config'), laneConfig(upstream.url, receiver.url));
  let offsetMs = 0;
  let made = 0;
  const start = (): Promise<Gateway> =>
    startGateway({
      configFile, dataDir, offsetMs,
      pace: { everyMs: { dispatch: 200, reconcile: 300, expire: 300, alert: 300 }, stalledAfterMs: 1_000 },
      env: HOOK,
    });
  const reached = { points: new Set<string>(), methods: new Set<string>() };
  const lane: Lane = {
    dataDir, upstream, receiver, reached,
    promised: [],
    numbers: numberSource(8_000 + number),
    gateway: await start(),
    async restart() {
      await lane.gateway.exited;
      offsetMs += PAST_LEASES_MS;
      lane.gateway = await start();
    },
    advance(ms) {
      offsetMs += ms;
      lane.gateway.setOffset(offsetMs);
    },
    // Letters only: a marker must not look like a finding.
    marker: () => `marker-${String.fromCharCode(97 + number)}${Array.from(String(++made), (digit) => String.fromCharCode(97 + Number(digit))).join('')}z`,
    learn({ points, methods }) {
      for (const point of points.keys()) reached.points.add(point);
      for (const method of methods) reached.methods.add(method);
    },
    async close() {
      await Promise.all([upstream.close(), receiver.close()]);
    },
  };
  return lane;
}

export interface Answer {
  readonly status: number;
  readonly action: string | undefined;
  readonly incident: string | undefined;
}

/** A restarted gateway listens on another port, but its senders know it by one name, as they would a real one. */
const SITE = 'weir.example';

/** Undefined: the sender never learned how it ended. */
export async function send(lane: Lane, path: string, body: string, options: { readonly method?: string } = {}): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const sent = request(
      `${lane.gateway.dataUrl}${path}`,
      {
        method: options.method ?? 'POST',
        agent: false,
        signal: AbortSignal.timeout(PATIENCE_MS),
        headers: { host: SITE, 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(body) },
      },
      (answer) => {
        const field = (name: string): string | undefined => {
          const value = answer.headers[name];
          return typeof value === 'string' ? value : undefined;
        };
        answer.on('error', () => resolve(undefined));
        answer.on('close', () => resolve(answer.complete ? { status: answer.statusCode ?? 0, action: field('weir-action'), incident: field('weir-incident') } : undefined));
        answer.resume();
      },
    );
    sent.on('error', () => resolve(undefined));
    sent.end(body);
  });
}

export interface Row {
  readonly id: string;
  readonly route: string;
  readonly state: string;
  readonly lastError?: string;
  readonly decision?: { readonly kind: string };
}

/** Looks until there is a value; a gateway that is away has none. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const found = await looking(what, () => Promise.resolve().then(look).catch(() => undefined), (seen) => seen !== undefined);
  if (found === undefined) throw new Error(`waited in vain: ${what}`);
  return found;
}

/** How time passes for the gateway while something is waited for. */
interface Pace {
  readonly everyMs: number;
  readonly byMs: number;
}
/** A job that the carrier lost with its database is handed over anew after a minute. */
const LEASES_PASS: Pace = { everyMs: 3_000, byMs: PAST_LEASES_MS };
/** What belongs to nobody is seen so once, and again a quarter of an hour later. */
export const ORPHANS_PASS: Pace = { everyMs: 700, byMs: PAST_ORPHANS_MS };

/** The same for what no lease guards: time passes for the gateway while it is waited for. */
export function inTime<T>(lane: Lane, what: string, look: () => Promise<T | undefined> | T | undefined, { everyMs, byMs }: Pace = LEASES_PASS): Promise<T> {
  let moved = Date.now();
  return eventually(what, async () => {
    const found = await look();
    if (found === undefined && Date.now() - moved > everyMs) {
      moved = Date.now();
      lane.advance(byMs);
    }
    return found;
  });
}

/** Undefined where the API did not answer 2xx. */
export async function call<T>(lane: Lane, method: 'GET' | 'POST', path: string, body?: unknown): Promise<T | undefined> {
  try {
    const { status, text } = await lane.gateway.api(method, path, body);
    return status < 300 ? (JSON.parse(text) as T) : undefined;
  } catch {
    return undefined;
  }
}

export function rowOf(lane: Lane, id: string): Promise<Row> {
  return eventually(`message ${id}`, () => call<Row>(lane, 'GET', `/messages/${id}`));
}

/** The newest messages. */
export async function newest(lane: Lane): Promise<readonly Row[]> {
  return (await eventually('the list of messages', () => call<{ messages: Row[] }>(lane, 'GET', '/messages?limit=50'))).messages;
}

export async function allRows(lane: Lane): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let after = ''; ; ) {
    const page = await eventually('all messages', () => call<{ messages: Row[]; next?: string }>(lane, 'GET', `/messages?limit=200${after}`));
    rows.push(...page.messages);
    if (page.next === undefined) return rows;
    after = `&after=${page.next}`;
  }
}

/** Complete requests at the destination that carry the marker. */
export function arrivals(lane: Lane, marker: string): number {
  return lane.upstream.requests.filter(({ complete, body }) => complete && body.includes(marker)).length;
}

/** A vault file without a message, as a crash between the seal and the row leaves it. */
export function plantOrphan({ dataDir }: Lane): string {
  const id = `w${Array.from(randomBytes(26), (byte) => 'ABCDEFGHJKMNPQRSTVWXYZ'.charAt(byte % 22)).join('')}`;
  for (const kind of ['body', 'key']) writeFileSync(join(dataDir, 'vault', `${id}.${kind}`), 'sealed by a gateway that died', { mode: 0o600 });
  return id;
}

/** The ids that have a file in the vault. */
export function vaultIds(lane: Lane): Set<string> {
  return new Set(readdirSync(join(lane.dataDir, 'vault')).filter((name) => name !== IDENTITY_OBJECT).map((name) => name.slice(0, name.indexOf('.'))));
}
