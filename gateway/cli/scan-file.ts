/** Streams one file, or standard input, through an inspector, chunk by chunk. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { BodyHead, Finding, InspectorFactory, Unscannable } from '../ports.js';
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
  | { readonly kind: 'scanned'; readonly scanned: number; readonly unscanned: number; readonly unscannable: readonly Unscannable[] }
  | { readonly kind: 'skipped'; readonly reason: SkipReason }
  /** Reading stopped midway: findings so far stand, the rest is unknown. */
  | { readonly kind: 'broken'; readonly scanned: number; readonly unscannable: readonly Unscannable[] };

/** Makes an engine whose findings go to the callback, however many there are. */
export type EngineFor = (onFinding: (finding: Finding) => void) => InspectorFactory;

const NOTHING_MASKED = (): boolean => false;
const BARE: BodyHead = { contentType: undefined, contentEncoding: undefined, contentDisposition: undefined, length: undefined, signedBy: [], texts: [] };

export async function scanFile(path: string, engineFor: EngineFor, sink: ScanSink, signal: AbortSignal): Promise<FileOutcome> {
  const engine = engineFor((finding) => sink.finding(finding));
  if (path === STDIN) return scanChunks(BARE, process.stdin as AsyncIterable<Uint8Array>, engine, sink, signal);
  let handle;
  try {
    // A pipe that took the file's place since it was listed must not make us wait.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    return { kind: 'skipped', reason: reasonOf(error) };
  }
  try {
    const facts = await handle.stat();
    if (facts.isFIFO()) return await scanChunks(BARE, handle.createReadStream({ highWaterMark: CHUNK, autoClose: false }) as AsyncIterable<Uint8Array>, engine, sink, signal);
    if (!facts.isFile()) return { kind: 'skipped', reason: 'special' };
    const name = basename(path);
    const texts = [{ name: 'file-name', kind: 'file-name' as const, text: name }];
    const head = engine.inspectHead(texts, NOTHING_MASKED);
    const outcome = await scanChunks({ ...BARE, length: facts.size, texts }, chunksOf(handle), engine, sink, signal);
    return outcome.kind === 'skipped' ? outcome : { ...outcome, unscannable: [...head.evidence.unscannable, ...outcome.unscannable] };
  } catch (error) {
    return { kind: 'skipped', reason: reasonOf(error) };
  } finally {
    await handle.close();
  }
}

/** Each chunk is a new buffer: a decoder may keep a piece of it until the next one comes. */
async function* chunksOf(handle: { read(buffer: Buffer, offset: number, length: number): Promise<{ bytesRead: number }> }): AsyncGenerator<Uint8Array> {
  for (;;) {
    const buffer = Buffer.allocUnsafeSlow(CHUNK);
    const { bytesRead } = await handle.read(buffer, 0, CHUNK);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function scanChunks(head: BodyHead, chunks: AsyncIterable<Uint8Array>, engine: InspectorFactory, sink: ScanSink, signal: AbortSignal): Promise<FileOutcome> {
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
  const inspector = engine.inspect(head, beginning.subarray(0, engine.prefixLength), NOTHING_MASKED);
  let read = 0;
  for (let chunk: Uint8Array | undefined = beginning; chunk !== undefined; chunk = await next()) {
    if (chunk.length > 0) inspector.write(chunk);
    read += chunk.length;
    await sink.progress(chunk.length);
  }
  inspector.end(ending.complete);
  const receipt = inspector.receipt();
  const { unscannable } = inspector;
  return ending.complete
    ? { kind: 'scanned', scanned: receipt.scanned, unscanned: receipt.unscanned, unscannable }
    : { kind: 'broken', scanned: Math.min(read, receipt.scanned), unscannable };
}
