/** The pass over a text: whole blocks without a digit in any form are skipped, and from each digit the run that it begins is followed. */
import { AMPERSAND, ASCII_DIGIT, BACKSLASH, BEYOND_ASCII, BYTE_BITS, JSON, LESS, MARKUP, NIBBLES, PERCENT, PERCENT_SIGN } from './memory';
import { begin, endless as endlessEscape, escapes as escapesRead } from './read';
import { configure, leaveUnfinished, open, reset, walk, windows as windowsKept } from './runs';

export { configure };
export * from './memory';

/** A byte that is nothing, written behind the text so that blocks may be read whole. */
const FILLER: v128 = i8x16.splat(0x61);

let seenBits: i32 = 0;

export function seen(): i32 {
  return seenBits;
}
export function openFrom(): usize {
  return open;
}
export function endless(): bool {
  return endlessEscape;
}
export function escapes(): i32 {
  return escapesRead;
}

// @ts-ignore: decorator
@inline
function classes(bytes: v128): v128 {
  const low = v128.load(BYTE_BITS);
  const high = v128.load(BYTE_BITS, 16);
  return v128.and(i8x16.swizzle(low, v128.and(bytes, i8x16.splat(0x0f))), i8x16.swizzle(high, i8x16.shr_u(bytes, 4)));
}

// @ts-ignore: decorator
@inline
function half(table: i32, bytes: v128, upper: bool): v128 {
  const index = upper ? i8x16.shr_u(bytes, 4) : v128.and(bytes, i8x16.splat(0x0f));
  return i8x16.swizzle(v128.load(NIBBLES + <usize>(table << 4)), index);
}

/** Places in the 16 bytes at `at` where a digit beyond ASCII may begin. */
// @ts-ignore: decorator
@inline
function foreignDigits(at: usize): i32 {
  const one = v128.load(at);
  const two = v128.load(at, 1);
  const three = v128.load(at, 2);
  const first = v128.and(half(0, one, false), half(1, one, true));
  const second = v128.and(half(2, two, false), half(3, two, true));
  const third = v128.and(half(4, three, false), half(5, three, true));
  return i8x16.bitmask(i8x16.ne(v128.and(v128.and(first, second), third), i8x16.splat(0)));
}

/** The first byte of a character of UTF-8 whose last bytes are still to come; 0 when there is none. */
function unfinished(from: usize, end: usize): usize {
  for (let at = end; at > from && end - at < 3; ) {
    at--;
    const byte: i32 = load<u8>(at);
    if (byte < 0x80) return 0;
    if (byte >= 0xc2) {
      const size: usize = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 0;
      return end - at < size ? at : 0;
    }
    if (byte >= 0xc0) return 0;
  }
  return 0;
}

function folded(bits: v128): i32 {
  let wide = i64x2.extract_lane(bits, 0) | i64x2.extract_lane(bits, 1);
  wide |= wide >> 32;
  wide |= wide >> 16;
  return <i32>((wide | (wide >> 8)) & 0xff);
}

/** Only what the text holds. */
export function survey(from: usize, end: usize): void {
  v128.store(end, FILLER);
  let all = i8x16.splat(0);
  for (let block = from; block < end; block += 16) all = v128.or(all, classes(v128.load(block)));
  seenBits = folded(all);
}

/** Looks at the text from `from` to `end` in the way of reading `mode`; answers with the number of windows. */
export function scan(from: usize, end: usize, mode: i32, last: bool): i32 {
  for (let i: usize = 0; i < 80; i += 16) v128.store(end + i, FILLER);
  begin(end, last, mode);
  reset();
  let wanted: i32 = ASCII_DIGIT;
  if (mode & PERCENT) wanted |= PERCENT_SIGN;
  if (mode & JSON) wanted |= BACKSLASH;
  if (mode & MARKUP) wanted |= AMPERSAND | LESS;
  const hits = i8x16.splat(<i8>wanted);
  const interesting = i8x16.splat(<i8>(wanted | BEYOND_ASCII));
  let all = i8x16.splat(0);
  let place = from;
  for (let block = from; block < end; block += 64) {
    const one = classes(v128.load(block));
    const two = classes(v128.load(block, 16));
    const three = classes(v128.load(block, 32));
    const four = classes(v128.load(block, 48));
    const any = v128.or(v128.or(one, two), v128.or(three, four));
    all = v128.or(all, any);
    if (place >= block + 64 || !v128.any_true(v128.and(any, interesting))) continue;
    for (let quarter: usize = 0; quarter < 64; quarter += 16) {
      const at = block + quarter;
      if (place >= at + 16) continue;
      const own = quarter == 0 ? one : quarter == 16 ? two : quarter == 32 ? three : four;
      if (!v128.any_true(v128.and(own, interesting))) continue;
      let mask = i8x16.bitmask(i8x16.ne(v128.and(own, hits), i8x16.splat(0)));
      if (i8x16.bitmask(own) != 0) mask |= foreignDigits(at);
      if (place > at) mask &= -1 << <i32>(place - at);
      while (mask != 0) {
        let hit = at + <usize>ctz(mask);
        // A character may begin with bytes as they are and end with escaped ones.
        if (mode & PERCENT) for (let back = 0; back < 3 && hit > place && load<u8>(hit - 1) >= 0x80; back++) hit--;
        place = walk(hit, end, mode, last);
        if (place >= at + 16) break;
        mask &= -1 << <i32>(place - at);
      }
    }
  }
  if (open == 0 && !last && place < end) leaveUnfinished(unfinished(place > from ? place : from, end));
  seenBits = folded(all);
  return windowsKept;
}
