/** Follows a JSON text as bare-numbers.ts of the gateway does, sixteen bytes at a time where a string allows it. */
import { JSON_OUTSIDE } from './memory';

const OUTSIDE: i32 = 0;
const STRING: i32 = 1;
const ESCAPE: i32 = 2;
const NOT_JSON: i32 = 3;
const QUOTE: i32 = 0x22;
const BACKSLASH: i32 = 0x5c;

/** The state behind `end`, where `state` is the one at `from`; bytes beyond ASCII before `mark` are a mark of byte order. */
export function followJson(from: usize, end: usize, before: i32, mark: usize): i32 {
  let state = before;
  let at = from;
  while (at < end && state != NOT_JSON) {
    if (state == STRING) {
      while (at + 16 <= end) {
        const bytes = v128.load(at);
        const marks = i8x16.bitmask(v128.or(i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)), i8x16.eq(bytes, i8x16.splat(<i8>BACKSLASH))));
        if (marks != 0) {
          at += <usize>ctz(marks);
          break;
        }
        at += 16;
      }
      if (at >= end) break;
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
