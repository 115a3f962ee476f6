/** The pass over a text: whole blocks that no number can lie in are skipped, and around each hit the run that it stands in is followed. */
import {
  AMPERSAND, ASCII_DIGIT, ASCII_MEMBERS, BACKSLASH, BYTE_BITS, BYTE_KINDS, CHECK_X, DIGIT, JSON, LESS, MARKUP, MEMBERS, MORE, NUMERAL, PERCENT, PERCENT_SIGN,
  SEPARATOR, SLOW, TWO_BYTE_DIGIT,
} from './memory';
import { after, begin, endless as endlessEscape, escapes as escapesRead, marks as marksMade, plainAt, unitAt, unread } from './read';
import { configure as configureRuns, leaveUnfinished, open, reset, walk, windows as windowsKept } from './runs';

export { followJson } from './json';
export { scanPairs } from './pairs';
export * from './memory';

// Which runs are found, and how. A run is what `walk` follows: characters that are digits, separators or ignorable, the first of them a
// digit. Worth a walk are runs with `least` digits, with more ignorables than a candidate may have (over 64), and those that touch the
// end of the text. Hits are, in this order of the text:
// 1. each ASCII digit, each character that begins like a digit of two bytes, each byte that may begin an escape. From there the run is
//    followed to the left over plain characters, down to its first digit. An escape further left was a hit before and has left
//    `place`, where looking back ends, behind itself.
// 2. for runs of none of these: all their digits have three bytes or more, so that `least` of them have 3 × least at least (as have one
//    digit and 65 ignorables). Let the run be [s, e) and q the first multiple of `step` in it: q + 1 ≤ s + step ≤ e - 1 as long as
//    step + 1 ≤ 3 × least. So q and q + 1 are bytes of the run, and the last character that begins at q + 1 or before it is one of the
//    run's, whole. `probe` looks at that character only. Where step is 32, the run has 33 bytes at least: when q - 16 is not in it, then
//    q + 17 is, and the same holds for one of the places q - 16 and q + 16. A run that begins in one block of 64 bytes has its q in
//    the same or in the next one; where neither holds a byte beyond ASCII there is no such run.
// 3. the end of the text: what touches it is followed to the left.

/** A byte that is nothing, written behind the text so that blocks may be read whole. */
const FILLER: v128 = i8x16.splat(0x61);
/** The widest step that the proof above speaks of. */
const WIDEST_STEP: usize = 32;

let seenBits: i32 = 0;
let least: i32 = 0;
let step: usize = 1;
let maxGap: i32 = 0;
let maxIgnored: i32 = 0;

export function configure(leastDigits: i32, mostDigits: i32, gap: i32, ignored: i32): void {
  least = leastDigits;
  maxGap = gap;
  maxIgnored = ignored;
  step = 1;
  while (step < WIDEST_STEP && (step << 1) + 1 <= <usize>(3 * leastDigits)) step <<= 1;
  configureRuns(leastDigits, mostDigits, gap, ignored);
}

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

@inline
function classes(bytes: v128, low: v128, high: v128, nibble: v128): v128 {
  return v128.and(i8x16.swizzle(low, v128.and(bytes, nibble)), i8x16.swizzle(high, v128.and(i16x8.shr_u(bytes, 4), nibble)));
}

/** The bytes of a block that have none of these bits, as bits. */
@inline
function without(one: v128, two: v128, three: v128, four: v128, wanted: v128): u64 {
  const none = i8x16.splat(0);
  return together(i8x16.eq(v128.and(one, wanted), none), i8x16.eq(v128.and(two, wanted), none), i8x16.eq(v128.and(three, wanted), none), i8x16.eq(v128.and(four, wanted), none));
}

/** The upper bit of each byte. */
@inline
function together(one: v128, two: v128, three: v128, four: v128): u64 {
  return <u64>i8x16.bitmask(one) | (<u64>i8x16.bitmask(two) << 16) | (<u64>i8x16.bitmask(three) << 32) | (<u64>i8x16.bitmask(four) << 48);
}

/** 1 when the first three of these bytes begin a character of a run. */
@inline
function isMember(bytes: u32): u32 {
  const index = ((bytes & 0xff) << 12) | ((bytes >> 2) & 0xfc0) | ((bytes >> 16) & 0x3f);
  return (<u32>load<u8>(MEMBERS + <usize>(index >> 3)) >> (index & 7)) & 1;
}

@inline
function member(at: usize): u32 {
  return isMember(load<u32>(at));
}

