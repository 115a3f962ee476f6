/** What a zstd frame has stood for so far, as far back as later blocks may reach. */
import { malformed } from './stage.js';
import { BLOCK_MOST } from './zstd-frame.js';

/** Grows to here at once; a small body takes no more. */
const LEAST = 256 * 1024;

/** Up to here a loop is faster than a call. */
const SHORT = 32;

export class ZstdWindow {
  #bytes = Buffer.alloc(LEAST);
  #end = 0;
  #block = 0;
  #size = 0;
  #blockMost = BLOCK_MOST;

  /** A new frame: earlier bytes are out of reach. The memory stays, so that many frames cost no more than one. */
  reset(size: number): void {
    this.#size = size;
    this.#blockMost = Math.min(BLOCK_MOST, size);
    this.#end = this.#block = 0;
  }

  /** From here on bytes belong to a new block. */
  begin(): void {
    const room = this.#end + BLOCK_MOST;
    const most = 2 * this.#size + BLOCK_MOST;
    if (room > this.#bytes.length) {
      if (this.#bytes.length < most) {
        const larger = Buffer.alloc(Math.min(most, Math.max(room, this.#bytes.length * 2)));
        this.#bytes.copy(larger, 0, 0, this.#end);
        this.#bytes = larger;
      }
      if (room > this.#bytes.length) {
        this.#bytes.copyWithin(0, this.#end - this.#size, this.#end);
        this.#end = this.#size;
      }
    }
    this.#block = this.#end;
  }

  /** A copy of what the block stands for. */
  block(): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(this.#block, this.#end));
  }

  append(from: Uint8Array, start = 0, end = from.length): void {
    this.#admit(end - start);
    const bytes = this.#bytes;
    if (end - start > SHORT) bytes.set(from.subarray(start, end), this.#end);
    else for (let at = start, to = this.#end; at < end; at++, to++) bytes[to] = from[at] ?? 0;
    this.#end += end - start;
  }

  fill(byte: number, length: number): void {
    this.#admit(length);
    this.#bytes.fill(byte, this.#end, this.#end + length);
    this.#end += length;
  }

  /** The same bytes again that began `offset` ago; they may overlap with what is written. */
  repeat(offset: number, length: number): void {
    this.#admit(length);
    if (offset < 1 || offset > this.#size || offset > this.#end) throw malformed('zstd');
    const bytes = this.#bytes;
    const to = this.#end + length;
    if (length > SHORT && offset >= length) bytes.copyWithin(this.#end, this.#end - offset, to - offset);
    else for (let at = this.#end; at < to; at++) bytes[at] = bytes[at - offset] ?? 0;
    this.#end = to;
  }

  #admit(length: number): void {
    if (this.#end - this.#block + length > this.#blockMost) throw malformed('zstd');
  }
}
