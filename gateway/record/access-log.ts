/** One line for every exchange, with a short receipt (HC 31): append-only segments, compressed when full, their digests anchored in the audit. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { causeCode } from '../errors.js';
import type { Clock, Log, Outcome } from '../ports.js';
import { accessLines } from './access-line.js';
import { LineBytes } from './line-bytes.js';

/** Network logs are kept at least six months (网络安全法 Art. 23(3)): 184 days. */
export const ACCESS_LOG_KEPT_MS = 184 * 86_400_000;
/** A segment is closed at this size or age: small enough to be read by eye, large enough that digests stay few. */
const SEGMENT_BYTES = 64 * 2 ** 20;
const SEGMENT_MS = 3_600_000;
/** Lines wait at most this long, or for this much company, before they are written: what a crash can take with it. */
const FLUSH_MS = 1_000;
const FLUSH_BYTES = 256 * 1024;
/** When the disk does not keep up, newer lines are counted instead of kept: memory stays bounded, and the count is written. */
const WAITING_BYTES = 8 * 2 ** 20;

const OPEN_NAME = /^access-\d{13}-(?:(p\d+)-)?\d+\.ndjson$/;
const CLOSED_NAME = /^access-(\d{13})-(?:p\d+-)?\d+\.ndjson\.gz$/;

export interface Segment {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}
export interface AccessLogOptions {
  readonly dir: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Set in a process beside others of one node (`p1`): the folder is shared, each segment is one process's. */
  readonly slot?: string;
  /** Writes an audit entry: a segment was closed, or removed after its time. */
  readonly anchor: (act: 'access-log.closed' | 'access-log.expired', segment: Segment) => Promise<void>;
}
/** `oneOf`: the line stands for so many exchanges of its kind. */
export interface AccessRecorder {
  exchange(outcome: Outcome, oneOf?: number): void;
}
export interface AccessLog {
  readonly recorder: AccessRecorder;
  /** Writes what waits, closes segments that are due, removes those whose time is over. */
  tend(): Promise<void>;
  stop(): Promise<void>;
}

/** Opens the folder; segments that a killed process left open are closed by the first `tend`. */
export async function accessLog(options: AccessLogOptions): Promise<AccessLog> {
  const { dir, clock, log, slot, anchor } = options;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const lineOf = accessLines();
  const waiting = new LineBytes();
  let skipped = 0;
  let asked = false;
  let current: { readonly name: string; readonly file: FileHandle; readonly since: number; size: number } | undefined;
  let turn: Promise<void> = Promise.resolve();
  let made = 0;

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work);
    turn = mine.catch((thrown: unknown) => log.error('access-log.failed', { cause: causeCode(thrown) }));
    return turn;
  };

  const write = async (): Promise<void> => {
    asked = false;
    if (waiting.size === 0 && skipped === 0) return;
    if (skipped > 0) waiting.add(JSON.stringify({ at: new Date(clock.now()).toISOString(), skipped }));
    skipped = 0;
    const lines = waiting.take();
    if (current === undefined) {
      const name = `access-${String(clock.now()).padStart(13, '0')}-${slot === undefined ? '' : `${slot}-`}${process.pid}${String(made++).padStart(4, '0')}.ndjson`;
      current = { name, file: await open(join(dir, name), 'ax', 0o600), since: clock.now(), size: 0 };
    }
    for (const some of lines) {
      await current.file.appendFile(some);
      current.size += some.length;
    }
  };

  const close = async (): Promise<void> => {
    if (current === undefined) return;
    await current.file.close();
    const { name } = current;
    current = undefined;
    await seal(name);
  };

  const seal = async (name: string): Promise<void> => {
    const from = join(dir, name);
    const to = `${from}.gz`;
    await pipeline(createReadStream(from), createGzip(), createWriteStream(to, { mode: 0o600, flush: true }));
    await anchor('access-log.closed', await segment(`${name}.gz`));
    await rm(from);
  };

  const segment = async (name: string): Promise<Segment> => {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(join(dir, name))) hash.update(chunk as Buffer);
    return { name, sha256: hash.digest('hex'), bytes: (await stat(join(dir, name))).size };
  };

  // Of a process that had this place before. The node's first process finds those of all that are no more, once, before there are others.
  let isFirstLook = slot === undefined;
  const sweep = async (): Promise<void> => {
    const all = isFirstLook;
    isFirstLook = false;
    for (const name of await readdir(dir)) {
      const open = OPEN_NAME.exec(name);
      if (open !== null && name !== current?.name && (all || open[1] === slot)) await seal(name);
      if (slot !== undefined) continue;
      const since = CLOSED_NAME.exec(name)?.[1];
      if (since !== undefined && Number(since) + ACCESS_LOG_KEPT_MS < clock.now()) {
        await anchor('access-log.expired', await segment(name));
        await rm(join(dir, name));
      }
    }
  };

  const timer = setInterval(() => void inTurn(write), FLUSH_MS);
  timer.unref();
  return {
    recorder: {
      exchange(outcome, oneOf = 1) {
        if (waiting.size > WAITING_BYTES) {
          skipped++;
          return;
        }
        waiting.add(lineOf(outcome, clock.now(), oneOf));
        // Once for each such amount, not for each line behind it.
        if (waiting.size > FLUSH_BYTES && !asked) {
          asked = true;
          void inTurn(write);
        }
      },
    },
    tend: () =>
      inTurn(async () => {
        await write();
        if (current !== undefined && (current.size >= SEGMENT_BYTES || clock.now() - current.since >= SEGMENT_MS)) await close();
        await sweep();
      }),
    stop: () => {
      clearInterval(timer);
      return inTurn(async () => {
        await write();
        await close();
      });
    },
  };
}
