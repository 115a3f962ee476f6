/** UTF-16 as UTF-8 behind a transform: what reads the text knows bytes of ASCII by sight, and masks go back into units of two bytes. */
import type { WideName } from '../charset-name.js';
import { places, unwrapped, type Coding, type Piece } from './coding.js';

/** Bytes of UTF-8 that two bytes of UTF-16 can become. */
const GROWTH = 3;

class Utf16 implements Coding {
  readonly problem = undefined;
  readonly #high: number;

  constructor(readonly name: WideName) {
    this.#high = name === 'utf-16be' ? 0 : 1;
  }

  #unit(wire: Uint8Array, at: number): number {
    return ((wire[at + this.#high] ?? 0) << 8) | (wire[at + 1 - this.#high] ?? 0);
  }

  decode(wire: Uint8Array, last: boolean): ReturnType<Coding['decode']> {
    const out = places(Math.ceil(wire.length / 2) * GROWTH);
    const { bytes, from, mid, to } = out;
    let n = 0;
    let at = 0;
    const put = (point: number, size: number): void => {
      const start = n;
      if (point < 0x80) bytes[n++] = point;
      else {
        if (point < 0x800) bytes[n++] = 0xc0 | (point >> 6);
        else {
          if (point < 0x10000) bytes[n++] = 0xe0 | (point >> 12);
          else {
            bytes[n++] = 0xf0 | (point >> 18);
            bytes[n++] = 0x80 | ((point >> 12) & 63);
          }
          bytes[n++] = 0x80 | ((point >> 6) & 63);
        }
        bytes[n++] = 0x80 | (point & 63);
      }
      for (let i = start; i < n; i++) {
        from[i] = mid[i] = at;
        to[i] = at + size;
      }
      at += size;
    };
    while (at + 1 < wire.length) {
      const unit = this.#unit(wire, at);
      if (unit < 0xd800 || unit > 0xdfff) {
        put(unit, 2);
        continue;
      }
      if (unit < 0xdc00 && at + 3 >= wire.length && !last) break;
      const low = at + 3 < wire.length ? this.#unit(wire, at + 2) : 0;
      if (unit < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) put(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), 4);
      else put(0xfffd, 2);
    }
    if (last && at < wire.length && wire.length - at === 1) put(0xfffd, 1);
    return unwrapped(out, n, at, at);
  }

  poke({ wire, changed, from, to }: Piece, index: number): void {
    const place = from[index] ?? 0;
    const behind = to[index] ?? 0;
    let first = index;
    while (first > 0 && from[first - 1] === place) first--;
    let end = index + 1;
    while (end < from.length && from[end] === place) end++;
    const text = new TextDecoder().decode(changed?.subarray(first, end));
    // Of several stars for one character as many are written as there is room for.
    for (let at = place; at + 1 < behind; at += 2) {
      const unit = behind - place === 2 ? text.charCodeAt(0) : text.charCodeAt(Math.min((at - place) >> 1, text.length - 1));
      wire[at + this.#high] = unit >> 8;
      wire[at + 1 - this.#high] = unit & 255;
    }
  }
}

export function utf16(name: WideName): Coding {
  return new Utf16(name);
}

/** Units of a text: no control but white space, no half of a pair by itself. */
function isWideText(bytes: Uint8Array, high: number): boolean {
  const size = bytes.length & ~1;
  for (let at = 0; at < size; at += 2) {
    const unit = ((bytes[at + high] ?? 0) << 8) | (bytes[at + 1 - high] ?? 0);
    if (unit < 0x20 ? unit < 0x09 || unit > 0x0d : unit >= 0xfffe) return false;
    if (unit >= 0xd800 && unit <= 0xdfff) {
      const low = ((bytes[at + 2 + high] ?? 0) << 8) | (bytes[at + 3 - high] ?? 0);
      if (unit > 0xdbff || (at + 3 < size && (low < 0xdc00 || low > 0xdfff))) return false;
      at += 2;
    }
  }
  return true;
}

/** Without a mark so many of the units must have the zero of ASCII: bytes with a zero here and there are no text in two bytes a unit. */
const LEAST_ZEROS = 0.25;

/** Without a mark, the zeros of ASCII tell which order a text is in. */
export function wideByZeros(bytes: Uint8Array, cut: boolean): WideName | undefined {
  if (bytes.length % 2 !== 0 && !cut) return undefined;
  let even = 0;
  let odd = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    if (bytes[at] === 0) even++;
    if (bytes[at + 1] === 0) odd++;
  }
  const least = Math.max(1, (bytes.length / 2) * LEAST_ZEROS);
  if (odd >= least && isWideText(bytes, 1)) return 'utf-16le';
  return even >= least && isWideText(bytes, 0) ? 'utf-16be' : undefined;
}
