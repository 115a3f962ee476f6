/** Base64 as readers of mail and programs take it (RFC 2045 section 6.8, RFC 4648): breaks and strays skipped, padding or none, both alphabets, run after run. */
import type { Wrap } from '../../ports.js';
import { places, unwrapped, type Coding, type Piece } from './coding.js';

/** A quartet that stretches further is no writer's: it would keep a stream waiting. */
const LONGEST_QUARTET = 1024;
/** An escape of a slash has two characters; no digit's byte is written with one. */
const SHORTEST_REFERENCE = 2;
const PAD = 0x3d;
const CR = 0x0d;
const LF = 0x0a;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Not of the alphabet; a blank or a break. */
const STRAY = 64;
const BLANK = 65;
const PADDING = 66;

const VALUES = new Uint8Array(256).fill(STRAY);
for (let value = 0; value < LETTERS.length; value++) VALUES[LETTERS.charCodeAt(value)] = value;
for (const [sign, value] of [['+', 62], ['/', 63], ['-', 62], ['_', 63], ['=', PADDING], [' ', BLANK], ['\t', BLANK], ['\r', BLANK], ['\n', BLANK]] as const) VALUES[sign.charCodeAt(0)] = value;

const SIGNS = Uint8Array.from(`${LETTERS}+/`, (sign) => sign.charCodeAt(0));
const URL_SIGNS = Uint8Array.from(`${LETTERS}-_`, (sign) => sign.charCodeAt(0));

/** 0 to 63, or nothing of the alphabet. */
export function base64Value(byte: number): number {
  return VALUES[byte] ?? STRAY;
}

/** A character of base64 written as an escape of the text around it: its value, and how many bytes it takes. */
export interface Sign {
  readonly value: number;
  readonly size: number;
}

/** Escapes that writers of the text around put on signs of base64: `\/`, `%2B`, `&#10;`. */
export interface Escapes {
  /** `more` when it is not all in sight; `undefined` when there is none. */
  read(wire: Uint8Array, at: number): Sign | 'more' | undefined;
  /** Writes a sign over an escape of this size; false where it has no such form. */
  write(wire: Uint8Array, from: number, to: number, sign: number): boolean;
}

export interface Base64Options {
  /** RFC 2045 knows one alphabet: signs of the other are strays to some readers. */
  readonly mail: boolean;
  readonly escapes?: Escapes | undefined;
}

class Base64 implements Coding {
  readonly name = 'base64';
  problem: Coding['problem'];
  #dead = false;
  #owed = 0;
  /** A pad that stands behind a whole run: nothing may follow it. */
  #extra = false;
  #padded = false;
  #standard = false;
  #url = false;
  #count = 0;
  readonly #line = { length: 0, eol: '', done: false };

  constructor(private readonly options: Base64Options) {}

