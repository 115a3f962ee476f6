/** Objects as streams in pieces of a bounded size, and what passed: how many bytes, and their digest. */
import { createHash } from 'node:crypto';
import type { ObjectStore } from '../ports.js';

/** Fetched with one read: keeps a disk or a connection busy, and memory flat. */
const PIECE = 2 ** 20;

export interface Passed {
  readonly bytes: number;
  readonly sha256: string;
}

/** The whole object, in order. */
export async function* objectBytes(store: Pick<ObjectStore, 'read'>, name: string, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < size; at += PIECE) yield await store.read(name, at, Math.min(PIECE, size - at));
}

/** Hands the bytes on and takes their measure. */
export function measured(bytes: AsyncIterable<Uint8Array>, onBytes: (count: number) => void = () => undefined): { readonly stream: AsyncIterable<Uint8Array>; passed(): Passed } {
  const hash = createHash('sha256');
  let count = 0;
  let sha256: string | undefined;
  async function* stream(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const piece of bytes) {
      hash.update(piece);
      count += piece.length;
      onBytes(piece.length);
      yield piece;
    }
    sha256 = hash.digest('hex');
  }
  return { stream: stream(), passed: () => ({ bytes: count, sha256: sha256 ?? '' }) };
}

/** Reads an object to its end for its measure. */
export async function measureObject(store: Pick<ObjectStore, 'read'>, name: string, size: number, onBytes?: (count: number) => void): Promise<Passed> {
  const measuring = measured(objectBytes(store, name, size), onBytes);
  const reading = measuring.stream[Symbol.asyncIterator]();
  while ((await reading.next()).done !== true);
  return measuring.passed();
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
