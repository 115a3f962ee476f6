/** Judges whether a domestic number is a mainland mobile number: 11 digits in a segment that is in force. */
import type { Domestic } from './calling-codes.js';
import { LONGER_SEGMENTS, MOBILE_SEGMENTS, TEST_PHONES } from './data/phone-numbers.js';
import { besidePhone, inColumn, listOf } from './phone-neighbours.js';
import { isBesideName } from './words/names.js';
import { LINE_END, writingOf, type Writing } from './phone-writing.js';
import type { Reason } from './reasons.js';
import { plainContext, type Surroundings } from './surroundings.js';
import type { Hint } from './words/match.js';

/** A bare 86 may be any number's first digits. */
const WITH_BARE_CODE = 0.88;
/** Not on MIIT's list: lists grow stale, so a country code may still speak for the number. */
const UNLISTED_CEILING = 0.72;
/** `13800000000` and the like stand in templates; runs of any other digit are sold as lucky numbers. */
const FILLER = /0{7}/;
/** All bits of 31 to 33, as programs write them: `037777777777`. Lucky numbers have no such 0 in front, nor do they stand in one piece where they have. */
const OCTAL = /^0[1-3]7{10}$/;
const OCTAL_ALONE = 0.35;
const OCTAL_SURE = 0.2;
/** Eleven digits that another label names are that other number: nineteen times of twenty. */
const OTHER_LABEL = 0.45;
const OTHER_LABEL_CONCLUSIVE = 0.12;
/** Numbers in rows and columns of figures are phone numbers one time in five. */
const IN_ROW = 0.45;
const IN_COLUMN = 0.4;
/** With a word or a code near, a row speaks little against it. */
const IN_ROW_SURE = 0.1;
/** What letters cost that begin a code, not a word: with a word near, too, such numbers were codes. */
const CODE_LETTERS = 0.46;
/** A person's name directly beside it is what people keep with a phone number. */
const BESIDE_NAME = 0.1;

export interface Judged {
  readonly confidence: number;
  readonly reasons: readonly Reason[];
  readonly tags: readonly string[];
  /** Digits of the domestic number that go before the mobile one: a trunk 0. */
  readonly skip: number;
}

/** What the digits and their writing alone say. */
export interface Mobile {
  readonly digits: string;
  readonly trunk: boolean;
  readonly listed: boolean;
  readonly writing: Writing;
}

/** `undefined` when no surroundings make a mobile number of it. */
export function mobileOf(number: Domestic): Mobile | undefined {
  // The trunk 0 is written on to the number; a 0 of its own is another number or a fraction's.
  const trunk = number.digits.length === 12 && number.digits.startsWith('01') && number.groups[0] !== 1;
  const digits = trunk ? number.digits.slice(1) : number.digits;
  if (digits.length !== 11 || !/^1[3-9]/.test(digits)) return undefined;
  const groups = trunk ? [(number.groups[0] ?? 0) - 1, ...number.groups.slice(1)] : number.groups;
  const listed = MOBILE_SEGMENTS.has(digits.slice(0, 3)) || LONGER_SEGMENTS.some((segment) => digits.startsWith(segment));
  // Only a code inside the candidate: its digits alone rule every other unlisted number out.
  if (!listed && !(number.country === 'china' && number.from > 0)) return undefined;

  const writing = writingOf({ groups, gaps: number.gaps, numerals: Math.min(number.numerals, digits.length) }, digits);
  return writing === undefined ? undefined : { digits, trunk, listed, writing };
}