  decode(wire: Uint8Array, last: boolean): ReturnType<Coding['decode']> {
    const out = places(Math.ceil((wire.length * 3) / 4) + 3);
    const { bytes, from, mid, to } = out;
    const { escapes } = this.options;
    const size = wire.length;
    const places4 = [0, 0, 0, 0];
    const ends4 = [0, 0, 0, 0];
    const values4 = [0, 0, 0, 0];
    let n = 0;
    let held = 0;
    let consumed = 0;
    let end = 0;
    let at = 0;
    const emit = (count: number): void => {
      for (let i = 0; i < count; i++) {
        const one = values4[i] ?? 0;
        const two = values4[i + 1] ?? 0;
        bytes[n] = i === 0 ? (one << 2) | (two >> 4) : i === 1 ? (one << 4) | (two >> 2) : (one << 6) | two;
        from[n] = places4[i] ?? 0;
        mid[n] = places4[i + 1] ?? 0;
        to[n++] = ends4[i + 1] ?? 0;
      }
      held = 0;
    };
    if (this.#dead) return unwrapped(out, 0, size, 0);
    while (at < size) {
      if (held === 0 && this.#owed === 0 && !this.#extra) {
        // Nearly all there is: quartets of letters and digits side by side.
        const start = at;
        for (; at + 4 <= size; at += 4) {
          const one = VALUES[wire[at] ?? 0] ?? STRAY;
          const two = VALUES[wire[at + 1] ?? 0] ?? STRAY;
          const three = VALUES[wire[at + 2] ?? 0] ?? STRAY;
          const four = VALUES[wire[at + 3] ?? 0] ?? STRAY;
          if (one >= 62 || two >= 62 || three >= 62 || four >= 62) break;
          bytes[n] = (one << 2) | (two >> 4);
          from[n] = at;
          mid[n] = at + 1;
          to[n++] = at + 2;
          bytes[n] = (two << 4) | (three >> 2);
          from[n] = at + 1;
          mid[n] = at + 2;
          to[n++] = at + 3;
          bytes[n] = (three << 6) | four;
          from[n] = at + 2;
          mid[n] = at + 3;
          to[n++] = at + 4;
        }
        if (at > start) {
          this.#count += at - start;
          end = at;
          consumed = at;
          if (at >= size) break;
        }
      }
      const byte = wire[at] ?? 0;
      let value = VALUES[byte] ?? STRAY;
      let width = 1;
      if (value === STRAY && escapes !== undefined) {
        const sign = escapes.read(wire, at);
        if (sign === 'more') {
          if (!last) break;
        } else if (sign !== undefined) {
          value = VALUES[sign.value] ?? STRAY;
          width = sign.size;
        }
      }
      if (value < 64) {
        if (value >= 62) this.#note(byte === 0x2d || byte === 0x5f);
        if (held === 0) {
          if (this.#owed > 0 || this.#extra) this.problem = 'malformed';
          this.#owed = 0;
          this.#extra = false;
        }
        places4[held] = at;
        ends4[held] = at + width;
        values4[held++] = value;
        at += width;
        end = at;
        if (held === 4) {
          emit(3);
          this.#count += 4;
          consumed = at;
        }
        continue;
      }
      if (value === PADDING) {
        this.#padded = true;
        end = at + width;
        if (held === 1) {
          // Six bits are no byte: readers drop them, or what follows.
          this.problem = 'malformed';
          held = 0;
        } else if (held > 1) {
          this.#owed = 3 - held;
          emit(held - 1);
        } else if (this.#owed > 0) this.#owed--;
        else this.#extra = true;
      }
      at += width;
      if (held === 0) consumed = at;
      else if (at - (places4[0] ?? 0) > LONGEST_QUARTET) {
        this.#dead = true;
        this.problem = 'malformed';
        return unwrapped(out, n, size, end);
      }
    }
    if (last) {
      if (held > 1) emit(held - 1);
      consumed = size;
    }
    return unwrapped(out, n, consumed, end);
  }

  #note(isUrl: boolean): void {
    if (isUrl) this.#url = true;
    else this.#standard = true;
    if ((this.#url && this.#standard) || (isUrl && this.options.mail)) this.problem = 'malformed';
  }

  poke({ wire, changed, from, mid, to }: Piece, index: number): void {
    const value = changed?.[index] ?? 0;
    let place = 0;
    // Bytes of one quartet share a character with the one before.
    while (place < 2 && index - place > 0 && mid[index - place - 1] === from[index - place]) place++;
    const first = from[index] ?? 0;
    const second = mid[index] ?? 0;
    const one = this.#valueAt(wire, first);
    const two = this.#valueAt(wire, second);
    const firstEnd = first + this.#widthAt(wire, first);
    const secondEnd = to[index] ?? 0;
    if (place === 0) {
      this.#write(wire, first, firstEnd, value >> 2);
      this.#write(wire, second, secondEnd, ((value & 3) << 4) | (two & 15));
    } else if (place === 1) {
      this.#write(wire, first, firstEnd, (one & 48) | (value >> 4));
      this.#write(wire, second, secondEnd, ((value & 15) << 2) | (two & 3));
    } else {
      this.#write(wire, first, firstEnd, (one & 60) | (value >> 6));
      this.#write(wire, second, secondEnd, value & 63);
    }
  }

  #sign(wire: Uint8Array, at: number): Sign | undefined {
    const { escapes } = this.options;
    const sign = escapes === undefined || (VALUES[wire[at] ?? 0] ?? 0) < STRAY ? undefined : escapes.read(wire, at);
    return sign === 'more' ? undefined : sign;
  }
  #valueAt(wire: Uint8Array, at: number): number {
    return VALUES[this.#sign(wire, at)?.value ?? wire[at] ?? 0] ?? 0;
  }
  #widthAt(wire: Uint8Array, at: number): number {
    return this.#sign(wire, at)?.size ?? 1;
  }
  #write(wire: Uint8Array, from: number, to: number, value: number): void {
    const sign = (this.#url ? URL_SIGNS : SIGNS)[value] ?? PAD;
    if (to - from === 1) wire[from] = sign;
    // `&#77;` has no room for every sign: nothing may leave half masked.
    else if (this.#valueAt(wire, from) !== value && this.options.escapes?.write(wire, from, to, sign) === false && to - from > SHORTEST_REFERENCE) throw new RangeError('an escape has no room for a mask');
  }

  /** Told of the bytes as they come, once each. */
  watch(bytes: Uint8Array): void {
    const line = this.#line;
    for (let i = 0; i < bytes.length && !line.done; i++) {
      const byte = bytes[i] ?? 0;
      if (byte === CR || byte === LF) {
        if (line.length > 0) line.eol += String.fromCharCode(byte);
        if (byte === LF && line.length > 0) line.done = true;
      } else if (line.eol !== '') line.done = true;
      else line.length++;
    }
  }

  wrap(): Wrap {
    const { length, eol } = this.#line;
    return {
      coding: 'base64',
      lineLength: eol === '' ? 0 : length,
      eol,
      ...(this.#url && !this.#standard ? { alphabet: 'url' as const } : {}),
      padded: this.#padded || this.#count === 0 || this.#owed === 0,
    };
  }
}

export interface Base64Coding extends Coding {
  watch(bytes: Uint8Array): void;
  wrap(): Wrap;
}

export function base64(options: Base64Options = { mail: false }): Base64Coding {
  return new Base64(options);
}
