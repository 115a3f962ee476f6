/** The pass over a text: whole blocks that no number can lie in are skipped, and around each hit the run that it stands in is followed. */
import { WIDEST_STEP, classes, configureBlocks, endsRun, few, goesOn, hitsIn, member, probe, probed, step } from './blocks';
import {
  AMPERSAND, ASCII_DIGIT, BACKSLASH, BYTE_BITS, BYTE_KINDS, CHECK_X, DIGIT, HITS, JSON, LESS, MARKUP, MORE, NUMERAL, PERCENT, PERCENT_SIGN,
  PROBES, SEPARATOR, SLOW, TWO_BYTE_DIGIT,
} from './memory';
import { findStretches, hasPercentEscape, isClosed, stretchEnd, stretchStart, stretches } from './near';
import { after, begin, endless as endlessEscape, escapes as escapesRead, marks as marksMade, passOver, plainAt, unitAt, unread } from './read';
import { configure as configureRuns, leaveUnfinished, open, reset, walk, windows as windowsKept } from './runs';

export { followJson } from './json';
export { skipLines } from './lines';
export { scanPairs } from './pairs';
export { nextSigns, signsEnd } from './signs';
export { holdsBegin, sweep } from './sweep';
export * from './memory';

/** A byte that is nothing, written behind the text so that blocks may be read whole. */
const FILLER: v128 = i8x16.splat(0x61);
/** So much of the text is looked at before what was seen in it is followed. */
const PART: usize = 4096;
let seenBits: i32 = 0;
let maxGap: i32 = 0;
let maxIgnored: i32 = 0;

