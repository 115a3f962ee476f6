/** Programs of this bench: what is measured on core 0, load and sink on core 1, each ended by its own handle. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** A start that takes longer has failed: initdb and migrations need a few seconds, more on a busy machine. */
const START_MS = 120_000;
/** What a stop may take before it is forced: a gateway that is killed leaves its database behind. */
const STOP_MS = 60_000;
const PIN = availableParallelism() > 1 && existsSync('/usr/bin/taskset');

export interface Child {
  readonly pid: number;
  stop(): Promise<void>;
}
export interface ReadyWhen {
  /** Something listens there. */
  readonly port?: number;
  /** This answers 200. */
  readonly url?: string;
}

const pinned = (core: 0 | 1, command: string, words: readonly string[]): readonly [string, readonly string[]] => (PIN ? ['taskset', ['-c', String(core), command, ...words]] : [command, words]);

export async function startChild(core: 0 | 1, command: string, words: readonly string[], ready: ReadyWhen, env: Readonly<Record<string, string>> = {}): Promise<Child> {
  const [program, all] = pinned(core, command, words);
  const child = spawn(program, all, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_ENV: 'production', ...env } });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said.push(text);
      if (said.length > 50) said.shift();
    });
  }
  const exit = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  child.once('error', () => undefined);
  const stop = async (): Promise<void> => {
    if (ended()) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exit;
    clearTimeout(timer);
  };
  const until = Date.now() + START_MS;
  while (!(await isReady(ready))) {
    if (ended() || Date.now() > until) {
      await stop();
      throw new Error(`${command} did not start:\n${said.join('')}`);
    }
    await delay(50);
  }
  return { pid: child.pid ?? 0, stop };
}

/** Runs it to its end; what it printed. */
export async function runChild(core: 0 | 1, command: string, words: readonly string[]): Promise<string> {
  const [program, all] = pinned(core, command, words);
  const child = spawn(program, all, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  const code = await new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject));
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}`);
  return text;
}

/** Somebody listens there, and is well. */
export async function answers(url: string): Promise<boolean> {
  try {
    const reply = await fetch(url);
    await reply.text();
    return reply.ok;
  } catch {
    return false;
  }
}

async function isReady({ port, url }: ReadyWhen): Promise<boolean> {
  if (url !== undefined) return answers(url);
  return new Promise((resolve) => {
    const socket = connect({ port: port ?? 0, host: '127.0.0.1' }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
