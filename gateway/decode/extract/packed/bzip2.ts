/** Reads bzip2: blocks of up to 900 KB, each turned back by Huffman codes, move-to-front and the Burrows-Wheeler transform. */
import { ExtractError } from '../contract.js';
import type { ByteFeed } from './bit-reader.js';

/** 900,000 symbols of at most 20 bits, and the tables before them. */
const MOST_BLOCK = 2_600_000;
const GROUP = 50;
const LONGEST_CODE = 20;
const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;

const CRC = Uint32Array.from({ length: 256 }, (_, i) => {
  let value = i << 24;
  for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});

function malformed(): ExtractError {
  return new ExtractError('malformed', 'bzip2');
}

class Bits {
  #held = 0;
  #count = 0;
  constructor(readonly feed: ByteFeed) {}

  /** At most 24 bits. */
  read(count: number): number {
    while (this.#count < count) {
      this.#held = ((this.#held << 8) | this.feed.byte()) >>> 0;
      this.#count += 8;
    }
    this.#count -= count;
    const value = (this.#held >>> this.#count) & ((1 << count) - 1);
    this.#held &= (1 << this.#count) - 1;
    return value;
  }
  align(): void {
    this.#held = 0;
    this.#count = 0;
  }
}

interface Code {
  /** Largest code of each length, or -1. */
  readonly limit: Int32Array;
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
  readonly shortest: number;
}

function codeOf(lengths: Uint8Array): Code {
  const limit = new Int32Array(LONGEST_CODE + 2).fill(-1);
  const base = new Int32Array(LONGEST_CODE + 2);
  const symbols = new Uint16Array(lengths.length);
  let shortest = LONGEST_CODE;
  let n = 0;
  let code = 0;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    const first = n;
    for (let symbol = 0; symbol < lengths.length; symbol++) if (lengths[symbol] === length) symbols[n++] = symbol;
    base[length] = first - code;
    code += n - first;
    if (n > first) {
      limit[length] = code - 1;
      shortest = Math.min(shortest, length);
    }
    if (code > 2 ** length) throw malformed();
    code <<= 1;
  }
  return { limit, base, symbols, shortest };
}

function readLengths(bits: Bits, symbols: number): Uint8Array {
  const lengths = new Uint8Array(symbols);
  let length = bits.read(5);
  for (let i = 0; i < symbols; i++) {
    for (let steps = 0; bits.read(1) === 1; steps++) {
      length += bits.read(1) === 0 ? 1 : -1;
      if (steps > 2 * LONGEST_CODE) throw malformed();
    }
    if (length < 1 || length > LONGEST_CODE) throw malformed();
    lengths[i] = length;
  }
  return lengths;
}

function usedBytes(bits: Bits): Uint8Array {
  const groups = bits.read(16);
  const used: number[] = [];
  for (let high = 0; high < 16; high++) {
    if (((groups >> (15 - high)) & 1) === 0) continue;
    const row = bits.read(16);
    for (let low = 0; low < 16; low++) if ((row >> (15 - low)) & 1) used.push(high * 16 + low);
  }
  if (used.length === 0) throw malformed();
  return Uint8Array.from(used);
}

function readSelectors(bits: Bits, tables: number): Uint8Array {
  const count = bits.read(15);
  if (count === 0) throw malformed();
  const order = Uint8Array.from({ length: tables }, (_, i) => i);
  const selectors = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    let place = 0;
    while (bits.read(1) === 1) if (++place >= tables) throw malformed();
    const table = order[place] ?? 0;
    order.copyWithin(1, 0, place);
    order[0] = table;
    selectors[i] = table;
  }
  return selectors;
}

/** Undoes Huffman codes, move-to-front and runs of the commonest byte: the last column of the transform. */
function lastColumn(bits: Bits, into: Uint32Array): number {
  const recent = usedBytes(bits);
  const tables = bits.read(3);
  if (tables < 2 || tables > 6) throw malformed();
  const selectors = readSelectors(bits, tables);
  const end = recent.length + 1;
  const codes = Array.from({ length: tables }, () => codeOf(readLengths(bits, end + 1)));
  let size = 0;
  let run = 0;
  let weight = 1;
  let code = codes[selectors[0] ?? 0];
  for (let group = 0, left = 0; ; left--) {
    if (left === 0) {
      if (group >= selectors.length) throw malformed();
      code = codes[selectors[group++] ?? 0];
      left = GROUP;
    }
    if (code === undefined) throw malformed();
    let length = code.shortest;
    let value = bits.read(length);
    while (value > (code.limit[length] ?? -1)) {
      if (++length > LONGEST_CODE) throw malformed();
      value = value * 2 + bits.read(1);
    }
    const symbol = code.symbols[value + (code.base[length] ?? 0)] ?? 0;
    if (symbol < 2) {
      run += weight << symbol;
      weight <<= 1;
      if (run > into.length) throw malformed();
      continue;
    }
    if (run > 0) {
      if (size + run > into.length) throw malformed();
      into.fill(recent[0] ?? 0, size, size + run);
      size += run;
      run = 0;
      weight = 1;
    }
    if (symbol === end) return size;
    const byte = recent[symbol - 1] ?? 0;
    recent.copyWithin(1, 0, symbol - 1);
    recent[0] = byte;
    if (size >= into.length) throw malformed();
    into[size++] = byte;
  }
}