/** 1 when the last character that begins at `at + 1` or before it is one of a run. */
@inline
function memberNear(at: usize): u32 {
  const bytes = load<u64>(at - 2);
  // Bytes that begin a character have other upper bits than 10.
  const starts = ((<u32>bytes & 0xc0c0c0c0) ^ 0x80808080) | 1;
  return isMember(<u32>(bytes >> <u64>((31 - clz(starts)) & 24)));
}

/** Where `step` is the widest: may the bytes before `at`, or those behind it, be those of one run? */
function goesOn(at: usize): bool {
  return (memberNear(at - 16) & memberNear(at - 8)) != 0 || (memberNear(at + 8) & memberNear(at + 16)) != 0;
}

/** The places of the block that are probed and may lie in runs, as bits. */
function probe(block: usize, end: usize): u64 {
  let mask: u64 = 0;
  for (let at = block; at < block + 64 && at + 1 < end; at += step) {
    if (memberNear(at) != 0 && (step < WIDEST_STEP || goesOn(at))) mask |= <u64>1 << <u64>(at - block);
  }
  return mask;
}

/** ASCII digits of the block that may belong to a number: the ASCII stretch of a run that they stand in has enough of them, or may go on. */
@inline
function numbers(block: usize, digits: u64, ends: u64, beyond: bool): u64 {
  let found: u64 = 0;
  let rest = digits;
  do {
    const first = <u64>ctz(rest);
    const from = 64 - <u64>clz(ends & ((<u64>1 << first) - 1));
    const ahead = first + <u64>ctz(ends >> first);
    const stretch = rest & (ahead < 64 ? (<u64>1 << ahead) - 1 : <u64>-1);
    let goes: u32 = <i32>popcnt(stretch) >= least ? 1 : 0;
    if (beyond || from == 0 || ahead >= 64) goes |= memberNear(block + <usize>from - 2) | member(block + <usize>(ahead < 64 ? ahead : 64));
    if (goes != 0) found |= stretch;
    rest ^= stretch;
  } while (rest != 0);
  return found;
}

/** The first digit of the run that ends before the unit at `hit`, no further back than `floor`; 0 when there is none. */
function firstDigit(hit: usize, floor: usize, mode: i32): usize {
  const kinds = BYTE_KINDS + <usize>(mode << 8);
  let first: usize = 0;
  // No run goes on over more than this without a digit.
  let gap = 0;
  let hidden = 0;
  let at = hit;
  while (at > floor) {
    const byte = load<u8>(at - 1);
    let own = at - 1;
    let kind: u32 = load<u8>(kinds + byte);
    if (byte >= 0x80) {
      for (let i = 0; i < 3 && own > floor && (load<u8>(own) & 0xc0) == 0x80; i++) own--;
      if (member(own) == 0) break;
      const before = escapesRead;
      kind = mode == 0 ? plainAt(own) : unitAt(own);
      unread(before);
      if (after != at) break;
    }
    const what = kind >> 4;
    if (what == 0 || what >= CHECK_X) break;
    if (what == DIGIT || what == NUMERAL) {
      first = own;
      gap = 0;
      hidden = 0;
    } else if (what == SEPARATOR ? ++gap > maxGap : ++hidden > maxIgnored) break;
    at = own;
  }
  return first;
}

/** Behind a run that begins with an ASCII digit and has too few digits for anything; 0 when it may have enough, or holds something rare. */
@inline
function passFew(at: usize, end: usize, kinds: usize): usize {
  let count = 0;
  for (let place = at; place < end; place++) {
    const byte = load<u8>(place);
    const kind: u32 = load<u8>(kinds + byte);
    const what = kind >> 4;
    if (what == DIGIT) {
      if (++count >= least) return 0;
    } else if (what != SEPARATOR) {
      if (kind == 0) return place;
      if (what == CHECK_X && count + 1 < least) return place;
      // A character beyond ASCII, all of it in sight, that ends every run.
      return kind == SLOW && byte >= 0x80 && place + 3 <= end && (load<u8>(place, 1) & 0xc0) == 0x80 && member(place) == 0 ? place : 0;
    }
  }
  return 0;
}

