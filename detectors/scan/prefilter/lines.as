/** Follows the whole lines of a table as table.ts does, sixteen bytes at a time: which line it is, and whether the table goes on. */
import { bitsOf } from './blocks';
import { LINES } from './memory';

const NEWLINE: i8 = 0x0a;
const RETURN: i8 = 0x0d;
const BLANK: i8 = 0x20;
const TAB: i8 = 0x09;

/** What is known at the first byte to be followed stands at LINES, and what is known behind the last line that ends before `stop`. */
export function skipLines(stop: usize, sign: i32, between: i32, longest: i32): void {
  let at: usize = <usize>load<u32>(LINES);
  let line = load<i32>(LINES, 4);
  let row = load<i32>(LINES, 8);
  let bare = load<i32>(LINES, 12);
  let blank = load<i32>(LINES, 16) != 0;
  let parted = load<i32>(LINES, 20) != 0;
  let ended = false;
  /** What the line holds beyond the last line end, to be forgotten when no other comes. */
  let lineBlank = blank;
  let lineParted = parted;
  const delimiter = i8x16.splat(<i8>sign);
  const newline = i8x16.splat(NEWLINE);
  for (let block = at; block < stop && !ended; block += 16) {
    // Of a line that is known to go on in the table only the end is looked for.
    while (lineParted && !lineBlank && block + 64 <= stop) {
      const ends = bitsOf(i8x16.eq(v128.load(block), newline), i8x16.eq(v128.load(block, 16), newline), i8x16.eq(v128.load(block, 32), newline), i8x16.eq(v128.load(block, 48), newline));
      if (ends != 0) {
        block += <usize>ctz(ends) & ~15;
        break;
      }
      block += 64;
    }
    if (block >= stop) break;
    const bytes = v128.load(block);
    const room = stop - block;
    const inside: u32 = room < 16 ? ((<u32>1 << <u32>room) - 1) : 0xffff;
    let newlines = <u32>i8x16.bitmask(i8x16.eq(bytes, newline)) & inside;
    const delimiters = <u32>i8x16.bitmask(i8x16.eq(bytes, delimiter)) & inside;
    const blanks = <u32>i8x16.bitmask(v128.or(v128.or(i8x16.eq(bytes, i8x16.splat(BLANK)), i8x16.eq(bytes, i8x16.splat(TAB))), i8x16.eq(bytes, i8x16.splat(RETURN))));
    const others = (~blanks | delimiters) & inside & ~newlines;
    let from: u32 = 0xffff;
    while (newlines != 0) {
      const before = from & ((newlines & -newlines) - 1);
      if ((delimiters & before) != 0) lineParted = true;
      if ((others & before) != 0) lineBlank = false;
      const end = block + <usize>ctz(newlines);
      at = end + 1;
      blank = lineBlank;
      parted = lineParted;
      if (<i32>end - line > longest) {
        ended = true;
        break;
      }
      if (row > 0) {
        bare = parted ? 0 : bare + 1;
        ended = blank || bare >= between;
      }
      row++;
      line = <i32>at;
      lineBlank = blank = true;
      lineParted = parted = false;
      if (ended) break;
      from = ~((newlines ^ (newlines - 1)));
      newlines &= newlines - 1;
    }
    if (ended) break;
    if ((delimiters & from) != 0) lineParted = true;
    if ((others & from) != 0) lineBlank = false;
  }
  store<u32>(LINES, <u32>at);
  store<i32>(LINES, line, 4);
  store<i32>(LINES, row, 8);
  store<i32>(LINES, bare, 12);
  store<i32>(LINES, blank ? 1 : 0, 16);
  store<i32>(LINES, parted ? 1 : 0, 20);
  store<i32>(LINES, ended ? 1 : 0, 24);
}
