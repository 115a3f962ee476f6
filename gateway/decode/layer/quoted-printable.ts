/** Quoted-printable (RFC 2045 section 6.7) as readers take it: soft breaks with blanks behind them, lower case, and what is no escape as itself. */
import type { Wrap } from '../../ports.js';
import { places, unwrapped, type Coding, type Piece } from './coding.js';

const EQUALS = 0x3d;
const CR = 0x0d;
const LF = 0x0a;
/** Blanks that a transport may have put behind a soft break; more would keep a stream waiting. */
const MOST_BLANKS = 256;
const HEX = '0123456789ABCDEF';

export function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Behind the soft break at `at`; 0: it is none; `more`: not all of it is in sight; `endless`: blanks without end. */
function afterSoftBreak(wire: Uint8Array, at: number, last: boolean): number | 'more' | 'endless' {
  let to = at + 1;
  while (to < wire.length && (wire[to] === 0x20 || wire[to] === 0x09)) if (++to - at > MOST_BLANKS) return 'endless';
  if (to >= wire.length) return last ? to : 'more';
  if (wire[to] === LF) return to + 1;
  if (wire[to] !== CR) return 0;
  if (to + 1 >= wire.length && !last) return 'more';
  return wire[to + 1] === LF ? to + 2 : to + 1;
}

class QuotedPrintable implements Coding {
  readonly name = 'quoted-printable';
  problem: Coding['problem'];
  readonly #wrap = { lineLength: 76, eol: '\r\n' };

  decode(wire: Uint8Array, last: boolean): ReturnType<Coding['decode']> {
    const out = places(wire.length);
    const { bytes, from, mid, to } = out;
    const size = wire.length;
    let n = 0;
    let at = 0;
    while (at < size) {
      let value = wire[at] ?? 0;
      let width = 1;
      if (value === EQUALS) {
        const high = hexValue(wire[at + 1]);
        const low = hexValue(wire[at + 2]);
        if (high >= 0 && low >= 0) {
          value = high * 16 + low;
          width = 3;
        } else if (!last && (at + 1 >= size || (high >= 0 && at + 2 >= size))) break;
        else if (high < 0) {
          const behind = afterSoftBreak(wire, at, last);
          if (behind === 'more') break;
          if (behind === 'endless') this.problem = 'malformed';
          else if (behind > 0) {
            at = behind;
            continue;
          }
        }
      }
      bytes[n] = value;
      from[n] = mid[n] = at;
      at += width;
      to[n++] = at;
    }
    return unwrapped(out, n, at, at);
  }

  poke({ wire, changed, from, to }: Piece, index: number): void {
    const value = changed?.[index] ?? 0;
    const place = from[index] ?? 0;
    if ((to[index] ?? 0) - place === 1) {
      wire[place] = value;
      return;
    }
    wire[place + 1] = HEX.charCodeAt(value >> 4);
    wire[place + 2] = HEX.charCodeAt(value & 15);
  }

  wrap(): Wrap {
    return { coding: 'quoted-printable', ...this.#wrap };
  }
}

export function quotedPrintable(): Coding {
  return new QuotedPrintable();
}