/** Follows what stands around the hit; answers with a place behind which nothing is judged yet, further on than `floor`. */
function follow(hit: usize, floor: usize, end: usize, mode: i32, last: bool): usize {
  if (<u32>load<u8>(hit) - 0x30 < 10) {
    const first = firstDigit(hit, floor, mode);
    if (first != 0) return walk(first, end, mode, last);
    const behind = passFew(hit, end, BYTE_KINDS + <usize>(mode << 8));
    return behind != 0 ? behind : walk(hit, end, mode, last);
  }
  let at = hit;
  // A place that was probed lies anywhere in its character.
  if (at > floor && (load<u8>(at) & 0xc0) == 0x80) {
    for (let i = 0; i < 3 && at > floor && (load<u8>(at) & 0xc0) == 0x80; i++) at--;
  }
  let looked = false;
  while (at < end) {
    const before = escapesRead;
    const kind: u32 = mode == 0 ? plainAt(at) : unitAt(at);
    const what = kind >> 4;
    if (kind != MORE && (what == 0 || what >= CHECK_X)) return after;
    const next = after;
    if (!looked) {
      const read = escapesRead;
      const first = firstDigit(at, floor, mode);
      if (first != 0) {
        unread(before);
        return walk(first, end, mode, last);
      }
      unread(read);
      looked = true;
    }
    if (what == DIGIT || what == NUMERAL || kind == MORE) {
      unread(before);
      return walk(at, end, mode, last);
    }
    at = next;
  }
  return end;
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
  let wanted: i32 = ASCII_DIGIT | TWO_BYTE_DIGIT;
  if (mode & PERCENT) wanted |= PERCENT_SIGN;
  if (mode & JSON) wanted |= BACKSLASH;
  if (mode & MARKUP) wanted |= AMPERSAND | LESS;
  const hits = i8x16.splat(<i8>wanted);
  const asciiDigit = i8x16.splat(<i8>ASCII_DIGIT);
  const others = i8x16.splat(<i8>(wanted & ~ASCII_DIGIT));
  const every = i8x16.splat(-1);
  const nibble = i8x16.splat(15);
  const low = v128.load(BYTE_BITS);
  const high = v128.load(BYTE_BITS, 16);
  let all = i8x16.splat(0);
  let place = from;
  /** The last block held bytes beyond ASCII. */
  let beyondBefore = false;
  let fourthBefore: u32 = 1;
  const narrow: u32 = step < WIDEST_STEP ? 1 : 0;
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
    const beyond = i8x16.bitmask(v128.or(v128.or(one, two), v128.or(three, four))) != 0;
    const probed = beyond || beyondBefore;
    beyondBefore = beyond;
    if (!probed) fourthBefore = 1;
    if (place >= block + 64) {
      fourthBefore = 1;
      continue;
    }
    let mask: u64 = 0;
    if (probed) {
      // What `probe` asks first, without a branch for each of the places.
      const first = memberNear(block);
      const second = memberNear(block + 16);
      const third = memberNear(block + 32);
      const fourth = memberNear(block + 48);
      if (((first & (second | fourthBefore)) | (third & (second | fourth)) | narrow) != 0) mask = probe(block, end);
      fourthBefore = fourth;
    }
    if (v128.any_true(v128.and(any, hits))) {
      const digits = together(oneIs, twoIs, threeIs, fourIs);
      if (v128.any_true(v128.and(any, others))) mask |= ~without(oneIs, twoIs, threeIs, fourIs, others);
      if (digits != 0) {
        const membersLow = v128.load(ASCII_MEMBERS);
        const membersHigh = v128.load(ASCII_MEMBERS, 16);
        const ends = without(
          classes(one, membersLow, membersHigh, nibble), classes(two, membersLow, membersHigh, nibble), classes(three, membersLow, membersHigh, nibble),
          classes(four, membersLow, membersHigh, nibble), every,
        );
        mask |= numbers(block, digits, ends, beyond);
      }
    }
    if (place > block) mask &= <u64>-1 << <u64>(place - block);
    while (mask != 0) {
      const hit = block + <usize>ctz(mask);
      do {
        let near = hit;
        // A character may begin with bytes as they are and end with escaped ones.
        if (mode & PERCENT) for (let back = 0; back < 3 && near > place && load<u8>(near - 1) >= 0x80; back++) near--;
        place = follow(near, place, end, mode, last);
      } while (place <= hit && place < end);
      if (place >= block + 64 || place >= end) break;
      mask &= <u64>-1 << <u64>(place - block);
    }
  }
  if (open == 0 && !last && place < end) {
    const cut = unfinished(place, end);
    const first = firstDigit(cut != 0 ? cut : end, place, mode);
    if (first == 0) leaveUnfinished(cut);
    else walk(first, end, mode, last);
  }
  seenBits = folded(all);
  return windowsKept;
}
