/** Where a text may hold strings of base64 that have to be read: long runs of signs, but for those that are certainly names, digests, noise or words without a digit. */
import { bitsOf, classes } from './blocks';
import { BASE64_VALUES, DENSE, SCRATCH, SIGNS } from './memory';

/** Signs that a run has at least, as in base64-runs.ts. */
const LEAST: usize = 24;
/** As in base64-strings.ts: signs by which noise is told; those in which a number is looked for; places in a run that are tried, and how far into it. */
const FIRST_LOOK: usize = 64;
const SNIFFED: usize = 2048;
const MOST_OFFSETS: i32 = 6;
/** As in base64-runs.ts: blanks before a line of a run, and one for the rest of a break. */
const MOST_INDENT: usize = 66;
const PARTS_WITHIN: usize = 64;
/** Longer text may hold the mark of an archive at its place. */
const LONGEST_WORDS: usize = 336;
/** Digits of a number in bytes that are no text. */
const NUMBER: i32 = 11;
/** In the table of values: nothing of base64, or what may begin an escape of it. */
const STRAY: u8 = 64;

const NOISE: i32 = 0;
/** Text in which nothing can be found. */
const WORDS: i32 = 1;
const UNSURE: i32 = 2;

let behind: usize = 0;
/** Where the last long run ended. */
let runEnd: usize = 0;

/** Behind the run that was last told. */
export function signsEnd(): usize {
  return behind;
}

@inline
function valueAt(at: usize): u8 {
  return load<u8>(BASE64_VALUES + <usize>load<u8>(at));
}

@inline
function isOfSign(digit: u8): bool {
  return digit >= 0x32 && digit <= 0x37;
}

/** An escape of a sign begins at `at`, or what the end has left of one; as in base64-runs.ts. */
function isEscapedSign(at: usize, end: usize): bool {
  if (at + 1 >= end) return true;
  const lead = load<u8>(at);
  const next = load<u8>(at + 1);
  if (lead == 0x5c) {
    if (next != 0x75) return next == 0x2f;
    const zeros = (at + 2 >= end || load<u8>(at + 2) == 0x30) && (at + 3 >= end || load<u8>(at + 3) == 0x30);
    return zeros && (at + 4 >= end || isOfSign(load<u8>(at + 4)));
  }
  return lead == 0x25 && isOfSign(next);
}

@inline
function isMember(at: usize, end: usize): bool {
  const value = valueAt(at);
  return value < STRAY || (value > STRAY && isEscapedSign(at, end));
}

/** Those of 16 bytes that are no signs, as bits. */
@inline
function strays(bytes: v128): i32 {
  const signs = classes(bytes, v128.load(SIGNS), v128.load(SIGNS, 16), i8x16.splat(15));
  return i8x16.bitmask(v128.or(i8x16.eq(signs, i8x16.splat(0)), leads(bytes)));
}

/** What may begin an escape of a sign. */
@inline
function leads(bytes: v128): v128 {
  return v128.or(i8x16.eq(bytes, i8x16.splat(0x5c)), v128.or(i8x16.eq(bytes, i8x16.splat(0x25)), i8x16.eq(bytes, i8x16.splat(0x26))));
}

/** Those of 16 bytes that are no members of a run, as bits, where `next` and `third` are the bytes behind each: most leads begin no escape of a sign. */
@inline
function certainStrays(bytes: v128, next: v128, third: v128): i32 {
  const signs = classes(bytes, v128.load(SIGNS), v128.load(SIGNS, 16), i8x16.splat(15));
  const percent = v128.andnot(i8x16.eq(bytes, i8x16.splat(0x25)), i8x16.lt_u(i8x16.sub(next, i8x16.splat(0x32)), i8x16.splat(6)));
  const slash = v128.andnot(i8x16.eq(bytes, i8x16.splat(0x5c)), v128.or(i8x16.eq(next, i8x16.splat(0x2f)), v128.and(i8x16.eq(next, i8x16.splat(0x75)), i8x16.eq(third, i8x16.splat(0x30)))));
  return i8x16.bitmask(v128.or(v128.or(i8x16.eq(signs, i8x16.splat(0)), i8x16.eq(bytes, i8x16.splat(0x26))), v128.or(percent, slash)));
}

/** Behind the members of a run from `from` on. */
@inline
function membersUntil(from: usize, end: usize): usize {
  let at = from;
  while (at < end) {
    const stray = strays(v128.load(at));
    at += stray == 0 ? 16 : <usize>ctz(stray);
    if (stray == 0) continue;
    if (at >= end || !isMember(at, end)) break;
    at++;
  }
  return min(at, end);
}

