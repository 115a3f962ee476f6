/** Walks a run of digit groups as candidates.ts joins them, and keeps those stretches in which some detector's shape is fulfilled. */
import {
  BYTE_KINDS, CHECK_X, DIGIT, DIGITS, FEW_STARTS, GROUPS, GROUP_AT, GROUP_SIGN, IGNORABLE, LENGTHS, LIST_SIGN, MORE, MOST_WINDOWS, NUMERAL, PAIRS, PERCENT, RUN_ASCII, SEPARATOR, SHAPE_FACTS,
  SLOW, WINDOWS,
} from './memory';
import { HEAD, configureShapes, dated, digitOf, endOf, fits, group, longestCell, noteBegins, passesMod11, spaced, startOf, starting, withCells } from './shapes';
import { CHECKED, bitsOf, classes, endsRun, isDigit, without } from './blocks';
import { after, plainAt, unitAt } from './read';

/** Room in memory for one run; longer ones are judged piece by piece. */
const MOST_DIGITS: i32 = 8000;
const MOST_GROUPS: i32 = 2000;
/** The kind of a group whose last digit has a mark around it: no digit goes on in it. */
const ENCLOSED: u32 = 15;
/** Windows nearer than this are one: their surroundings would be decoded twice. */
const NEAR: usize = 192;

/** So many single digits more than a number has are a list (LIST_GOES_ON of candidates.ts), and one at each end that may be none. */
const LIST_GOES_ON: i32 = 8 + 2;
/** Bytes of a digit's character below U+10000: beyond, it is two units, which lists do not know. */
const LONGEST_DIGIT: usize = 3;

/** Set by `configure`. */
let most: i32 = 0;
export let least: i32 = 0;
export let maxGap: i32 = 0;
let maxIgnored: i32 = 0;
export let windows: i32 = 0;
/** From here on the next bytes may complete a candidate; 0: nowhere. */
export let open: usize = 0;

let digits: i32 = 0;
let groups: i32 = 0;
/** Groups of one digit one after the other: the last of the run so far, and the most of them that are to be judged. */
let row: i32 = 0;
let singles: i32 = 0;
let judged: i32 = 0;
/** Group borders are not certain: how many groups there are says nothing. */
let fuzzy: bool = false;

export function configure(leastDigits: i32, mostDigits: i32, gap: i32, ignored: i32): void {
  least = leastDigits;
  most = mostDigits;
  maxGap = gap;
  maxIgnored = ignored;
  configureShapes(leastDigits, mostDigits);
}

export function reset(): void {
  windows = 0;
  open = 0;
}

/** A character that the next bytes complete. */
export function leaveUnfinished(at: usize): void {
  open = at;
}

/** The first group from which a candidate can reach group `index`: a mask there may complete it. */
function joined(index: i32): i32 {
  let first = index;
  const digit = digitOf(index);
  while (first > 0 && digit - digitOf(first - 1) <= most + 1) first--;
  return first;
}

export function windowStart(index: i32): usize {
  return load<u32>(WINDOWS + <usize>(index << 3));
}
export function windowEnd(index: i32): usize {
  return load<u32>(WINDOWS + <usize>(index << 3), 4);
}

function keep(index: i32, end: usize): void {
  let from = startOf(joined(index));
  let to = end;
  while (windows > 0) {
    const last = WINDOWS + <usize>((windows - 1) << 3);
    if (from > <usize>load<u32>(last, 4) + NEAR && windows < MOST_WINDOWS) break;
    from = min(from, <usize>load<u32>(last));
    to = max(to, <usize>load<u32>(last, 4));
    windows--;
  }
  const own = WINDOWS + <usize>(windows << 3);
  store<u32>(own, <u32>from);
  store<u32>(own, <u32>to, 4);
  windows++;
}

/** The groups of single digits with the same gaps in which the group that is judged lies. */
let listFrom: i32 = 0;
let listTo: i32 = -1;

/** A single digit in the group, nothing that is ignored beside it. */
@inline
function isSingle(index: i32): bool {
  const next = index + 1 < groups ? digitOf(index + 1) : digits;
  return next - digitOf(index) == 1 && endOf(index) - startOf(index) <= LONGEST_DIGIT;
}

