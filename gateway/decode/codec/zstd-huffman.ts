/** Huffman tables and streams of zstd's literals (RFC 8878 section 4.2). */
import { malformed } from './stage.js';
import { BackwardBits } from './zstd-bits.js';
import { readFseTable } from './zstd-fse.js';

/** Longest code. */
const LOG_MOST = 11;
const WEIGHTS_LOG_MOST = 6;
const SYMBOLS_MOST = 256;

export interface HuffmanTable {
  readonly log: number;
  /** By the next `log` bits. */
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
}

/** Reads a tree's description; answers with the bytes it took. */
export function readHuffmanTable(bytes: Uint8Array): { readonly table: HuffmanTable; readonly length: number } {
  const head = bytes[0];
  if (head === undefined) throw malformed('zstd');
  const length = 1 + (head < 128 ? head : (head - 127 + 1) >> 1);
  if (length > bytes.length) throw malformed('zstd');
  const body = bytes.subarray(1, length);
  const weights = head < 128 ? codedWeights(body) : Array.from({ length: head - 127 }, (_, at) => ((body[at >> 1] ?? 0) >> (at % 2 === 0 ? 4 : 0)) & 15);
  return { table: huffmanTable(weights), length };
}

/** Two states take turns until the bits are used up. */
function codedWeights(bytes: Uint8Array): number[] {
  const { table, length } = readFseTable(bytes, WEIGHTS_LOG_MOST, LOG_MOST + 1);
  const input = new BackwardBits(bytes.subarray(length));
  const states = [input.read(table.log), input.read(table.log)];
  if (input.left < 0) throw malformed('zstd');
  const weights: number[] = [];
  for (let turn = 0; ; turn ^= 1) {
    const state = states[turn] ?? 0;
    weights.push(table.symbols[state] ?? 0);
    if (weights.length >= SYMBOLS_MOST) throw malformed('zstd');
    states[turn] = (table.next[state] ?? 0) + input.read(table.bits[state] ?? 0);
    if (input.left < 0) {
      weights.push(table.symbols[states[turn ^ 1] ?? 0] ?? 0);
      return weights;
    }
  }
}

function huffmanTable(weights: number[]): HuffmanTable {
  const sum = weights.reduce((all, weight) => all + (weight === 0 ? 0 : 1 << (weight - 1)), 0);
  if (sum === 0) throw malformed('zstd');
  const log = 32 - Math.clz32(sum);
  // The last weight is what is missing to a power of two.
  const missing = (1 << log) - sum;
  const all = [...weights, 32 - Math.clz32(missing)];
  if (log > LOG_MOST || (missing & (missing - 1)) !== 0 || all.length > SYMBOLS_MOST) throw malformed('zstd');
  const symbols = new Uint8Array(1 << log);
  const bits = new Uint8Array(1 << log);
  let at = 0;
  for (let weight = 1; weight <= log; weight++) {
    for (const [symbol, own] of all.entries()) {
      if (own !== weight) continue;
      const end = at + (1 << (weight - 1));
      symbols.fill(symbol, at, end);
      bits.fill(log + 1 - weight, at, end);
      at = end;
    }
  }
  return { log, symbols, bits };
}

/** Fills `out` from one stream, which must end with its last symbol. */
export function readHuffmanStream(bytes: Uint8Array, { log, symbols, bits }: HuffmanTable, out: Uint8Array): void {
  const input = new BackwardBits(bytes);
  for (let at = 0; at < out.length; at++) {
    const code = input.peek(log);
    out[at] = symbols[code] ?? 0;
    input.left -= bits[code] ?? 0;
  }
  if (input.left !== 0) throw malformed('zstd');
}
