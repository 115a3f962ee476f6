/** The processes of a bench: gateways on one core, load and sink on the other, and what they use of memory. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { answers } from './gateway/child.js';

/** A start that takes longer has failed: initdb and migrations need a few seconds. */
const START_MS = 120_000;
const PIN = availableParallelism() > 1 && existsSync('/usr/bin/taskset');

export interface Running {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Core 0 is for what is measured, core 1 for the rest. */
function launch(core: 0 | 1, args: readonly string[], log: string[]): { readonly child: ChildProcess; readonly stop: () => Promise<void> } {
  const child = PIN
    ? spawn('taskset', ['-c', String(core), process.execPath, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    : spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const keep = (chunk: Buffer): void => {
    log.push(chunk.toString());
    if (log.length > 50) log.shift();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { child, stop };
}

/** Starts a program and waits until `url` answers 200, or until it says `ready` when no URL is given. */
export async function start(core: 0 | 1, args: readonly string[], url?: string): Promise<Running> {
  const log: string[] = [];
  const { child, stop } = launch(core, args, log);
  const until = Date.now() + START_MS;
  for (;;) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`${args.join(' ')} did not start:\n${log.join('')}`);
    }
    if (url === undefined ? log.join('').includes('ready') : await answers(url)) return { pid: child.pid ?? 0, stop };
    await delay(50);
  }
}

/** Forgets the peak so far; where the system does not allow it, the peak since the start is shown. */
export function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    return;
  }
}

/** Largest resident set since the last reset, in MiB; NaN where /proc does not say. */
export function peakMiB(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
