/** Whether digits alone rule a number out: the cheap first question, asked before any string is made (HC 12). */
import type { NumberDetector, Shape } from '../contract.js';
import { isUsual, type Written } from './written-groups.js';

/** Weights of GB 11643 (ISO 7064 MOD 11-2), first digit first. */
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/** Check characters by remainder; 10 stands for X. */
const ID_CHECKS = [1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2];
/** The value that stands for an X among digits. */
export const X_VALUE = 10;

function passesLuhn(digits: Uint8Array, count: number): boolean {
  let sum = 0;
  for (let i = count - 1, double = false; i >= 0; i--, double = !double) {
    const digit = digits[i] ?? 0;
    if (digit > 9) return false;
    const value = double ? digit * 2 : digit;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

function passesMod11(digits: Uint8Array, count: number): boolean {
  if (count !== 18) return false;
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += (digits[i] ?? 0) * (ID_WEIGHTS[i] ?? 0);
  return ID_CHECKS[sum % 11] === digits[17];
}

function startsAs(digits: Uint8Array, start: string): boolean {
  for (let i = 0; i < start.length; i++) if (digits[i] !== start.charCodeAt(i) - 0x30) return false;
  return true;
}

function number(digits: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) value = value * 10 + (digits[i] ?? 0);
  return value;
}

/** Days are not told by month: a necessary condition only. */
function holdsDate({ at, year, from = 0, to = Infinity }: NonNullable<Shape['date']>, digits: Uint8Array, count: number): boolean {
  if (at + year + 4 > count) return false;
  const month = number(digits, at + year, at + year + 2);
  const day = number(digits, at + year + 2, at + year + 4);
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  const full = number(digits, at, at + year);
  return year === 2 || (full >= from && full <= to);
}

/** `digits` hold values 0 to 9, and X_VALUE for a closing X. */
export function fits(shape: Shape, digits: Uint8Array, count: number, groups: number): boolean {
  if (!shape.lengths.includes(count) || (shape.starts !== undefined && !shape.starts.some((start) => startsAs(digits, start)))) return false;
  return fitsBehind(shape, digits, count, groups);
}

/** All but length and first digits. */
function fitsBehind(shape: Shape, digits: Uint8Array, count: number, groups: number): boolean {
  if (groups > (shape.groups ?? Infinity)) return false;
  if (shape.date !== undefined && !holdsDate(shape.date, digits, count)) return false;
  if (shape.checksum === 'luhn') return passesLuhn(digits, count);
  return shape.checksum === undefined || passesMod11(digits, count);
}

/** What can stand in a gap: a sign that parts the items of a list, a line end, or any other separator. The prefilter knows them by the same numbers (memory.as). */
export const LIST_SIGN = 1;
export const LINE_END = 2;
const GROUP_SIGN = 4;

const LIST_SIGNS = Array.from(',\uff0c\ufe50\u3001\uff64;\uff1b:\uff1a|\uff5c\t', (one) => one.charCodeAt(0));
const LINE_ENDS = [0x0a, 0x0b, 0x0c, 0x0d, 0x85, 0x2028, 0x2029];

const SIGNS = new Uint8Array(65536).fill(GROUP_SIGN);
for (const unit of LIST_SIGNS) SIGNS[unit] = LIST_SIGN;
for (const unit of LINE_ENDS) SIGNS[unit] = LINE_END;

/** Which of the three a separator is. */
export function signOf(unit: number): number {
  return SIGNS[unit] ?? GROUP_SIGN;
}

/** Where list signs part the groups, of which the longest has `longest` digits: `signs` are all that stand in the gaps. */
function keepsCells(shape: Shape, signs: number, longest: number): boolean {
  return shape.cell === undefined || (signs & LIST_SIGN) === 0 || (longest <= shape.cell && (signs & GROUP_SIGN) === 0);
}

/** First digits by which shapes are told apart before anything else is asked. */
const HEAD = 5;
/** Shapes that have a bit of their own; the last bit stands for all others. */
const OWN_BITS = 31;

interface Index {
  readonly byLength: Int32Array;
  readonly byHead: Int32Array;
  /** Heads at which other shapes begin than at the one before: a few hundred of a hundred thousand. */
  readonly edges: readonly number[];
  /** Shapes whose beginnings the index knows whole. */
  readonly exact: number;
}
/** By the shapes themselves: detectors are copied for every set that is proven. */
const indexes = new WeakMap<readonly Shape[], Index>();

function indexOf(shapes: readonly Shape[]): Index {
  const known = indexes.get(shapes);
  if (known !== undefined) return known;
  const byLength = new Int32Array(256);
  const byHead = new Int32Array(10 ** HEAD);
  const add = (table: Int32Array, at: number, bit: number): void => {
    table[at] = (table[at] ?? 0) | (1 << bit);
  };
  let exact = 0;
  for (const [index, shape] of shapes.entries()) {
    if (index < OWN_BITS && (shape.starts ?? []).every((start) => start.length <= HEAD)) exact |= 1 << index;
    const bit = Math.min(index, OWN_BITS);
    for (const length of shape.lengths) add(byLength, length, bit);
    for (const start of shape.starts ?? ['']) {
      const head = start.slice(0, HEAD);
      for (let at = Number(head.padEnd(HEAD, '0')); at <= Number(head.padEnd(HEAD, '9')); at++) add(byHead, at, bit);
    }
  }
  const edges: number[] = [];
  for (let at = 0, last: number | undefined; at < byHead.length; at++) {
    const bits = byHead[at];
    if (bits !== last) edges.push(at);
    last = bits;
  }
  const index = { byLength, byHead, edges, exact };
  indexes.set(shapes, index);
  return index;
}

/** What a whole set of detectors rules out, so that most starts and lengths need one look. */
export interface Possible {
  /** By count of digits: 1 where some detector takes so many. */
  readonly lengths: Uint8Array;
  /** By the first HEAD digits: their kind. Tens of thousands of beginnings are of few kinds, so this is all that is read at random. */
  readonly kinds: Uint16Array | Int32Array;
  /** By kind: a bit for each length that some number with this beginning has; -1 where lengths are too long for bits. */
  readonly lengthsOf: Int32Array;
  /** By kind, then by detector: the shapes that begin so. */
  readonly shapesOf: Int32Array;
  readonly indexes: readonly Index[];
}
const possibles = new WeakMap<readonly NumberDetector[], Possible>();
let lastAsked: readonly NumberDetector[] | undefined;
let lastPossible: Possible | undefined;
/** By the bits of the detectors in them: the same few again and again. */
let subsets: (readonly NumberDetector[] | undefined)[] = [];

/** A scan asks for the same detectors all the time. */
export function possibleOf(detectors: readonly NumberDetector[]): Possible {
  if (detectors === lastAsked && lastPossible !== undefined) return lastPossible;
  lastPossible = possibles.get(detectors);
  if (lastPossible === undefined) possibles.set(detectors, (lastPossible = possibleOfNew(detectors)));
  lastAsked = detectors;
  subsets = [];
  return lastPossible;
}

/** Lengths that have a bit. */
const BITS = 32;

function possibleOfNew(detectors: readonly NumberDetector[]): Possible {
  const lengths = new Uint8Array(256);
  const indexes = detectors.map(({ shapes }) => indexOf(shapes));
  for (const [i, { least, most }] of detectors.entries()) {
    for (let length = least; length <= most; length++) if (indexes[i]?.byLength[length] !== 0) lengths[length] = 1;
  }
  // Between two edges all heads are of one kind, so the kinds are told apart by the edges alone.
  const edges = Int32Array.from(new Set([0, ...indexes.flatMap((index) => index.edges)])).sort();
  const kindsOfEdges = new Int32Array(edges.length);
  let shapesOf: number[][] = [[]];
  for (const { byHead } of indexes) shapesOf = parted(kindsOfEdges, shapesOf, edges, byHead);
  const kinds = shapesOf.length <= 2 ** 16 ? new Uint16Array(10 ** HEAD) : new Int32Array(10 ** HEAD);
  for (const [at, edge] of edges.entries()) kinds.fill(kindsOfEdges[at] ?? 0, edge, edges[at + 1]);
  const lengthsOf = shapesOf.map((shapes) => detectors.reduce((bits, detector, i) => bits | lengthBits(detector, indexes[i], shapes[i] ?? 0), 0));
  return { lengths, kinds, lengthsOf: Int32Array.from(lengthsOf), shapesOf: Int32Array.from(shapesOf.flat()), indexes };
}

/** Parts the kinds of edges by one more detector's shapes; answers with the shapes of each new kind. */
function parted(kinds: Int32Array, shapesOf: readonly (readonly number[])[], edges: Int32Array, byHead: Int32Array): number[][] {
  const known = new Map<number, number>();
  const out: number[][] = [];
  for (const [at, edge] of edges.entries()) {
    const kind = kinds[at] ?? 0;
    const bits = byHead[edge] ?? 0;
    const key = kind * 2 ** 32 + (bits >>> 0);
    const last = known.get(key) ?? out.push([...(shapesOf[kind] ?? []), bits]) - 1;
    known.set(key, last);
    kinds[at] = last;
  }
  return out;
}

function lengthBits({ least, most }: NumberDetector, index: Index | undefined, shapes: number): number {
  if (shapes === 0) return 0;
  if (most >= BITS - 1) return -1;
  let bits = 0;
  for (let length = least; length <= most; length++) if (((index?.byLength[length] ?? 0) & shapes) !== 0) bits |= 1 << length;
  return bits;
}

/** Digits that tell a kind; shorter numbers are never ruled out by them. */
export const HEAD_DIGITS = HEAD;

/** A bit for each length that a number with these first digits may have; no bits: none begins so. */
export function lengthsBegun({ kinds, lengthsOf }: Possible, digits: Uint8Array): number {
  return lengthsOf[kinds[number(digits, 0, HEAD)] ?? 0] ?? 0;
}
export function holdsLength(bits: number, length: number): boolean {
  return bits === -1 || (length < BITS && ((bits >> length) & 1) === 1);
}
/** The longest of them. */
export function longestOf(bits: number): number {
  return bits === -1 ? Infinity : BITS - 1 - Math.clz32(bits);
}

/** Those of `detectors` that digits of this length and shape do not rule out; `signs`, `longest` and `written` tell of their groups, where they are several. */
export function notRuledOut(
  detectors: readonly NumberDetector[], digits: Uint8Array, count: number, groups: number, signs = 0, longest = count, written?: Written,
): readonly NumberDetector[] | undefined {
  let left = 0;
  let more: NumberDetector[] | undefined;
  const { kinds, shapesOf, indexes } = possibleOf(detectors);
  const kind = count >= HEAD ? (kinds[number(digits, 0, HEAD)] ?? 0) * detectors.length : -1;
  for (let i = 0; i < detectors.length; i++) {
    const detector = detectors[i];
    const index = indexes[i];
    if (detector === undefined || index === undefined || count < detector.least || count > detector.most) continue;
    const { byLength, exact } = index;
    let bits = byLength[count] ?? 0;
    if (kind >= 0) bits &= shapesOf[kind + i] ?? 0;
    if (bits !== 0 && anyFits(detector.shapes, bits, count >= HEAD ? exact : 0, digits, count, groups, signs, longest, written)) {
      if (i < OWN_BITS) left |= 1 << i;
      else (more ??= []).push(detector);
    }
  }
  const subset = left === 0 ? undefined : (subsets[left] ??= detectors.filter((_, i) => i < OWN_BITS && ((left >> i) & 1) === 1));
  return more === undefined ? subset : [...(subset ?? []), ...more];
}

function anyFits(
  shapes: readonly Shape[], possible: number, exact: number, digits: Uint8Array, count: number, groups: number, signs: number, longest: number, written: Written | undefined,
): boolean {
  for (let bits = possible; bits !== 0; bits &= bits - 1) {
    const bit = 31 - Math.clz32(bits & -bits);
    for (let at = bit; at < (bit === OWN_BITS ? shapes.length : bit + 1); at++) {
      const shape = shapes[at];
      if (shape === undefined || !keepsCells(shape, signs, longest) || (written !== undefined && !isUsual(shape, written))) continue;
      if ((exact >> bit) & 1 ? fitsBehind(shape, digits, count, groups) : fits(shape, digits, count, groups)) return true;
    }
  }
  return false;
}
