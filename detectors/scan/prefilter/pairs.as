/** The pass over a text in a charset of two bytes and four: no byte tells by itself what it is, so characters are followed from the first one on. */
import { BYTE_KINDS, DIGIT, MORE, NUMERAL, PAIR_KINDS, SLOW } from './memory';
import { after, begin, escapes, mark, unitAt, unread } from './read';
import { passShort, reset, walk, windows } from './runs';

/** A byte that is nothing, written behind the text so that blocks may be read whole. */
const FILLER: v128 = i8x16.splat(0x61);

/** Looks at the text from `from`, a character's first byte, to `end` in the way of reading `mode`; answers with the number of windows. */
export function scanPairs(from: usize, end: usize, mode: i32, last: bool): i32 {
  for (let i: usize = 0; i < 80; i += 16) v128.store(end + i, FILLER);
  begin(end, last, mode);
  reset();
  const kinds = BYTE_KINDS + <usize>(mode << 8);
  let place = from;
  while (place < end) {
    mark(place);
    const byte: u32 = load<u8>(place);
    let what: u32;
    if (byte < 0x80) {
      const kind: u32 = load<u8>(kinds + byte);
      what = kind >> 4;
      if (kind != SLOW && what != DIGIT) {
        place++;
        continue;
      }
      if (what == DIGIT) {
        const behind = passShort(place, end, mode);
        if (behind != 0) {
          place = behind;
          continue;
        }
        place = walk(place, end, mode, last);
        continue;
      }
    } else {
      // The filler completes a character that the end of the text cuts: those are read closely.
      const kind: u32 = place + 1 < end ? load<u8>(PAIR_KINDS + (((byte & 0x7f) << 8) | load<u8>(place, 1))) : SLOW;
      what = kind >> 4;
      if (kind != SLOW) {
        if (what == DIGIT || what == NUMERAL) place = walk(place, end, mode, last);
        else place += 2;
        continue;
      }
    }
    const before = escapes;
    const kind = unitAt(place);
    what = kind >> 4;
    if (kind == MORE || what == DIGIT || what == NUMERAL) {
      unread(before);
      place = walk(place, end, mode, last);
    } else place = after;
  }
  return windows;
}
