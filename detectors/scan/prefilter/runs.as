/** Walks a run of digit groups as candidates.ts joins them, and keeps those stretches in which some detector's shape is fulfilled. */
import {
  BYTE_KINDS, CHECK_X, DATES, DIGIT, DIGITS, GROUPS, GROUP_AT, IGNORABLE, LENGTHS, LUHN_EVEN, LUHN_ODD, MORE, MOST_WINDOWS, NUMERAL,
  REMAINDERS, SEPARATOR, SHAPE_FACTS, SLOW, STARTS, WINDOWS,
} from './memory';
import { after, unitAt } from './read';

/** Room in memory for one run; longer ones are judged piece by piece. */
const MOST_DIGITS: i32 = 3900;
const MOST_GROUPS: i32 = 2000;
/** Windows nearer than this are one: their surroundings would be decoded twice. */
const NEAR: usize = 192;

/** Set by `configure`. */
let most: i32 = 0;
let least: i32 = 0;
let maxGap: i32 = 0;
let maxIgnored: i32 = 0;

export let windows: i32 = 0;
/** From here on the next bytes may complete a candidate; 0: nowhere. */
export let open: usize = 0;

let digits: i32 = 0;
let groups: i32 = 0;
let judged: i32 = 0;
let summed: i32 = 0;
/** Group borders are not certain: how many groups there are says nothing. */
let fuzzy: bool = false;

export function configure(leastDigits: i32, mostDigits: i32, gap: i32, ignored: i32): void {
  least = leastDigits;
  most = mostDigits;
  maxGap = gap;
  maxIgnored = ignored;
}

export function reset(): void {
  windows = 0;
  open = 0;
}

/** A character that the next bytes complete. */
export function leaveUnfinished(at: usize): void {
  open = at;
}

// A group: first byte, byte behind its last digit, index of its first digit, ignorables of the run before it, and up to its last digit that is read.
// @ts-ignore: decorator
@inline
function group(index: i32): usize {
  return GROUP_AT + <usize>(index * 20);
}
// @ts-ignore: decorator
@inline
function startOf(index: i32): usize {
  return load<u32>(group(index));
}
// @ts-ignore: decorator
@inline
function endOf(index: i32): usize {
  return load<u32>(group(index), 4);
}
// @ts-ignore: decorator
@inline
function digitOf(index: i32): i32 {
  return load<i32>(group(index), 8);
}

