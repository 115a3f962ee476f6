/** What a block of 64 bytes may hold of a number: asked for every block of a text, so nothing here reads a character that it need not. */
import { ASCII_MEMBERS, LENGTHS_BEGUN, MEMBER, MEMBERS, PERCENT_BYTE } from './memory';

// Which runs are found, and how. A run is what `walk` follows: characters that are digits, separators or ignorable, the first of them a
// digit. Worth a walk are runs with `least` digits, with more ignorables than a candidate may have (over 64), and those that touch the
// end of the text. Hits are, in this order of the text:
// 1. each character that begins like a digit of two bytes, each byte that may begin an escape. From there the run is followed to the
//    left over plain characters, down to its first digit. An escape further left was a hit before and has left `place`, where looking
//    back ends, behind itself.
// 2. of runs with none of these, each ASCII digit whose run may be long enough (`tooFew`, `wide`, `numbers`): a run in which no hit is
//    left has been seen to end on both sides.
// 3. for runs of none of all these, which hold no digit of ASCII either: all their digits have three bytes or more, so that `least` of them have 3 × least at least (as have one
//    digit and 65 ignorables). Let the run be [s, e) and q the first multiple of `step` in it: q + 1 ≤ s + step ≤ e - 1 as long as
//    step + 1 ≤ 3 × least. So q and q + 1 are bytes of the run, and the last character that begins at q + 1 or before it is one of the
//    run's, whole. `probe` looks at that character only. Where step is 32, the run has 33 bytes at least: when q - 16 is not in it, then
//    q + 17 is, and the same holds for one of the places q - 16 and q + 16. A run that begins in one block of 64 bytes has its q in
//    the same or in the next one; where neither holds a byte beyond ASCII there is no such run.
//    Four signs of ASCII alike at q are no part of it: they are more than a gap, and its last byte is a digit's.
// 4. the end of the text: what touches it is followed to the left.

/** The widest step that the proof above speaks of. */
export const WIDEST_STEP: usize = 32;
/** The stretch that `wide` looks for: no run with more digits is shorter. */
const LONG: i32 = 11;
/** Characters beside the digits of a block that are looked at for the end of a run. */
const NEAR_BY: i32 = 4;

/** Digits of a block from which on all of them are followed. */
const DENSE_DIGITS: i32 = 36;
/** Digits in front of a check character. */
export const CHECKED: i32 = 17;
/** Runs with fewer digits hold no number. */
export let few: i32 = 0;
export let step: usize = 1;
let maxGap: i32 = 0;
let maxIgnored: i32 = 0;

export function configureBlocks(leastDigits: i32, gap: i32, ignored: i32): void {
  few = min(leastDigits, CHECKED);
  maxGap = gap;
  maxIgnored = ignored;
  step = 1;
  while (step < WIDEST_STEP && (step << 1) + 1 <= <usize>(3 * leastDigits)) step <<= 1;
}

@inline
export function classes(bytes: v128, low: v128, high: v128, nibble: v128): v128 {
  return v128.and(i8x16.swizzle(low, v128.and(bytes, nibble)), i8x16.swizzle(high, v128.and(i16x8.shr_u(bytes, 4), nibble)));
}

/** The bytes of a block that have none of these bits, as bits. */
@inline
export function without(one: v128, two: v128, three: v128, four: v128, wanted: v128): u64 {
  const none = i8x16.splat(0);
  return bitsOf(i8x16.eq(v128.and(one, wanted), none), i8x16.eq(v128.and(two, wanted), none), i8x16.eq(v128.and(three, wanted), none), i8x16.eq(v128.and(four, wanted), none));
}

/** The upper bit of each byte. */
@inline
export function bitsOf(one: v128, two: v128, three: v128, four: v128): u64 {
  return <u64>i8x16.bitmask(one) | (<u64>i8x16.bitmask(two) << 16) | (<u64>i8x16.bitmask(three) << 32) | (<u64>i8x16.bitmask(four) << 48);
}

/** Not 0 when the first three of these bytes begin a character of a run. */
@inline
function isMember(bytes: u32): u32 {
  return load<u8>(MEMBERS + <usize>(((bytes & 0x3f7f) << 6) | ((bytes >> 16) & 0x3f)));
}

@inline
export function member(at: usize): u32 {
  return isMember(load<u32>(at));
}

/** A character beyond ASCII begins at `at`, all of it in sight, that ends every run. `percent`: its later bytes may stand there escaped, and then it is another one. */
@inline
export function endsRun(at: usize, end: usize, percent: bool): bool {
  return at + 3 <= end && (load<u8>(at, 1) & 0xc0) == 0x80 && (!percent || load<u8>(at, 2) != PERCENT_BYTE) && member(at) == 0;
}

/** Where the last character begins that does so in the four bytes from `at` on; their first byte when none does. */
@inline
function lastStart(at: usize): usize {
  // Bytes that begin a character have other upper bits than 10.
  return at + <usize>(3 - (clz(((load<u32>(at) & 0xc0c0c0c0) ^ 0x80808080) | 1) >> 3));
}

