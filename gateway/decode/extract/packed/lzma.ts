/** LZMA as LZMA2 packs it: a range decoder, its probabilities, and the window that matches are copied from. */
import { ExtractError } from '../contract.js';

function malformed(): ExtractError {
  return new ExtractError('malformed', 'xz');
}

const STATES = 12;
const MOST_POSITION_STATES = 16;
const MATCH_LEAST = 2;
const HALF = 1024;

const probabilities = (count: number): Uint16Array => new Uint16Array(count).fill(HALF);

/** Lengths of matches: eight short ones and eight middle ones by position, 256 long ones. */
interface Lengths {
  readonly choice: Uint16Array;
  readonly low: Uint16Array;
  readonly middle: Uint16Array;
  readonly high: Uint16Array;
}

const lengths = (): Lengths => ({ choice: probabilities(2), low: probabilities(MOST_POSITION_STATES << 3), middle: probabilities(MOST_POSITION_STATES << 3), high: probabilities(256) });

interface Model {
  readonly isMatch: Uint16Array;
  readonly isRep: Uint16Array;
  readonly isRep0: Uint16Array;
  readonly isRep1: Uint16Array;
  readonly isRep2: Uint16Array;
  readonly isRep0Long: Uint16Array;
  readonly slots: Uint16Array;
  readonly special: Uint16Array;
  readonly aligned: Uint16Array;
  readonly match: Lengths;
  readonly rep: Lengths;
  readonly literals: Uint16Array;
}

function model(literalBits: number): Model {
  return {
    isMatch: probabilities(STATES * MOST_POSITION_STATES),
    isRep: probabilities(STATES),
    isRep0: probabilities(STATES),
    isRep1: probabilities(STATES),
    isRep2: probabilities(STATES),
    isRep0Long: probabilities(STATES * MOST_POSITION_STATES),
    slots: probabilities(4 * 64),
    special: probabilities(128),
    aligned: probabilities(16),
    match: lengths(),
    rep: lengths(),
    literals: probabilities(0x300 << literalBits),
  };
}

export class LzmaDecoder {
  /** The last bytes written, round and round. */
  readonly #window: Uint8Array;
  #at = 0;
  #filled = 0;
  #model = model(0);
  #lc = 0;
  #lp = 0;
  #pb = 0;
  #state = 0;
  readonly #reps = [0, 0, 0, 0];
  #position = 0;
  #range = 0;
  #code = 0;
  #input: Uint8Array = new Uint8Array(0);
  #next = 0;
  #output: Uint8Array = new Uint8Array(0);
  #written = 0;

  constructor(windowSize: number) {
    this.#window = new Uint8Array(windowSize);
  }

