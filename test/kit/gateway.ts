/** A whole gateway from dist/ in a child process, on a data folder and a configuration of its own, with what it says captured. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MAIN } from './program.js';
import { tempFolder } from './temp.js';
import { PATIENCE_MS } from './patience.js';

/** Where and how to die: at the n-th time a point is reached, the gateway, its database, or both. */
export interface Arm {
  readonly point: string;
  readonly nth: number;
  readonly kill: 'self' | 'postgres' | 'both';
  readonly delayMs?: number | undefined;
  /** Nothing counts before this point was reached. */
  readonly from?: string | undefined;
}

export interface GatewayOptions {
  readonly configFile: string;
  readonly dataDir: string;
  /** Added to the real time. */
  readonly offsetMs?: number;
  readonly arm?: Arm;
  /** kill -9 so long after it began to start. */
  readonly killAfterMs?: number;
  readonly pace?: { readonly everyMs?: Readonly<Record<string, number>>; readonly stalledAfterMs?: number };
  readonly env?: Readonly<Record<string, string>>;
}

/** What the child has reached: points with their count, and all methods of wrapped ports. */
export interface Reached {
  readonly points: ReadonlyMap<string, number>;
  readonly methods: ReadonlySet<string>;
}

export interface Gateway {
  readonly dataUrl: string;
  readonly adminUrl: string;
  readonly token: string;
  readonly pid: number;
  readonly exited: Promise<void>;
  /** Resolves when the point that was armed last has been reached, and the database is dead; a process that dies itself does not tell. */
  readonly hit: Promise<void>;
  /** Everything it wrote to stdout and stderr. */
  said(): string;
  arm(arm: Arm): void;
  disarm(): void;
  setOffset(offsetMs: number): void;
  killPostgres(): void;
  reached(): Promise<Reached>;
  /** kill -9, the database left alone. */
  kill(): Promise<void>;
  /** As SIGTERM does. */
  stop(): Promise<Reached>;
  api(method: 'GET' | 'POST', path: string, body?: unknown): Promise<{ readonly status: number; readonly text: string }>;
}

interface ChildMessage {
  readonly ready?: { readonly dataUrl: string; readonly adminUrl: string; readonly token: string };
  readonly hit?: string;
  readonly answer?: number;
  readonly stopped?: boolean;
  readonly seen?: readonly (readonly [string, number])[];
  readonly methods?: readonly string[];
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CHILD = join(ROOT, 'test', 'kit', 'crash-child.mjs');

const alive = new Set<ChildProcess>();
/** Data folders whose database may outlive its gateway. */
const folders = new Set<string>();

/** A data folder that PostgreSQL's unprivileged user can walk into, as an installed one is. */
export function gatewayFolder(name: string): string {
  const folder = tempFolder(name);
  chmodSync(folder, 0o711);
  return folder;
}

export function writeConfig(folder: string, text: string): string {
  const file = join(folder, 'weir.yaml');
  writeFileSync(file, text);
  return file;
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const plan = { main: MAIN, ...options, env: undefined };
  const child = spawn(process.execPath, [CHILD, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'], ...options.env },
  });
  alive.add(child);
  folders.add(options.dataDir);
  if (options.killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), options.killAfterMs);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const exited = new Promise<void>((resolve) => {
    child.once('close', () => {
      alive.delete(child);
      resolve();
    });
  });
  const asked = new Map<number, (reached: Reached) => void>();
  let stopped: Reached | undefined;
  let questions = 0;
  let armed: string | undefined;
  let markHit = (): void => undefined;
  let hit: Promise<void>;
  const expectHit = (arm: Arm | undefined): void => {
    armed = arm?.point;
    hit = new Promise((resolve) => (markHit = resolve));
  };
  expectHit(options.arm);
  const ready = new Promise<NonNullable<ChildMessage['ready']>>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the gateway did not start in time:\n${said}`)), PATIENCE_MS);
    child.on('message', (raw) => {
      const message = raw as ChildMessage;
      const reached = { points: new Map(message.seen), methods: new Set(message.methods) };
      if (message.ready !== undefined) resolve(message.ready);
      if (message.hit !== undefined && message.hit === armed) markHit();
      if (message.answer !== undefined) asked.get(message.answer)?.(reached);
      if (message.stopped === true) stopped = reached;
    });
    void exited.then(() => reject(new Error(`the gateway did not start:\n${said}`)));
    child.once('message', () => clearTimeout(late));
    child.once('close', () => clearTimeout(late));
  });
  const tell = (message: object): void => {
    if (child.connected) child.send(message, () => undefined);
  };
  const started = await ready;
  return {
    ...started,
    pid: child.pid ?? 0,
    exited,
    get hit() {
      return hit;
    },
    said: () => said,
    arm(arm) {
      expectHit(arm);
      tell({ arm });
    },
    disarm: () => tell({ disarm: true }),
    setOffset: (offsetMs) => tell({ offsetMs }),
    killPostgres: () => tell({ killPostgres: true }),
    reached: () =>
      new Promise((resolve, reject) => {
        const question = ++questions;
        asked.set(question, resolve);
        void exited.then(() => reject(new Error('the gateway is gone')));
        tell({ ask: question });
      }),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      tell({ stop: true });
      await exited;
      if (stopped === undefined) throw new Error(`the gateway did not stop by itself:\n${said}`);
      return stopped;
    },
    async api(method, path, body) {
      const answer = await fetch(`${started.adminUrl}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${started.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, text: await answer.text() };
    },
  };
}

/** Ends what a failed test left running, database included; call it in afterAll. */
export async function endGateways(): Promise<void> {
  await Promise.all(
    [...alive].map(async (child) => {
      // Its streams may be open a moment longer than it lives.
      const gone = new Promise((resolve) => child.once('close', resolve));
      if (child.connected) child.send({ die: true }, () => undefined);
      else child.kill('SIGKILL');
      await gone;
    }),
  );
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const where = readlinkSync(`/proc/${pid}/cwd`);
      if ([...folders].some((folder) => where.startsWith(`${folder}/`))) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // Gone meanwhile, before it was looked at or before it was ended.
    }
  }
}
