/** What stands directly around a number: letters glued to it, decimals, hashes, country codes, neighbours in a row. Mask stars count as digits, so masking a neighbour changes no verdict. */
import type { Candidate } from './contract.js';

export interface Surroundings {
  /** Context with full-width forms folded to ASCII, invisible characters gone. */
  readonly left: string;
  readonly right: string;
  /** Letters, digits, `_` and stars glued to either side. */
  readonly leftToken: string;
  readonly rightToken: string;
  /** The number begins or ends in the middle of one that is already masked. */
  readonly cutFromMask: boolean;
  /** A fraction: digit and dot before, a dot with nothing before it, or dot and digit behind. */
  readonly fraction: boolean;
  /** Part of a UUID or of a run of hexadecimal digits. */
  readonly hexadecimal: boolean;
  /** A word or number is joined on by `-` or `.`; a path's `/` parts whole names. */
  readonly chained: boolean;
  /** A group of digits with the number's own kind of gap stands beside it: perhaps a row of a table. */
  readonly inRow: boolean;
  /** Any digit at all stands beyond such a gap. */
  readonly besideDigit: boolean;
}

const INVISIBLE = /\p{Cf}|\p{Variation_Selector}/gu;
/** The end of an escape that a layer has not undone: what it stands for is no letter. */
const ESCAPE_END = /(?:\\[nrtfb]|\\u[0-9a-f]{4}|%[0-9a-f]{2})$/i;
/** Stars that cover digits: with a digit beside them, or more than Markdown ever writes. */
const STARRED_END = /(?:[0-9]\*+|\*{4,})$/;
const STARRED_START = /^(?:\*+[0-9]|\*{4,})/;
/** Few stars that go on beyond a gap: the next or the last group of the same masked number. */
const STARRED_GROUPS_END = /\*[ ().-]{1,3}(\*{1,3})$/;
const STARRED_GROUPS_START = /^(\*{1,3})[ ().-]{1,3}\*/;
/** Cells of a table and groups of a number have this many digits; a longer run is a number of its own. */
const LEAST_CELL = 2;
const MOST_CELL = 6;
/** A group with so many digits is no rest of a masked number: a sender's own stars beside it change nothing. */
const LEAST_WHOLE = 11;
/** Two stars alone are Markdown's; no mask leaves so few. */
const MARKDOWN = /^\*{1,2}$/;
const BULLET = /(?:^|\n)[ \t]*\*$/;
const UUID = /(?<![0-9a-z])[0-9a-f*]{8}(?:-[0-9a-f*]{4}){3}-[0-9a-f*]{12}(?![0-9a-z])/gi;
const UUID_LENGTH = 36;
/** Shorter runs of hexadecimal digits are words or codes; the shortest digest in use (CRC-64, half an MD5) has 16. */
const LEAST_HEX = 16;

/** Numbers in rings and raised, units and signs (`①`, `²`, `㎡`, `№`): folding makes digits and letters of them, but none that go on. `℡` is a word. */
const SIGNS = /(?!\u2121)[\p{So}\p{No}\p{Nl}]/gu;

/** One of the units that folding leaves as they are and that join with none before them. */
const isPlain = (unit: number): boolean =>
  unit < 0x80 || (unit >= 0x4e00 && unit <= 0x9fff) || unit === 0x3001 || unit === 0x3002 || (unit >= 0x3007 && unit <= 0x3011) || (unit >= 0x2018 && unit <= 0x2019) || (unit >= 0x201c && unit <= 0x201d);
/** Full-width forms of ASCII. */
const isWide = (unit: number): boolean => unit >= 0xff01 && unit <= 0xff5e;
const WIDE_TO_PLAIN = 0xfee0;

export function plainContext(text: string): string {
  let wide = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (isPlain(unit)) continue;
    if (!isWide(unit)) return text.replace(SIGNS, (sign) => (sign.normalize('NFKC') === sign ? sign : '〇')).normalize('NFKC').replace(INVISIBLE, '');
    wide = true;
  }
  if (!wide) return text;
  let out = '';
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    out += String.fromCharCode(isWide(unit) ? unit - WIDE_TO_PLAIN : unit);
  }
  return out;
}

/** What one side of a number shows without the number: overlapping candidates have it in common. */
class Side {
  #text: string | undefined;
  #plain = '';
  constructor(private readonly fold: (text: string) => string) {}
  of(text: string): string {
    if (text !== this.#text) {
      this.#plain = this.fold(text);
      this.#text = text;
    }
    return this.#plain;
  }
}
const BEFORE = new Side(plainContext);
const AFTER = new Side(plainContext);

/** The context before a candidate, folded. */
export function plainBefore(candidate: Candidate): string {
  return BEFORE.of(candidate.before);
}

