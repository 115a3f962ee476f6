/** Fills the prefilter's memory with what characters.ts, the shapes of the detectors and the layers say: nothing is known there by itself. */
import { CLASS, DIGIT, SEPARATOR, VALUE, isAnyDigit, isCheckX, standIn } from '../characters.js';
import { signOf } from '../shape.js';
import { keysOf } from '../written-groups.js';
import type { DetectorSet } from '../scan-units.js';
import { pairNibbleTables } from './digit-bytes.js';
import type { Module } from './load.js';
import { firstBytes, memberTable } from './member-bits.js';

/** Shapes told apart; further ones share the last bit, which is then more generous than each of them. */
const SHAPES = 32;
/** Digits by which beginnings are told apart. */
const HEAD = 5;
/** Counts of digits or groups that the tables hold. */
export const MOST_COUNT = 60;

/** How a layer's escapes are read: names and elements of markup as data. */
export interface Markup {
  /** Character references by name. */
  readonly names: ReadonlyMap<string, number>;
  /** Names that need no semicolon, in the order in which they are tried. */
  readonly unclosed: readonly string[];
  /** Elements that do not part the words they stand in. */
  readonly inline: ReadonlySet<string>;
}

/** A charset in which characters beyond ASCII take two bytes or four, as GB18030 has it; asked once. */
export interface Pairs {
  /** Units by lead (from 81 on) and second byte, 256 to a lead; 0 where there is none. */
  twoBytes(): Uint16Array;
  /** Units of four bytes up to U+FFFF, by their number. */
  fourBytes(): Uint16Array;
}

const CHECK_X = 5;
const SLOW = 0xff;

function kindOf(unit: number | undefined): number {
  if (unit === undefined) return 0;
  const value = CLASS[unit] === SEPARATOR ? signOf(unit) : (VALUE[unit] ?? 0);
  return isCheckX(unit) ? CHECK_X << 4 : ((CLASS[unit] ?? 0) << 4) | value;
}

const PLANE_14_SIZE = 4096;

interface CharacterTables {
  readonly units: Uint8Array;
  readonly plane1: Uint8Array;
  readonly plane14: Uint8Array;
  readonly members: Uint8Array;
}
let characters: CharacterTables | undefined;

function characterTables(): CharacterTables {
  const plane = (start: number, size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => kindOf(standIn(start + i)));
  const units = Uint8Array.from({ length: 65536 }, (_, unit) => kindOf(unit));
  const plane1 = plane(0x10000, 65536);
  const plane14 = plane(0xe0000, PLANE_14_SIZE);
  const points: number[] = [];
  for (const [start, kinds] of [[0, units], [0x10000, plane1], [0xe0000, plane14]] as const) {
    for (const [i, kind] of kinds.entries()) if (kind !== 0 && kind >> 4 !== CHECK_X && !(start + i >= 0xd800 && start + i <= 0xdfff)) points.push(start + i);
  }
  return { units, plane1, plane14, members: memberTable(points) };
}

const WAYS = 32;
const PERCENT = 1;
const JSON_ESCAPES = 2;
const MARKUP = 4;
const PLUS_STAYS = 16;

function byteKinds(way: number): Uint8Array {
  const slow = new Set<number>();
  if (way & PERCENT) slow.add(0x25);
  if (way & JSON_ESCAPES) slow.add(0x5c);
  if (way & MARKUP) slow.add(0x26).add(0x3c);
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    if (byte >= 0x80 || slow.has(byte)) return 0xff;
    return kindOf((way & (PERCENT | PLUS_STAYS)) === PERCENT && byte === 0x2b ? 0x20 : byte);
  });
}

const HEX_VALUES = Uint8Array.from({ length: 256 }, (_, byte) => (/[0-9a-f]/i.test(String.fromCharCode(byte)) ? Number.parseInt(String.fromCharCode(byte), 16) : 0xff));

const SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Nothing of base64. */
const STRAY = 64;
const BASE64_VALUES = Uint8Array.from({ length: 256 }, (_, byte) => {
  const sign = String.fromCharCode(byte);
  const value = SIGNS.indexOf(sign === '-' ? '+' : sign === '_' ? '/' : sign);
  return value >= 0 ? value : '\\%&'.includes(sign) ? 65 : STRAY;
});

const TWO_BYTE_DIGITS = firstBytes(Array.from({ length: 0x780 }, (_, i) => 0x80 + i).filter((unit) => isAnyDigit(CLASS[unit])));

/** The bit of each byte that a view may be triggered by, and of the NUL that no text has. */
const BYTE_BITS: readonly (readonly [bit: string, bytes: readonly number[]])[] = [
  ['ASCII_DIGIT', Array.from({ length: 10 }, (_, i) => 0x30 + i)], ['NUL', [0]], ['BACKSLASH', [0x5c]], ['PERCENT_SIGN', [0x25]],
  ['PLUS', [0x2b]], ['AMPERSAND', [0x26]], ['LESS', [0x3c]], ['TWO_BYTE_DIGIT', TWO_BYTE_DIGITS],
];

