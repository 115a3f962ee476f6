/** Where everything lies in the memory of the prefilter. Exported: tables.ts fills the tables by these names. */

/** Bits of what a byte is, by its low half and by its high half: both must have them. */
export const BYTE_BITS: usize = 0x20;
/** The same for the bytes of ASCII that runs of digits are made of, whatever the bit. */
export const ASCII_MEMBERS: usize = 0x40;
/** The same for the digits and separators of ASCII. */
export const RUN_ASCII: usize = 0xe0;
/** The same for the bytes that signs of base64 are, or that may begin an escape of one. */
export const SIGNS: usize = 0x60;
/** The same for the bytes that may stand outside the strings of a JSON text. */
export const JSON_OUTSIDE_ASCII: usize = 0x80;
/** The first four of such tables for digits of two bytes in another charset. */
export const PAIR_NIBBLES: usize = 0xa0;
/** Value of each byte as a hexadecimal digit, -1 for others. */
export const HEX_VALUES: usize = 0x100;
/** 1 for each byte that may stand outside the strings of a JSON text. */
export const JSON_OUTSIDE: usize = 0x200;
/** Where following a table's lines begins and has got to: place, line, row, lines without delimiter, blank, parted, ended. */
export const LINES: usize = 0x300;
/** Names of character references by first letter: 128 offsets of 2 bytes, then the entries. */
export const NAME_INDEX: usize = 0x2000;
/** Inline elements: a count, then their names in packed letters of 5 bits. */
export const INLINE: usize = 0x3000;
/** Kind of every unit, of plane 1, and of the first 4096 characters of plane 14. */
export const UNIT_KINDS: usize = 0x10000;
export const PLANE_1: usize = 0x20000;
export const PLANE_14: usize = 0x30000;
/** Value of each byte as a sign of base64: 64 for others, 65 for what may begin an escape of one. Behind them room for a few bytes. */
export const BASE64_VALUES: usize = 0x31000;
export const SCRATCH: usize = 0x31100;
/** Shapes as bits of 32: by count of digits, by count of groups; then masks, dates, cells; and by the first five digits. */
export const LENGTHS: usize = 0x32000;
export const GROUPS: usize = 0x32200;
export const SHAPE_FACTS: usize = 0x32400;
export const DATES: usize = 0x32480;
export const CELLS: usize = 0x32680;
export const STARTS: usize = 0x32800;
/** By shape: the number of its groupings (0: all), line ends that need not part groups, those that any other groups may have, and those from which on no fraction begins with it. Then all groupings, by their keys. */
export const GROUPED: usize = 0x94400;
export const GROUPINGS: usize = 0x94800;
export const GROUPINGS_BITS: i32 = 10;
/** Starts by the first three digits: made of the table before, and small. */
export const FEW_STARTS: usize = 0x97000;

/** One run of digit groups: values by digit, places and facts by group. */
export const DIGITS: usize = 0x98000;
export const GROUP_AT: usize = 0x9a000;

/** Of a part of the text: places that are probed and may lie in runs; blocks with digits or escapes, each with the bits of its bytes. */
export const PROBES: usize = 0xac000;
export const HITS: usize = 0xad000;
/** Pairs of pointers: the stretches of the text near to escapes. */
export const STRETCHES: usize = 0xae000;

/** Pairs of pointers: what has to be looked at. */
export const WINDOWS: usize = 0xb0000;
export const MOST_WINDOWS: i32 = 4096;
/** Pairs of pointers: escapes that were read, so that a unit's first byte can be found again. */
export const ESCAPES: usize = 0xc0000;
export const MOST_ESCAPES: i32 = 0x10000;
/** A charset of two bytes and four: units by lead (from 80 on) and second byte; units by number of four bytes; kinds by lead and second byte, SLOW where these do not tell. */
export const PAIR_UNITS: usize = 0x140000;
export const FOUR_UNITS: usize = 0x150000;
export const PAIR_KINDS: usize = 0x164000;
/** For each way of reading (see read.as) 256 kinds by byte; SLOW where a byte alone does not tell. */
export const BYTE_KINDS: usize = 0x16c000;
/** First bytes of units, in order: nothing but reading on from one tells in such a charset where a character begins. */
export const MARKS: usize = 0x170000;
export const MOST_MARKS: i32 = 0x2000;
/** Blocks of the chunk with dense stretches: see sweep.as. */
export const DENSE: usize = 0x178000;
/** By the first three digits: a bit for each count of digits that a number beginning so may have, of shapes without cells and of those with them. Made of the tables of shapes. */
export const LENGTHS_BEGUN: usize = 0x17a000;
/** By the lower seven bits of the first byte and the lower six of the next two: not 0 where a digit, a separator or something to ignore begins so in UTF-8, MEMBER unless it is a digit of ASCII. */
export const MEMBERS: usize = 0x180000;
export const MEMBER: u32 = 1;
/** The text, behind what is carried over from the last chunk. */
export const TEXT: usize = 0x280000;

/** Kinds: class and value of a unit in one byte. Classes as in characters.ts, and one for the check character X. */
export const DIGIT: u32 = 1;
export const SEPARATOR: u32 = 2;
export const IGNORABLE: u32 = 3;
export const NUMERAL: u32 = 4;
export const CHECK_X: u32 = 5;
/** The bytes that follow say what this is. */
export const SLOW: u32 = 0xff;
/** What stands in a gap, as the value of a separator: signs that part the items of a list, line ends, all others. */
export const LIST_SIGN: u32 = 1;
export const LINE_END: u32 = 2;
export const GROUP_SIGN: u32 = 4;
/** The text ends before the unit does. */
export const MORE: u32 = 0xfe;

/** Ways of reading, as bits. */
export const PERCENT: i32 = 1;
export const JSON: i32 = 2;
export const MARKUP: i32 = 4;
export const PAIRS: i32 = 8;
/** With PERCENT, as addresses are written: a plus is itself. */
export const PLUS_STAYS: i32 = 16;

/** What a byte is, as bits. */
/** The first byte of a digit that has two in UTF-8, or one like it. */
export const TWO_BYTE_DIGIT: i32 = 1;
export const NUL: i32 = 2;
export const BACKSLASH: i32 = 4;
export const PERCENT_SIGN: i32 = 8;
export const PLUS: i32 = 16;
export const AMPERSAND: i32 = 32;
export const LESS: i32 = 64;
/** Where a vector tells its bits at once. */
export const ASCII_DIGIT: i32 = 128;

/** The bytes themselves that may begin an escape. */
export const PERCENT_BYTE: i32 = 0x25;
export const AMPERSAND_BYTE: i32 = 0x26;
export const LESS_BYTE: i32 = 0x3c;
export const BACKSLASH_BYTE: i32 = 0x5c;
