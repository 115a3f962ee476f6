/** Reads the kind of the unit that begins at a byte, as the layers' decoders do: UTF-8, and the escapes of each way of reading. */
import { BACKSLASH_BYTE, ESCAPES, FOUR_UNITS, HEX_VALUES, INLINE, JSON, MARKS, MARKUP, MORE, MOST_ESCAPES, MOST_MARKS, NAME_INDEX, PAIRS, PAIR_UNITS, PERCENT, PERCENT_BYTE, PLANE_1, PLANE_14, PLUS_STAYS, UNIT_KINDS } from './memory';

/** What no unit has: the text ends too early to tell. */
const NO_CHARACTER: i32 = -1;
const NO_ESCAPE: i32 = -2;
const INVALID: i32 = 0xfffd;
/** As in entities.ts and tags.ts. */
const LONGEST_REFERENCE: i32 = 64;
const LONGEST_NAME: i32 = 24;
const LONGEST_TAG: i32 = 512;
export const LONGEST_ELEMENT: i32 = 10;

/** First byte behind what was read last. */
export let after: usize = 0;
/** An escape was longer than anyone writes one. */
export let endless: bool = false;
export let escapes: i32 = 0;

/** Bytes between two marks: what is decoded in front of a context without need. */
const MARK_EVERY: usize = 128;
export let marks: i32 = 0;
let nextMark: usize = 0;

let stop: usize = 0;
let complete: bool = false;
let way: i32 = 0;

/** Tells the readers where the text ends, whether anything may follow, and how to read. */
export function begin(end: usize, last: bool, mode: i32): void {
  stop = end;
  complete = last;
  way = mode;
  endless = false;
  escapes = 0;
  marks = 0;
  nextMark = 0;
}

/** Remembers that a unit begins at `at`. */
@inline
export function mark(at: usize): void {
  if (at < nextMark || marks >= MOST_MARKS) return;
  store<u32>(MARKS + (marks << 2), <u32>at);
  marks++;
  nextMark = at + MARK_EVERY;
}

function kindOf(point: i32): u32 {
  if (point < 0x10000) return load<u8>(UNIT_KINDS + point);
  if (point < 0x20000) return load<u8>(PLANE_1 + (point - 0x10000));
  if (point >= 0xe0000 && point < 0xe1000) return load<u8>(PLANE_14 + (point - 0xe0000));
  return 0;
}

