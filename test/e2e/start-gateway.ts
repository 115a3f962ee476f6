/** The compiled gateway as its users run it: a child process with a data folder and a configuration of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { forgetHome, dataFolder } from '../kit/database.js';
import { freePort } from '../kit/free-port.js';
import { withCluster } from '../kit/made-cluster.js';
import { MAIN } from '../kit/program.js';

export interface GatewayOptions {
  /** The configuration; all ports are 0 unless it says otherwise. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly dataDir?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Put before node, for example `['setpriv', '--reuid', '65534', …]`. */
  readonly prefix?: readonly string[];
  /** What to run; the packed main, or the compiled one where nothing is packed, unless told otherwise. */
  readonly program?: readonly string[];
}

export interface Gateway {
  readonly dataUrl: string;
  readonly adminUrl: string;
  readonly dataPort: number;
  readonly dataDir: string;
  readonly configFile: string;
  readonly pid: number;
  readonly token: string;
  /** Everything said so far to the person who started it. */
  said(): string;
  /** Everything logged so far. */
  logged(): string;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with the exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
}

const running = new Set<ChildProcess>();
const folders = new Set<string>();
afterAll(async () => {
  await Promise.all([...running].map(async (child) => {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const hard = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await gone;
    clearTimeout(hard);
  }));
  for (const folder of folders) forgetHome(folder);
});

/** Those that the routes name, each on a port that is free. */
function mailListeners(routes: unknown): readonly object[] {
  const all = (Array.isArray(routes) ? routes : []) as readonly { readonly channel?: string; readonly match?: { readonly listener?: readonly string[] } }[];
  return [...new Set(all.flatMap(({ channel, match }) => (channel === 'smtp' ? (match?.listener ?? ['smtp']) : [])))].map((id) => ({ id, port: 0 }));
}

/** Suites are run over another front by setting it. */
const frontend = (): object => (process.env['WEIR_TEST_FRONTEND'] === undefined ? {} : { frontend: process.env['WEIR_TEST_FRONTEND'] });

export function gatewayConfig(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const listen = Object(input['listen']) as { data?: object; admin?: object; smtp?: unknown };
  const smtp = listen.smtp ?? mailListeners(input['routes']);
  return { version: 1, ...input, listen: { ...listen, smtp, data: { port: 0, ...frontend(), ...listen.data }, admin: { port: 0, ...listen.admin } } };
}

/**
 * Several processes come to a port by its number, each on its own: one that the first of them was given at random could be another
 * program's before the last of them has come. So they get ports that are nobody else's.
 */
async function numbered(config: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
  // Nodes of a fleet that have one configuration are told elsewhere how many they are, and a port in it would make it two.
  if ((config['processes'] ?? 1) === 1) return config;
  const { data, smtp, ...listen } = config['listen'] as { readonly data: Listener; readonly smtp: readonly Listener[] };
  const own = async (one: Listener): Promise<Listener> => (one.port === 0 ? { ...one, port: await freePort() } : one);
  return { ...config, listen: { ...listen, data: await own(data), smtp: await Promise.all(smtp.map(own)) } };
}
interface Listener {
  readonly port: number;
}

/** A start that did not come to the banner, with what it said. */
export class NotStarted extends Error {
  override readonly name = 'NotStarted';
  constructor(readonly code: number | null, readonly output: string) {
    super(`the gateway ended with ${String(code)}:\n${output}`);
  }
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  // Whoever gives a folder, or another user, wants to see what a first start makes.
  const dataDir = options.dataDir ?? (options.prefix === undefined ? await withCluster(dataFolder(), 'migrated') : dataFolder());
  folders.add(dataDir);
  const configFile = join(dataDir, 'config.yaml');
  // JSON is YAML.
  writeFileSync(configFile, JSON.stringify(await numbered(gatewayConfig(options.config)), undefined, 1), { mode: 0o644 });
  const [command = '', ...words] = [...(options.prefix ?? []), process.execPath, ...(options.program ?? [MAIN])];
  const { PATH, LANG } = process.env;
  const child = spawn(command, words, { env: { PATH, LANG, WEIR_DATA: dataDir, WEIR_CONFIG: configFile, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let out = '';
  let err = '';
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    void ended.then((code) => reject(new NotStarted(code, out + err)));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (out.includes('Ctrl-C stops it.')) resolve();
    });
  });
  const urlOf = (name: string): string => new RegExp(`^  ${name} +(\\S+)`, 'm').exec(out)?.[1] ?? '';
  const dataUrl = urlOf('traffic');
  return {
    dataUrl,
    adminUrl: urlOf('admin'),
    dataPort: Number(new URL(dataUrl).port),
    dataDir,
    configFile,
    pid: child.pid ?? 0,
    token: readFileSync(join(dataDir, 'admin-token'), 'utf8').trim(),
    said: () => out,
    logged: () => err,
    signal: (signal) => void child.kill(signal),
    ended,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
