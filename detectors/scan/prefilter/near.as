/** Where escapes stand, and what lies near to them: a view that differs from the plain one in these alone need not look at the rest. */
import { AMPERSAND_BYTE, BACKSLASH_BYTE, HEX_VALUES, JSON, LESS_BYTE, MARKUP, MORE, PERCENT, PERCENT_BYTE, STRETCHES } from './memory';
import { LONGEST_ELEMENT, after, isInline, unitAt, unread } from './read';
import { windows, windowEnd, windowStart } from './runs';

/**
 * As far as an escape reaches: a candidate sees 64 units beside itself, each of four bytes at most, and its own last or first 33 bytes hold
 * a hit (blocks.as). What is further off is the same in both views, and so is what is found there, as long as no number in between is masked
 * that another one sees: `isClosed` asks that.
 */
const REACH: usize = 320;
const MOST_STRETCHES: i32 = 512;

/** Stretches of the text, in order and apart. */
export let stretches: i32 = 0;

@inline
export function stretchStart(index: i32): usize {
  return load<u32>(STRETCHES + <usize>(index << 3));
}
@inline
export function stretchEnd(index: i32): usize {
  return load<u32>(STRETCHES + <usize>(index << 3), 4);
}

function add(start: usize, end: usize): void {
  let from = start;
  while (stretches > 0 && from <= stretchEnd(stretches - 1)) from = min(from, stretchStart(--stretches));
  const own = STRETCHES + <usize>(stretches++ << 3);
  store<u32>(own, <u32>from);
  store<u32>(own, <u32>end, 4);
}

/** Those of `bytes` that may begin an escape. */
@inline
function marksIn(bytes: v128, one: v128, other: v128): v128 {
  return v128.or(i8x16.eq(bytes, one), i8x16.eq(bytes, other));
}

/** Finds what lies near to escapes and the end of the text; false when that is most of it. */
export function findStretches(from: usize, end: usize, mode: i32): bool {
  stretches = 0;
  let covered: usize = 0;
  const one = i8x16.splat(<i8>(mode & PERCENT ? PERCENT_BYTE : mode & JSON ? BACKSLASH_BYTE : AMPERSAND_BYTE));
  const other = i8x16.splat(<i8>(mode & MARKUP ? LESS_BYTE : mode & JSON ? BACKSLASH_BYTE : PERCENT_BYTE));
  let place = from;
  for (let block = from; block < end; block += 32) {
    const first = marksIn(v128.load(block), one, other);
    const second = marksIn(v128.load(block, 16), one, other);
    if (!v128.any_true(v128.or(first, second))) continue;
    for (let marks = <u32>i8x16.bitmask(first) | (<u32>i8x16.bitmask(second) << 16); marks != 0; marks &= marks - 1) {
      const at = block + <usize>ctz(marks);
      if (at < place || (at + IN_SIGHT < end && isNone(at, mode))) continue;
      let start = at;
      // A character may begin with bytes as they are and end with escaped ones.
      if (mode & PERCENT) for (let back = 0; back < 3 && start > place && load<u8>(start - 1) >= 0x80; back++) start--;
      let kind: u32 = 0;
      for (let next = start; next <= at && kind != MORE; next = after) kind = unitAt(next);
      unread(0);
      if (kind == MORE) {
        add(max(from, start - REACH), end);
        return end - stretchStart(stretches - 1) + covered < (end - from) / 2;
      }
      place = after;
      if (after == at + 1) continue;
      add(max(from, start - REACH), after + REACH);
      covered += after - start + REACH * 2;
      if (stretches >= MOST_STRETCHES - 1 || covered > (end - from) / 2) return false;
    }
  }
  // What is carried over is looked at by the view itself, and what lies beside it.
  if (end - from <= REACH * 4) return false;
  add(end - REACH * 2, end);
  return true;
}

/** Nothing that begins an escape has fewer bytes in sight than this, unless the text ends. */
const IN_SIGHT: usize = 16;

@inline
function isLetter(byte: u32): bool {
  return (byte | 0x20) - 0x61 < 26;
}

/** Can what begins at `at` be told to be no escape by its first few bytes? Bytes stand for themselves here, except behind percent signs. */
function isNone(at: usize, mode: i32): bool {
  const next: u32 = load<u8>(at, 1);
  if (mode & PERCENT) return <i32>load<i8>(HEX_VALUES + next) < 0;
  if (mode & JSON) return !isLetter(next) && next != 0x22 && next != <u32>BACKSLASH_BYTE && next != 0x2f;
  if (load<u8>(at) == AMPERSAND_BYTE) return next != 0x23 && !isLetter(next);
  if (next == 0x21) return load<u8>(at, 2) != 0x2d;
  let name: u64 = 0;
  let length: usize = 0;
  for (const first = at + (next == 0x2f ? 2 : 1); length <= <usize>LONGEST_ELEMENT && isLetter(load<u8>(first + length)); length++) {
    name |= <u64>((<u32>load<u8>(first + length) | 0x20) - 0x60) << (5 * <u64>length);
  }
  return length > <usize>LONGEST_ELEMENT || !isInline(name);
}

/** Does a percent escape stand there, or one that the end of the text may cut off? */
export function hasPercentEscape(from: usize, end: usize): bool {
  const percent = i8x16.splat(<i8>PERCENT_BYTE);
  for (let block = from; block < end; block += 32) {
    while (block + 64 <= end && !v128.any_true(v128.or(
      v128.or(i8x16.eq(v128.load(block), percent), i8x16.eq(v128.load(block, 16), percent)),
      v128.or(i8x16.eq(v128.load(block, 32), percent), i8x16.eq(v128.load(block, 48), percent)),
    ))) block += 64;
    const first = i8x16.eq(v128.load(block), percent);
    const second = i8x16.eq(v128.load(block, 16), percent);
    if (!v128.any_true(v128.or(first, second))) continue;
    for (let marks = <u32>i8x16.bitmask(first) | (<u32>i8x16.bitmask(second) << 16); marks != 0; marks &= marks - 1) {
      const at = block + <usize>ctz(marks);
      if (at + 2 >= end || (<i32>load<i8>(HEX_VALUES + load<u8>(at, 1)) | <i32>load<i8>(HEX_VALUES + load<u8>(at, 2))) >= 0) return true;
    }
  }
  return false;
}

/** Does no window, nor what is open at the end, reach out of its stretch? */
export function isClosed(from: usize, end: usize, open: usize): bool {
  let index = 0;
  for (let i = 0; i < windows; i++) {
    while (index < stretches && stretchEnd(index) <= windowStart(i)) index++;
    if (index == stretches || !isInside(index, from, end, windowStart(i), windowEnd(i))) return false;
  }
  return open == 0 || isInside(stretches - 1, from, end, open, end);
}

function isInside(index: i32, from: usize, end: usize, start: usize, until: usize): bool {
  const low = stretchStart(index);
  const high = stretchEnd(index);
  return (low <= from || start >= low + REACH) && (high >= end || until + REACH <= high);
}