/** The bit that says that `byte` was seen; 0 when there is none for it. */
export function bitOf(module: Module, byte: number): number {
  const name = BYTE_BITS.find(([, bytes]) => bytes.includes(byte))?.[0];
  return name === undefined ? 0 : module.address(name);
}

/** A set of bytes of ASCII, told by their halves: a bit for each high half, so that none is told wrong. */
function fillAscii(module: Module, name: string, has: (byte: number) => boolean): void {
  const table = new Uint8Array(module.memory.buffer, module.address(name), 32).fill(0);
  for (let byte = 0; byte < 128; byte++) {
    table[16 + (byte >> 4)] = 1 << (byte >> 4);
    if (has(byte)) table[byte & 15] = (table[byte & 15] ?? 0) | (1 << (byte >> 4));
  }
}

/** The bytes that may stand outside the strings of a JSON text: 1 for each. */
export function fillJsonOutside(module: Module, table: Uint8Array): void {
  new Uint8Array(module.memory.buffer).set(table, module.address('JSON_OUTSIDE'));
  fillAscii(module, 'JSON_OUTSIDE_ASCII', (byte) => table[byte] === 1);
}

/** What never changes while the process runs. */
export function fillCharacters(module: Module): void {
  const memory = new Uint8Array(module.memory.buffer);
  const { units, plane1, plane14, members } = (characters ??= characterTables());
  memory.set(units, module.address('UNIT_KINDS'));
  memory.set(plane1, module.address('PLANE_1'));
  memory.set(plane14, module.address('PLANE_14'));
  memory.set(members, module.address('MEMBERS'));
  const ways = Array.from({ length: WAYS }, (_, way) => byteKinds(way));
  for (const [way, kinds] of ways.entries()) memory.set(kinds, module.address('BYTE_KINDS') + way * 256);
  memory.set(HEX_VALUES, module.address('HEX_VALUES'));
  memory.set(BASE64_VALUES, module.address('BASE64_VALUES'));
  // A plus is a space in forms.
  fillAscii(module, 'ASCII_MEMBERS', (byte) => (kindOf(byte) !== 0 && kindOf(byte) >> 4 !== CHECK_X) || byte === 0x2b);
  // Not what begins an escape in some way of reading.
  const plain = (kind: number | undefined): boolean => kind !== undefined && (kind >> 4 === DIGIT || kind >> 4 === SEPARATOR);
  fillAscii(module, 'RUN_ASCII', (byte) => ways.every((kinds) => plain(kinds[byte]) && kinds[byte] === kindOf(byte)));
  fillAscii(module, 'SIGNS', (byte) => BASE64_VALUES[byte] !== STRAY);
  const bits = module.address('BYTE_BITS');
  for (const [name, bytes] of BYTE_BITS) {
    for (const byte of bytes) {
      for (const at of [bits + (byte & 15), bits + 16 + (byte >> 4)]) memory[at] = (memory[at] ?? 0) | module.address(name);
    }
  }
}

export function fillPairs(module: Module, pairs: Pairs): void {
  const two = pairs.twoBytes();
  const four = pairs.fourBytes();
  if (two.length !== 126 * 256 || four.length > (module.address('PAIR_KINDS') - module.address('FOUR_UNITS')) / 2) throw new RangeError('no room for this charset in the prefilter');
  const memory = new Uint8Array(module.memory.buffer);
  const units = new Uint16Array(module.memory.buffer);
  units.set(two, module.address('PAIR_UNITS') / 2 + 256);
  units.set(four, module.address('FOUR_UNITS') / 2);
  const kinds = module.address('PAIR_KINDS');
  memory.fill(SLOW, kinds, kinds + 128 * 256);
  const digits: (readonly [number, number])[] = [];
  for (const [i, unit] of two.entries()) {
    if (unit === 0) continue;
    memory[kinds + 256 + i] = kindOf(unit);
    if (isAnyDigit(CLASS[unit])) digits.push([0x81 + (i >> 8), i & 255]);
  }
  memory.set(pairNibbleTables(digits), module.address('PAIR_NIBBLES'));
}

export function fillMarkup(module: Module, { names, unclosed, inline }: Markup): void {
  const view = new DataView(module.memory.buffer);
  const index = module.address('NAME_INDEX');
  const byLetter = new Map<number, string[]>();
  // Those without a semicolon come in their own order.
  const ordered = [...names.keys()].sort((a, b) => unclosed.indexOf(a) - unclosed.indexOf(b));
  for (const name of ordered) byLetter.set(name.charCodeAt(0), [...(byLetter.get(name.charCodeAt(0)) ?? []), name]);
  let at = index + 256;
  for (let letter = 0; letter < 128; letter++) {
    const own = byLetter.get(letter);
    view.setUint16(index + letter * 2, own === undefined ? 0 : at - index, true);
    for (const name of own ?? []) {
      view.setUint8(at, name.length);
      view.setUint8(at + 1, unclosed.includes(name) ? 1 : 0);
      view.setUint16(at + 2, names.get(name) ?? 0, true);
      for (let i = 0; i < name.length; i++) view.setUint8(at + 4 + i, name.charCodeAt(i));
      at += 4 + name.length;
    }
    if (own !== undefined) view.setUint8(at++, 0);
  }
  const elements = module.address('INLINE');
  if (at > elements) throw new RangeError('too many names of character references for the prefilter');
  view.setUint32(elements, inline.size, true);
  let entry = elements + 8;
  for (const name of inline) {
    let packed = 0n;
    for (let i = 0; i < name.length; i++) packed |= BigInt(name.charCodeAt(i) - 0x60) << BigInt(5 * i);
    view.setBigUint64(entry, packed, true);
    entry += 8;
  }
}

