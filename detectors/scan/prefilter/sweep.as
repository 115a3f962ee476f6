/** One pass over a chunk for all that is asked of its bytes beside numbers: the words by which files and enciphered blocks begin, and where long runs of signs may stand. */
import { DENSE } from './memory';

const B: v128 = i8x16.splat(0x62);
const G: v128 = i8x16.splat(0x67);
/** A letter and its capital differ in this bit. */
const CASE: v128 = i8x16.splat(0x20);
/** No blank, break or quote is beyond it, and all of ASCII is. */
const BLANKS: v128 = i8x16.splat(0x22);
const ALL: v128 = i8x16.splat(-1);

/** What holdsBegin tells of: `begin `, `BEGIN PGP`. */
const BEGIN: i32 = 1;
const ARMOUR: i32 = 2;
let begun: i32 = 0;

/** Does `begin ` stand at the beginning of a line of the chunk or behind a `y`, or with `armour` `BEGIN PGP` anywhere? */
export function holdsBegin(armour: bool): bool {
  return (begun & (armour ? BEGIN | ARMOUR : BEGIN)) != 0;
}

/** A bit for each eight bytes: are all of them dense? */
@inline
function dense(one: v128, two: v128, three: v128, four: v128): u32 {
  // Whoever is -1 in all of its halves stays -1 when they are made one half as wide.
  const first = i8x16.narrow_i16x8_s(i8x16.gt_s(one, BLANKS), i8x16.gt_s(two, BLANKS));
  const second = i8x16.narrow_i16x8_s(i8x16.gt_s(three, BLANKS), i8x16.gt_s(four, BLANKS));
  const quarters = i16x8.eq(i8x16.narrow_i16x8_s(first, second), ALL);
  return <u32>i8x16.bitmask(i8x16.narrow_i16x8_s(quarters, quarters)) & 0xff;
}

@inline
function hits(bytes: v128, further: v128): v128 {
  return v128.and(i8x16.eq(v128.or(bytes, CASE), B), i8x16.eq(v128.or(further, CASE), G));
}

/** Where the chunk begins, and behind a break or the first letter of `=ybegin `; anywhere else the word is one of a sentence. */
@inline
function mayBegin(at: usize, from: usize): bool {
  if (at == from) return true;
  const before = load<u8>(at - 1);
  return before == 0x0a || before == 0x0d || before == 0x79;
}

function findBegin(from: usize, block: usize, one: v128, two: v128, three: v128, four: v128, end: usize): void {
  let mask = <u64>i8x16.bitmask(one) | (<u64>i8x16.bitmask(two) << 16) | (<u64>i8x16.bitmask(three) << 32) | (<u64>i8x16.bitmask(four) << 48);
  for (; mask != 0; mask &= mask - 1) {
    const at = block + <usize>ctz(mask);
    const first = load<u32>(at);
    if (first == 0x69676562 && at + 6 <= end && load<u16>(at, 4) == 0x206e && mayBegin(at, from)) begun |= BEGIN;
    if (first == 0x49474542 && at + 9 <= end && load<u32>(at, 4) == 0x4750204e && load<u8>(at, 8) == 0x50) begun |= ARMOUR;
  }
}

/**
 * Looks at the chunk, 66 bytes behind which may be read. At DENSE it leaves, behind a byte of no meaning, one for each block of 64 bytes: bit i is set
 * where the bytes from 8i to 8i + 16 are dense, none of them a blank, a break, a quote or beyond ASCII. Bytes behind the end may count among them.
 */
export function sweep(from: usize, end: usize): void {
  begun = 0;
  let before: u32 = 0;
  let out = DENSE;
  for (let block = from; block < end; block += 64) {
    const one = v128.load(block);
    const two = v128.load(block, 16);
    const three = v128.load(block, 32);
    const four = v128.load(block, 48);
    const own = dense(one, two, three, four);
    const both = before | (own << 8);
    store<u8>(out++, <u8>(both & (both >> 1)));
    before = own;
    const a = hits(one, v128.load(block, 2));
    const b = hits(two, v128.load(block, 18));
    const c = hits(three, v128.load(block, 34));
    const d = hits(four, v128.load(block, 50));
    if (v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) findBegin(from, block, a, b, c, d, end);
  }
  store<u8>(out, <u8>(before & (before >> 1)));
  // Whoever skips zeros reads on.
  store<u64>(out, -1, 1);
}