const isDigitOrStar = (unit: number): boolean => (unit >= 0x30 && unit <= 0x39) || unit === 0x2a;
const isLetter = (unit: number): boolean => (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
const isTokenUnit = (unit: number): boolean => isDigitOrStar(unit) || isLetter(unit) || unit === 0x5f;
const isHexTokenUnit = (unit: number): boolean => isDigitOrStar(unit) || isLetter(unit) || unit === 0x2d;

/** Where the longest end of `text` of units of one kind begins. */
function tailFrom(text: string, is: (unit: number) => boolean): number {
  let at = text.length;
  while (at > 0 && is(text.charCodeAt(at - 1))) at--;
  return at;
}
/** Where the longest beginning ends. */
function headUntil(text: string, is: (unit: number) => boolean): number {
  let at = 0;
  while (at < text.length && is(text.charCodeAt(at))) at++;
  return at;
}
const tail = (text: string, is: (unit: number) => boolean): string => text.slice(tailFrom(text, is));
const head = (text: string, is: (unit: number) => boolean): string => text.slice(0, headUntil(text, is));

let lastCandidate: Candidate | undefined;
let lastSurroundings: Surroundings | undefined;

export function surroundingsOf(candidate: Candidate): Surroundings {
  // Several detectors look at the same candidate.
  if (candidate === lastCandidate && lastSurroundings !== undefined) return lastSurroundings;
  const before = plainBefore(candidate);
  const left = before.includes('\\') || before.includes('%') ? before.replace(ESCAPE_END, ' ') : before;
  const right = AFTER.of(candidate.after);
  const wholeLeft = (candidate.groups[0] ?? 0) >= LEAST_WHOLE;
  const wholeRight = (candidate.groups.at(-1) ?? 0) >= LEAST_WHOLE;
  const leftToken = wholeLeft && left.endsWith('*') ? '' : unmarked(tail(left, isTokenUnit));
  const rightToken = wholeRight && right.startsWith('*') ? '' : unmarked(head(right, isTokenUnit));
  const sign = left.charAt(left.length - 1);
  const beside = neighbours(candidate, left, right);
  lastSurroundings = {
    left,
    right,
    leftToken,
    rightToken,
    cutFromMask: cutFromMask(wholeLeft ? '' : left, wholeRight ? '' : right),
    fraction: (sign === '.' && BEFORE_FRACTION.test(left)) || (sign === ',' && COMMA_FRACTION.test(left)) || (right.startsWith('.') && isDigitOrStar(right.charCodeAt(1))),
    hexadecimal: isHexadecimal(candidate, left, right, leftToken, rightToken),
    chained: ((sign === '-' || sign === '.') && isNameUnit(left.charCodeAt(left.length - 2))) || (right.startsWith('-') && isNameUnit(right.charCodeAt(1))),
    inRow: beside.inRow,
    besideDigit: beside.besideDigit,
  };
  lastCandidate = candidate;
  return lastSurroundings;
}

const isNameUnit = (unit: number): boolean => isDigitOrStar(unit) || isLetter(unit);
const BEFORE_FRACTION = /(?:[0-9*]|(?:^|[\s,;:=|/"'([{<>+-]))\.$/;
const COMMA_FRACTION = /(?<![0-9*,])0,$/;

function cutFromMask(left: string, right: string): boolean {
  const starred = left.endsWith('*');
  if (!starred && !right.startsWith('*')) return false;
  if ((starred && STARRED_END.test(left)) || STARRED_START.test(right)) return true;
  // As many stars on the other side are Markdown: `**138…** **139…**`.
  const before = STARRED_GROUPS_END.exec(left)?.[1];
  if (before !== undefined && (/^\*+/.exec(right)?.[0] ?? '') !== before) return true;
  const after = STARRED_GROUPS_START.exec(right)?.[1];
  return after !== undefined && (/\*+$/.exec(left)?.[0] ?? '') !== after;
}

/** Markdown's `*`, `**` and `_` around a number are no part of it. */
function unmarked(token: string): string {
  return token.length > 0 && token.length <= 3 && /^[*_]+$/.test(token) ? '' : token;
}

function isHexadecimal(candidate: Candidate, left: string, right: string, leftToken: string, rightToken: string): boolean {
  if (leftToken.length > 1 && /(?<![A-Za-z0-9])0x[0-9a-f]*$/i.test(leftToken)) return true;
  if (candidate.groups.length === 1) {
    const token = leftToken + candidate.digits + rightToken;
    if ((leftToken !== '' || rightToken !== '') && token.length >= LEAST_HEX && /^[0-9a-f*]+$/i.test(token)) return true;
  }
  const begin = tailFrom(left, isHexTokenUnit);
  const end = headUntil(right, isHexTokenUnit);
  let length = left.length - begin + candidate.digits.length + end;
  for (const gap of candidate.gaps) length += gap.length;
  if (length < UUID_LENGTH) return false;
  const before = left.slice(begin);
  const after = right.slice(0, end);
  const own = spelled(candidate);
  if (before === '' && !own.includes('-') && !/^[0-9a-f*]*-/i.test(right)) return false;
  for (const match of (before + own + after).matchAll(UUID)) {
    if (match.index < before.length + own.length && match.index + match[0].length > before.length) return true;
  }
  return false;
}

/** The candidate as it was written, one gap after each group. */
export function spelled(candidate: Candidate): string {
  let at = 0;
  return candidate.groups
    .map((length, index) => {
      const group = candidate.digits.slice(at, (at += length));
      return group + (candidate.gaps[index] ?? '');
    })
    .join('');
}

function neighbours(candidate: Candidate, left: string, right: string): Pick<Surroundings, 'inRow' | 'besideDigit'> {
  const gap = candidate.gaps[0];
  if (gap === undefined) return ALONE;
  const plain = plainContext(gap);
  const before = left.endsWith(plain) ? left.slice(0, left.length - plain.length) : '';
  const after = right.startsWith(plain) ? right.slice(plain.length) : '';
  return {
    inRow: isCell(tail(before, isDigitOrStar)) || isCell(head(after, isDigitOrStar)),
    besideDigit: (before !== '' && isDigitOrStar(before.charCodeAt(before.length - 1)) && !BULLET.test(before)) || isDigitOrStar(after.charCodeAt(0)),
  };
}

const ALONE = { inRow: false, besideDigit: false };

function isCell(group: string): boolean {
  return group.length >= LEAST_CELL && group.length <= MOST_CELL && !MARKDOWN.test(group);
}
