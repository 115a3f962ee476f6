/** Lines of uuencode (POSIX uuencode, historical algorithm): each begins with its number of bytes, four characters stand for three. */
import { places, unwrapped, type Coding, type Piece } from '../layer/coding.js';

/** A line of 63 bytes, its first character and a sum behind it: nobody writes longer ones. */
const LONGEST_LINE = 96;
const CR = 0x0d;
const LF = 0x0a;

const isSign = (byte: number): boolean => byte >= 0x20 && byte <= 0x60;
const valueOf = (byte: number): number => (byte - 0x20) & 63;
/** Zero is written as a grave accent: blanks at the end of a line get lost. */
const signOf = (value: number): number => (value === 0 ? 0x60 : value + 0x20);
/** Characters that stand for `count` bytes. */
const signsFor = (count: number): number => Math.ceil(count / 3) * 4;

/** True for a whole line, without its line end, as encoders write it; some add a sum of one character. */
export function isUuLine(line: Uint8Array): boolean {
  const first = line[0];
  if (first === undefined || !line.every(isSign)) return false;
  const signs = signsFor(valueOf(first));
  return signs > 0 && (line.length === signs + 1 || line.length === signs + 2);
}

class Uuencode implements Coding {
  readonly name = 'uuencode';
  problem: Coding['problem'];

  decode(wire: Uint8Array, last: boolean): ReturnType<Coding['decode']> {
    const out = places(wire.length);
    let n = 0;
    let at = 0;
    let end = 0;
    while (at < wire.length) {
      const feed = wire.indexOf(LF, at);
      if (feed < 0 && !last && wire.length - at <= LONGEST_LINE) break;
      const next = feed < 0 ? wire.length : feed + 1;
      let stop = feed < 0 ? wire.length : feed;
      if (stop > at && wire[stop - 1] === CR) stop--;
      const line = wire.subarray(at, stop);
      const count = valueOf(line[0] ?? 0x20);
      if (line.length > 0 && count > 0) {
        if (isUuLine(line)) {
          for (let i = 0; i < count; i++) {
            const first = at + 1 + Math.floor(i / 3) * 4 + (i % 3);
            const one = valueOf(wire[first] ?? 0);
            const two = valueOf(wire[first + 1] ?? 0);
            out.bytes[n] = i % 3 === 0 ? (one << 2) | (two >> 4) : i % 3 === 1 ? (one << 4) | (two >> 2) : (one << 6) | two;
            out.from[n] = first;
            out.mid[n] = first + 1;
            out.to[n++] = first + 2;
          }
        } else this.problem = 'malformed';
        end = stop;
      } else if (line.length > 2) this.problem = 'malformed';
      at = next;
    }
    return unwrapped(out, n, at, end);
  }

  poke({ wire, changed, from }: Piece, index: number): void {
    const value = changed?.[index] ?? 0;
    const first = from[index] ?? 0;
    let place = 0;
    // Bytes of one quartet share a character with the one before; quartets share none.
    while (place < 2 && index - place > 0 && (from[index - place - 1] ?? 0) + 1 === from[index - place]) place++;
    const one = valueOf(wire[first] ?? 0);
    const two = valueOf(wire[first + 1] ?? 0);
    if (place === 0) {
      wire[first] = signOf(value >> 2);
      wire[first + 1] = signOf(((value & 3) << 4) | (two & 15));
    } else if (place === 1) {
      wire[first] = signOf((one & 48) | (value >> 4));
      wire[first + 1] = signOf(((value & 15) << 2) | (two & 3));
    } else {
      wire[first] = signOf((one & 60) | (value >> 6));
      wire[first + 1] = signOf(value & 63);
    }
  }
}

export function uuencode(): Coding {
  return new Uuencode();
}
