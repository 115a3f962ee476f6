/** Streams one file, or standard input, through an inspector, chunk by chunk. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { childParts, type ChildPorts } from '../act/children.js';
import { unscannedBytes } from '../coverage.js';
import type { BodyHead, Finding, InspectorFactory, PartSource, Receipt, Unscannable } from '../ports.js';
import { reasonOf, STDIN, type SkipReason } from './scan-walk.js';

/** Large enough that reading is not the bottleneck, small enough that memory stays flat. */
export const CHUNK = 64 * 1024;

export interface ScanSink {
  /** In the order found; every one of them. */
  finding(finding: Finding): void;
  /** After each chunk: how many bytes more were read. Awaited, so that a slow reader of the output slows the scan. */
  progress(bytes: number): Promise<void>;
}
export type FileOutcome =
  | { readonly kind: 'scanned'; readonly scanned: number; readonly unscanned: number; readonly unscannable: readonly Unscannable[]; readonly receipt: Receipt }
  | { readonly kind: 'skipped'; readonly reason: SkipReason }
  /** Reading stopped midway: findings so far stand, the rest is unknown. */
  | { readonly kind: 'broken'; readonly scanned: number; readonly unscannable: readonly Unscannable[]; readonly receipt: Receipt };

/** Makes an engine whose findings go to the callback, however many there are. */
export type EngineFor = (onFinding: (finding: Finding) => void) => InspectorFactory;

export interface ScanWith {
  readonly engineFor: EngineFor;
  /** Opens containers, and keeps their bytes until then. */
  readonly children: ChildPorts;
}

const NOTHING_MASKED = (): boolean => false;
const BARE: BodyHead = { contentType: undefined, contentEncoding: undefined, contentDisposition: undefined, length: undefined, signedBy: [], texts: [] };

export async function scanFile(path: string, { engineFor, children }: ScanWith, sink: ScanSink, signal: AbortSignal): Promise<FileOutcome> {
  const engine = engineFor((finding) => sink.finding(finding));
  if (path === STDIN) return scanChunks(BARE, process.stdin as AsyncIterable<Uint8Array>, { engine, children }, sink, signal);
  let handle;
  try {
    // A pipe that took the file's place since it was listed must not make us wait.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    return { kind: 'skipped', reason: reasonOf(error) };
  }
  try {
    const facts = await handle.stat();
    if (facts.isFIFO()) return await scanChunks(BARE, handle.createReadStream({ highWaterMark: CHUNK, autoClose: false }) as AsyncIterable<Uint8Array>, { engine, children }, sink, signal);
    if (!facts.isFile()) return { kind: 'skipped', reason: 'special' };
    const name = basename(path);
    const texts = [{ name: 'file-name', kind: 'file-name' as const, text: name }];
    const head = engine.inspectHead(texts, NOTHING_MASKED);
    const outcome = await scanChunks({ ...BARE, length: facts.size, texts }, chunksOf(handle), { engine, children: { ...children, direct: (part) => (part.part === WHOLE ? sourceOf(handle, facts.size) : undefined) } }, sink, signal);
    return outcome.kind === 'skipped' ? outcome : { ...outcome, unscannable: [...head.evidence.unscannable, ...outcome.unscannable] };
  } catch (error) {
    return { kind: 'skipped', reason: reasonOf(error) };
  } finally {
    await handle.close();
  }
}

/** The path of a part that is the whole file. */
const WHOLE = 'body';

/** What stands on disk anyway needs no copy. */
function sourceOf(handle: Readable, size: number): PartSource {
  return {
    size,
    async read(offset, length) {
      const bytes = Buffer.allocUnsafe(length);
      for (let got = 0; got < length; ) {
        const { bytesRead } = await handle.read(bytes, got, length - got, offset + got);
        if (bytesRead === 0) throw new RangeError('the file became shorter');
        got += bytesRead;
      }
      return bytes;
    },
  };
}

interface Readable {
  read(buffer: Buffer, offset: number, length: number, position?: number): Promise<{ bytesRead: number }>;
}

/** Each chunk is a new buffer: a decoder may keep a piece of it until the next one comes. */
async function* chunksOf(handle: Readable): AsyncGenerator<Uint8Array> {
  for (;;) {
    const buffer = Buffer.allocUnsafeSlow(CHUNK);
    const { bytesRead } = await handle.read(buffer, 0, CHUNK);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function scanChunks(head: BodyHead, chunks: AsyncIterable<Uint8Array>, { engine, children: ports }: { readonly engine: InspectorFactory; readonly children: ChildPorts }, sink: ScanSink, signal: AbortSignal): Promise<FileOutcome> {
  const iterator: AsyncIterator<Uint8Array, unknown> = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  const ending = { complete: true };
  const next = async (): Promise<Uint8Array | undefined> => {
    if (signal.aborted) {
      ending.complete = false;
      return undefined;
    }
    try {
      const step = await iterator.next();
      return step.done === true ? undefined : step.value;
    } catch {
      ending.complete = false;
      return undefined;
    }
  };
  while (length < engine.prefixLength) {
    const chunk = await next();
    if (chunk === undefined) break;
    first.push(chunk);
    length += chunk.length;
  }
  const beginning = Buffer.concat(first);
  const inspector = engine.inspect(head, beginning.subarray(0, engine.prefixLength), NOTHING_MASKED, { defers: ports.opener !== undefined });
  const children = childParts(ports, inspector);
  let read = 0;
  try {
    for (let chunk: Uint8Array | undefined = beginning; chunk !== undefined; chunk = await next()) {
      if (chunk.length > 0) inspector.write(chunk);
      await children.take();
      read += chunk.length;
      await sink.progress(chunk.length);
    }
    inspector.end(ending.complete);
    await children.take();
    if (ending.complete) await children.open();
  } finally {
    await children.close();
  }
  const receipt = inspector.receipt();
  const { unscannable } = inspector;
  return ending.complete
    ? { kind: 'scanned', scanned: receipt.scanned, unscanned: unscannedBytes(receipt), unscannable, receipt }
    : { kind: 'broken', scanned: Math.min(read, receipt.scanned), unscannable, receipt };
}
