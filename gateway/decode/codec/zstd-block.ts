/** One compressed block of zstd: its literals, and the sequences that put them and earlier bytes together (RFC 8878 section 3.1.1.3). */
import { malformed } from './stage.js';
import { BackwardBits } from './zstd-bits.js';
import { fseConstant, fseTable, readFseTable, type FseTable } from './zstd-fse.js';
import { BLOCK_MOST } from './zstd-frame.js';
import { readHuffmanStream, readHuffmanTable, type HuffmanTable } from './zstd-huffman.js';
import type { ZstdWindow } from './zstd-window.js';

interface Codes {
  readonly logMost: number;
  readonly usual: FseTable;
  /** Smallest value and further bits, by code. */
  readonly base: readonly number[];
  readonly extra: readonly number[];
}

function codes(logMost: number, usualLog: number, counts: readonly number[], first: number, plain: number, extra: readonly number[]): Codes {
  const widths = [...Array.from({ length: plain }, () => 0), ...extra];
  const base: number[] = [];
  widths.reduce((value, width) => {
    base.push(value);
    return value + 2 ** width;
  }, first);
  return { logMost, usual: fseTable(counts, usualLog), base, extra: widths };
}

const repeat = (count: number, value: number): number[] => Array.from({ length: count }, () => value);

