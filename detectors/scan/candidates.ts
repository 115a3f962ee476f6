/** Cuts the candidates out of a window of text: whole digit groups, joined where only a small gap parts them. */
import { CONTEXT, type Candidate, type NumberDetector } from '../contract.js';
import { CLASS, DIGIT, IGNORABLE, NUMERAL, OTHER, SEPARATOR, VALUE, encloses, isAnyDigit, isCheckX } from './characters.js';
import { HEAD_DIGITS, LINE_END, LIST_SIGN, X_VALUE, holdsLength, lengthsBegun, longestOf, notRuledOut, possibleOf, signOf, type Possible } from './shape.js';
import type { Cell, TableWindow } from './table.js';
import { countGroups, type Written } from './written-groups.js';

/** Longest gap between two groups: `) ` or ` - `. Longer ones part two numbers. */
export const MAX_GAP = 3;
/** Ignorable characters inside one candidate before the text counts as malformed, so that a candidate's reach stays finite (HC 11). */
export const MAX_IGNORED = 64;

/** The units of one window; `units` beyond `length` are spare room. */
export interface Units {
  readonly units: Uint16Array;
  readonly length: number;
  /** No unit follows the last one. */
  readonly last: boolean;
  readonly table?: TableWindow | undefined;
}

/**
 * Digits that stand one by one, all gaps alike, hold no number when so many more go on before it and behind it together: they are a list,
 * of which every start would be a number's by chance. The prefilter asks the same, on safe grounds (runs.as).
 */
export const LIST_GOES_ON = 8;

/** A candidate with the places of its digits, and the detectors that its digits do not rule out. */
export interface Placed {
  readonly candidate: Candidate;
  /** The table's cell that it fills alone. */
  readonly cell: Cell | undefined;
  readonly detectors: readonly NumberDetector[];
  readonly start: number;
  readonly end: number;
  /** Unit index of each character of `candidate.digits`. */
  readonly places: readonly number[];
}

/** All candidates that begin at one place; `undecided` when more text is needed to know them. */
export type Begun = readonly Placed[] | 'undecided' | 'malformed';

const DOT = 0x2e;
/** The kind of a group whose last digit is enclosed: no digit goes on in it. */
const ENCLOSED = -1;
/** Most digits that are ever read from one start. */
const ROOM = 64;
// One scan runs at a time: reading a run of digits makes nothing that has to be collected.
const digits = new Uint8Array(ROOM);
const places = new Int32Array(ROOM);
/** Per digit: the group it is in, and ignorables dropped up to it. */
const groupOf = new Uint8Array(ROOM);
const ignoredAt = new Uint8Array(ROOM);
/** Where the gap before each group begins and ends. */
const gapFrom = new Int32Array(ROOM);
const gapTo = new Int32Array(ROOM);
/** All kinds of signs in the gaps up to each group. */
const signsUpTo = new Uint8Array(ROOM);
/** 1 where nothing but what is ignored stands in the gap before a group, and where a line end does. */
const touches = new Uint8Array(ROOM);
const lineEnds = new Uint8Array(ROOM);
const written: Written = { parted: 0, joined: 0, lineEnds: 0, free: true, fraction: false };

function signsIn(units: Uint16Array, from: number, to: number): number {
  let signs = 0;
  for (let at = from; at < to; at++) {
    const unit = units[at] ?? 0;
    if (CLASS[unit] === SEPARATOR) signs |= signOf(unit);
  }
  return signs;
}

/** Where a digit group begins: a digit whose left neighbour, ignorables aside, is no digit of its kind. Looks back no further than a window's context. */
export function isGroupStart(window: Units, at: number): boolean {
  const kind = CLASS[window.units[at] ?? 0];
  if (!isAnyDigit(kind)) return false;
  let left = at - 1;
  const far = at - CONTEXT;
  for (; left >= far && left >= 0 && CLASS[window.units[left] ?? 0] === IGNORABLE; left--) if (encloses(window.units[left] ?? 0)) return true;
  return left < 0 || left < far || CLASS[window.units[left] ?? 0] !== kind;
}

/** Room for one context: strings are read out of bytes, the narrow ones at a fifth of what their units would cost. */
const narrow = Buffer.alloc(2 * CONTEXT);
const wide = Buffer.alloc(4 * CONTEXT);

