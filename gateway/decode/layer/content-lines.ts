/** Lines of calendars and address cards (RFC 5545 section 3.1, RFC 6350 section 3.2, vCard 2.1): folds are nothing, and values may be quoted-printable or base64. */
import { base64 } from './base64.js';
import { places, unwrapped, type Coding, type Piece } from './coding.js';
import { hexValue, quotedPrintable } from './quoted-printable.js';

const [LF, CR, BLANK, TAB, EQUALS, COLON, QUOTE] = [0x0a, 0x0d, 0x20, 0x09, 0x3d, 0x3a, 0x22];
/** Names and parameters of one line; longer ones name no encoding. */
const LONGEST_HEAD = 1024;
/** Longer values are strings that are found in any text. */
const LONGEST_BASE64 = 96;
const PRINTABLE = /;(encoding=)?"?quoted-printable/;
const BASE64 = /;(encoding=)?"?(b|base64)"?(;|$)/;

type Mode = 'head' | 'plain' | 'printable' | 'base64';

class ContentLines implements Coding {
  readonly name = 'content-lines';
  readonly problem = undefined;
  readonly #base64 = base64();
  readonly #printable = quotedPrintable();
  #mode: Mode = 'head';
  #head = '';
  #quoted = false;

  decode(wire: Uint8Array, last: boolean): ReturnType<Coding['decode']> {
    const out = places(wire.length);
    const { bytes, from, mid, to } = out;
    let n = 0;
    let at = 0;
    const put = (value: number, width: number): void => {
      bytes[n] = value;
      from[n] = mid[n] = at;
      at += width;
      to[n++] = at;
    };
    while (at < wire.length) {
      const value = wire[at] ?? 0;
      if (value === LF || value === CR) {
        const size = value === CR && wire[at + 1] === LF ? 2 : 1;
        const next = wire[at + size];
        if (!last && (next === undefined || (value === CR && at + 1 >= wire.length))) break;
        if (next === BLANK || next === TAB) {
          at += size + 1;
          continue;
        }
        for (let i = 0; i < size; i++) put(wire[at] ?? LF, 1);
        this.#mode = 'head';
        this.#head = '';
        this.#quoted = false;
      } else if (this.#mode === 'printable' && value === EQUALS) {
        const soft = softBreak(wire, at, last);
        const [high, low] = [hexValue(wire[at + 1]), hexValue(wire[at + 2])];
        if (soft === 'more' || (!last && at + 2 >= wire.length)) break;
        if (soft > 0) at += soft;
        else put(high >= 0 && low >= 0 ? high * 16 + low : value, high >= 0 && low >= 0 ? 3 : 1);
      } else if (this.#mode === 'base64') {
        const end = valueEnd(wire, at);
        if (end === undefined && !last && wire.length - at <= LONGEST_BASE64) break;
        this.#mode = 'plain';
        if (end === undefined && wire.length - at > LONGEST_BASE64) continue;
        const part = base64().decode(wire.subarray(at, end ?? wire.length), true);
        const isText = !part.bytes.some((one) => one < BLANK && one !== TAB && one !== LF && one !== CR);
        if (!isText) continue;
        for (let i = 0; i < part.bytes.length; i++) {
          bytes[n] = part.bytes[i] ?? 0;
          from[n] = at + (part.from[i] ?? 0);
          mid[n] = at + (part.mid[i] ?? 0);
          to[n++] = at + (part.to[i] ?? 0);
        }
        at = end ?? wire.length;
      } else {
        if (this.#mode === 'head') this.#readHead(value);
        put(value, 1);
      }
    }
    return unwrapped(out, n, at, at);
  }

  #readHead(value: number): void {
    if (value === QUOTE) this.#quoted = !this.#quoted;
    if (value === COLON && !this.#quoted) this.#mode = PRINTABLE.test(this.#head) ? 'printable' : BASE64.test(this.#head) ? 'base64' : 'plain';
    else if (this.#head.length >= LONGEST_HEAD) this.#mode = 'plain';
    else this.#head += String.fromCharCode(value).toLowerCase();
  }

  poke(piece: Piece, index: number): void {
    // A byte of base64 stands in two characters, one of quoted-printable in three bytes or one.
    (piece.from[index] === piece.mid[index] ? this.#printable : this.#base64).poke(piece, index);
  }
}

/** Length of the soft break at the sign of equality; 0: it is none. */
function softBreak(wire: Uint8Array, at: number, last: boolean): number | 'more' {
  if (wire[at + 1] === LF) return 2;
  if (wire[at + 1] === CR) return at + 2 >= wire.length && !last ? 'more' : wire[at + 2] === LF ? 3 : 2;
  return 0;
}

/** Where the value ends that begins at `at`: behind its folds; `undefined` when that is not in sight, or too far. */
function valueEnd(wire: Uint8Array, at: number): number | undefined {
  for (let i = at; i < wire.length && i - at <= LONGEST_BASE64; i++) {
    if (wire[i] !== LF && wire[i] !== CR) continue;
    const next = wire[i + (wire[i] === CR && wire[i + 1] === LF ? 2 : 1)];
    if (next === undefined) return undefined;
    if (next !== BLANK && next !== TAB) return i;
  }
  return undefined;
}

export function contentLines(): Coding {
  return new ContentLines();
}

const TYPES = /^\s*(text\/(calendar|vcard|x-vcard|x-vcalendar|directory)|application\/(calendar|vcard)\b[^;]*)\s*(;|$)/i;
const BEGINS = /^(\xef\xbb\xbf)?\s*BEGIN:V(CARD|CALENDAR)\b/i;

/** Declared as such, or beginning as one. */
export function hasContentLines(contentType: string | undefined, prefix: Uint8Array): boolean {
  if (contentType !== undefined && TYPES.test(contentType)) return true;
  const first = prefix[0] ?? 0;
  // Blanks, a mark of byte order, or the first letter.
  if (first > BLANK && first !== 0x42 && first !== 0x62 && first !== 0xa0 && first !== 0xef) return false;
  return BEGINS.test(Buffer.from(prefix.buffer, prefix.byteOffset, Math.min(prefix.length, 64)).toString('latin1'));
}
