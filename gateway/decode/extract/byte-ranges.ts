/** Stretches of a source: read piece by piece, or whole where they are small and their length was checked. */
import type { PartSource } from '../../ports.js';
import { ExtractError } from './contract.js';

/** Large enough that a request per piece costs little, small enough that a few of them at once do not matter. */
const PIECE = 128 * 1024;

/** The bytes [from, to), which the caller has seen to lie within the source. */
export async function* bytesBetween(source: PartSource, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; at += PIECE) yield await source.read(at, Math.min(PIECE, to - at));
}

/** `length` bytes at `at`, or `malformed` where the source ends before them. */
export async function exactly(source: PartSource, at: number, length: number, detail: string): Promise<Uint8Array> {
  if (length < 0 || at < 0 || at + length > source.size) throw new ExtractError('malformed', detail);
  return length === 0 ? new Uint8Array(0) : await source.read(at, length);
}

/** The whole source, where a format has to be held in memory. */
export async function wholeOf(source: PartSource, most: number, detail: string): Promise<Uint8Array> {
  if (source.size > most) throw new ExtractError('too-large', detail);
  const all = new Uint8Array(source.size);
  let at = 0;
  for await (const piece of bytesBetween(source, 0, source.size)) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Whether [from, to) holds nothing but zeros. */
export async function onlyZeros(source: PartSource, from: number, to: number): Promise<boolean> {
  for await (const piece of bytesBetween(source, from, to)) if (piece.some((byte) => byte !== 0)) return false;
  return true;
}

/** Pieces put together, up to `most` bytes. */
export async function gathered(pieces: AsyncIterable<Uint8Array>, most: number, detail: string): Promise<Uint8Array> {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > most) throw new ExtractError('too-large', detail);
    kept.push(piece);
  }
  return Buffer.concat(kept, size);
}

export async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  if (bytes.length > 0) yield bytes;
}

/** The same source with a window of it kept: for headers that are read one after the other. */
export function readingAhead(source: PartSource): PartSource {
  let window = new Uint8Array(0);
  let from = 0;
  return {
    size: source.size,
    async read(offset, length) {
      if (length >= PIECE) return source.read(offset, length);
      if (offset < from || offset + length > from + window.length) {
        window = new Uint8Array(await source.read(offset, Math.min(PIECE, source.size - offset)));
        from = offset;
      }
      return window.slice(offset - from, offset - from + length);
    },
  };
}
