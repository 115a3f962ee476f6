/** One measurement of one target, and rounds of them in turn, after each target has run long enough to be as fast as it gets. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BodyFile } from './bodies.js';
import { runChild } from './child.js';
import type { LoadAsked, LoadDone } from './load.js';
import type { Target, TargetId } from './peers.js';
import { cpuSeconds, machineSeconds, residentMiB, treeOf } from './process-tree.js';

export interface Sample {
  readonly done: number;
  readonly rate: number;
  /** Of processor time, for one request. */
  readonly cpuMs: number;
  readonly p50: number;
  readonly p99: number;
  readonly mib: number;
  /** Of one core: what the target used of its own, and what nobody here used. */
  readonly busy: number;
  readonly others: number;
}
export interface Work {
  readonly body: BodyFile;
  readonly path: string;
  readonly connections: number;
  readonly seconds: number;
  readonly rate?: number;
  /** The driver of this bench, also where there is a faster one: figures of both are not compared. */
  readonly ownDriver?: boolean;
  /** Over HTTP/2, all on one connection. */
  readonly h2?: boolean;
  /** Requests at least; else LEAST. */
  readonly least?: number;
}

/** Fewer would say nothing about the slowest. */
const LEAST = 8;
const RSS_EVERY_MS = 50;
/** So long each piece of a warm-up, and so many of them at most: half a minute is what a gateway of this size takes to be compiled. */
const WARM_SECONDS = 1.5;
const WARM_MOST = 20;
/** Compilers count calls, not seconds: so many requests at least, or so many bytes where bodies are large. */
const WARM_REQUESTS = 6_000;
const WARM_BYTES = 512 * 2 ** 20;
/** Warm when two pieces in a row were no more than this faster than the one before. */
const WARM_WITHIN = 0.04;

/** Of PEERS/bin, where it is set: a driver in C that costs a quarter of the one here. */
const DRIVER = process.env.PEERS === undefined ? undefined : join(process.env.PEERS, 'bin', 'load');
const nativeDriver = DRIVER !== undefined && existsSync(DRIVER) ? DRIVER : undefined;

async function send(target: Target, work: Work): Promise<LoadDone> {
  const { body, path, connections, seconds, rate, h2 = false, least = LEAST } = work;
  if (nativeDriver !== undefined && target.ca === undefined && rate === undefined && work.ownDriver !== true) {
    // It writes its type into the head as it is, so that a coding can follow.
    const type = body.coding === undefined ? body.type : `${body.type}\r\nContent-Encoding: ${body.coding}`;
    const words = [target.port, path, type, body.file, connections, seconds, 0, least, `127.0.0.1:${String(target.port)}`].map(String);
    const said = JSON.parse(await runChild(1, nativeDriver, words)) as { done: number; errs: number; secs: number; p50: number; p99: number; cpu: number; status: Record<string, number> };
    return { done: said.done, errors: said.errs, seconds: said.secs, p50: said.p50, p99: said.p99, statuses: said.status, cpu: said.cpu };
  }
  const asked: LoadAsked = { port: target.port, path, file: body.file, type: body.type, coding: body.coding, connections, seconds, least, ca: target.ca, rate, h2 };
  return JSON.parse(await runChild(1, process.execPath, ['--import', 'tsx', fileURLToPath(new URL('load.ts', import.meta.url)), JSON.stringify(asked)])) as LoadDone;
}

/** Throws where an answer is none that a clean body gets: a fast gateway that refuses is not measured. */
export async function sample(target: Target, work: Work, sinkPid: number): Promise<Sample> {
  const pids = treeOf(target.pid);
  const before = { cpu: cpuSeconds(pids), sink: cpuSeconds([sinkPid]), machine: machineSeconds(), own: process.cpuUsage(), at: performance.now() };
  let mib = residentMiB(pids);
  const timer = setInterval(() => {
    mib = Math.max(mib, residentMiB(pids));
  }, RSS_EVERY_MS);
  const done = await send(target, work).finally(() => clearInterval(timer));
  const wall = (performance.now() - before.at) / 1000;
  const cpu = cpuSeconds(pids) - before.cpu;
  const own = process.cpuUsage(before.own);
  const wrong = Object.keys(done.statuses).filter((status) => status !== '204');
  if (wrong.length > 0 || done.errors > 0 || done.done === 0) throw new Error(`${target.title}, ${work.body.id}: ${String(done.done)} done, ${String(done.errors)} errors, ${JSON.stringify(done.statuses)}`);
  const known = cpu + cpuSeconds([sinkPid]) - before.sink + done.cpu + (own.user + own.system) / 1e6;
  return { done: done.done, rate: done.done / done.seconds, cpuMs: (cpu / done.done) * 1000, p50: done.p50, p99: done.p99, mib, busy: cpu / done.seconds, others: Math.max(0, machineSeconds() - before.machine - known) / wall };
}

/** Until it gets no faster. */
export async function warm(target: Target, work: Work, sinkPid: number, quick: boolean): Promise<number> {
  let best = Infinity;
  let flat = 0;
  let sent = 0;
  const most = quick ? 3 : WARM_MOST;
  const enough = Math.min(WARM_REQUESTS, WARM_BYTES / work.body.bytes);
  for (let times = 1; times <= most; times++) {
    const { cpuMs, done } = await sample(target, { ...work, seconds: Math.min(WARM_SECONDS, work.seconds) }, sinkPid);
    flat = cpuMs > best * (1 - WARM_WITHIN) ? flat + 1 : 0;
    best = Math.min(best, cpuMs);
    sent += done;
    if (flat >= 2 && sent >= enough) return times;
  }
  return most;
}

/** Each round every target once, another one first each time. */
export async function rounds(targets: readonly Target[], work: (target: Target) => Work, count: number, sinkPid: number): Promise<ReadonlyMap<TargetId, readonly Sample[]>> {
  const samples = new Map<TargetId, Sample[]>(targets.map(({ id }) => [id, []]));
  for (let round = 0; round < count; round++) {
    for (let index = 0; index < targets.length; index++) {
      const target = targets[(index + round) % targets.length];
      if (target !== undefined) samples.get(target.id)?.push(await sample(target, work(target), sinkPid));
    }
  }
  return samples;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? Number.NaN) : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