/** Does the next group go on as the list does whose first gap begins at `gap`? */
@inline
function goesOn(index: i32, gap: usize, size: usize): bool {
  const end = endOf(index);
  return startOf(index + 1) - end == size && isSingle(index + 1) && load<i32>(group(index + 1), 16) == load<i32>(group(index), 16) && sameBytes(end, gap, size);
}

@inline
function sameBytes(one: usize, other: usize, size: usize): bool {
  for (let i: usize = 0; i < size; i++) if (load<u8>(one + i) != load<u8>(other + i)) return false;
  return true;
}

function findList(index: i32): void {
  listFrom = listTo = index;
  if (fuzzy || !isSingle(index) || index + 1 >= groups) return;
  const gap = endOf(index);
  const size = startOf(index + 1) - gap;
  if (size == 0) return;
  while (listTo + 1 < groups && goesOn(listTo, gap, size)) listTo++;
  // What was judged before is part of it too.
  while (listFrom > 0 && isSingle(listFrom - 1) && goesOn(listFrom - 1, gap, size)) listFrom--;
}

/** Every run of groups that ends with group `index`, which ends before digit `until`. */
@inline
function judge(index: i32, until: i32, before: i32): void {
  if (index > listTo) findList(index);
  // Runs of the list alone, when it goes on beyond them.
  const clear = listTo - listFrom + 1 - LIST_GOES_ON;
  for (let from = clear > 0 ? max(listFrom, index + 1 - clear) - 1 : index; from >= 0; from--) {
    const first = digitOf(from);
    const count = until - first;
    if (count > most) break;
    let shapes = load<u32>(LENGTHS + (<usize>count << 2));
    if (shapes == 0 || from >= before) continue;
    shapes &= starting(from, first, count);
    if (!fuzzy) shapes &= load<u32>(GROUPS + (<usize>min(index - from + 1, 64) << 2));
    if (shapes == 0) continue;
    if (fits(shapes, from, index, first, until, fuzzy)) keep(from, endOf(index));
  }
}

/** The same as `judge` for all groups up to `until`, where none is part of a list: most are done with when their first digits are known. */
function judgeStarts(until: i32, before: i32): void {
  const stop = min(until, before);
  for (let from = noteBegins(until, until < groups ? digitOf(until) : digits); from < stop; from++) {
    if (load<u32>(group(from), 28) == 0) continue;
    const first = digitOf(from);
    const at = DIGITS + <usize>first;
    const begun = load<u32>(FEW_STARTS + (<usize>(<u32>load<u8>(at) * 100 + <u32>load<u8>(at, 1) * 10 + <u32>load<u8>(at, 2)) << 2));
    let signs: u32 = 0;
    let longest = 0;
    let behind = first;
    for (let index = from; index < until; index++) {
      const end = index + 1 < groups ? digitOf(index + 1) : digits;
      if (end - first > most) break;
      if (index > from) signs |= load<u32>(group(index), 20);
      longest = max(longest, end - behind);
      behind = end;
      let shapes = begun & load<u32>(LENGTHS + (<usize>(end - first) << 2));
      if ((signs & LIST_SIGN) != 0 && (longest > longestCell || (signs & GROUP_SIGN) != 0)) shapes &= ~withCells;
      if (shapes == 0 || index < judged) continue;
      if (!fuzzy) shapes &= load<u32>(GROUPS + (<usize>min(index - from + 1, 64) << 2));
      shapes &= starting(from, first, HEAD);
      if (shapes != 0 && fits(shapes, from, index, first, end, fuzzy)) keep(from, endOf(index));
    }
  }
}

/** Judges what is new; `complete`: the last group has ended too. */
function judgeGroups(complete: bool, before: i32): void {
  const until = complete ? groups : groups - 1;
  if (singles < LIST_GOES_ON && least >= HEAD) judgeStarts(until, before);
  else {
    listTo = -1;
    for (let index = judged; index < until; index++) judge(index, index + 1 < groups ? digitOf(index + 1) : digits, before);
  }
  judged = max(judged, until);
}