/** Not 0 when the last character that begins at `at + 1` or before it is one of a run. */
@inline
export function memberNear(at: usize): u32 {
  return member(lastStart(at - 2));
}

/** 1 when it is one, and no digit of ASCII. */
@inline
export function probed(at: usize): u32 {
  return memberNear(at) & MEMBER;
}

/** Where `step` is the widest and `at` lies in a run: 1 when the bytes before it, or those behind it, may be those of one. */
@inline
export function goesOn(at: usize): u32 {
  const bytes = load<u32>(at);
  // Four signs of ASCII alike are no gap between digits of a number.
  const alike: u32 = (bytes == rotl(bytes, 8) ? 1 : 0) & ((bytes & 0xff) - 0x20 < 0x5f ? 1 : 0) & (maxGap < 4 ? 1 : 0);
  return ((memberNear(at - 16) & memberNear(at - 8)) | (memberNear(at + 8) & memberNear(at + 16))) & (alike ^ 1);
}

/** Where `step` is not the widest: the places of the block that are probed and may lie in runs, as bits. */
export function probe(block: usize, end: usize): u64 {
  let mask: u64 = 0;
  for (let at = block; at < block + 64 && at + 1 < end; at += step) {
    if (probed(at) != 0) mask |= <u64>1 << <u64>(at - block);
  }
  return mask;
}

/** Characters of a run, one after the other up to `at`; NEAR_BY when there are more. */
@inline
function membersBefore(at: usize): i32 {
  let count = 0;
  let place = at;
  while (count < NEAR_BY) {
    place = lastStart(place - 4);
    if (member(place) == 0) break;
    count++;
  }
  return count;
}

/** The same from `at` on. */
@inline
function membersFrom(at: usize): i32 {
  let count = 0;
  let place = at;
  while (count < NEAR_BY && member(place) != 0) {
    const lead: u32 = load<u8>(place);
    place += lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    count++;
  }
  return count;
}

/** True when no number begins as these digits do that has as many, and no check character may stand behind them. */
@inline
function isNone(at: usize, count: u64): bool {
  const behind: u32 = load<u8>(at + <usize>count);
  if (behind >= 0x80 || (behind | 0x20) == 0x78) return false;
  const first = <u32>load<u8>(at) * 100 + <u32>load<u8>(at, 1) * 10 + <u32>load<u8>(at, 2) - 0x30 * 111;
  const lengths = LENGTHS_BEGUN + (<usize>first << 4);
  return (((load<u64>(lengths) | load<u64>(lengths, 8)) >> count) & 1) == 0;
}

/** ASCII digits of the block that may belong to a number: the ASCII stretch of a run that they stand in has enough of them, or may go on. */
@inline
function numbers(block: usize, digits: u64, ends: u64, beyond: bool, escaped: bool): u64 {
  let found: u64 = 0;
  let rest = digits;
  do {
    const first = <u64>ctz(rest);
    const from = 64 - <u64>clz(ends & ((<u64>1 << first) - 1));
    const ahead = first + <u64>ctz(ends >> first);
    const stretch = rest & (ahead < 64 ? (<u64>1 << ahead) - 1 : <u64>-1);
    const count = <u64>popcnt(stretch);
    let goes: u32 = <i32>count >= few ? 1 : 0;
    // The first of them may be an escape's.
    if (!escaped && goes != 0 && count > 2 && count == ahead - from && from != 0 && ahead < 64 && isNone(block + <usize>from, count)) goes = 0;
    if (beyond || from == 0 || ahead >= 64) goes |= memberNear(block + <usize>from - 2) | member(block + <usize>(ahead < 64 ? ahead : 64));
    if (goes != 0) found |= stretch;
    rest ^= stretch;
  } while (rest != 0);
  return found;
}

@inline
export function isDigit(bytes: v128): v128 {
  return i8x16.gt_s(i8x16.add(bytes, i8x16.splat(0x7f - 0x39)), i8x16.splat(0x7f - 10));
}

/** A to Z in both cases: they are part of no run. */
@inline
function isLetter(bytes: v128): v128 {
  return i8x16.gt_s(i8x16.add(v128.or(bytes, i8x16.splat(0x20)), i8x16.splat(0x7f - 0x7a)), i8x16.splat(0x7f - 26));
}

/** Where nothing of ASCII is ignored: does more than a gap lie between these digits and both ends of the block? */
@inline
function isInside(digits: u64): bool {
  return <i32>ctz(digits) > maxGap && <i32>clz(digits) > maxGap;
}

/** The same for digits at one end of the block, seen half a block on or before: there too all is ASCII that is not ignored, and too few digits. */
function standsAlone(block: usize, digits: u64): bool {
  const at = <u32>digits == 0 ? block + 32 : digits >> 32 == 0 ? block - 32 : 0;
  if (at == 0) return false;
  const one = v128.load(at);
  const two = v128.load(at, 16);
  const three = v128.load(at, 32);
  const four = v128.load(at, 48);
  const all = bitsOf(isDigit(one), isDigit(two), isDigit(three), isDigit(four));
  return <i32>popcnt(all) < few && isInside(all) && bitsOf(one, two, three, four) == 0 && !hasControls(one, two, three, four);
}

