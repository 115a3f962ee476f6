/** Finite state entropy tables of zstd (RFC 8878 section 4.1). */
import { malformed } from './stage.js';
import { ForwardBits } from './zstd-bits.js';

export interface FseTable {
  readonly log: number;
  /** By state: what it stands for, and where it leads. */
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
  readonly next: Uint16Array;
}

/** Counts per symbol; -1 stands for less than one. They add up to 2^log. */
export function fseTable(counts: readonly number[], log: number): FseTable {
  const size = 1 << log;
  const symbols = new Uint8Array(size);
  const bits = new Uint8Array(size);
  const next = new Uint16Array(size);
  const seen = counts.map((count) => Math.abs(count));
  let high = size;
  for (const [symbol, count] of counts.entries()) if (count === -1) symbols[--high] = symbol;
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (const [symbol, count] of counts.entries()) {
    for (let i = 0; i < count; i++) {
      symbols[at] = symbol;
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
  }
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state] ?? 0;
    const order = seen[symbol] ?? 0;
    seen[symbol] = order + 1;
    const width = log - (31 - Math.clz32(order));
    bits[state] = width;
    next[state] = (order << width) - size;
  }
  return { log, symbols, bits, next };
}

/** A table for one symbol only: no bits are spent on it. */
export function fseConstant(symbol: number): FseTable {
  return { log: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), next: new Uint16Array(1) };
}

/** Reads a table's description; answers with the bytes it took. */
export function readFseTable(bytes: Uint8Array, logMost: number, symbolMost: number): { readonly table: FseTable; readonly length: number } {
  const input = new ForwardBits(bytes);
  const log = input.peek(4) + 5;
  input.skip(4);
  if (log > logMost) throw malformed('zstd');
  const counts: number[] = [];
  let left = 1 << log;
  while (left > 0) {
    if (counts.length > symbolMost) throw malformed('zstd');
    // Values up to left + 1 are possible; those that need the highest bit least do without it.
    const width = 32 - Math.clz32(left + 1);
    const short = (1 << width) - 1 - (left + 1);
    const low = input.peek(width - 1);
    let value = low;
    if (low < short) input.skip(width - 1);
    else {
      value = input.peek(width);
      if (value >= 1 << (width - 1)) value -= short;
      input.skip(width);
    }
    const count = value - 1;
    left -= Math.abs(count);
    counts.push(count);
    if (count !== 0) continue;
    for (let repeat = 3; repeat === 3; ) {
      repeat = input.peek(2);
      input.skip(2);
      for (let i = 0; i < repeat; i++) counts.push(0);
      if (counts.length > symbolMost + 1) throw malformed('zstd');
    }
  }
  const length = input.bytesRead;
  if (left < 0 || counts.length > symbolMost + 1) throw malformed('zstd');
  return { table: fseTable(counts, log), length };
}