/** The hash of a grouping's key, as in runs.as. */
const GOLDEN = 0x9e3779b97f4a7c15n;
/** Of the places for groupings so many are filled at most: an empty one ends each search, soon. */
const FULL = 0.7;

/** Places the keys of `usual` under the number `own`; false, and nothing placed, when there is no room. */
function placeGroupings(words: DataView, at: number, bits: number, usual: ReadonlySet<string>, own: number, room: { left: number }): boolean {
  const keys = keysOf(usual);
  if (keys.size > room.left) return false;
  room.left -= keys.size;
  const mask = (1 << bits) - 1;
  for (const key of keys) {
    const wanted = BigInt(key) | (BigInt(own) << 56n);
    let slot = Number(BigInt.asUintN(64, wanted * GOLDEN) >> BigInt(64 - bits));
    while (words.getBigUint64(at + slot * 8, true) !== 0n) slot = (slot + 1) & mask;
    words.setBigUint64(at + slot * 8, wanted, true);
  }
  return true;
}

interface ShapeTables {
  readonly bytes: Uint8Array;
  readonly least: number;
}

/** The shapes of all number detectors, laid out as in memory from LENGTHS on. */
export function shapeTables(module: Module, set: DetectorSet): ShapeTables {
  const base = module.address('LENGTHS');
  const at = (name: string): number => module.address(name) - base;
  const bytes = new Uint8Array(at('GROUPINGS') + 2 ** module.address('GROUPINGS_BITS') * 8);
  const words = new DataView(bytes.buffer);
  const add = (offset: number, bit: number): void => words.setUint32(offset, (words.getUint32(offset, true) | (1 << bit)) >>> 0, true);
  let least = MOST_COUNT;
  let count = 0;
  const groupings = new Map<ReadonlySet<string>, number>();
  const bits = module.address('GROUPINGS_BITS');
  const room = { left: Math.floor(2 ** bits * FULL) };
  for (let bit = 0; bit < SHAPES; bit++) words.setInt32(at('GROUPED') + bit * 16 + 12, MOST_COUNT, true);
  for (const detector of set.numbers) {
    for (const shape of detector.shapes) {
      const bit = Math.min(count++, SHAPES - 1);
      const shared = bit === SHAPES - 1;
      for (const length of shape.lengths) {
        if (length < detector.least || length > detector.most) continue;
        add(at('LENGTHS') + length * 4, bit);
        least = Math.min(least, length);
      }
      for (let groups = 1; groups <= 64; groups++) if (groups <= (shape.groups ?? Infinity)) add(at('GROUPS') + groups * 4, bit);
      for (const head of shape.starts?.map((start) => start.slice(0, HEAD)) ?? ['']) {
        const from = Number(head.padEnd(HEAD, '0'));
        for (let prefix = from; prefix <= Number(head.padEnd(HEAD, '9')); prefix++) add(at('STARTS') + prefix * 4, bit);
      }
      if (shared) continue;
      if (shape.checksum !== undefined) add(at('SHAPE_FACTS') + (shape.checksum === 'luhn' ? 0 : 4), bit);
      if (shape.groupings !== undefined) {
        const { usual, joins, lineEnds } = shape.groupings;
        let own = groupings.get(usual);
        // Where there is no room for them, all groups are taken.
        if (own === undefined) groupings.set(usual, (own = placeGroupings(words, at('GROUPINGS'), bits, usual, groupings.size + 1, room) ? groupings.size + 1 : 0));
        for (const [i, value] of [own, joins, lineEnds].entries()) words.setInt32(at('GROUPED') + bit * 16 + i * 4, value, true);
      }
      if (shape.fraction !== undefined) words.setInt32(at('GROUPED') + bit * 16 + 12, shape.fraction, true);
      if (shape.cell !== undefined) words.setInt32(at('CELLS') + bit * 4, shape.cell, true);
      if (shape.date !== undefined) {
        const { at: place, year, from = 0, to = 9999 } = shape.date;
        add(at('SHAPE_FACTS') + 8, bit);
        for (const [i, value] of [place, year, from, to].entries()) words.setInt32(at('DATES') + bit * 16 + i * 4, value, true);
      }
    }
  }
  return { bytes, least };
}
