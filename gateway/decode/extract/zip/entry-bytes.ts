/** An entry's bytes: inflated as they are asked for, and held against the size and checksum that the directory promises. */
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { pipeline, Readable } from 'node:stream';
import { ExtractError } from '../contract.js';
import type { ZipArchive, ZipEntry } from './archive.js';

/** Read at once from the source. */
export const PIECE = 64 * 1024;
/** Inflated at once, without a stream: faster for the many small members of a document. */
const AT_ONCE = 256 * 1024;

export async function* stretch(archive: Pick<ZipArchive, 'source'>, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; at += PIECE) yield archive.source.read(at, Math.min(PIECE, to - at));
}

export async function* entryBytes(archive: Pick<ZipArchive, 'source'>, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  if (entry.problem !== undefined) throw new ExtractError(entry.problem.reason, entry.problem.detail);
  const { dataAt, compressedSize, method, size } = entry;
  const raw = stretch(archive, dataAt, dataAt + compressedSize);
  let crc = 0;
  let length = 0;
  const pieces = method === 0 ? raw : compressedSize <= AT_ONCE && size <= AT_ONCE ? inflatedAtOnce(raw, entry) : inflated(raw, compressedSize);
  for await (const piece of pieces) {
    length += piece.length;
    // More than was promised: told at once, since a bomb's promise is small.
    if (length > size) throw new ExtractError('malformed', 'zip-size');
    crc = crc32(piece, crc);
    yield piece;
  }
  if (length !== size) throw new ExtractError('malformed', 'zip-size');
  if (crc !== entry.crc) throw new ExtractError('malformed', 'zip-crc');
}

async function* inflatedAtOnce(raw: AsyncIterable<Uint8Array>, { compressedSize, size }: ZipEntry): AsyncGenerator<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of raw) all.push(piece);
  let out: { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };
  try {
    out = inflateRawSync(Buffer.concat(all), { info: true, maxOutputLength: size + 1 }) as unknown as typeof out;
  } catch {
    throw new ExtractError('malformed', 'deflate');
  }
  if (out.engine.bytesWritten !== compressedSize) throw new ExtractError('malformed', 'deflate');
  yield out.buffer;
}

async function* inflated(raw: AsyncIterable<Uint8Array>, compressedSize: number): AsyncGenerator<Uint8Array> {
  const engine = createInflateRaw({ chunkSize: PIECE });
  let broken: unknown;
  const source = Readable.from(raw, { objectMode: true, highWaterMark: 1 });
  pipeline(source, engine, (error) => (broken = error ?? undefined));
  try {
    for await (const piece of engine as AsyncIterable<Buffer>) yield piece;
  } catch (thrown) {
    // An error of the source is the source's; zlib's own carry a code.
    if (thrown instanceof ExtractError) throw thrown;
    if (!isZlibError(thrown)) throw thrown;
    throw new ExtractError('malformed', 'deflate');
  } finally {
    source.destroy();
    engine.destroy();
  }
  if (broken !== undefined && !isZlibError(broken) && !isPrematureClose(broken)) throw broken instanceof Error ? broken : new ExtractError('failed', 'inflate');
  // Bytes behind the end of the compressed data are read by nobody.
  if (engine.bytesWritten !== compressedSize) throw new ExtractError('malformed', 'deflate');
}

function codeOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : '';
}

function isZlibError(thrown: unknown): boolean {
  return codeOf(thrown).startsWith('Z_');
}

function isPrematureClose(thrown: unknown): boolean {
  return codeOf(thrown) === 'ERR_STREAM_PREMATURE_CLOSE';
}