/** An X at the end of 17 digits; `apart`: behind a separator, with `sign` in the gap. */
function judgeX(end: usize, apart: bool, sign: u32): void {
  for (let from = groups - 1; from >= 0; from--) {
    const first = digitOf(from);
    const count = digits - first;
    if (count > 17) break;
    if (count != 17) continue;
    let shapes = load<u32>(LENGTHS + (18 << 2)) & ~load<u32>(SHAPE_FACTS);
    if (!fuzzy) shapes &= load<u32>(GROUPS + (<usize>min(groups - from + (apart ? 1 : 0), 64) << 2));
    if (!passesMod11(first, 10)) shapes &= ~load<u32>(SHAPE_FACTS + 4);
    shapes &= starting(from, first, count);
    // A list sign before the X counts like the others here: too generous, and rare.
    if (shapes != 0 && sign != LIST_SIGN) shapes = spaced(shapes, from, groups - 1, digits);
    if (shapes != 0 && dated(shapes, first, count)) keep(from, end);
  }
}

/** Groups from which more ignorables are read than a candidate may have: the text is malformed there. */
function keepOverflowing(ignored: i32): void {
  for (let from = 0; from < groups; from++) {
    const own = load<i32>(group(from), 12);
    const first = digitOf(from);
    let read = ignored;
    for (let index = from; index < groups; index++) {
      if ((index + 1 < groups ? digitOf(index + 1) : digits) - first <= most) continue;
      read = load<i32>(group(index), 16);
      break;
    }
    if (read - own > maxIgnored) keep(from, endOf(from));
  }
}

/** Makes room, keeping what later groups may join or mask. */
function forget(ignored: i32): void {
  if (ignored > maxIgnored) keepOverflowing(ignored);
  judgeGroups(true, groups);
  let first = groups;
  while (first > 0 && digits - digitOf(first - 1) <= 2 * most + 4) first--;
  const gone = first < groups ? digitOf(first) : digits;
  memory.copy(DIGITS, DIGITS + gone, digits - gone);
  memory.copy(GROUP_AT, group(first), <usize>((groups - first) << 5));
  digits -= gone;
  groups -= first;
  judged -= first;
  singles = row;
  for (let index = 0; index < groups; index++) store<i32>(group(index), digitOf(index) - gone, 8);
}

function leave(at: usize, ignored: i32): void {
  let first = -1;
  for (let from = 0; from < groups && first < 0; from++) {
    if (digits - digitOf(from) <= most && ignored - load<i32>(group(from), 12) <= maxIgnored) first = from;
  }
  if (digits >= least) judgeGroups(false, first < 0 ? groups : first);
  if (ignored > maxIgnored) keepOverflowing(ignored);
  open = first < 0 ? at : startOf(joined(first));
}

/** So many groups of one digit are taken at once. */
const EIGHT: i32 = 8;

/** Are the next digits from `at` on single ones with this sign behind each, with room for them, and a digit behind them? */
@inline
function goesOnEvenly(at: usize, sign: u32, end: usize): bool {
  if (at + 2 * EIGHT >= end || groups + EIGHT > MOST_GROUPS || digits + EIGHT > MOST_DIGITS) return false;
  const bytes = v128.load(at);
  const plain = i8x16.bitmask(i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(10)));
  return (plain | (i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(<i8>sign))) << 16)) == 0xaaaa5555 && <u32>load<u8>(at, 2 * EIGHT) - 0x30 < 10;
}

/** Runs of more groups, in bytes, are followed sign by sign. */
const MOST_PLAIN: usize = 512 << 5;

/** What stands in the gap, which holds separators of ASCII only. */
@inline
function signsIn(from: usize, to: usize, kinds: usize): u32 {
  let signs: u32 = load<u8>(kinds + load<u8>(from));
  for (let at = from + 1; at < to; at++) signs |= load<u8>(kinds + load<u8>(at));
  return signs & 15;
}

/**
 * The same as `walk` for a run that begins with a plain digit, is all of plain digits and separators of ASCII, and ends in sight: 64 bytes at a
 * time, without a look at any of them alone. Answers with the place of what ends it; 0 for a run of another kind.
 */