export function configure(leastDigits: i32, mostDigits: i32, gap: i32, ignored: i32): void {
  maxGap = gap;
  maxIgnored = ignored;
  configureBlocks(leastDigits, gap, ignored);
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
function passFew(at: usize, end: usize, mode: i32): usize {
  const kinds = BYTE_KINDS + <usize>(mode << 8);
  let count = 0;
  for (let place = at; place < end; place++) {
    const byte = load<u8>(place);
    const kind: u32 = load<u8>(kinds + byte);
    const what = kind >> 4;
    if (what == DIGIT) {
      if (++count >= few) return 0;
    } else if (what != SEPARATOR) {
      if (kind == 0) return place;
      if (what == CHECK_X) return place;
      return kind == SLOW && byte >= 0x80 && endsRun(place, end, (mode & PERCENT) != 0) ? place : 0;
    }
  }
  return 0;
}

/** Follows what stands around the hit, which has `many` more near by; answers with a place behind which nothing is judged yet, further on than `floor`. */
function follow(hit: usize, floor: usize, end: usize, mode: i32, last: bool, many: bool): usize {
  if (<u32>load<u8>(hit) - 0x30 < 10) {
    const first = firstDigit(hit, floor, mode);
    if (first != 0) return walk(first, end, mode, last);
    const behind = many ? 0 : passFew(hit, end, mode);
    return behind != 0 ? behind : walk(hit, end, mode, last);
  }
  if (mode & (PERCENT | JSON)) {
    const behind = passOver(hit);
    if (behind != hit) return behind;
  }
  let at = hit;
  // A place that was probed lies anywhere in its character.
  if (at > floor && (load<u8>(at) & 0xc0) == 0x80) {
    for (let i = 0; i < 3 && at > floor && (load<u8>(at) & 0xc0) == 0x80; i++) at--;
  }
  let looked = false;
  // In a run, a digit stands before the hit or soon behind it.
  let gap = 0;
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
    if (what == SEPARATOR && ++gap > maxGap) return next;
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

/** What of all bytes is to be told: of percent signs only those that begin escapes. */
function folded(bits: v128, from: usize, end: usize): i32 {
  let wide = i64x2.extract_lane(bits, 0) | i64x2.extract_lane(bits, 1);
  wide |= wide >> 32;
  wide |= wide >> 16;
  const all = <i32>((wide | (wide >> 8)) & 0xff);
  return (all & PERCENT_SIGN) != 0 && !hasPercentEscape(from, end) ? all & ~PERCENT_SIGN : all;
}

/** Only what the text holds. */
export function survey(from: usize, end: usize): void {
  v128.store(end, FILLER);
  v128.store(end, FILLER, 16);
  const low = v128.load(BYTE_BITS);
  const high = v128.load(BYTE_BITS, 16);
  let all = i8x16.splat(0);
  for (let block = from; block < end; block += 16) all = v128.or(all, classes(v128.load(block), low, high, i8x16.splat(15)));
  seenBits = folded(all, from, end);
}

/** Behind all that is judged. */
let place: usize = 0;

/** Follows all runs of which a part lies between `from` and `to`, and some that come soon behind. */
function pass(from: usize, to: usize, end: usize, mode: i32, last: bool): v128 {
  let wanted: i32 = ASCII_DIGIT | TWO_BYTE_DIGIT;
  if (mode & PERCENT) wanted |= PERCENT_SIGN;
  if (mode & JSON) wanted |= BACKSLASH;
  if (mode & MARKUP) wanted |= AMPERSAND | LESS;
  const hits = i8x16.splat(<i8>wanted);
  const nibble = i8x16.splat(15);
  const low = v128.load(BYTE_BITS);
  const high = v128.load(BYTE_BITS, 16);
  const others = i8x16.splat(<i8>(wanted & ~ASCII_DIGIT));
  const narrow: u32 = step < WIDEST_STEP ? 1 : 0;
  let all = i8x16.splat(0);
  /** The last block held bytes beyond ASCII, or nobody looked at it. */
  let beyondBefore = true;
  for (let part = from; part < to; part += PART) {
    const stop = min(part + PART, to);
    // No branch here depends on a single character: what is of interest comes on a list.
    let probes = PROBES;
    let hitBlocks = HITS;
    for (let block = part; block < stop; block += 64) {
      const one = v128.load(block);
      const two = v128.load(block, 16);
      const three = v128.load(block, 32);
      const four = v128.load(block, 48);
      const any = v128.or(
        v128.or(classes(one, low, high, nibble), classes(two, low, high, nibble)),
        v128.or(classes(three, low, high, nibble), classes(four, low, high, nibble)),
      );
      all = v128.or(all, any);
      const beyond = i8x16.bitmask(v128.or(v128.or(one, two), v128.or(three, four))) != 0;
      const near = beyond || beyondBefore;
      beyondBefore = beyond;
      if (near) {
        store<u32>(probes, <u32>block);
        probes += <usize>probed(block) << 2;
        store<u32>(probes, <u32>(block + 32));
        probes += <usize>probed(block + 32) << 2;
      }
      const other: u32 = v128.any_true(v128.and(any, others)) ? 1 : 0;
      const hit: u32 = v128.any_true(v128.and(any, hits)) ? 1 : 0;
      store<u32>(hitBlocks, <u32>block);
      store<u32>(hitBlocks, other, 4);
      hitBlocks += <usize>(hit | (narrow & <u32>near)) << 4;
    }
    let keptProbes = PROBES;
    for (let next = PROBES; next < probes; next += 4) {
      const at = load<u32>(next);
      store<u32>(keptProbes, at);
      keptProbes += <usize>(narrow != 0 ? 0 : goesOn(<usize>at)) << 2;
    }
    let keptHits = HITS;
    for (let next = HITS; next < hitBlocks; next += 16) {
      const block = <usize>load<u32>(next);
      if (block + 64 <= place) continue;
      let mask = hitsIn(block, others, low, high, load<u32>(next, 4) != 0, mode != 0);
      if (narrow != 0) mask |= probe(block, end);
      store<u32>(keptHits, <u32>block);
      store<u64>(keptHits, mask, 8);
      keptHits += mask != 0 ? 16 : 0;
    }
    let nextProbe = PROBES;
    let nextHit = HITS;
    while (nextProbe < keptProbes || nextHit < keptHits) {
      let block: usize = <usize>-1;
      let mask: u64 = 0;
      if (nextProbe < keptProbes) block = part + ((<usize>load<u32>(nextProbe) - part) & ~63);
      if (nextHit < keptHits && <usize>load<u32>(nextHit) <= block) {
        block = <usize>load<u32>(nextHit);
        mask = load<u64>(nextHit, 8);
        nextHit += 16;
      }
      for (; nextProbe < keptProbes && <usize>load<u32>(nextProbe) - block < 64; nextProbe += 4) mask |= <u64>1 << <u64>(<usize>load<u32>(nextProbe) - block);
      if (block + 64 <= place) continue;
      if (place > block) mask &= <u64>-1 << <u64>(place - block);
      while (mask != 0) {
        const hit = block + <usize>ctz(mask);
        do {
          let near = hit;
          // A character may begin with bytes as they are and end with escaped ones.
          if (mode & PERCENT) for (let back = 0; back < 3 && near > place && load<u8>(near - 1) >= 0x80; back++) near--;
          place = follow(near, place, end, mode, last, <i32>popcnt(mask) >= few);
        } while (place <= hit && place < end);
        if (place >= block + 64 || place >= end) break;
        mask &= <u64>-1 << <u64>(place - block);
      }
    }
  }
  return all;
}

/** What touches the end of the text. */
function finish(end: usize, mode: i32, last: bool): void {
  if (open != 0 || last || place >= end) return;
  const cut = unfinished(place, end);
  const first = firstDigit(cut != 0 ? cut : end, place, mode);
  if (first == 0) leaveUnfinished(cut);
  else walk(first, end, mode, last);
}

/** Looks at the text from `from` to `end` in the way of reading `mode`; answers with the number of windows. */
export function scan(from: usize, end: usize, mode: i32, last: bool): i32 {
  for (let i: usize = 0; i < 80; i += 16) v128.store(end + i, FILLER);
  begin(end, last, mode);
  reset();
  place = from;
  seenBits = folded(pass(from, end, end, mode, last), from, end);
  finish(end, mode, last);
  return windowsKept;
}

/**
 * The same where another pass speaks for all that lies far from any escape: only what is near to one is looked at, and the end of the text.
 * `seen` stays what it was.
 */
export function scanNear(from: usize, end: usize, mode: i32, last: bool): i32 {
  for (let i: usize = 0; i < 80; i += 16) v128.store(end + i, FILLER);
  begin(end, last, mode);
  reset();
  place = from;
  if (findStretches(from, end, mode)) {
    for (let i = 0; i < stretches; i++) pass(max(from, stretchStart(i)), min(end, stretchEnd(i)), end, mode, last);
    finish(end, mode, last);
    if (isClosed(from, end, open)) return windowsKept;
    unread(0);
    reset();
    place = from;
  }
  pass(from, end, end, mode, last);
  finish(end, mode, last);
  return windowsKept;
}
