/** What the digits and gaps of a run must be for a number of some detector: the shapes of all detectors at once, as bits of 32 (shape.ts). */
import {
  CELLS, DATES, DIGITS, FEW_STARTS, GROUPED, GROUPINGS, GROUPINGS_BITS, GROUP_AT, GROUP_SIGN, LENGTHS, LENGTHS_BEGUN, LINE_END, LIST_SIGN, SHAPE_FACTS, STARTS,
} from './memory';

/** First digits by which shapes are told apart; so few of them that what they allow lies near at hand. */
export const HEAD: i32 = 5;
const BY_FEW: i32 = 1000;
/** Beginnings of all digits to each of those. */
const TO_EACH: i32 = 100;

/** The shapes that say how many digits a group in a list has at most, and the most that any of them allows. */
export let withCells: u32 = 0;
export let longestCell: i32 = 0;

/** Makes the small tables of the large ones. */
export function configureShapes(least: i32, most: i32): void {
  withCells = 0;
  longestCell = 0;
  for (let shape: u32 = 0; shape < 32; shape++) {
    const cell = load<i32>(CELLS + <usize>(shape << 2));
    if (cell != 0) withCells |= <u32>1 << shape;
    longestCell = max(longestCell, cell);
  }
  for (let few = 0; few < BY_FEW; few++) {
    let shapes: u32 = 0;
    for (let i = 0; i < TO_EACH; i++) shapes |= load<u32>(STARTS + (<usize>(few * TO_EACH + i) << 2));
    store<u32>(FEW_STARTS + (<usize>few << 2), shapes);
    let free: u64 = 0;
    let cells: u64 = 0;
    for (let count = least; count <= most; count++) {
      const own = load<u32>(LENGTHS + (<usize>count << 2)) & shapes;
      if ((own & ~withCells) != 0) free |= <u64>1 << <u64>count;
      if ((own & withCells) != 0) cells |= <u64>1 << <u64>count;
    }
    store<u64>(LENGTHS_BEGUN + (<usize>few << 4), free);
    store<u64>(LENGTHS_BEGUN + (<usize>few << 4), cells, 8);
  }
}

// A group: first byte; byte behind its last digit; index of its first digit; ignorables of the run before it, and up to its last digit
// that is read; what stands in the gap before it; the shapes that its first digits allow, 0 while nobody asked; whether
// a number can begin with it.
@inline
export function group(index: i32): usize {
  return GROUP_AT + <usize>(index << 5);
}
@inline
export function startOf(index: i32): usize {
  return load<u32>(group(index));
}
@inline
export function endOf(index: i32): usize {
  return load<u32>(group(index), 4);
}
@inline
export function digitOf(index: i32): i32 {
  return load<i32>(group(index), 8);
}