function walkPlain(at: usize, end: usize, mode: i32): usize {
  const kinds = BYTE_KINDS + <usize>(mode << 8);
  const low = v128.load(RUN_ASCII);
  const high = v128.load(RUN_ASCII, 16);
  const nibble = i8x16.splat(15);
  const zero = i8x16.splat(0x30);
  const longest = most + 2;
  let own = GROUP_AT;
  let to = DIGITS;
  let behind: usize = at;
  let alone = 0;
  let listed = 0;
  for (let window = at; ; ) {
    const one = v128.load(window);
    const two = v128.load(window, 16);
    const three = v128.load(window, 32);
    const four = v128.load(window, 48);
    const plain = bitsOf(isDigit(one), isDigit(two), isDigit(three), isDigit(four));
    const members = ~without(classes(one, low, high, nibble), classes(two, low, high, nibble), classes(three, low, high, nibble), classes(four, low, high, nibble), i8x16.splat(-1));
    const separators = members & ~plain;
    let wide = separators;
    for (let i = 0; i < maxGap; i++) wide &= separators >> <u64>(i + 1);
    const stops = ~members | wide;
    const limit = <u64>ctz(stops);
    const inside: u64 = stops == 0 ? <u64>-1 : (stops & -stops) - 1;
    let starts = plain & ~(plain << 1) & inside;
    let ends = ~plain & (plain << 1);
    // What may go on behind these bytes is looked at once more.
    const rest = stops == 0 ? 63 - <u64>clz(starts) : 64;
    if (rest == 0 || own > GROUP_AT + MOST_PLAIN || to > DIGITS + MOST_DIGITS - 64) return 0;
    // Too few digits for anything: their groups need not be known.
    const count = <i32>popcnt(plain & inside);
    const short = window == at && stops != 0 && count + 1 < least;
    if (short) {
      starts = 0;
      to += <usize>count;
    }
    while (starts != 0) {
      const first = <u64>ctz(starts);
      if (first >= rest) break;
      const start = window + <usize>first;
      const signs: u32 = own == GROUP_AT ? 0 : signsIn(behind, start, kinds);
      behind = window + <usize>ctz(ends);
      starts &= starts - 1;
      ends &= ends - 1;
      store<u64>(own, <u64>start | (<u64>behind << 32));
      store<u64>(own, <u64>(to - DIGITS), 8);
      store<u64>(own, <u64>signs << 32, 16);
      store<u64>(own, 0, 24);
      own += 32;
      const size = <i32>(behind - start);
      v128.store(to, i8x16.sub(v128.load(start), zero));
      const taken = <usize>min(size, longest);
      for (let more: usize = 16; more < taken; more += 16) v128.store(to + more, i8x16.sub(v128.load(start + more), zero));
      to += taken;
      alone = size == 1 ? alone + 1 : 0;
      listed = max(listed, alone);
    }
    if (listed >= LIST_GOES_ON) return 0;
    if (stops == 0) {
      window += <usize>rest;
      continue;
    }
    const stop = window + <usize>limit;
    if (stop + 3 > end) return 0;
    groups = <i32>((own - GROUP_AT) >> 5);
    digits = <i32>(to - DIGITS);
    judged = 0;
    row = alone;
    singles = listed;
    fuzzy = false;
    if (((wide >> limit) & 1) != 0) return stop;
    const byte = load<u8>(stop);
    const kind: u32 = load<u8>(kinds + byte);
    if (kind == 0) return stop;
    // What may be a check character, of ASCII or beyond, is told apart elsewhere.
    if (digits >= CHECKED) return mode == 0 && byte >= 0x80 && plainAt(stop) == 0 ? stop : 0;
    return kind >> 4 == CHECK_X || (kind == SLOW && byte >= 0x80 && endsRun(stop, end, (mode & PERCENT) != 0)) ? stop : 0;
  }
}