export function judgeMobile(number: Domestic, { digits, trunk, listed, writing }: Mobile, around: Surroundings, hint: Hint): Judged | undefined {
  const china = number.country === 'china';
  const sure = hint === 'raise' || china;
  const base = baseOf(writing, number, sure, around);
  if (base === undefined) return undefined;

  const reasons: Reason[] = [listed ? 'segment' : 'unlisted-segment'];
  let confidence = base;
  const cost = (name: Reason, amount: number): void => {
    reasons.push(name);
    confidence -= amount;
  };
  if (number.country !== 'none') reasons.push('country-code');
  if (hint === 'raise') reasons.push('keyword');
  if (writing.reason !== undefined) reasons.push(writing.reason);
  if (hint === 'lower') cost('other-label', china || writing.conclusive ? OTHER_LABEL_CONCLUSIVE : OTHER_LABEL);
  if (trunk) cost('trunk-zero', sure ? 0.05 : isUpc(number.digits) ? 0.25 : 0.08);
  if (isOctal(number)) cost('octal', octalCost(sure));
  if (FILLER.test(digits)) cost('filler', sure ? 0.2 : 0.35);
  if (around.chained && number.country === 'none') cost('chained', sure ? 0.05 : number.groups.length > 1 && DATE_GOES_ON.test(around.right) ? 0.4 : 0.1);
  if (!china) tableCosts(number, around, writing, sure, cost);
  if (around.fraction) {
    if (hint !== 'raise' || /(?<![0-9*])0\.$/.test(around.left)) return undefined;
    cost('decimal', 0.3);
  }
  const glue = glueCost(around, hint);
  if (glue === undefined) return undefined;
  if (glue > 0) cost('glued-letter', number.groups.length > 1 && !sure ? glue * 2 : glue);
  // What speaks against it outweighs a name.
  if (hint === 'none' && number.country === 'none' && reasons.length === 1 && isBesideName(around)) {
    reasons.push('name');
    confidence += BESIDE_NAME;
  }
  if (!listed) confidence = Math.min(confidence, UNLISTED_CEILING);
  return { confidence, reasons, tags: TEST_PHONES.has(digits) ? ['test-number'] : [], skip: trunk ? 1 : 0 };
}

export function isOctal({ digits, groups, numerals }: Domestic): boolean {
  return groups.length === 1 && numerals === 0 && OCTAL.test(digits);
}

/** What that costs: less where a word or a country code names a phone. */
export const octalCost = (sure: boolean): number => (sure ? OCTAL_SURE : OCTAL_ALONE);

function baseOf(writing: Writing, number: Domestic, sure: boolean, around: Surroundings): number | undefined {
  if (number.gaps.some((gap) => LINE_END.test(gap))) {
    if (standAlone(around)) return sure ? writing.sure - 0.1 : undefined;
    if (!sure && (DIGITS_BEFORE.test(around.left) || DIGITS_BEHIND.test(around.right))) return undefined;
  }
  if (sure) return writing.sure;
  if (number.country === 'perhaps') return writing.alone === undefined ? undefined : Math.max(writing.alone, Math.min(WITH_BARE_CODE, writing.alone + 0.08));
  return writing.alone;
}