/** Where to write next; grows as needed. One for all blocks: thousands of tiny ones cost no more than they hold. */
class Output {
  bytes = new Uint8Array(2 ** 20);
  size = 0;
  crc = 0xffffffff;
  begin(): void {
    this.size = 0;
    this.crc = 0xffffffff;
  }
  run(byte: number, count: number): void {
    if (this.size + count > this.bytes.length) {
      const more = new Uint8Array(2 * (this.size + count));
      more.set(this.bytes);
      this.bytes = more;
    }
    for (let i = 0; i < count; i++) {
      this.bytes[this.size++] = byte;
      this.crc = ((this.crc << 8) ^ (CRC[(this.crc >>> 24) ^ byte] ?? 0)) >>> 0;
    }
  }
}

/** Pieces of at most this many bytes are handed on: a block of one byte repeated unpacks to 46 MB. */
const PIECE = 2 ** 20;

/** One block; answers with its checksum as it was counted. */
function* blockBytes(bits: Bits, column: Uint32Array, output: Output): Generator<Uint8Array, number> {
  if (bits.read(1) === 1) throw new ExtractError('unsupported', 'bzip2 randomised');
  const origin = bits.read(24);
  const size = lastColumn(bits, column);
  if (origin >= size) throw malformed();
  const starts = new Uint32Array(257);
  for (let i = 0; i < size; i++) {
    const next = ((column[i] ?? 0) & 0xff) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let i = 1; i < 257; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
  for (let i = 0; i < size; i++) {
    const byte = (column[i] ?? 0) & 0xff;
    const place = starts[byte] ?? 0;
    starts[byte] = place + 1;
    column[place] = ((column[place] ?? 0) & 0xff) | (i << 8);
  }
  output.begin();
  let at = (column[origin] ?? 0) >>> 8;
  let before = -1;
  let repeats = 0;
  for (let i = 0; i < size; i++) {
    const entry = column[at] ?? 0;
    at = entry >>> 8;
    const byte = entry & 0xff;
    if (repeats === 4) {
      output.run(before, byte);
      repeats = 0;
      before = -1;
    } else {
      repeats = byte === before ? repeats + 1 : 1;
      before = byte;
      output.run(byte, 1);
    }
    if (output.size >= PIECE) {
      yield output.bytes.slice(0, output.size);
      output.size = 0;
    }
  }
  if (output.size > 0) yield output.bytes.slice(0, output.size);
  return ~output.crc >>> 0;
}

/** All streams of a file, one behind the other. Answers when something else than a stream, or nothing, follows. */
export async function* bunzip(feed: ByteFeed): AsyncGenerator<Uint8Array> {
  const bits = new Bits(feed);
  const output = new Output();
  let room = new Uint32Array(0);
  for (let stream = 0; ; stream++) {
    await feed.fill(MOST_BLOCK);
    const head = Buffer.from(feed.peek(4)).toString('latin1');
    if (!/^BZh[1-9]$/.test(head)) {
      if (stream === 0) throw malformed();
      return;
    }
    feed.take(4);
    const blockSize = Number(head[3]) * 100_000;
    let combined = 0;
    for (;;) {
      await feed.fill(MOST_BLOCK);
      const magic = bits.read(24) * 2 ** 24 + bits.read(24);
      const sum = bits.read(16) * 2 ** 16 + bits.read(16);
      if (magic === END_MAGIC) {
        if (sum !== combined) throw malformed();
        break;
      }
      if (magic !== BLOCK_MAGIC) throw malformed();
      if (room.length < blockSize) room = new Uint32Array(blockSize);
      const counted = yield* blockBytes(bits, room.subarray(0, blockSize), output);
      if (counted !== sum) throw malformed();
      combined = (((combined << 1) | (combined >>> 31)) ^ counted) >>> 0;
    }
    bits.align();
  }
}