/** Follows the run that begins at `at`, if one does, in the way of reading `mode`; answers where to go on. */
export function walk(at: usize, end: usize, mode: i32, last: bool): usize {
  const kinds = BYTE_KINDS + <usize>(mode << 8);
  if ((mode & PAIRS) == 0 && <u32>load<u8>(at) - 0x30 < 10) {
    const stop = walkPlain(at, end, mode);
    if (stop != 0) {
      if (digits >= least) judgeGroups(true, groups);
      return stop;
    }
  }
  let place = at;
  let inGroup: u32 = 0;
  let size = 0;
  let gap = 0;
  let signs: u32 = 0;
  /** Ignorables of the run up to its last digit, and since. */
  let ignored = 0;
  let pending = 0;
  groups = 0;
  digits = 0;
  judged = 0;
  row = 0;
  singles = 0;
  fuzzy = false;
  for (;;) {
    let kind: u32 = MORE;
    let next = place + 1;
    if (place < end) {
      kind = load<u8>(kinds + load<u8>(place));
      if (kind == SLOW) {
        kind = mode == 0 ? plainAt(place) : unitAt(place);
        next = after;
      }
    } else if (last) kind = 0;
    const what = kind >> 4;
    if (what == DIGIT || what == NUMERAL) {
      if (inGroup != what || pending >= 64) {
        if (inGroup == what) fuzzy = true;
        if (groups >= MOST_GROUPS || digits >= MOST_DIGITS) forget(ignored);
        ignored += pending;
        const own = group(groups++);
        store<u32>(own, <u32>place);
        store<u64>(own, <u64><u32>digits | (<u64><u32>ignored << 32), 8);
        store<u64>(own, signs, 20);
        inGroup = what;
        row = size == 1 ? row + 1 : 0;
        singles = max(singles, row);
        size = 0;
      } else ignored += pending;
      pending = 0;
      gap = 0;
      const own = group(groups - 1);
      if (size < most + 2) {
        store<u8>(DIGITS + digits++, <u8>(kind & 15));
        store<i32>(own, ignored, 16);
        size++;
      }
      if (what == DIGIT && <u32>load<u8>(next) - 0x30 < 10) {
        // Plain digits in a row; what stands behind the text is none.
        for (;;) {
          const values = i8x16.sub(v128.load(next), i8x16.splat(0x30));
          const more = <i32>ctz(i8x16.bitmask(i8x16.gt_u(values, i8x16.splat(9))) | 0x10000);
          v128.store(DIGITS + digits, values);
          const taken = min(more, most + 2 - size);
          digits += taken;
          size += taken;
          next += more;
          if (more < 16) break;
        }
      }
      store<u32>(own, <u32>next, 4);
      signs = 0;
      place = next;
      // The usual gap: one sign of ASCII, and a plain digit behind it.
      const sign: u32 = load<u8>(kinds + load<u8>(next));
      if (sign >> 4 == SEPARATOR && next + 1 < end && <u32>load<u8>(next, 1) - 0x30 < 10 && maxGap > 0) {
        inGroup = 0;
        signs = sign & 15;
        gap = 1;
        place = next + 1;
        // Digits one by one with the same sign between them, EIGHT at a time.
        while (size == 1 && goesOnEvenly(place, load<u8>(next), end)) {
          for (let i = 0; i < EIGHT; i++, place += 2) {
            const one = group(groups++);
            store<u64>(one, <u64>place | (<u64>(place + 1) << 32));
            store<u64>(one, <u64><u32>digits | (<u64><u32>ignored << 32), 8);
            store<u64>(one, <u64><u32>ignored | (<u64>signs << 32), 16);
            store<u64>(one, 0, 24);
            store<u8>(DIGITS + digits++, load<u8>(place) - 0x30);
          }
          row += EIGHT;
          singles = max(singles, row);
          next = place - 1;
        }
      }
      continue;
    }
    if (kind == MORE) {
      if (groups == 0) open = place;
      else leave(place, ignored + pending);
      return end;
    }
    if (groups == 0) return next;
    if (what == IGNORABLE) {
      if (inGroup != 0 && (kind & 15) != 0) inGroup = ENCLOSED;
      // More than any candidate may have: what began before is malformed, and nothing goes on behind it.
      if (++pending <= maxIgnored) {
        place = next;
        continue;
      }
    } else if (what == SEPARATOR) {
      inGroup = 0;
      signs |= kind & 15;
      if (++gap <= maxGap) {
        place = next;
        continue;
      }
    }
    if (digits + 1 >= least) {
      judgeGroups(true, groups);
      if (what == CHECK_X && (inGroup != 0 || gap == 1)) judgeX(next, inGroup == 0, signs);
    }
    if (ignored + pending > maxIgnored) keepOverflowing(ignored + pending);
    return next;
  }
}