/** `1496972 2016-01-15`: a size, then a date. */
const DATE_GOES_ON = /^-[0-9*]{2}-[0-9*]{2}/;
/** Figures of a dump go on at the line's end. */
const DIGITS_BEFORE = /(?<![A-Za-z])(?=[a-f]{0,7}[0-9*])[0-9a-f*]{2,8}[ \t,;]+$/i;
const DIGITS_BEHIND = /^[ \t,;]+[0-9*][0-9a-f*]/i;
const PROSE = /[\p{L}()「」“”"'<>@!?。]/u;

/** Nothing but digits on both lines: figures of a column, one below the other. */
function standAlone({ left, right }: Surroundings): boolean {
  const before = /[^\n]*$/.exec(left)?.[0] ?? '';
  const behind = /^[^\n]*/.exec(right)?.[0] ?? '';
  return !PROSE.test(before) && !PROSE.test(behind);
}

/** What numbers beside it say: the cells of a row, the parts of a path, the other numbers of a list. */
function tableCosts(number: Domestic, around: Surroundings, writing: Writing, sure: boolean, cost: (name: Reason, amount: number) => void): void {
  const odd = writing.reason === 'odd-groups';
  // A whole number on the same line is no cell of a row of groups.
  if (odd && around.besideDigit && (around.inRow || !/[0-9*]{11}[Xx]? {1,3}$/.test(around.left))) cost('row', IN_ROW);
  else if (around.inRow && !besidePhone(around)) cost('row', sure ? IN_ROW_SURE : IN_ROW);
  else if (number.country === 'none' && inColumn(number, around)) cost('row', sure ? IN_ROW_SURE : IN_COLUMN);
  else if (goesOn(writing.sign, around)) cost('row', sure ? 0.12 : IN_ROW);
  if (isOperand(number, around) && !sure) cost('chained', 0.35);
  if (number.groups.length === 1 && number.country === 'none') {
    const list = listOf(around);
    if (list === 'phones' && !sure) cost('list', -0.08);
    if (list === 'others' && !sure) cost('row', IN_COLUMN);
  }
}

/** Another cell, or another part of a path, follows the sign that parts the groups. */
function goesOn(gap: string, { left, right }: Surroundings): boolean {
  const sign = plainContext(gap).trim();
  if (sign === '') return false;
  const before = left.trimEnd();
  const behind = right.trimStart();
  const more = /^[,;、]$/.test(sign) ? /[0-9*]\s*$/ : /\S$/;
  return (before.endsWith(sign) && more.test(before.slice(0, -sign.length))) || (behind.startsWith(sign) && (/^[,;、]$/.test(sign) ? /^\s*[0-9*]/ : /^\S/).test(behind.slice(sign.length)));
}

/** A negative number of a list, or a factor of a term. Masks leave no so few stars. */
function isOperand(number: Domestic, { left, right }: Surroundings): boolean {
  if (number.groups.length > 1 || number.country !== 'none') return false;
  return (/[-−]$/.test(left.slice(-1)) && /(?:^|[\s,([:=])[-−]$/.test(left) && /^\s*[,\])};]/.test(right)) || /^\*{1,2}[A-Za-z]/.test(right);
}

/** An article's number of 12 digits, by its check digit. */
export function isUpc(digits: string): boolean {
  const sum = Array.from(digits, (digit, index) => Number(digit) * (index % 2 === 0 ? 3 : 1)).reduce((a, b) => a + b, 0);
  return digits.length === 12 && sum % 10 === 0;
}

/** What letters, digits and `_` glued to the number cost; `undefined` when it is part of an identifier. */
function glueCost({ leftToken: left, rightToken: right }: Surroundings, hint: Hint): number | undefined {
  const leftCost = left === '' ? 0 : leftGlue(left);
  const rightCost = right === '' ? 0 : rightGlue(right);
  if (leftCost === undefined || rightCost === undefined) return undefined;
  if (/[A-Za-z]/.test(left) && /^[A-Za-z]/.test(right) && hint !== 'raise') return undefined;
  return leftCost + rightCost;
}

function leftGlue(token: string): number | undefined {
  if (/^[0-9*]+_$/.test(token)) return 0.09;
  if (/[0-9*]/.test(token)) return undefined;
  if (CODE_PREFIX.test(token)) return CODE_LETTERS;
  // Part of a name that a program made up, or a code's first letters.
  if (/^[A-Za-z]{2,}[A-Za-z_]*_$/.test(token)) return CODE_LETTERS;
  if (/^[A-Z]{1,6}$/.test(token)) return CODE_LETTERS;
  return 0.09;
}

/** Prefixes of waybills, serial and order numbers. */
const CODE_PREFIX =
  /^(?:sn|no|id|uid|ord|order|dd|ddh|po|so|sku|txn?|ref|inv|req|sf|jd|jt|yt|zto|sto|yto|ems|db|lp|bill|msg|blk|item|batch|lot|v|r|p|s|tb|pay|t)_?$/i;

function rightGlue(token: string): number | undefined {
  if (/^(?:x|ext)[0-9]{1,5}$/i.test(token)) return 0;
  if (/^_/.test(token)) return 0.08;
  if (/[0-9*]/.test(token)) return undefined;
  return /^[a-f]+$/i.test(token) ? CODE_LETTERS : 0.09;
}