  resetWindow(): void {
    this.#at = 0;
    this.#filled = 0;
    this.#position = 0;
  }
  setProperties(byte: number): void {
    if (byte >= 225) throw malformed();
    this.#pb = Math.floor(byte / 45);
    this.#lp = Math.floor((byte % 45) / 9);
    this.#lc = byte % 9;
    if (this.#lc + this.#lp > 4) throw malformed();
  }
  resetState(): void {
    this.#model = model(this.#lc + this.#lp);
    this.#state = 0;
    this.#reps.fill(0);
  }
  /** Bytes that stand unpacked. */
  copy(bytes: Uint8Array): void {
    this.#output = bytes;
    this.#written = 0;
    for (const byte of bytes) this.#put(byte);
  }

  #put(byte: number): void {
    this.#output[this.#written++] = byte;
    this.#window[this.#at++] = byte;
    if (this.#at === this.#window.length) this.#at = 0;
    if (this.#filled < this.#window.length) this.#filled++;
    this.#position++;
  }
  #back(distance: number): number {
    const at = this.#at - distance - 1;
    return this.#window[at < 0 ? at + this.#window.length : at] ?? 0;
  }
  #normalise(): void {
    if (this.#range < 2 ** 24) {
      const byte = this.#input[this.#next++];
      if (byte === undefined) throw malformed();
      this.#range = (this.#range << 8) >>> 0;
      this.#code = ((this.#code << 8) | byte) >>> 0;
    }
  }
  #bit(table: Uint16Array, index: number): 0 | 1 {
    this.#normalise();
    const chance = table[index] ?? HALF;
    const bound = (this.#range >>> 11) * chance;
    if (this.#code < bound) {
      this.#range = bound;
      table[index] = chance + ((2048 - chance) >> 5);
      return 0;
    }
    this.#range -= bound;
    this.#code -= bound;
    table[index] = chance - (chance >> 5);
    return 1;
  }
  #direct(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.#normalise();
      this.#range >>>= 1;
      const one = this.#code >= this.#range;
      if (one) this.#code -= this.#range;
      value = value * 2 + (one ? 1 : 0);
    }
    return value;
  }
  #tree(table: Uint16Array, from: number, bits: number): number {
    let node = 1;
    for (let i = 0; i < bits; i++) node = (node << 1) | this.#bit(table, from + node);
    return node - (1 << bits);
  }
  #reverseTree(table: Uint16Array, from: number, bits: number): number {
    let node = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.#bit(table, from + node);
      node = (node << 1) | bit;
      value |= bit << i;
    }
    return value;
  }
  #length(table: Lengths, positionState: number): number {
    if (this.#bit(table.choice, 0) === 0) return this.#tree(table.low, positionState << 3, 3);
    if (this.#bit(table.choice, 1) === 0) return 8 + this.#tree(table.middle, positionState << 3, 3);
    return 16 + this.#tree(table.high, 0, 8);
  }
  #literal(): void {
    const context = ((this.#position & ((1 << this.#lp) - 1)) << this.#lc) + ((this.#filled > 0 ? this.#back(0) : 0) >> (8 - this.#lc));
    const from = 0x300 * context;
    const { literals } = this.#model;
    let symbol = 1;
    if (this.#state >= 7) {
      let matched = this.#back(this.#reps[0] ?? 0);
      do {
        const expected = (matched >> 7) & 1;
        matched <<= 1;
        const bit = this.#bit(literals, from + ((1 + expected) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (expected !== bit) break;
      } while (symbol < 0x100);
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(literals, from + symbol);
    this.#put(symbol & 0xff);
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }
  #distance(length: number): number {
    const slot = this.#tree(this.#model.slots, Math.min(length, 3) << 6, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const high = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return high + this.#reverseTree(this.#model.special, high - slot, bits);
    return high + this.#direct(bits - 4) * 16 + this.#reverseTree(this.#model.aligned, 0, 4);
  }
  /** Takes an earlier distance to the front; `undefined` when it was a single byte. */
  #repeated(positionState: number): number | undefined {
    const { isRep0, isRep0Long, isRep1, isRep2, rep } = this.#model;
    const reps = this.#reps;
    if (this.#bit(isRep0, this.#state) === 0) {
      if (this.#bit(isRep0Long, this.#state * MOST_POSITION_STATES + positionState) === 0) {
        this.#state = this.#state < 7 ? 9 : 11;
        if ((reps[0] ?? 0) >= this.#filled) throw malformed();
        this.#put(this.#back(reps[0] ?? 0));
        return undefined;
      }
    } else {
      const which = this.#bit(isRep1, this.#state) === 0 ? 1 : this.#bit(isRep2, this.#state) === 0 ? 2 : 3;
      const distance = reps[which] ?? 0;
      for (let i = which; i > 0; i--) reps[i] = reps[i - 1] ?? 0;
      reps[0] = distance;
    }
    const length = this.#length(rep, positionState);
    this.#state = this.#state < 7 ? 8 : 11;
    return length;
  }

  /** `size` bytes out of `input`. A chunk of LZMA2 ends with its last bit; LZMA alone may go on (`loose`). */
  decode(input: Uint8Array, size: number, loose = false): Uint8Array {
    this.#input = input;
    this.#output = new Uint8Array(size);
    this.#written = 0;
    this.#range = 0xffffffff;
    if (input.length < 5 || input[0] !== 0) throw malformed();
    this.#code = (((input[1] ?? 0) << 24) | ((input[2] ?? 0) << 16) | ((input[3] ?? 0) << 8) | (input[4] ?? 0)) >>> 0;
    this.#next = 5;
    while (this.#written < size) {
      const positionState = this.#position & ((1 << this.#pb) - 1);
      if (this.#bit(this.#model.isMatch, this.#state * MOST_POSITION_STATES + positionState) === 0) {
        this.#literal();
        continue;
      }
      let length: number;
      if (this.#bit(this.#model.isRep, this.#state) === 1) {
        const repeated = this.#repeated(positionState);
        if (repeated === undefined) continue;
        length = repeated;
      } else {
        length = this.#length(this.#model.match, positionState);
        const distance = this.#distance(length);
        this.#reps.unshift(distance);
        this.#reps.length = 4;
        this.#state = this.#state < 7 ? 7 : 10;
      }
      const distance = this.#reps[0] ?? 0;
      const count = length + MATCH_LEAST;
      // A match that goes on behind the chunk would be cut differently by others; LZMA2 has none.
      if (distance >= this.#filled || this.#written + count > size) throw malformed();
      for (let i = 0; i < count; i++) this.#put(this.#back(distance));
    }
    if (loose) return this.#output;
    this.#normalise();
    if (this.#next !== input.length) throw malformed();
    return this.#output;
  }
}