/** The first group from which a candidate can reach group `index`: a mask there may complete it. */
function joined(index: i32): i32 {
  let first = index;
  const digit = digitOf(index);
  while (first > 0 && digit - digitOf(first - 1) <= most + 1) first--;
  return first;
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

function sum(): void {
  let even: i32 = summed == 0 ? 0 : load<u16>(LUHN_EVEN + (summed << 1));
  let odd: i32 = summed == 0 ? 0 : load<u16>(LUHN_ODD + (summed << 1));
  let remainder: i32 = summed == 0 ? 0 : load<u8>(REMAINDERS + summed);
  if (summed == 0) {
    store<u16>(LUHN_EVEN, 0);
    store<u16>(LUHN_ODD, 0);
    store<u8>(REMAINDERS, 0);
  }
  for (let i = summed; i < digits; i++) {
    const digit: i32 = load<u8>(DIGITS + i);
    const doubled = digit > 4 ? digit * 2 - 9 : digit * 2;
    const isOdd = (i & 1) != 0;
    // LUHN_EVEN: digits at even places as they are, those at odd places doubled; LUHN_ODD the other way round.
    even += isOdd ? doubled : digit;
    odd += isOdd ? digit : doubled;
    remainder = remainder * 2 + digit;
    if (remainder >= 22) remainder -= 22;
    else if (remainder >= 11) remainder -= 11;
    store<u16>(LUHN_EVEN + ((i + 1) << 1), <u16>even);
    store<u16>(LUHN_ODD + ((i + 1) << 1), <u16>odd);
    store<u8>(REMAINDERS + i + 1, <u8>remainder);
  }
  summed = digits;
}

/** Shapes among `shapes` whose date the digits from `first` on can hold. */
function dated(shapes: u32, first: i32, count: i32): bool {
  const datedShapes = load<u32>(SHAPE_FACTS + 8);
  if ((shapes & ~datedShapes) != 0) return true;
  for (let rest = shapes; rest != 0; rest &= rest - 1) {
    const date = DATES + <usize>(ctz(rest) << 4);
    let at = load<i32>(date);
    const years = load<i32>(date, 4);
    if (at + years + 4 > count) continue;
    at += first;
    let year: i32 = 0;
    for (let i = 0; i < years; i++) year = year * 10 + load<u8>(DIGITS + at + i);
    at += years;
    const month: i32 = <i32>load<u8>(DIGITS + at) * 10 + load<u8>(DIGITS + at + 1);
    const day: i32 = <i32>load<u8>(DIGITS + at + 2) * 10 + load<u8>(DIGITS + at + 3);
    if (month < 1 || month > 12 || day < 1 || day > 31) continue;
    if (years == 2 || (year >= load<i32>(date, 8) && year <= load<i32>(date, 12))) return true;
  }
  return false;
}

// @ts-ignore: decorator
@inline
function starting(first: i32, count: i32): u32 {
  if (count < 4) return 0xffffffff;
  const at = DIGITS + <usize>first;
  const prefix = <u32>load<u8>(at) * 1000 + <u32>load<u8>(at, 1) * 100 + <u32>load<u8>(at, 2) * 10 + <u32>load<u8>(at, 3);
  return load<u32>(STARTS + (<usize>prefix << 2));
}

/** Every run of groups that ends with group `index`, which ends before digit `until`. */
// @ts-ignore: decorator
@inline
function judge(index: i32, until: i32, before: i32): void {
  const luhn = load<u32>(SHAPE_FACTS);
  const mod11 = load<u32>(SHAPE_FACTS + 4);
  const sums = (until & 1) != 0 ? LUHN_EVEN : LUHN_ODD;
  for (let from = index; from >= 0; from--) {
    const first = digitOf(from);
    const count = until - first;
    if (count > most) break;
    let shapes = load<u32>(LENGTHS + (<usize>count << 2));
    if (shapes == 0) continue;
    if (!fuzzy) shapes &= load<u32>(GROUPS + (<usize>min(index - from + 1, 64) << 2));
    if ((shapes & luhn) != 0 && (<u32>load<u16>(sums + (until << 1)) - <u32>load<u16>(sums + (first << 1))) % 10 != 0) shapes &= ~luhn;
    if (shapes == 0) continue;
    if ((shapes & mod11) != 0 && (count != 18 || (<u32>load<u8>(REMAINDERS + until) + 33 - 3 * <u32>load<u8>(REMAINDERS + first)) % 11 != 1)) shapes &= ~mod11;
    if (shapes == 0) continue;
    shapes &= starting(first, count);
    if (shapes != 0 && from < before && dated(shapes, first, count)) keep(from, endOf(index));
  }
}

/** Judges what is new; `complete`: the last group has ended too. */
function judgeGroups(complete: bool, before: i32): void {
  sum();
  const until = complete ? groups : groups - 1;
  for (let index = judged; index < until; index++) judge(index, index + 1 < groups ? digitOf(index + 1) : digits, before);
  judged = max(judged, until);
}

/** An X at the end of 17 digits; `apart`: behind a separator. */
function judgeX(end: usize, apart: bool): void {
  sum();
  for (let from = groups - 1; from >= 0; from--) {
    const first = digitOf(from);
    const count = digits - first;
    if (count > 17) break;
    if (count != 17) continue;
    let shapes = load<u32>(LENGTHS + (18 << 2)) & ~load<u32>(SHAPE_FACTS);
    if (!fuzzy) shapes &= load<u32>(GROUPS + (<usize>min(groups - from + (apart ? 1 : 0), 64) << 2));
    const remainder = (<u32>load<u8>(REMAINDERS + digits) + 77 - 7 * <u32>load<u8>(REMAINDERS + first)) % 11;
    if ((remainder * 2 + 10) % 11 != 1) shapes &= ~load<u32>(SHAPE_FACTS + 4);
    shapes &= starting(first, count);
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
  memory.copy(GROUP_AT, group(first), <usize>((groups - first) * 20));
  digits -= gone;
  groups -= first;
  judged -= first;
  summed = 0;
  for (let index = 0; index < groups; index++) store<i32>(group(index), digitOf(index) - gone, 8);
  sum();
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

/** Follows the run that begins at `at`, if one does, in the way of reading `mode`; answers where to go on. */
export function walk(at: usize, end: usize, mode: i32, last: bool): usize {
  const kinds = BYTE_KINDS + <usize>(mode << 8);
  let place = at;
  let inGroup: u32 = 0;
  let size = 0;
  let gap = 0;
  /** Ignorables of the run up to its last digit, and since. */
  let ignored = 0;
  let pending = 0;
  groups = 0;
  digits = 0;
  judged = 0;
  summed = 0;
  fuzzy = false;
  for (;;) {
    let kind: u32 = MORE;
    let next = place + 1;
    if (place < end) {
      kind = load<u8>(kinds + load<u8>(place));
      if (kind == SLOW) {
        kind = unitAt(place);
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
        store<i32>(own, digits, 8);
        store<i32>(own, ignored, 12);
        inGroup = what;
        size = 0;
      } else ignored += pending;
      pending = 0;
      gap = 0;
      const own = group(groups - 1);
      store<u32>(own, <u32>next, 4);
      if (size <= most + 1) {
        store<u8>(DIGITS + digits++, <u8>(kind & 15));
        store<i32>(own, ignored, 16);
        size++;
      }
      place = next;
      continue;
    }
    if (kind == MORE) {
      if (groups == 0) open = place;
      else leave(place, ignored + pending);
      return end;
    }
    if (groups == 0) return next;
    if (what == IGNORABLE) {
      // More than any candidate may have: what began before is malformed, and nothing goes on behind it.
      if (++pending <= maxIgnored) {
        place = next;
        continue;
      }
    } else if (what == SEPARATOR) {
      inGroup = 0;
      if (++gap <= maxGap) {
        place = next;
        continue;
      }
    }
    if (digits + 1 >= least) {
      judgeGroups(true, groups);
      if (what == CHECK_X && (inGroup != 0 || gap == 1)) judgeX(next, inGroup == 0);
    }
    if (ignored + pending > maxIgnored) keepOverflowing(ignored + pending);
    return next;
  }
}