/** The first member of a run that ends before `until`, no further back than `floor`. */
@inline
function membersFrom(until: usize, floor: usize, end: usize): usize {
  let at = until;
  while (at > floor) {
    // Before the text lies memory that may be read.
    const stray = strays(v128.load(at - 16));
    at -= stray == 0 ? 16 : <usize>(clz(stray) - 16);
    if (stray == 0) continue;
    if (at <= floor || !isMember(at - 1, end)) break;
    at--;
  }
  return max(at, floor);
}

/** The first group of eight bytes from group `from` of the chunk on which is dense, as is the next; `most` when none is before that. */
@inline
function nextDense(from: usize, most: usize): usize {
  let group = from;
  while (group < most) {
    const own = <u32>load<u8>(DENSE + 1 + (group >> 3)) >> <u32>(group & 7);
    if (own != 0) return group + <usize>ctz(own);
    group = (group | 7) + 1;
    while (group < most && load<u64>(DENSE + 1 + (group >> 3)) == 0) group += 64;
  }
  return most;
}

/**
 * Where in the 64 bytes from `at` on LEAST in a row begin that may be members of a run, as bits. The two whole groups of a run, the first of
 * which lies at `at + 8` or behind it, begin in its first eight bytes: those are such a row, here or in the 64 bytes from `at + 40` on.
 */
@inline
function longRows(at: usize): u64 {
  let rows = bitsOf(mayBeMembers(v128.load(at)), mayBeMembers(v128.load(at, 16)), mayBeMembers(v128.load(at, 32)), mayBeMembers(v128.load(at, 48)));
  rows &= rows >> 1;
  rows &= rows >> 2;
  rows &= rows >> 4;
  return rows & (rows >> 8) & (rows >> 16);
}

@inline
function mayBeMembers(bytes: v128): v128 {
  return i8x16.ne(classes(bytes, v128.load(SIGNS), v128.load(SIGNS, 16), i8x16.splat(15)), i8x16.splat(0));
}

/**
 * The first run from `from` on that has to be looked at, by its first sign; `end` for none: a run of 24 covers two whole groups of eight bytes.
 * The text begins at `chunk`, has a byte before it that may be read, and was swept. `wordless`: words without a digit need not be read.
 */
export function nextSigns(from: usize, end: usize, chunk: usize, wordless: bool): usize {
  if (from == chunk) runEnd = chunk - LEAST;
  let floor = from;
  const most = (end - chunk) >> 3;
  for (let group = (from - chunk + 7) >> 3; (group = nextDense(group, most)) + 1 < most; ) {
    // In tables all is dense, and no cell is as long as a run.
    const rows = longRows(chunk + (group << 3) - 8);
    if (rows == 0) {
      group += 5;
      continue;
    }
    const ahead = <usize>ctz(rows);
    if (ahead > 8) group += (ahead - 1) >> 3;
    if (group + 1 >= most) break;
    const at = chunk + (group << 3);
    const others = at + 18 <= end ? certainStrays(v128.load(at), v128.load(at, 1), v128.load(at, 2)) : 0;
    if (others != 0) {
      // No run goes over the last of them.
      group = (at + <usize>(40 - clz(others)) - chunk) >> 3;
      continue;
    }
    const last = membersUntil(at, end);
    if (last < at + 16) {
      group = max(group + 1, (last - chunk + 8) >> 3);
      continue;
    }
    const first = membersFrom(at, floor, end);
    if (last - first >= LEAST) {
      const before = runEnd;
      runEnd = last;
      if (first == chunk || last == end || !isNothing(first, last, end, chunk, before, wordless)) {
        behind = last;
        return first;
      }
    }
    floor = last;
    group = (last - chunk + 7) >> 3;
  }
  return end;
}