/** Bytes of ASCII that are ignored, and some that end every run. */
@inline
function hasControls(one: v128, two: v128, three: v128, four: v128): bool {
  const shift = i8x16.splat(0x0e);
  const upper = i8x16.min_u(i8x16.min_u(i8x16.sub(one, shift), i8x16.sub(two, shift)), i8x16.min_u(i8x16.sub(three, shift), i8x16.sub(four, shift)));
  const lowest = i8x16.min_u(i8x16.min_u(one, two), i8x16.min_u(three, four));
  const highest = i8x16.max_u(i8x16.max_u(one, two), i8x16.max_u(three, four));
  return v128.any_true(v128.or(v128.or(i8x16.lt_u(upper, i8x16.splat(0x20 - 0x0e)), i8x16.lt_u(lowest, i8x16.splat(0x09))), i8x16.eq(highest, i8x16.splat(0x7f))));
}

/** The digits of the block that may belong to a number, and what of it `others` names. `escaped`: the text is read with its escapes. */
@inline
export function hitsIn(block: usize, others: v128, low: v128, high: v128, hasOthers: bool, escaped: bool): u64 {
  const one = v128.load(block);
  const two = v128.load(block, 16);
  const three = v128.load(block, 32);
  const four = v128.load(block, 48);
  const nibble = i8x16.splat(15);
  const digits = bitsOf(isDigit(one), isDigit(two), isDigit(three), isDigit(four));
  const beyond = bitsOf(one, two, three, four);
  let mask: u64 = 0;
  if (hasOthers) mask = ~without(classes(one, low, high, nibble), classes(two, low, high, nibble), classes(three, low, high, nibble), classes(four, low, high, nibble), others);
  if (digits == 0) return mask;
  // Where digits are that dense most runs are long enough: to follow all of them costs less than to tell which.
  if (<i32>popcnt(digits) >= DENSE_DIGITS) return mask | digits;
  let rest = digits;
  if (!hasOthers && <i32>popcnt(digits) < few) {
    if (beyond != 0 ? tooFew(block, digits, 0, beyond) : isInside(digits) ? !hasControls(one, two, three, four) : standsAlone(block, digits)) return 0;
    const letters = bitsOf(isLetter(one), isLetter(two), isLetter(three), isLetter(four));
    if (few >= LONG) rest &= wide(~letters);
    if (rest == 0 || tooFew(block, rest, letters, beyond)) return 0;
  }
  const membersLow = v128.load(ASCII_MEMBERS);
  const membersHigh = v128.load(ASCII_MEMBERS, 16);
  const ends = without(
    classes(one, membersLow, membersHigh, nibble), classes(two, membersLow, membersHigh, nibble), classes(three, membersLow, membersHigh, nibble),
    classes(four, membersLow, membersHigh, nibble), i8x16.splat(-1),
  );
  // Beyond ASCII anything may belong to it.
  if (few >= LONG) rest &= wide(~ends | beyond);
  return rest == 0 ? mask : mask | numbers(block, rest, ends, beyond != 0, escaped);
}

/** Those of these bits that stand LONG in a row or more, and those that stand at the ends. */
@inline
function wide(bits: u64): u64 {
  let starts = bits & (bits >> 1);
  starts &= starts >> 2;
  starts &= starts >> 4;
  starts &= starts >> 3;
  let all = starts | (starts << 1);
  all |= all << 2;
  all |= all << 4;
  all |= all << 3;
  const others = ~bits;
  return others == 0 ? bits : all | (bits & ((others & -others) - 1)) | (bits & ~((<u64>-1) >> <u64>clz(others)));
}

/**
 * Have all runs that `digits` belong to too few digits? Those of the block that lie between two letters, or as far out as the first and the
 * last of them and few characters beside these: none of the others has two bytes, so that three bytes are one digit at most.
 */
@inline
function tooFew(block: usize, digits: u64, letters: u64, beyond: u64): bool {
  const first = <u64>ctz(digits);
  const final = 63 - <u64>clz(digits);
  const ahead = (<u64>1 << first) - 1;
  const from = <u64>-1 << first;
  let inside = from & (<u64>-1 >> (63 - final));
  const before = letters & ahead;
  const behind = letters & from & ~inside;
  let count = <i32>popcnt(digits);
  if (count >= few) return false;
  let beside = 0;
  if (before != 0) inside |= (<u64>-1 << (63 - <u64>clz(before))) & ahead;
  else beside = membersBefore(block + <usize>first);
  if (beside == NEAR_BY) return false;
  if (behind != 0) inside |= ((behind & -behind) - 1) & from;
  else {
    const more = membersFrom(block + <usize>final + 1);
    if (more == NEAR_BY) return false;
    beside += more;
  }
  return count + beside + <i32>popcnt(beyond & inside) / 3 < few && <i32>popcnt(inside) + beside <= maxIgnored;
}
