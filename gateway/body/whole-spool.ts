/** A body that was in memory as a whole before it was to be kept: whoever took it off its connection holds it until the answer is out, so that a copy beside it would only cost. */
import { asWeirError, WeirError } from '../errors.js';
import type { Spool } from '../ports.js';
import type { Budget } from './spool-store.js';

/** Given out at once. */
const MOST_PIECE = 64 * 1024;
const CLOSED: Promise<void> = Promise.resolve();

export function bytesOf(chunks: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const { length } of chunks) bytes += length;
  return bytes;
}

export class WholeSpool implements Spool {
  readonly size: number;
  #chunks: readonly Uint8Array[] | undefined;

  /** Nobody writes into these bytes any more. `memory`: what they are counted in until they are given back. */
  constructor(
    chunks: readonly Uint8Array[],
    private readonly memory: Pick<Budget, 'used'>,
  ) {
    this.size = bytesOf(chunks);
    this.#chunks = chunks;
    memory.used += this.size;
  }

  /** Everything is here already: whoever writes has counted wrongly. */
  write(): Promise<void> {
    return Promise.reject(new WeirError('internal'));
  }

  /** They come again as they are read. */
  adopt(): undefined {
    this.#held();
  }

  kept(): readonly Uint8Array[] | undefined {
    return this.#chunks;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    try {
      return Promise.resolve(this.#part(offset, length));
    } catch (thrown) {
      return Promise.reject(asWeirError(thrown, 'internal'));
    }
  }

  #part(offset: number, length: number): Uint8Array {
    const from = Math.max(0, offset);
    const to = Math.min(offset + length, this.size);
    if (to <= from) return Buffer.alloc(0);
    const out = Buffer.allocUnsafe(to - from);
    let start = 0;
    for (const chunk of this.#held()) {
      if (start < to && start + chunk.length > from) out.set(chunk.subarray(Math.max(0, from - start), to - start), Math.max(0, start - from));
      start += chunk.length;
    }
    return out;
  }

  /** Every chunk is a copy: whoever reads may change it in place. */
  async *stream(offset = 0): AsyncGenerator<Uint8Array> {
    for (let at = Math.max(0, offset); at < this.size; ) {
      const piece = await this.read(at, MOST_PIECE);
      at += piece.length;
      yield piece;
    }
  }

  close(): Promise<void> {
    if (this.#chunks !== undefined) this.memory.used -= this.size;
    this.#chunks = undefined;
    return CLOSED;
  }

  #held(): readonly Uint8Array[] {
    if (this.#chunks === undefined) throw new WeirError('internal');
    return this.#chunks;
  }
}