/** True when the reader of strings would find nothing in the run [first, last), nor beyond it. */
function isNothing(first: usize, last: usize, end: usize, chunk: usize, before: usize, wordless: bool): bool {
  let capital = false;
  let hex = true;
  let lead = false;
  for (let at = first; at < last; at += 16) {
    const bytes = v128.load(at);
    const inside = last - at < 16 ? (1 << <i32>(last - at)) - 1 : 0xffff;
    const letter = i8x16.sub(v128.or(bytes, i8x16.splat(0x20)), i8x16.splat(0x61));
    const few = v128.or(i8x16.lt_u(letter, i8x16.splat(6)), i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(10)));
    const hexes = v128.or(few, v128.or(i8x16.eq(bytes, i8x16.splat(0x2d)), i8x16.eq(bytes, i8x16.splat(0x5f))));
    const capitals = v128.or(i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x41)), i8x16.splat(26)), i8x16.eq(bytes, i8x16.splat(0x2b)));
    if ((i8x16.bitmask(capitals) & inside) != 0) capital = true;
    if ((~i8x16.bitmask(hexes) & inside) != 0) hex = false;
    if ((i8x16.bitmask(leads(bytes)) & inside) != 0) lead = true;
  }
  // A longer one is a string, and goes on over line ends.
  if (!capital) return last - first < SNIFFED;
  if (lead) return false;

  // Where it ends for certain: pads, and what may go on with it.
  let close = last;
  while (close < last + 2 && close < end && load<u8>(close) == 0x3d) close++;
  if (close + 6 >= end) return false;
  const next = load<u8>(close);
  if (valueAt(close) > STRAY && (close > last || mayGoOn(close))) return false;
  if (close == last) {
    if ((next == 0x0a || next == 0x0d) && !isLastLine(next == 0x0d && load<u8>(close + 1) == 0x0a ? close + 2 : close + 1, end)) return false;
    if (hex) return true;
  }
  const previous = load<u8>(first - 1);
  // The parts of a web token belong together.
  if (previous == 0x2e && (first - 1 - before <= 2 || first - chunk <= LEAST)) return false;
  if (previous == 0x2c && (first - chunk < 2 || load<u8>(first - 2) == 0x34)) return false;
  const words = wordless && next != 0x2e;

  let tried: i32 = 1;
  let verdict = judge(first, last, close, true, words);
  if (verdict != NOISE) return verdict == WORDS;
  const second: usize = previous == 0x25 ? 2 : previous == 0x5c ? (isUnit(first) ? 5 : 1) : previous >= 0x80 ? 1 : 0;
  if (second > 0) {
    if (close - first - second < LEAST) return true;
    tried++;
    verdict = judge(first + second, last, close, false, words);
    if (verdict != NOISE) return verdict == WORDS;
  }
  for (let at = first; at < first + PARTS_WITHIN && at < last && tried < MOST_OFFSETS; at++) {
    const byte = load<u8>(at);
    if (byte != 0x2f && byte != 0x5f && byte != 0x2b && byte != 0x2d) continue;
    if (close - at - 1 < LEAST) return true;
    tried++;
    verdict = judge(at + 1, last, close, false, words);
    if (verdict != NOISE) return verdict == WORDS;
  }
  return true;
}

/** No line of the same run begins at `at`, indented or not. */
function isLastLine(at: usize, end: usize): bool {
  let next = at;
  while (next < end && next <= at + MOST_INDENT && (load<u8>(next) == 0x20 || load<u8>(next) == 0x09)) next++;
  return next < end && valueAt(next) == STRAY;
}

/** What stands behind the backslash of `\\u003e`. */
function isUnit(at: usize): bool {
  if (load<u8>(at) != 0x75) return false;
  for (let i = at + 1; i < at + 5; i++) {
    const byte = load<u8>(i);
    const letter = byte | 0x20;
    if (!((byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x66))) return false;
  }
  return true;
}

/** What begins an escape here may stand for a sign or a blank. */
function mayGoOn(at: usize): bool {
  const lead = load<u8>(at);
  const next = load<u8>(at + 1);
  if (lead == 0x5c) return next == 0x6e || next == 0x72 || next == 0x74 || next == 0x75 || next == 0x2f;
  if (lead == 0x25) return next >= 0x30 && next <= 0x37;
  return next == 0x23;
}

/** What the signs [first, last) are, of which `close` is behind the pads. `exact`: nothing stands before them that could be a part of them. */
function judge(first: usize, last: usize, close: usize, exact: bool, words: bool): i32 {
  const isShort = close - first <= FIRST_LOOK;
  const signs = last - first;
  // Pads at the border of the first look.
  if (!isShort && close > last && signs <= FIRST_LOOK) return UNSURE;
  const count = decode(first, signs < FIRST_LOOK ? signs : FIRST_LOOK);
  if (count < 2 || isFormat(count)) return UNSURE;
  let controls = false;
  let ascii = true;
  let even: usize = 0;
  let odd: usize = 0;
  for (let i: usize = 0; i < count; i++) {
    const byte = load<u8>(SCRATCH + i);
    if (byte >= 0x80) ascii = false;
    else if ((byte < 0x20 && (byte < 0x09 || (byte > 0x0d && byte != 0x1b))) || byte == 0x7f) controls = true;
    if (byte == 0) {
      if (i & 1) odd++;
      else even++;
    }
  }
  // Text of two bytes a unit has zeros, a quarter of its units at least.
  if ((even > 0 || odd > 0) && (even * 8 >= count || odd * 8 >= count)) return UNSURE;
  if (!controls && ascii) return words && signs <= LONGEST_WORDS && isWords(first, signs) ? WORDS : UNSURE;
  if (!controls) {
    if (isUtf8(count, !isShort)) return UNSURE;
    if ((exact || !isShort) && isGb18030(count, !isShort)) return UNSURE;
  }
  // Behind a sign that only may part words a number in the first look is no proof, but reason enough to look on for a format further behind.
  const looked = exact ? SNIFFED : isShort ? 0 : FIRST_LOOK;
  return holdsNumber(first, signs < looked ? signs : looked) ? UNSURE : NOISE;
}

