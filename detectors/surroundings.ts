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
const GROUP_END = /(?<![0-9*])[0-9*]{2,6}$/;
const GROUP_START = /^[0-9*]{2,6}(?![0-9*])/;
/** A group with so many digits is no rest of a masked number: a sender's own stars beside it change nothing. */
const LEAST_WHOLE = 11;
/** Two stars alone are Markdown's; no mask leaves so few. */
const MARKDOWN = /^\*{1,2}$/;
const BULLET = /(?:^|\n)[ \t]*\*$/;
const UUID = /(?<![0-9a-z])[0-9a-f*]{8}(?:-[0-9a-f*]{4}){3}-[0-9a-f*]{12}(?![0-9a-z])/gi;
/** Shorter runs of hexadecimal digits are words or codes; the shortest digest in use (CRC-64, half an MD5) has 16. */
const LEAST_HEX = 16;

/** Numbers in rings, raised or followed by a dot: they count things or name notes, and are no digits that go on. */
const RINGED = /[²³¹⁰-₉\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3220-\u3229\u3251-\u325f\u3280-\u3289\u32b1-\u32bf]/g;

export function plainContext(text: string): string {
  return text.replace(RINGED, '〇').normalize('NFKC').replace(INVISIBLE, '');
}

export function surroundingsOf(candidate: Candidate): Surroundings {
  const left = plainContext(candidate.before).replace(ESCAPE_END, ' ');
  const right = plainContext(candidate.after);
  const wholeLeft = (candidate.groups[0] ?? 0) >= LEAST_WHOLE;
  const wholeRight = (candidate.groups.at(-1) ?? 0) >= LEAST_WHOLE;
  const leftToken = wholeLeft && left.endsWith('*') ? '' : tokenEnd(left);
  const rightToken = wholeRight && right.startsWith('*') ? '' : tokenStart(right);
  return {
    left,
    right,
    leftToken,
    rightToken,
    cutFromMask: cutFromMask(wholeLeft ? '' : left, wholeRight ? '' : right),
    fraction: /(?:[0-9*]|(?:^|[\s,;:=|/"'([{<>+-]))\.$/.test(left) || /^\.[0-9*]/.test(right) || /(?<![0-9*,])0,$/.test(left),
    hexadecimal: isHexadecimal(candidate, left, right, leftToken, rightToken),
    chained: /[A-Za-z0-9*][-.]$/.test(left) || /^-[A-Za-z0-9*]/.test(right),
    ...neighbours(candidate, left, right),
  };
}

function cutFromMask(left: string, right: string): boolean {
  if (STARRED_END.test(left) || STARRED_START.test(right)) return true;
  // As many stars on the other side are Markdown: `**138…** **139…**`.
  const before = STARRED_GROUPS_END.exec(left)?.[1];
  if (before !== undefined && (/^\*+/.exec(right)?.[0] ?? '') !== before) return true;
  const after = STARRED_GROUPS_START.exec(right)?.[1];
  return after !== undefined && (/\*+$/.exec(left)?.[0] ?? '') !== after;
}

/** Markdown's `*`, `**` and `_` around a number are no part of it. */
function tokenEnd(left: string): string {
  const token = /[A-Za-z0-9_*]*$/.exec(left)?.[0] ?? '';
  return /^[*_]{1,3}$/.test(token) ? '' : token;
}
function tokenStart(right: string): string {
  const token = /^[A-Za-z0-9_*]*/.exec(right)?.[0] ?? '';
  return /^[*_]{1,3}$/.test(token) ? '' : token;
}

function isHexadecimal(candidate: Candidate, left: string, right: string, leftToken: string, rightToken: string): boolean {
  if (/(?<![A-Za-z0-9])0x[0-9a-f]*$/i.test(leftToken)) return true;
  if (candidate.groups.length === 1) {
    const token = leftToken + candidate.digits + rightToken;
    if ((leftToken !== '' || rightToken !== '') && token.length >= LEAST_HEX && /^[0-9a-f*]+$/i.test(token)) return true;
  }
  const before = /[0-9a-z*-]*$/i.exec(left)?.[0] ?? '';
  const own = spelled(candidate);
  if (before === '' && !own.includes('-') && !/^[0-9a-f*]*-/i.test(right)) return false;
  const after = /^[0-9a-z*-]*/i.exec(right)?.[0] ?? '';
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
  if (gap === undefined) return { inRow: false, besideDigit: false };
  const plain = plainContext(gap);
  const before = left.endsWith(plain) ? left.slice(0, left.length - plain.length) : '';
  const after = right.startsWith(plain) ? right.slice(plain.length) : '';
  const cells = [GROUP_END.exec(before)?.[0], GROUP_START.exec(after)?.[0]];
  return {
    inRow: cells.some((group) => group !== undefined && !MARKDOWN.test(group)),
    besideDigit: (/[0-9*]$/.test(before) && !BULLET.test(before)) || /^[0-9*]/.test(after),
  };
}