/** Does the Luhn sum of the digits [first, until) come out even? */
function passesLuhn(first: i32, until: i32): bool {
  let sum: u32 = 0;
  let at = DIGITS + <usize>until;
  const stop = DIGITS + <usize>first;
  while (at > stop) {
    sum += load<u8>(--at);
    if (at == stop) break;
    const digit: u32 = load<u8>(--at);
    sum += digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 == 0;
}

/** MOD 11-2 over 17 digits and the check character, 10 for X. */
export function passesMod11(first: i32, check: u32): bool {
  let remainder: u32 = 0;
  for (let i = 0; i < 17; i++) {
    remainder = remainder * 2 + load<u8>(DIGITS + first + i);
    remainder = remainder >= 22 ? remainder - 22 : remainder >= 11 ? remainder - 11 : remainder;
  }
  return (remainder * 2 + check) % 11 == 1;
}

/** Shapes that allow the gaps between the groups [from, index], which begin with digit `first`. */
export function spaced(shapes: u32, from: i32, index: i32, until: i32): u32 {
  let signs: u32 = 0;
  for (let one = from + 1; one <= index; one++) signs |= load<u32>(group(one), 20);
  if ((signs & LIST_SIGN) == 0) return shapes;
  let longest = 0;
  for (let one = from; one <= index; one++) longest = max(longest, (one < index ? digitOf(one + 1) : until) - digitOf(one));
  for (let rest = shapes; rest != 0; rest &= rest - 1) {
    const cell = load<i32>(CELLS + <usize>(ctz(rest) << 2));
    if (cell != 0 && (longest > cell || (signs & GROUP_SIGN) != 0)) shapes &= ~(rest & -rest);
  }
  return shapes;
}

/** Shapes among `shapes` whose date the digits from `first` on can hold. */
export function dated(shapes: u32, first: i32, count: i32): bool {
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

/** Shapes that the first digits of a group allow. */
@inline
export function starting(index: i32, first: i32, count: i32): u32 {
  if (count < HEAD) return 0xffffffff;
  let shapes = load<u32>(group(index), 24);
  if (shapes == 0) {
    const at = DIGITS + <usize>first;
    const head = <u32>load<u8>(at) * 10000 + <u32>load<u8>(at, 1) * 1000 + <u32>load<u8>(at, 2) * 100 + <u32>load<u8>(at, 3) * 10 + <u32>load<u8>(at, 4);
    shapes = load<u32>(STARTS + (<usize>head << 2));
    store<u32>(group(index), shapes, 24);
  }
  return shapes;
}

/** As in written-groups.ts: what a grouping's number is made with, and the most groups of one. */
const BASE: u64 = 20;
const MOST_GROUPED: i32 = 12;

/** Is the grouping with this key one of those with this number? */
@inline
function isKnown(key: u64, own: u64): bool {
  const wanted = key | (own << 56);
  let slot = <usize>((wanted * 0x9e3779b97f4a7c15) >> (64 - GROUPINGS_BITS));
  // Some places are empty.
  for (let tried = 0; tried < 1 << GROUPINGS_BITS; tried++) {
    const found = load<u64>(GROUPINGS + (slot << 3));
    if (found == wanted) return true;
    if (found == 0) break;
    slot = (slot + 1) & ((1 << GROUPINGS_BITS) - 1);
  }
  return false;
}

/** Is there a dot behind the group, and a digit or a star behind that? */
@inline
function isFraction(index: i32): bool {
  const end = endOf(index);
  if (load<u8>(end) != 0x2e) return false;
  const next: u32 = load<u8>(end, 1);
  return next - 0x30 < 10 || next == 0x2a;
}

/** Those of `shapes` whose numbers may be whole parts of fractions with so many line ends in them as [from, index]. */
function fractional(shapes: u32, from: i32, index: i32): u32 {
  let lineEnds = 0;
  for (let one = from + 1; one <= index; one++) if ((load<u32>(group(one), 20) & LINE_END) != 0) lineEnds++;
  for (let rest = shapes; rest != 0; rest &= rest - 1) if (load<i32>(GROUPED + <usize>(ctz(rest) << 4), 12) <= lineEnds) shapes &= ~(rest & -rest);
  return shapes;
}

/** Shapes whose numbers may be parted like the groups [from, index], the last of which ends before digit `until`. */
function grouped(shapes: u32, from: i32, index: i32, until: i32): u32 {
  let parted: u64 = 0;
  let joined: u64 = 0;
  let lineEnds = 0;
  let joins = 0;
  let open: u64 = 0;
  let single = true;
  for (let one = from; one <= index; one++) {
    const size = <u64>((one < index ? digitOf(one + 1) : until) - digitOf(one));
    // No such shape is so long.
    if (size >= BASE) return shapes;
    const signs = load<u32>(group(one), 20);
    if (one > from) {
      if (signs == 0) return shapes;
      if (size > 1) single = false;
    }
    parted = parted * BASE + size;
    if (one > from && (signs & LINE_END) != 0) {
      lineEnds++;
      open += size;
    } else {
      joined = joined * BASE + open;
      joins++;
      open = size;
    }
  }
  if (single) return shapes;
  joined = joins <= MOST_GROUPED ? joined * BASE + open : 0;
  if (index - from >= MOST_GROUPED) parted = 0;
  for (let rest = shapes; rest != 0; rest &= rest - 1) {
    const facts = GROUPED + <usize>(ctz(rest) << 4);
    const own = load<u32>(facts);
    if (own == 0 || lineEnds <= load<i32>(facts, 8)) continue;
    if (parted != 0 && isKnown(parted, own)) continue;
    if (joined != 0 && lineEnds <= load<i32>(facts, 4) && isKnown(joined, own)) continue;
    shapes &= ~(rest & -rest);
  }
  return shapes;
}

/** Do these shapes allow the groups [from, index], which hold the digits [first, until)? `fuzzy`: where groups end is not certain. */
@inline
export function fits(shapes: u32, from: i32, index: i32, first: i32, until: i32, fuzzy: bool): bool {
  if (from < index) shapes = spaced(shapes, from, index, until);
  const luhn = load<u32>(SHAPE_FACTS);
  if ((shapes & luhn) != 0 && !passesLuhn(first, until)) shapes &= ~luhn;
  if (shapes == 0 || !dated(shapes, first, until - first)) return false;
  const mod11 = load<u32>(SHAPE_FACTS + 4);
  if ((shapes & mod11) != 0 && (until - first != 18 || !passesMod11(first, load<u8>(DIGITS + until - 1)))) shapes &= ~mod11;
  if (shapes != 0 && isFraction(index)) shapes = fractional(shapes, from, index);
  if (shapes != 0 && from < index && !fuzzy) shapes = grouped(shapes, from, index, until);
  return shapes != 0;
}

/** `bits` where `sign` is 0, else none: without a branch, as nobody can tell what comes. */
@inline
function unless(sign: u32, bits: u64): u64 {
  return bits & (<u64>(sign != 0) - 1);
}

/**
 * Notes of each group before `until`, the last of which ends before digit `end`, whether a number can begin with it and end with a later one, as its first digits and the counts of
 * digits up to the ends of groups tell, and for shapes with cells the signs between; answers with the first of them, or `until`.
 */
@inline
export function noteBegins(until: i32, end: i32): i32 {
  // A group has two digits more than the longest number at most: each count has a bit. Those of all numbers, of those with no sign of a list in
  // them, and of those with such signs alone between cells.
  let all: u64 = 0;
  let parted: u64 = 0;
  let listed: u64 = 0;
  let behind = end;
  /** In the gap behind the group. */
  let signs: u32 = 0;
  let earliest = until;
  for (let from = until - 1; from >= 0; from--) {
    const own = group(from);
    const first = load<i32>(own, 8);
    const size = behind - first;
    all = (all | 1) << <u64>size;
    parted = (unless(signs & LIST_SIGN, parted) | 1) << <u64>size;
    listed = (unless(signs & GROUP_SIGN, listed) | 1) << <u64>size;
    const at = DIGITS + <usize>first;
    const few = LENGTHS_BEGUN + (<usize>(<u32>load<u8>(at) * 100 + <u32>load<u8>(at, 1) * 10 + <u32>load<u8>(at, 2)) << 4);
    const may = <u32>(((load<u64>(few) & all) | (load<u64>(few, 8) & (parted | listed))) != 0);
    store<u32>(own, may, 28);
    earliest += (from - earliest) & -<i32>may;
    listed = unless(<u32>(size > longestCell), listed);
    behind = first;
    signs = load<u32>(own, 20);
  }
  return earliest;
}
