/** The pass over a text in a charset of two bytes and four: no byte tells by itself what it is, so characters are followed from the first one on. */
import { AMPERSAND, ASCII_DIGIT, BACKSLASH, BYTE_BITS, BYTE_KINDS, CHECK_X, DIGIT, JSON, LESS, MARKUP, MORE, NUMERAL, PAIR_KINDS, PAIR_NIBBLES, SEPARATOR, SLOW } from './memory';
import { after, begin, escapes, mark, unitAt, unread } from './read';
import { least, maxGap, reset, walk, windows } from './runs';

/** A byte that is nothing, written behind the text so that blocks may be read whole. */
const FILLER: v128 = i8x16.splat(0x61);

/** Sets that the halves of each byte have in the pair of tables at `at`. */
@inline
function halves(at: usize, bytes: v128): v128 {
  const nibble = i8x16.splat(15);
  return v128.and(i8x16.swizzle(v128.load(at), v128.and(bytes, nibble)), i8x16.swizzle(v128.load(at, 16), v128.and(i16x8.shr_u(bytes, 4), nibble)));
}

@inline
function notZero(bytes: v128): i32 {
  return ~i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(0))) & 0xffff;
}

/** Behind the characters from `at` on that can be told to be of no interest at once: bytes of ASCII, or pairs beyond it; 16 bytes and one more are in sight. */
@inline
function skip(at: usize, wanted: v128): usize {
  const block = v128.load(at);
  const beyond = i8x16.bitmask(block);
  if (beyond == 0) {
    const hits = notZero(v128.and(halves(BYTE_BITS, block), wanted));
    if (hits == 0) return at + 16;
    return at + <usize>ctz(hits);
  }
  // 80 and FF end a stretch: neither begins a character of two bytes.
  const odd = i8x16.bitmask(v128.or(i8x16.eq(block, i8x16.splat(-128)), i8x16.eq(block, i8x16.splat(-1))));
  const digits = notZero(v128.and(halves(PAIR_NIBBLES, block), halves(PAIR_NIBBLES + 32, v128.load(at, 1)))) & 0x5555;
  // A step that is foreseen, not computed from what was read: the next block is begun meanwhile.
  if (((~beyond & 0xffff) | odd | digits) == 0) return at + 16;
  const size = ctz((~beyond | odd) | 0x10000) & ~1;
  return at + <usize>min(size, ctz(digits | 0x10000));
}

/** Behind a run of characters of one byte and two that has too few digits for anything; 0 when it may have enough, or holds something rare. */
@inline
function passShortPairs(at: usize, end: usize, kinds: usize): usize {
  let count = 0;
  let gap = 0;
  let place = at;
  while (place + 1 < end) {
    const byte: u32 = load<u8>(place);
    const kind: u32 = byte < 0x80 ? load<u8>(kinds + byte) : load<u8>(PAIR_KINDS + (((byte & 0x7f) << 8) | load<u8>(place, 1)));
    const what = kind >> 4;
    if (what == DIGIT) {
      if (++count >= least) return 0;
      gap = 0;
    } else if (what == SEPARATOR) {
      if (++gap > maxGap) return place;
    } else return (kind != 0 && what != CHECK_X) || count + 1 >= least ? 0 : place;
    place += byte < 0x80 ? 1 : 2;
  }
  return 0;
}

/** Looks at the text from `from`, a character's first byte, to `end` in the way of reading `mode`; answers with the number of windows. */
export function scanPairs(from: usize, end: usize, mode: i32, last: bool): i32 {
  for (let i: usize = 0; i < 80; i += 16) v128.store(end + i, FILLER);
  begin(end, last, mode);
  reset();
  const kinds = BYTE_KINDS + <usize>(mode << 8);
  let place = from;
  let wanted: i32 = ASCII_DIGIT;
  if (mode & JSON) wanted |= BACKSLASH;
  if (mode & MARKUP) wanted |= AMPERSAND | LESS;
  const hits = i8x16.splat(<i8>wanted);
  while (place < end) {
    mark(place);
    if (place + 17 <= end) {
      const behind = skip(place, hits);
      if (behind != place) {
        place = behind;
        continue;
      }
    }
    const byte: u32 = load<u8>(place);
    let what: u32;
    if (byte < 0x80) {
      const kind: u32 = load<u8>(kinds + byte);
      what = kind >> 4;
      if (kind != SLOW && what != DIGIT) {
        place++;
        continue;
      }
      if (what == DIGIT) {
        const behind = passShortPairs(place, end, kinds);
        place = behind != 0 ? behind : walk(place, end, mode, last);
        continue;
      }
    } else {
      // The filler completes a character that the end of the text cuts: those are read closely.
      const kind: u32 = place + 1 < end ? load<u8>(PAIR_KINDS + (((byte & 0x7f) << 8) | load<u8>(place, 1))) : SLOW;
      what = kind >> 4;
      if (kind != SLOW) {
        if (what == DIGIT || what == NUMERAL) place = walk(place, end, mode, last);
        else place += 2;
        continue;
      }
    }
    const before = escapes;
    const kind = unitAt(place);
    what = kind >> 4;
    if (kind == MORE || what == DIGIT || what == NUMERAL) {
      unread(before);
      place = walk(place, end, mode, last);
    } else place = after;
  }
  return windows;
}
