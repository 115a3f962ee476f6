/** The two ways in which zstd reads bits: forward for tables, backward from an end mark for everything coded (RFC 8878 sections 4.1 and 4.2). */
import { malformed } from './stage.js';

/** Bits from the lowest of the first byte upwards. */
export class ForwardBits {
  #at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  /** At most 16; zeros behind the end, which `bytesRead` then tells. */
  peek(count: number): number {
    const index = this.#at >> 3;
    const word = (this.bytes[index] ?? 0) | ((this.bytes[index + 1] ?? 0) << 8) | ((this.bytes[index + 2] ?? 0) << 16);
    return (word >> (this.#at & 7)) & ((1 << count) - 1);
  }
  skip(count: number): void {
    this.#at += count;
  }
  /** Whole bytes that were begun. */
  get bytesRead(): number {
    const read = (this.#at + 7) >> 3;
    if (read > this.bytes.length) throw malformed('zstd');
    return read;
  }
}

/** Bits from the highest set one of the last byte downwards. */
export class BackwardBits {
  /** Bits that are left; below 0 once more were read than there are. */
  left: number;
  constructor(private readonly bytes: Uint8Array) {
    const last = bytes[bytes.length - 1] ?? 0;
    if (last === 0) throw malformed('zstd');
    this.left = bytes.length * 8 - 1 - Math.clz32(last << 24);
  }

  /** The next `count` bits, at most 24, without taking them; zeros behind the end. */
  peek(count: number): number {
    const from = this.left - count;
    if (from < 0) return this.left <= 0 ? 0 : (this.#at(0) & ((1 << this.left) - 1)) << -from;
    return (this.#at(from >> 3) >>> (from & 7)) & ((1 << count) - 1);
  }
  read(count: number): number {
    // An offset's extra bits may be more than fit into one look.
    if (count > 16) return this.read(count - 16) * 0x10000 + this.read(16);
    const value = this.peek(count);
    this.left -= count;
    return value;
  }
  #at(index: number): number {
    const { bytes } = this;
    return (bytes[index] ?? 0) | ((bytes[index + 1] ?? 0) << 8) | ((bytes[index + 2] ?? 0) << 16) | ((bytes[index + 3] ?? 0) << 24);
  }
}
