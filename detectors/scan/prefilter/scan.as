/** The pass over a text: whole blocks without a digit in any form are skipped, and from each digit the run that it begins is followed. */
import { AMPERSAND, ASCII_DIGIT, BACKSLASH, BEYOND_ASCII, BYTE_BITS, DIGIT, JSON, LESS, MARKUP, MORE, NIBBLES, NUMERAL, PERCENT, PERCENT_SIGN } from './memory';
import { after, begin, endless as endlessEscape, escapes as escapesRead, marks as marksMade, plainAt, unitAt, unread } from './read';
import { configure, leaveUnfinished, passShort, open, reset, walk, windows as windowsKept } from './runs';

export { configure };
export { followJson } from './json';
export { scanPairs } from './pairs';
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
export function marks(): i32 {
  return marksMade;
}

// @ts-ignore: decorator
@inline
function classes(bytes: v128, low: v128, high: v128, nibble: v128): v128 {
  return v128.and(i8x16.swizzle(low, v128.and(bytes, nibble)), i8x16.swizzle(high, v128.and(i16x8.shr_u(bytes, 4), nibble)));
}

// @ts-ignore: decorator
@inline
function sets(table: i32, bytes: v128, nibble: v128): v128 {
  const at = NIBBLES + <usize>(table << 5);
  return v128.and(i8x16.swizzle(v128.load(at), v128.and(bytes, nibble)), i8x16.swizzle(v128.load(at, 16), v128.and(i16x8.shr_u(bytes, 4), nibble)));
}

/** Places in the 16 bytes at `at` where a digit beyond ASCII may begin. */
// @ts-ignore: decorator
@inline
function foreignDigits(at: usize, one: v128, nibble: v128): i32 {
  const found = v128.and(v128.and(sets(0, one, nibble), sets(1, v128.load(at, 1), nibble)), sets(2, v128.load(at, 2), nibble));
  return v128.any_true(found) ? ~i8x16.bitmask(i8x16.eq(found, i8x16.splat(0))) & 0xffff : 0;
}

/** Follows the run that begins at `hit`, where one may begin; answers where to go on. */
function follow(hit: usize, end: usize, mode: i32, last: bool): usize {
  if (<u32>load<u8>(hit) - 0x30 < 10) {
    const behind = passShort(hit, end, mode);
    if (behind != 0) return behind;
  } else {
    const before = escapesRead;
    const kind = mode == 0 ? plainAt(hit) : unitAt(hit);
    const what = kind >> 4;
    if (what != DIGIT && what != NUMERAL && kind != MORE) return after;
    unread(before);
  }
  return walk(hit, end, mode, last);
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
  const low = v128.load(BYTE_BITS);
  const high = v128.load(BYTE_BITS, 16);
  let all = i8x16.splat(0);
  for (let block = from; block < end; block += 16) all = v128.or(all, classes(v128.load(block), low, high, i8x16.splat(15)));
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
  const nibble = i8x16.splat(15);
  const low = v128.load(BYTE_BITS);
  const high = v128.load(BYTE_BITS, 16);
  let all = i8x16.splat(0);
  let place = from;
  for (let block = from; block < end; block += 64) {
    const one = v128.load(block);
    const two = v128.load(block, 16);
    const three = v128.load(block, 32);
    const four = v128.load(block, 48);
    const oneIs = classes(one, low, high, nibble);
    const twoIs = classes(two, low, high, nibble);
    const threeIs = classes(three, low, high, nibble);
    const fourIs = classes(four, low, high, nibble);
    const any = v128.or(v128.or(oneIs, twoIs), v128.or(threeIs, fourIs));
    all = v128.or(all, any);
    if (place >= block + 64 || !v128.any_true(v128.and(any, interesting))) continue;
    let mask = places(oneIs, hits) | (places(twoIs, hits) << 16) | (places(threeIs, hits) << 32) | (places(fourIs, hits) << 48);
    if (i8x16.bitmask(any) != 0) {
      mask |=
        <u64>foreignDigits(block, one, nibble) |
        (<u64>foreignDigits(block + 16, two, nibble) << 16) |
        (<u64>foreignDigits(block + 32, three, nibble) << 32) |
        (<u64>foreignDigits(block + 48, four, nibble) << 48);
    }
    if (place > block) mask &= <u64>-1 << <u64>(place - block);
    while (mask != 0) {
      let hit = block + <usize>ctz(mask);
      // A character may begin with bytes as they are and end with escaped ones.
      if (mode & PERCENT) for (let back = 0; back < 3 && hit > place && load<u8>(hit - 1) >= 0x80; back++) hit--;
      place = follow(hit, end, mode, last);
      if (place >= block + 64) break;
      // Behind a byte before the block the same place is asked once more.
      if (place > block) mask &= <u64>-1 << <u64>(place - block);
    }
  }
  if (open == 0 && !last && place < end) leaveUnfinished(unfinished(place > from ? place : from, end));
  seenBits = folded(all);
  return windowsKept;
}

/** The bytes that are one of what is wanted, as bits. */
// @ts-ignore: decorator
@inline
function places(is: v128, hits: v128): u64 {
  return <u64>(~i8x16.bitmask(i8x16.eq(v128.and(is, hits), i8x16.splat(0))) & 0xffff);
}
