/** Bytes and bits of a stream, asked for one after the other; fed by pieces that come asynchronously. */
import { ExtractError } from '../contract.js';

/** Sequential bytes over pieces: `fill` is awaited at block borders only, so that the inner loops stay synchronous. */
export class ByteFeed {
  #buffer: Uint8Array = new Uint8Array(0);
  #at = 0;
  #ended = false;
  readonly #pieces: AsyncIterator<Uint8Array>;

  constructor(
    pieces: AsyncIterable<Uint8Array>,
    readonly detail: string,
  ) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Sees to it that `count` bytes are in memory, if the stream has as many. Answers how many there are. */
  async fill(count: number): Promise<number> {
    if (this.#buffer.length - this.#at >= count || this.#ended) return this.#buffer.length - this.#at;
    const kept: Uint8Array[] = [this.#buffer.subarray(this.#at)];
    let size = kept[0]?.length ?? 0;
    // As much again: what is left is copied, and a stream of tiny blocks would have it copied for each of them.
    while (size < 2 * count) {
      const next = await this.#pieces.next();
      if (next.done === true) {
        this.#ended = true;
        break;
      }
      kept.push(next.value);
      size += next.value.length;
    }
    this.#buffer = Buffer.concat(kept, size);
    this.#at = 0;
    return size;
  }

  byte(): number {
    const byte = this.#buffer[this.#at++];
    if (byte === undefined) throw new ExtractError('malformed', this.detail);
    return byte;
  }

  /** A view that lasts until the next `fill`. */
  take(count: number): Uint8Array {
    if (count > this.#buffer.length - this.#at) throw new ExtractError('malformed', this.detail);
    this.#at += count;
    return this.#buffer.subarray(this.#at - count, this.#at);
  }

  peek(count: number): Uint8Array {
    return this.#buffer.subarray(this.#at, this.#at + count);
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