/** Decodes so many signs, 64 at most. */
function decode(first: usize, signs: usize): usize {
  let bits: u32 = 0;
  let held: u32 = 0;
  let count: usize = 0;
  for (let at = first; at < first + signs; at++) {
    bits = (bits << 6) | <u32>valueAt(at);
    held += 6;
    if (held >= 8) {
      held -= 8;
      store<u8>(SCRATCH + count++, <u8>(bits >> held));
    }
  }
  return count;
}

/** May begin a format that is opened wherever it stands. */
function isFormat(count: usize): bool {
  switch (<i32>load<u8>(SCRATCH) << 8 | <i32>load<u8>(SCRATCH + 1)) {
    case 0x504b: case 0x1f8b: case 0x377a: case 0x5261: case 0xfd37: case 0x28b5: case 0xd0cf: case 0x789f: case 0x8950: case 0xffd8: case 0x4749: case 0x5249:
      return true;
  }
  // Those of PDF and RTF may stand behind something.
  for (let i: usize = 0; i + 1 < count; i++) {
    const byte = load<u8>(SCRATCH + i);
    const next = load<u8>(SCRATCH + i + 1);
    if ((byte == 0x25 && next == 0x50) || (byte == 0x7b && next == 0x5c)) return true;
  }
  return false;
}

/** ASCII in which nothing is a digit, an escape, or a long run of signs. */
function isWords(first: usize, signs: usize): bool {
  let bits: u32 = 0;
  let held: u32 = 0;
  let run: usize = 0;
  for (let at = first; at < first + signs; at++) {
    bits = (bits << 6) | <u32>valueAt(at);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const byte = <u8>(bits >> held);
    if (byte > 0x7e || (byte < 0x20 && byte != 0x09 && byte != 0x0a && byte != 0x0d)) return false;
    if ((byte >= 0x30 && byte <= 0x39) || byte == 0x25 || byte == 0x26 || byte == 0x5c) return false;
    if (load<u8>(BASE64_VALUES + <usize>byte) < STRAY) {
      if (++run >= LEAST) return false;
    } else run = 0;
  }
  return true;
}

/** Digits with one blank or hyphen between two of them at most, and so many that they may be a number. */
function holdsNumber(first: usize, signs: usize): bool {
  let bits: u32 = 0;
  let held: u32 = 0;
  let digits: i32 = 0;
  for (let at = first; at < first + signs; at++) {
    bits = (bits << 6) | <u32>valueAt(at);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const byte = <u8>(bits >> held);
    if (byte >= 0x30 && byte <= 0x39) {
      if (++digits >= NUMBER) return true;
    } else if (byte != 0x20 && byte != 0x2d) digits = 0;
  }
  return false;
}

/** Not less than what is UTF-8. */
function isUtf8(count: usize, cut: bool): bool {
  let i: usize = 0;
  while (i < count) {
    const lead = load<u8>(SCRATCH + i++);
    if (lead < 0x80) continue;
    const more: usize = lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : 0;
    if (more == 0) return false;
    for (let n: usize = 0; n < more; n++, i++) {
      if (i >= count) return cut;
      if ((load<u8>(SCRATCH + i) & 0xc0) != 0x80) return false;
    }
  }
  return true;
}

/** Not less than what is GB18030. */
function isGb18030(count: usize, cut: bool): bool {
  let i: usize = 0;
  while (i < count) {
    const lead = load<u8>(SCRATCH + i++);
    if (lead <= 0x80) continue;
    if (lead == 0xff) return false;
    if (i >= count) return cut;
    const second = load<u8>(SCRATCH + i++);
    if (second >= 0x30 && second <= 0x39) {
      if (i + 1 >= count) return cut;
      if (load<u8>(SCRATCH + i) < 0x81) return false;
      const fourth = load<u8>(SCRATCH + i + 1);
      if (fourth < 0x30 || fourth > 0x39) return false;
      i += 2;
    } else if (second < 0x40 || second == 0x7f || second == 0xff) return false;
  }
  return true;
}