function text(units: Uint16Array, from: number, to: number): string {
  const size = to - from;
  let all = 0;
  for (let i = 0; i < size; i++) {
    const unit = units[from + i] ?? 0;
    narrow[i] = unit;
    all |= unit;
  }
  if (all < 256) return narrow.toString('latin1', 0, size);
  for (let i = 0; i < size; i++) {
    const unit = units[from + i] ?? 0;
    wide[2 * i] = unit;
    wide[2 * i + 1] = unit >> 8;
  }
  return wide.toString('utf16le', 0, 2 * size);
}

/** A candidate in its window: its surroundings are cut out only when a detector asks, since most are refused by their digits alone. */
class CandidateInWindow implements Candidate {
  #before: string | undefined;
  #after: string | undefined;
  constructor(
    private readonly window: Units,
    private readonly start: number,
    private readonly end: number,
    readonly digits: string,
    readonly groups: readonly number[],
    readonly gaps: readonly string[],
    readonly ignored: number,
    readonly foreignDigits: number,
    readonly numerals: number,
    private readonly cell: Cell | undefined,
  ) {}
  get before(): string {
    return (this.#before ??= this.#textBefore());
  }
  get after(): string {
    return (this.#after ??= text(this.window.units, this.end, Math.min(this.window.length, this.end + CONTEXT)));
  }
  /** A column's header stands before each of its cells, nearer than the cells to the left; a sign or bracket of the cell's own stays where it is. */
  #textBefore(): string {
    const before = text(this.window.units, Math.max(0, this.start - CONTEXT), this.start);
    if (this.cell === undefined) return before;
    const row = before.slice(before.lastIndexOf('\n') + 1);
    const own = /["'+( ]*$/.exec(row)?.index ?? row.length;
    return `${row.slice(0, own)} ${this.cell.header}: ${row.slice(own)}`.slice(-CONTEXT);
  }
}

function longestGroup(count: number): number {
  let longest = 0;
  for (let i = 0, size = 0; i < count; i++) {
    size = i > 0 && groupOf[i] === groupOf[i - 1] ? size + 1 : 1;
    longest = Math.max(longest, size);
  }
  return longest;
}

/** A digit, or what a mask left of one. */
function isListDigit(unit: number | undefined): boolean {
  return unit === 0x2a || unit === 0xff0a || (unit !== undefined && isAnyDigit(CLASS[unit]));
}

/** The same of ASCII alone. */
function isPlainDigit(unit: number): boolean {
  return unit === 0x2a || (unit >= 0x30 && unit <= 0x39);
}

/** How many single digits follow each other in steps of `step` from `at` on, in the gaps that begin at `gap`. */
function singlesFrom({ units, length }: Units, at: number, step: number, gap: number, size: number): number {
  let count = 0;
  for (let place = at + step; count < LIST_GOES_ON && place >= 0 && place < length; place += step, count++) {
    if (!isListDigit(units[place])) break;
    const from = Math.min(place, place - step) + 1;
    let same = true;
    for (let i = 0; i < size && same; i++) same = units[from + i] === units[gap + i];
    const beyond = place + Math.sign(step);
    if (!same || (beyond >= 0 && beyond < length && isListDigit(units[beyond]))) break;
  }
  return count;
}

/** Are the first `count` digits, ending before `end`, part of a longer list of single digits? */
function isPartOfList(window: Units, start: number, end: number, count: number): boolean {
  const { units } = window;
  const gap = start + 1;
  const size = (places[1] ?? 0) - gap;
  if (size < 1 || size > MAX_GAP || end !== start + count + (count - 1) * size) return false;
  for (let i = 0; i < size; i++) if (CLASS[units[gap + i] ?? 0] !== SEPARATOR) return false;
  for (let at = 1; at < count; at++) {
    const place = start + at * (size + 1);
    if (places[at] !== place) return false;
    for (let i = 0; i < size; i++) if (units[place - size + i] !== units[gap + i]) return false;
  }
  const before = singlesFrom(window, start, -(size + 1), gap, size);
  return before >= LIST_GOES_ON || before + singlesFrom(window, end - 1, size + 1, gap, size) >= LIST_GOES_ON;
}

/** What the first `count` digits that were read make, with an X at `x` unless that is -1; `undecided` when more text has to come first. */
function offered(
  window: Units, start: number, end: number, count: number, group: number, x: number, detectors: readonly NumberDetector[], possible: Possible,
): Placed | 'undecided' | undefined {
  const size = x < 0 ? count : count + 1;
  if (possible.lengths[size] !== 1) return undefined;
  if (x >= 0) digits[count] = X_VALUE;
  const signs = group > 0 ? (signsUpTo[group] ?? 0) : 0;
  if (group > 0) countGroups(written, groupOf, size, touches, lineEnds);
  else {
    written.lineEnds = 0;
    written.free = true;
  }
  written.fraction = end + 1 < window.length && window.units[end] === DOT && isPlainDigit(window.units[end + 1] ?? 0);
  const left = notRuledOut(detectors, digits, size, group + 1, signs, (signs & LIST_SIGN) !== 0 ? longestGroup(size) : size, written);
  if (left === undefined) return undefined;
  if (!window.last && end + CONTEXT > window.length) return 'undecided';
  if (group > 0 && group + 1 === count && x < 0 && isPartOfList(window, start, end, count)) return undefined;
  return placeOf(window, start, end, count, x, left);
}

/** Notes the gap before a group. */
function beginGroup(units: Uint16Array, group: number, from: number, to: number): void {
  gapFrom[group] = from;
  gapTo[group] = to;
  const signs = signsIn(units, from, to);
  touches[group] = signs === 0 ? 1 : 0;
  lineEnds[group] = (signs & LINE_END) === 0 ? 0 : 1;
  signsUpTo[group] = (group > 1 ? (signsUpTo[group - 1] ?? 0) : 0) | signs;
}

/** Units of the window last asked for in which nothing is to be ignored: [clearFrom, clearTo). */
let clearWindow: Units | undefined;
let clearFrom = 0;
let clearTo = 0;

/** Whether all of a run of `most` digits and more is in sight from `start` on, with nothing in it that is dropped: then it can be told at once that nothing begins there. */
function isPlain(window: Units, start: number, most: number): boolean {
  if (window !== clearWindow || start < clearFrom || start > clearTo) {
    clearWindow = window;
    clearFrom = clearTo = start;
  }
  const { units, length } = window;
  const wanted = start + (most + 1) * (MAX_GAP + 1);
  if (wanted > length) return false;
  // A mask makes nothing of what it covers that would be ignored.
  for (; clearTo < wanted; clearTo++) if (CLASS[units[clearTo] ?? 0] === IGNORABLE) return false;
  return true;
}

/** Reads the groups that begin at `start` and offers every run of them that some detector may take. */
export function candidatesAt(window: Units, start: number, detectors: readonly NumberDetector[], longest: number): Begun {
  const { units, length, last } = window;
  let placed: Placed[] | undefined;
  let count = 0;
  let group = 0;
  /** The kind of the group that is being read; 0 between groups. */
  let inGroup = 0;
  let gap = 0;
  let gapStart = start;
  let ignored = 0;
  let pending = 0;
  let undecided = false;
  const possible = possibleOf(detectors);
  let most = longest;
  /** A bit for each length that is still possible. */
  let lengths = -1;

  for (let at = start; ; at++) {
    const ended = at >= length;
    // A run that has not ended could still grow into any length that is taken.
    if (ended && !last) return 'undecided';
    const unit = ended ? 0 : (units[at] ?? 0);
    const kind = ended ? OTHER : (CLASS[unit] ?? OTHER);
    if (kind === IGNORABLE) {
      if (ignored + ++pending > MAX_IGNORED) return 'malformed';
      if (inGroup !== 0 && encloses(unit)) inGroup = ENCLOSED;
      continue;
    }
    const x = count === 17 && isCheckX(unit) && (inGroup !== 0 || gap === 1) ? at : -1;
    if (x >= 0 || (inGroup !== 0 && inGroup !== kind)) {
      if (x >= 0) {
        if (inGroup === 0) beginGroup(units, ++group, gapStart, at);
        groupOf[count] = group;
        ignoredAt[count] = ignored;
      }
      gapStart = x < 0 ? (places[count - 1] ?? start) + 1 : at + 1;
      const one = !holdsLength(lengths, x < 0 ? count : count + 1) ? undefined : offered(window, start, gapStart, count, group, x, detectors, possible);
      if (one === 'undecided') undecided = true;
      else if (one !== undefined) {
        if (placed === undefined) placed = [one];
        else placed.push(one);
      }
      if (x >= 0) break;
      inGroup = 0;
    }
    if (kind === DIGIT || kind === NUMERAL) {
      // One digit too many: runs that ended before still stand, this group and all that would join it do not.
      if (count >= most) break;
      if (inGroup === 0) {
        if (count > 0) beginGroup(units, ++group, gapStart, at);
        inGroup = kind;
      }
      ignored += pending;
      pending = 0;
      digits[count] = VALUE[unit] ?? 0;
      places[count] = at;
      groupOf[count] = group;
      ignoredAt[count] = ignored;
      count++;
      gap = 0;
      if (count === HEAD_DIGITS) {
        lengths = lengthsBegun(possible, digits);
        // What is read beyond the longest only tells that the text is malformed or ends too soon.
        if (lengths !== -1 && isPlain(window, start, longest)) most = lengths === 0 ? 0 : Math.min(longest, longestOf(lengths));
        if (most === 0) break;
      }
    } else if (ended || kind !== SEPARATOR || ++gap > MAX_GAP) break;
  }
  if (undecided) return 'undecided';
  return placed ?? NONE;
}

const NONE: readonly Placed[] = [];

/** `1️⃣`: a mark stands around the digit at `at`. */
function isEnclosed({ units, length }: Units, at: number): boolean {
  for (let next = at + 1; next < Math.min(length, at + CONTEXT) && CLASS[units[next] ?? 0] === IGNORABLE; next++) if (encloses(units[next] ?? 0)) return true;
  return false;
}

const NO_GAPS: readonly string[] = [];

function gapsOf(units: Uint16Array, groups: number): string[] {
  const gaps: string[] = [];
  for (let i = 1; i < groups; i++) {
    let gap = '';
    for (let at = gapFrom[i] ?? 0; at < (gapTo[i] ?? 0); at++) {
      const unit = units[at] ?? 0;
      if (CLASS[unit] === SEPARATOR) gap += String.fromCharCode(unit);
    }
    gaps.push(gap);
  }
  return gaps;
}

/** Makes the candidate of the first `count` digits that were read, with an X at `x` unless that is -1. */
function placeOf(window: Units, start: number, end: number, count: number, x: number, detectors: readonly NumberDetector[]): Placed {
  const { units } = window;
  // Of the right size at once: a list that grows makes three.
  const own = new Array<number>(x < 0 ? count : count + 1);
  let foreign = 0;
  let numerals = 0;
  const groups = [0];
  for (let i = 0; i < count; i++) {
    const at = places[i] ?? 0;
    own[i] = at;
    narrow[i] = 0x30 + (digits[i] ?? 0);
    const group = groupOf[i] ?? 0;
    if (group === groups.length) groups.push(1);
    else groups[group] = (groups[group] ?? 0) + 1;
    const unit = units[at] ?? 0;
    if (CLASS[unit] === NUMERAL || (CLASS[units[at + 1] ?? 0] === IGNORABLE && isEnclosed(window, at))) numerals++;
    else if (unit > 0x39) foreign++;
  }
  let size = count;
  if (x >= 0) {
    own[count] = x;
    narrow[size++] = 0x58;
    const group = groupOf[count] ?? 0;
    if (group === groups.length) groups.push(1);
    else groups[group] = (groups[group] ?? 0) + 1;
  }
  const text = narrow.toString('latin1', 0, size);
  const gaps = groups.length === 1 ? NO_GAPS : gapsOf(units, groups.length);
  const cell = window.table?.cellAt(start, end);
  return {
    start,
    end,
    places: own,
    detectors,
    cell,
    candidate: new CandidateInWindow(window, start, end, text, groups, gaps, ignoredAt[size - 1] ?? 0, foreign, numerals, cell),
  };
}
