/** Follows a JSON text as bare-numbers.ts of the gateway does, 64 bytes at a time. */
import { bitsOf, classes } from './blocks';
import { JSON_OUTSIDE, JSON_OUTSIDE_ASCII } from './memory';

const OUTSIDE: i32 = 0;
const STRING: i32 = 1;
const ESCAPE: i32 = 2;
const NOT_JSON: i32 = 3;
const QUOTE: i32 = 0x22;
const BACKSLASH: i32 = 0x5c;
const EVEN: u64 = 0x5555555555555555;

@inline
function isByte(bytes: v128, byte: i32): v128 {
  return i8x16.eq(bytes, i8x16.splat(<i8>byte));
}

/** Bytes that stand in strings only. */
@inline
function isOdd(bytes: v128): v128 {
  return i8x16.eq(classes(bytes, v128.load(JSON_OUTSIDE_ASCII), v128.load(JSON_OUTSIDE_ASCII, 16), i8x16.splat(15)), i8x16.splat(0));
}

/** The bits behind those that stand at an odd place in a row of them. */
@inline
function behindOdd(bits: u64): u64 {
  const begins = bits & ~(bits << 1);
  // A sum carries from where a row begins to the place behind it.
  const fromEven = bits & ~(bits + (begins & EVEN));
  return ((fromEven & EVEN) | (bits & ~fromEven & ~EVEN)) << 1;
}

/** From each odd one of the bits up to the next one, without that. */
@inline
function between(bits: u64): u64 {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  return bits ^ (bits << 32);
}

/** The state behind `end`, where `state` is the one at `from`; bytes beyond ASCII before `mark` are a mark of byte order. */
export function followJson(from: usize, end: usize, before: i32, mark: usize): i32 {
  let state = before;
  let at = from;
  while (at < end && state != NOT_JSON) {
    if (at >= mark && at + 64 <= end) {
      const one = v128.load(at);
      const two = v128.load(at, 16);
      const three = v128.load(at, 32);
      const four = v128.load(at, 48);
      const slashes = bitsOf(isByte(one, BACKSLASH), isByte(two, BACKSLASH), isByte(three, BACKSLASH), isByte(four, BACKSLASH));
      const first: u64 = state == ESCAPE ? 1 : 0;
      const escaped = slashes == 0 ? first : behindOdd(slashes & ~first) | first;
      const quotes = bitsOf(isByte(one, QUOTE), isByte(two, QUOTE), isByte(three, QUOTE), isByte(four, QUOTE)) & ~escaped;
      const strings = between(quotes) ^ (state == OUTSIDE ? 0 : <u64>-1);
      // A backslash outside is met before anything that it would escape.
      const outside = ~(strings | quotes);
      if (outside != 0 && (outside & bitsOf(isOdd(one), isOdd(two), isOdd(three), isOdd(four))) != 0) return NOT_JSON;
      state = <i64>strings >= 0 ? OUTSIDE : <i64>(slashes & ~escaped) < 0 ? ESCAPE : STRING;
      at += 64;
      continue;
    }
    const byte: i32 = load<u8>(at);
    if (state == ESCAPE) state = STRING;
    else if (state == STRING) state = byte == QUOTE ? OUTSIDE : byte == BACKSLASH ? ESCAPE : STRING;
    else if (byte == QUOTE) state = STRING;
    else if (load<u8>(JSON_OUTSIDE + byte) != 1 && !(at < mark && byte >= 0x80)) state = NOT_JSON;
    at++;
  }
  return state;
}