const LITERAL_LENGTHS = codes(9, 6, [4, 3, ...repeat(11, 2), 1, 1, 1, ...repeat(9, 2), 3, 2, ...repeat(5, 1), ...repeat(4, -1)], 0, 16, [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
const MATCH_LENGTHS = codes(9, 6, [1, 4, 3, ...repeat(6, 2), ...repeat(37, 1), ...repeat(7, -1)], 3, 32, [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
/** Code n stands for 2^n and n bits; beyond 27 an offset lies outside every window that is admitted. */
const OFFSETS = codes(8, 5, [...repeat(6, 1), 2, 2, 2, ...repeat(15, 1), ...repeat(5, -1)], 1, 1, Array.from({ length: 27 }, (_, at) => at + 1));

/** What a block leaves to the next ones of its frame. */
export interface BlockState {
  huffman: HuffmanTable | undefined;
  literalLengths: FseTable | undefined;
  offsets: FseTable | undefined;
  matchLengths: FseTable | undefined;
  /** The last three offsets. */
  readonly recent: [number, number, number];
}

export function newBlockState(): BlockState {
  return { huffman: undefined, literalLengths: undefined, offsets: undefined, matchLengths: undefined, recent: [1, 4, 8] };
}

/** Appends what the block stands for to the window. Throws CodecError. */
export function decodeBlock(block: Uint8Array, state: BlockState, out: ZstdWindow): void {
  const { literals, length } = readLiterals(block, state);
  const rest = block.subarray(length);
  const [first = 0, second = 0, third = 0] = rest;
  const header = first < 128 ? 1 : first < 255 ? 2 : 3;
  const count = first < 128 ? first : first < 255 ? ((first - 128) << 8) + second : second + (third << 8) + 0x7f00;
  if (rest.length < header || (count === 0 && rest.length > header)) throw malformed('zstd');
  const used = count === 0 ? 0 : execute(rest.subarray(header), count, literals, state, out);
  out.append(literals, used);
}

function readLiterals(block: Uint8Array, state: BlockState): { readonly literals: Uint8Array; readonly length: number } {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = block;
  const kind = a & 3;
  const format = (a >> 2) & 3;
  if (kind < 2) {
    const header = format === 1 ? 2 : format === 3 ? 3 : 1;
    const size = header === 1 ? a >> 3 : header === 2 ? (a >> 4) | (b << 4) : (a >> 4) | (b << 4) | (c << 12);
    const length = header + (kind === 0 ? size : 1);
    if (size > BLOCK_MOST || length > block.length) throw malformed('zstd');
    return { literals: kind === 0 ? block.subarray(header, length) : new Uint8Array(size).fill(block[header] ?? 0), length };
  }
  const header = format < 2 ? 3 : format + 2;
  const width = format < 2 ? 10 : format === 2 ? 14 : 18;
  const bits = BigInt(a | (b << 8) | (c << 16)) | (BigInt(d) << 24n) | (BigInt(e) << 32n);
  const size = Number((bits >> 4n) & ((1n << BigInt(width)) - 1n));
  const length = header + Number((bits >> BigInt(4 + width)) & ((1n << BigInt(width)) - 1n));
  if (size > BLOCK_MOST || length > block.length) throw malformed('zstd');
  let coded = block.subarray(header, length);
  if (kind === 2) {
    const read = readHuffmanTable(coded);
    state.huffman = read.table;
    coded = coded.subarray(read.length);
  }
  if (state.huffman === undefined) throw malformed('zstd');
  const literals = new Uint8Array(size);
  if (format === 0) readHuffmanStream(coded, state.huffman, literals);
  else readFourStreams(coded, state.huffman, literals);
  return { literals, length };
}

function readFourStreams(coded: Uint8Array, table: HuffmanTable, out: Uint8Array): void {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = coded;
  const sizes = [a | (b << 8), c | (d << 8), e | (f << 8)];
  const each = (out.length + 3) >> 2;
  if (coded.length < 6 || each * 3 > out.length) throw malformed('zstd');
  let from = 6;
  for (let stream = 0; stream < 4; stream++) {
    const to = stream < 3 ? from + (sizes[stream] ?? 0) : coded.length;
    if (to > coded.length) throw malformed('zstd');
    readHuffmanStream(coded.subarray(from, to), table, out.subarray(stream * each, stream < 3 ? (stream + 1) * each : out.length));
    from = to;
  }
}

/** How a table is given: 0 the usual one, 1 one symbol, 2 described here, 3 as before. */
function tableOf(mode: number, bytes: Uint8Array, known: FseTable | undefined, { usual, logMost, base }: Codes): { readonly table: FseTable; readonly length: number } {
  if (mode === 0) return { table: usual, length: 0 };
  if (mode === 2) return readFseTable(bytes, logMost, base.length - 1);
  if (mode === 3 && known !== undefined) return { table: known, length: 0 };
  const symbol = bytes[0];
  if (mode === 3 || symbol === undefined || symbol >= base.length) throw malformed('zstd');
  return { table: fseConstant(symbol), length: 1 };
}

/** Answers with the literals that were used. */
function execute(bytes: Uint8Array, count: number, literals: Uint8Array, state: BlockState, out: ZstdWindow): number {
  const modes = bytes[0] ?? 0;
  if (bytes.length === 0 || (modes & 3) !== 0) throw malformed('zstd');
  let at = 1;
  const take = (shift: number, known: FseTable | undefined, kind: Codes): FseTable => {
    const { table, length } = tableOf((modes >> shift) & 3, bytes.subarray(at), known, kind);
    at += length;
    return table;
  };
  const literalLengths = (state.literalLengths = take(6, state.literalLengths, LITERAL_LENGTHS));
  const offsets = (state.offsets = take(4, state.offsets, OFFSETS));
  const matchLengths = (state.matchLengths = take(2, state.matchLengths, MATCH_LENGTHS));
  const input = new BackwardBits(bytes.subarray(at));
  let literalState = input.read(literalLengths.log);
  let offsetState = input.read(offsets.log);
  let matchState = input.read(matchLengths.log);
  let used = 0;
  for (let left = count; left > 0; left--) {
    const literalCode = literalLengths.symbols[literalState] ?? 0;
    const offsetCode = offsets.symbols[offsetState] ?? 0;
    const matchCode = matchLengths.symbols[matchState] ?? 0;
    const offsetValue = 2 ** offsetCode + input.read(offsetCode);
    const match = (MATCH_LENGTHS.base[matchCode] ?? 0) + input.read(MATCH_LENGTHS.extra[matchCode] ?? 0);
    const literal = (LITERAL_LENGTHS.base[literalCode] ?? 0) + input.read(LITERAL_LENGTHS.extra[literalCode] ?? 0);
    if (left > 1) {
      literalState = (literalLengths.next[literalState] ?? 0) + input.read(literalLengths.bits[literalState] ?? 0);
      matchState = (matchLengths.next[matchState] ?? 0) + input.read(matchLengths.bits[matchState] ?? 0);
      offsetState = (offsets.next[offsetState] ?? 0) + input.read(offsets.bits[offsetState] ?? 0);
    }
    if (input.left < 0 || used + literal > literals.length) throw malformed('zstd');
    out.append(literals, used, used + literal);
    used += literal;
    out.repeat(offsetOf(offsetValue, literal === 0, state), match);
  }
  if (input.left !== 0) throw malformed('zstd');
  return used;
}

/** The first three values name an offset used before; without literals they are shifted by one. */
function offsetOf(value: number, bare: boolean, state: BlockState): number {
  const { recent } = state;
  const [first, second, third] = recent;
  if (value > 3) {
    recent[2] = second;
    recent[1] = first;
    return (recent[0] = value - 3);
  }
  const which = value - 1 + (bare ? 1 : 0);
  if (which === 0) return first;
  const offset = which === 1 ? second : which === 2 ? third : first - 1;
  if (which !== 1) recent[2] = second;
  recent[1] = first;
  return (recent[0] = offset);
}