function hex(character: i32): i32 {
  if (character >= 0x30 && character <= 0x39) return character - 0x30;
  const lower = character | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** A byte through the percent layer where that is read; `after` lies behind it. */
function byteAt(at: usize): i32 {
  if (at >= stop) return NO_CHARACTER;
  const byte: i32 = load<u8>(at);
  after = at + 1;
  if ((way & PERCENT) == 0) return byte;
  if (byte == 0x2b) return (way & PLUS_STAYS) != 0 ? byte : 0x20;
  if (byte != 0x25) return byte;
  if (at + 2 >= stop) {
    if (!complete && (at + 1 >= stop || hex(load<u8>(at + 1)) >= 0)) return NO_CHARACTER;
    return byte;
  }
  const high = hex(load<u8>(at + 1));
  const low = hex(load<u8>(at + 2));
  if (high < 0 || low < 0) return byte;
  after = at + 3;
  return (high << 4) | low;
}

/** As in gb18030.ts: four bytes for U+FFFF at most, and the number of those for U+10000. */
const FOURS: i32 = 39420;
const SUPPLEMENTARY: i32 = 189000;

@inline
function isLead(byte: i32): bool {
  return byte >= 0x81 && byte <= 0xfe;
}

/** A code point of a charset of two bytes and four; bytes that are none stand one by one. `at` lies before the end of the text. */
function pairAt(at: usize): i32 {
  const lead: i32 = load<u8>(at);
  after = at + 1;
  if (lead < 0x80) return lead;
  if (lead == 0x80) return 0x20ac;
  if (lead == 0xff) return INVALID;
  if (at + 1 >= stop) return complete ? INVALID : NO_CHARACTER;
  const second: i32 = load<u8>(at, 1);
  if (second >= 0x40) {
    if (second == 0x7f || second == 0xff) return INVALID;
    after = at + 2;
    return load<u16>(PAIR_UNITS + (((lead & 0x7f) << 8 | second) << 1));
  }
  if (second < 0x30 || second > 0x39) return INVALID;
  if (at + 2 >= stop) return complete ? INVALID : NO_CHARACTER;
  const third: i32 = load<u8>(at, 2);
  if (!isLead(third)) return INVALID;
  if (at + 3 >= stop) return complete ? INVALID : NO_CHARACTER;
  const fourth: i32 = load<u8>(at, 3);
  if (fourth < 0x30 || fourth > 0x39) return INVALID;
  const linear = ((lead - 0x81) * 10 + second - 0x30) * 1260 + (third - 0x81) * 10 + fourth - 0x30;
  const point: i32 = linear < FOURS ? load<u16>(FOUR_UNITS + (linear << 1)) : linear - SUPPLEMENTARY + 0x10000;
  if (linear >= FOURS && (point < 0x10000 || point > 0x10ffff)) return INVALID;
  after = at + 4;
  return point;
}

/** A code point; bytes that are no UTF-8 stand one by one. Behind the very last one stands a zero. */
function characterAt(at: usize): i32 {
  if (at >= stop) {
    after = at + 1;
    return complete && at == stop ? 0 : NO_CHARACTER;
  }
  if (way & PAIRS) return pairAt(at);
  const lead = byteAt(at);
  if (lead < 0x80) return lead;
  const single = after;
  const size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  let point = size == 2 ? lead & 0x1f : size == 3 ? lead & 0x0f : lead & 0x07;
  for (let have = 1; have < size; have++) {
    const next = byteAt(after);
    if (next == NO_CHARACTER && !complete) return NO_CHARACTER;
    if (next == NO_CHARACTER || (next & 0xc0) != 0x80) {
      after = single;
      return INVALID;
    }
    point = (point << 6) | (next & 0x3f);
  }
  if (size == 0 || (size == 3 && point < 0x800) || (size == 4 && point < 0x10000) || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
    after = single;
    return INVALID;
  }
  return point;
}

/** Four hexadecimal digits behind a backslash and `u`, which begin at `at`. */
function hexUnit(at: usize): i32 {
  after = at;
  let unit = 0;
  for (let i = 0; i < 6; i++) {
    const character = characterAt(after);
    if (character == NO_CHARACTER) return NO_CHARACTER;
    if (i < 2) {
      if (character != (i == 0 ? 0x5c : 0x75)) return NO_ESCAPE;
      continue;
    }
    const digit = hex(character);
    if (digit < 0) return NO_ESCAPE;
    unit = (unit << 4) | digit;
  }
  return unit;
}

/** The character that the escape at `at` stands for; its backslash ends at `after`. */
function jsonEscape(at: usize): i32 {
  const kind = characterAt(after);
  if (kind == NO_CHARACTER) return NO_CHARACTER;
  switch (kind) {
    case 0x75:
      break;
    case 0x22:
    case 0x5c:
    case 0x2f:
      return kind;
    case 0x62:
      return 8;
    case 0x66:
      return 12;
    case 0x6e:
      return 10;
    case 0x72:
      return 13;
    case 0x74:
      return 9;
    default:
      return NO_ESCAPE;
  }
  const unit = hexUnit(at);
  if (unit < 0xd800 || unit > 0xdbff) return unit;
  const one = after;
  const low = hexUnit(one);
  if (low == NO_CHARACTER) return NO_CHARACTER;
  if (low >= 0xdc00 && low <= 0xdfff) {
    const point = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    if (kindOf(point) != 0) return point;
  }
  after = one;
  return unit;
}

/** `&#49;`, `&#x31`: `after` lies behind the `#`. */
function numericReference(): i32 {
  let at = after;
  let character = characterAt(at);
  const hexadecimal = (character | 0x20) == 0x78;
  if (hexadecimal) at = after;
  let value = 0;
  let i = 0;
  while (true) {
    character = characterAt(at);
    if (character == NO_CHARACTER) return NO_CHARACTER;
    const digit = hexadecimal || (character >= 0x30 && character <= 0x39) ? hex(character) : -1;
    if (digit < 0) {
      if (i == 0) return NO_ESCAPE;
      if (character != 0x3b) after = at;
      if (value == 0x96 || value == 0x97) return value + 0x1f7d;
      return value > 0 && (value <= 0xffff || kindOf(value) != 0) ? value : INVALID;
    }
    if (i >= LONGEST_REFERENCE) {
      endless = true;
      return NO_ESCAPE;
    }
    value = min(0x110000, value * (hexadecimal ? 16 : 10) + digit);
    at = after;
    i++;
  }
}

/** What a name stands for: the list holds the closed names, and those that need no semicolon, in the order in which they are tried. */
function namedReference(): i32 {
  const first = after;
  let at = first;
  let closed = false;
  let length = 0;
  let head: i32 = 0;
  for (; ; length++) {
    const character = characterAt(at);
    if (character == NO_CHARACTER) return NO_CHARACTER;
    if (character == 0x3b) {
      closed = true;
      break;
    }
    const letter = (character >= 0x41 && character <= 0x5a) || (character >= 0x61 && character <= 0x7a) || (character >= 0x30 && character <= 0x39);
    if (!letter || length == LONGEST_NAME) break;
    if (length == 0) head = character;
    at = after;
  }
  if (length == 0) return NO_ESCAPE;
  const closing = after;
  // Entries: length, 1 when no semicolon is needed, unit (2 bytes), name; length 0 ends the list.
  for (let round = closed ? 0 : 1; round < 2; round++) {
    let entry = NAME_INDEX + <usize>load<u16>(NAME_INDEX + (head << 1));
    if (entry == NAME_INDEX) return NO_ESCAPE;
    for (let size: i32 = load<u8>(entry); size != 0; size = load<u8>(entry)) {
      if (round == 0 ? size == length : load<u8>(entry + 1) == 1 && size <= length) {
        after = first;
        let same = true;
        for (let i = 0; i < size && same; i++) same = characterAt(after) == load<u8>(entry + 4 + i);
        if (same) {
          if (round == 0) after = closing;
          return load<u16>(entry + 2);
        }
      }
      entry += 4 + size;
    }
  }
  return NO_ESCAPE;
}

/** Behind the tag or comment that begins at `at`, whose `<` ends at `after`. Lengths are counted in UTF-16 units. */
function tag(): i32 {
  let at = after;
  let used = 1;
  let character = characterAt(at);
  if (character == NO_CHARACTER) return NO_CHARACTER;
  if (character == 0x21) return comment();
  if (character == 0x2f) {
    at = after;
    used++;
  }
  let name: u64 = 0;
  let length = 0;
  for (; ; length++) {
    character = characterAt(at);
    if (character == NO_CHARACTER) return NO_CHARACTER;
    const lower = character | 0x20;
    if (lower < 0x61 || lower > 0x7a || length == LONGEST_ELEMENT) break;
    name |= <u64>(lower - 0x60) << (5 * length);
    at = after;
    used++;
  }
  if (!(character == 0x3e || character == 0x2f || character == 0x20 || (character >= 0x09 && character <= 0x0d)) || !isInline(name)) return NO_ESCAPE;
  let quote = 0;
  while (used < LONGEST_TAG) {
    character = characterAt(at);
    if (character == NO_CHARACTER) return NO_CHARACTER;
    at = after;
    used += character > 0xffff && kindOf(character) == 0 ? 2 : 1;
    if (quote != 0) {
      if (character == quote) quote = 0;
    } else if (character == 0x3e) return used <= LONGEST_TAG ? 0x2060 : NO_ESCAPE;
    else if (character == 0x22 || character == 0x27) quote = character;
  }
  return NO_ESCAPE;
}

export function isInline(name: u64): bool {
  const count: i32 = load<i32>(INLINE);
  for (let i = 0; i < count; i++) if (load<u64>(INLINE + 8 + (i << 3)) == name) return true;
  return false;
}

/** `after` lies behind the `!`. */
function comment(): i32 {
  for (let i = 0; i < 2; i++) {
    const character = characterAt(after);
    if (character == NO_CHARACTER) return NO_CHARACTER;
    if (character != 0x2d) return NO_ESCAPE;
  }
  let hyphens = 0;
  for (let used = 4; used < LONGEST_TAG; ) {
    const character = characterAt(after);
    if (character == NO_CHARACTER) return NO_CHARACTER;
    used += character > 0xffff && kindOf(character) == 0 ? 2 : 1;
    if (character == 0x3e && hyphens >= 2 && used <= LONGEST_TAG) return 0x2060;
    hyphens = character == 0x2d ? hyphens + 1 : 0;
  }
  return NO_ESCAPE;
}

/** Goes back to a place whose unit is to be read once more. */
export function unread(to: i32): void {
  escapes = to;
}

@inline
function remember(from: usize, to: usize): void {
  if (escapes >= MOST_ESCAPES) return;
  store<u32>(ESCAPES + (escapes << 3), <u32>from);
  store<u32>(ESCAPES + (escapes << 3) + 4, <u32>to);
  escapes++;
}

/** Kind of a character beyond ASCII where nothing is escaped: three bytes in sight are read at once. */
@inline
export function plainAt(at: usize): u32 {
  const bytes = load<u32>(at);
  if ((bytes & 0xc0c0f0) == 0x8080e0 && at + 3 <= stop) {
    const point = ((bytes & 0x0f) << 12) | ((bytes >> 2) & 0x0fc0) | ((bytes >> 16) & 0x3f);
    if (point >= 0x800) {
      after = at + 3;
      return load<u8>(UNIT_KINDS + point);
    }
  }
  return unitAt(at);
}

@inline
function hexByte(at: usize): i32 {
  return (<i32>load<i8>(HEX_VALUES + load<u8>(at)) << 4) | <i32>load<i8>(HEX_VALUES + load<u8>(at, 1));
}

/** The longest that is read here at once. */
const WHOLE: usize = 9;

/** Behind the escapes from `at` on of usual characters that are no part of any run: text that is escaped throughout is mostly these. */
export function passOver(from: usize): usize {
  let at = from;
  for (; at + WHOLE <= stop; ) {
    const byte: i32 = load<u8>(at);
    if (byte == BACKSLASH_BYTE && (way & JSON) != 0 && load<u8>(at, 1) == 0x75) {
      const high = hexByte(at + 2);
      const low = hexByte(at + 4);
      if ((high | low) < 0 || (high & 0xf8) == 0xd8 || load<u8>(UNIT_KINDS + ((high << 8) | low)) != 0) return at;
      remember(at, at + 6);
      at += 6;
    } else if (byte == PERCENT_BYTE && (way & PERCENT) != 0 && load<u8>(at, 3) == PERCENT_BYTE && load<u8>(at, 6) == PERCENT_BYTE) {
      const lead = hexByte(at + 1);
      const second = hexByte(at + 4);
      const third = hexByte(at + 7);
      // Those from E1 to EC have no forbidden second byte.
      if (lead < 0xe1 || lead > 0xec || (second & ~0x3f) != 0x80 || (third & ~0x3f) != 0x80) return at;
      if (load<u8>(UNIT_KINDS + (((lead & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f))) != 0) return at;
      remember(at, at + WHOLE);
      at += WHOLE;
    } else return at;
  }
  return at;
}

/** Kind of the unit at `at`, with `after` behind it; MORE when the text ends before it does. */
export function unitAt(at: usize): u32 {
  if (way & PAIRS) mark(at);
  if ((way & (JSON | PERCENT)) == JSON && load<u16>(at) == 0x755c && at + 6 <= stop) {
    const high = (<i32>load<i8>(HEX_VALUES + load<u8>(at, 2)) << 4) | load<i8>(HEX_VALUES + load<u8>(at, 3));
    const low = (<i32>load<i8>(HEX_VALUES + load<u8>(at, 4)) << 4) | load<i8>(HEX_VALUES + load<u8>(at, 5));
    if ((high | low) >= 0 && (high & 0xf8) != 0xd8) {
      after = at + 6;
      remember(at, after);
      return load<u8>(UNIT_KINDS + ((high << 8) | low));
    }
  }
  const character = characterAt(at);
  if (character == NO_CHARACTER) return MORE;
  const single = after;
  let read = NO_ESCAPE;
  if (character == 0x5c && (way & JSON) != 0) read = jsonEscape(at);
  else if (character == 0x26 && (way & MARKUP) != 0) {
    read = characterAt(after);
    const second = after;
    // As in entities.ts: two characters more have to be in sight.
    if (read != NO_CHARACTER && characterAt(second) == NO_CHARACTER) read = NO_CHARACTER;
    if (read != NO_CHARACTER) {
      after = read == 0x23 ? second : single;
      read = read == 0x23 ? numericReference() : namedReference();
    }
  } else if (character == 0x3c && (way & MARKUP) != 0) read = tag();
  if (read == NO_CHARACTER && !complete) return MORE;
  const plain = read == NO_CHARACTER || read == NO_ESCAPE;
  if (plain) after = single;
  // Behind the text stands nothing.
  if (after > stop) after = stop;
  if ((way & ~PAIRS) != 0 && after > at + 1) remember(at, after);
  return kindOf(plain ? character : read);
}
