/** Weir as it is measured: the compiled program, every built-in detector on, one route that holds each body for its verdict and one that streams it. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../kit/free-port.js';
import { startChild } from './child.js';
import { PEER_TITLES, type Pair, type Sides, type Sinks, type Target } from './peers.js';

export type Front = 'node' | 'fast';
export interface Shape {
  /** Of its own folder. */
  readonly name: string;
  readonly front: Front;
  readonly sides?: Sides;
  readonly h2?: boolean;
  readonly processes?: number;
  /** So little that bodies go to disk. */
  readonly spoolMemory?: string;
  /** An audit row for every exchange, also for those that pass clean. */
  readonly auditEvery?: boolean;
}
export interface WeirSetting {
  /** The compiled main. */
  readonly main: string;
  readonly folder: string;
  readonly sinks: Sinks;
  readonly pair: Pair;
}

const KINDS = '[cn.resident-id, bank-card, cn.phone]';

export function configuration(shape: Shape, ports: { readonly data: number; readonly admin: number }, { sinks, pair }: Pick<WeirSetting, 'sinks' | 'pair'>): string {
  const { sides = 'none' } = shape;
  const behind = sides === 'behind' || sides === 'both';
  const upstream = behind ? `{ url: "https://localhost:${String(sinks.tls)}", tls: { ca: ${pair.ca} } }` : `{ url: "http://127.0.0.1:${String(sinks.plain)}" }`;
  const tls = sides === 'front' || sides === 'both' ? `, tls: { cert: ${pair.cert}, key: ${pair.key} }` : '';
  const front = `, frontend: ${shape.front}${shape.h2 === true ? ', http2: true' : ''}`;
  const route = (id: string): string => `  - { id: ${id}, match: { path: /${id} }, upstream: ${upstream}, policy: ${id}${shape.auditEvery === true ? ', audit: every' : ''} }`;
  return `version: 1
listen:
  data: { host: 127.0.0.1, port: ${String(ports.data)}${tls}${front} }
  admin: { host: 127.0.0.1, port: ${String(ports.admin)} }
${shape.processes === undefined ? '' : `processes: ${String(shape.processes)}\n`}${shape.spoolMemory === undefined ? '' : `limits: { spoolMemory: ${shape.spoolMemory} }\n`}routes:
${route('held')}
${route('streamed')}
policies:
  held:
    unscannable: hold
    rules:
      - { id: stop, when: { found: { of: ${KINDS}, distinct: 3 } }, action: hold }
      - { id: mask, when: { found: { of: ${KINDS} } }, action: mask }
  streamed:
    unscannable: pass
    rules:
      - { id: mask, when: { found: { of: ${KINDS} } }, action: mask, otherwise: pass }
`;
}

export async function startWeir(shape: Shape, setting: WeirSetting): Promise<Target> {
  const [data, admin] = [await freePort(), await freePort()];
  const own = join(setting.folder, `${shape.name}-${shape.front}`);
  mkdirSync(own);
  // PostgreSQL's user has to get through.
  chmodSync(own, 0o755);
  const config = join(own, 'weir.yaml');
  writeFileSync(config, configuration(shape, { data, admin }, setting));
  const child = await startChild(0, process.execPath, [setting.main, '--config', config, '--data', join(own, 'data')], { url: `http://127.0.0.1:${String(admin)}/readyz?for=hold` });
  const id = `weir-${shape.front}` as const;
  return { id, title: PEER_TITLES[id], pid: child.pid, port: data, ca: shape.sides === 'front' || shape.sides === 'both' ? setting.pair.ca : undefined, stop: () => child.stop() };
}
