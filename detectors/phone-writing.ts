/** How a mobile number is written, and how sure that makes it: in one piece, in the groups people use, in numerals, cut by a line end, digit by digit. */
import type { Reason } from './reasons.js';

/** What the writing is worth with nothing else known, and with a word or a country code; `alone` is undefined where chance explains it better. */
export interface Writing {
  readonly alone: number | undefined;
  readonly sure: number;
  readonly reason: Reason | undefined;
  /** Nothing but a phone number is written so: other labels lower it little. */
  readonly conclusive: boolean;
  /** The sign that parts its groups, when it is one that also parts cells, paths or versions. */
  readonly sign: string;
}

export interface Written {
  readonly groups: readonly number[];
  readonly gaps: readonly string[];
  readonly numerals: number;
}

type Kind = 'blank' | 'wide' | 'hyphen' | 'dot' | 'middle-dot' | 'bracket' | 'mixed' | 'list' | 'sign' | 'jumble';

const DIGITS = 11;
export const LINE_END = /[\n\v\f\r\u0085\u2028\u2029]/;
const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/^\p{Zs}$/u, 'blank'],
  [/^\p{Zs}+$/u, 'wide'],
  [/^\p{Zs}?[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]{1,2}\p{Zs}?$/u, 'hyphen'],
  [/^[.\u2024\uff0e]$/, 'dot'],
  [/^[\u00b7\u2027\u2022\u30fb]$/, 'middle-dot'],
  [/^[)\uff09]\p{Zs}?[-\u2010-\u2015\uff0d]?$/u, 'bracket'],
  [/^[,\uff0c\ufe50\u3001\uff64\u3002;\uff1b]\p{Zs}?$/u, 'list'],
];

/** What few people write; a first group that may be a year weakens it further. */
export const SELDOM: ReadonlySet<string> = new Set(['4-4-3', '3-3-5', '4-3-4', '4-7', '5-6', '3-5-3', '3-2-2-2-2', '3-2-3-3', '3-4-2-2', '5-3-3', '3-2-6', '3-6-2', '6-5']);
const YEAR_FIRST: ReadonlySet<string> = new Set(['4-7', '4-4-3']);
const SINGLES = Array.from({ length: DIGITS }, () => 1).join('-');

const write = (alone: number | undefined, sure: number, reason?: Reason, more: Partial<Writing> = {}): Writing => ({ alone, sure, reason, conclusive: false, sign: '', ...more });

const WHOLE = write(0.8, 0.95);
/** Nobody writes eleven figures of another number in words. */
const IN_NUMERALS = write(0.9, 0.96, 'numerals', { conclusive: true });
const PARTLY_NUMERALS = write(0.8, 0.92, 'numerals');
/** One numeral at either end may be a word of the sentence: `QQ一381…`, `…567两个`. */
const NUMERAL_AT_END = write(0.52, 0.78, 'numerals');

/** 3-4-4, the way mobile numbers are read out. */
const IN_THREE: Readonly<Record<Kind, Writing>> = {
  hyphen: write(0.91, 0.97, undefined, { conclusive: true }),
  blank: write(0.91, 0.97),
  bracket: write(0.82, 0.94),
  dot: write(0.8, 0.93, undefined, { sign: '.' }),
  'middle-dot': write(0.82, 0.94),
  wide: write(0.84, 0.93, 'wide-groups'),
  mixed: write(0.82, 0.92, 'odd-groups'),
  list: write(0.8, 0.9, 'odd-groups'),
  sign: write(0.8, 0.9, 'odd-groups'),
  jumble: write(undefined, 0.8, 'odd-groups'),
};
/** 3-8 and 7-4: with a dot or a comma a decimal number. */
const IN_TWO: Readonly<Record<Kind, Writing>> = {
  hyphen: write(0.82, 0.94),
  blank: write(0.8, 0.94),
  bracket: write(0.8, 0.92),
  dot: write(undefined, 0.6, 'decimal'),
  'middle-dot': write(0.78, 0.92),
  wide: write(0.8, 0.9, 'wide-groups'),
  mixed: write(0.8, 0.9, 'odd-groups'),
  list: write(undefined, 0.72, 'odd-groups'),
  sign: write(0.6, 0.82, 'odd-groups'),
  jumble: write(undefined, 0.6, 'odd-groups'),
};
const SELDOM_GROUPS = write(0.8, 0.9, 'odd-groups');
const SELDOM_WIDE = write(0.64, 0.84, 'wide-groups');
const SELDOM_WITH_SIGNS = write(0.55, 0.8, 'odd-groups');
const NUMERALS_IN_GROUPS = write(0.78, 0.9, 'numerals');
const DIGIT_BY_DIGIT = write(0.82, 0.9, 'odd-groups');
const DIGIT_BY_SIGN = write(0.58, 0.82, 'odd-groups');
/** Lists of single digits are common in data. */
const DIGIT_LIST = write(undefined, 0.8, 'odd-groups');
const CUT = 0.08;
const CUT_SURE = 0.06;
/** One line end, blanks of an indent, and the sign that parted the groups there. */
const CUT_GAP = /^[^\s]?[ \t]*(?:\r\n|[\n\r\v\f\u0085\u2028\u2029])[ \t\u3000]*$/;

/** `undefined` when people do not write phone numbers so. */
export function writingOf(number: Written, digits: string): Writing | undefined {
  if (number.gaps.length === 0) return number.numerals === digits.length ? IN_NUMERALS : WHOLE;
  const cuts = number.gaps.filter((gap) => LINE_END.test(gap));
  if (cuts.length > 1) return undefined;
  if (cuts.length === 1) return cutByLineEnd(number, digits, cuts);
  const { groups, gaps, touching } = joined(number);
  if (groups.length === 1) return touching ? partlyNumerals(number) : number.numerals === digits.length ? IN_NUMERALS : WHOLE;
  const kind = kindOf(gaps);
  const sign = kind === 'sign' || kind === 'list' ? (gaps[0] ?? '') : '';
  const writing = ofGroups(groups.join('-'), kind, digits, gaps[0] ?? '');
  if (writing === undefined || (touching && writing.conclusive)) return writing;
  if (number.numerals === digits.length && kind !== 'jumble' && !singles(groups)) return NUMERALS_IN_GROUPS;
  return { ...writing, sign: writing.sign === '' ? sign : writing.sign, reason: writing.reason ?? (number.numerals > 0 ? 'numerals' : undefined) };
}

const singles = (groups: readonly number[]): boolean => groups.every((size) => size === 1);

function ofGroups(shape: string, kind: Kind, digits: string, gap: string): Writing | undefined {
  if (shape === '3-4-4') return IN_THREE[kind];
  if (shape === '3-8' || shape === '7-4') return IN_TWO[kind];
  const close = kind === 'blank' || kind === 'hyphen' || kind === 'dot' || kind === 'middle-dot';
  if (shape === SINGLES) {
    // Sorted digits are counts or levels.
    if (kind === 'mixed' || kind === 'jumble' || /^1*2*3*4*5*6*7*8*9*$/.test(digits)) return undefined;
    if (close) return DIGIT_BY_DIGIT;
    return kind === 'sign' || /[，、；]/.test(gap) ? DIGIT_BY_SIGN : DIGIT_LIST;
  }
  // Four parts with dots are an address, more a version.
  if (!SELDOM.has(shape) || kind === 'mixed' || kind === 'jumble' || (kind === 'dot' && shape.length > 5)) return undefined;
  if (!close) return kind === 'wide' ? SELDOM_WIDE : SELDOM_WITH_SIGNS;
  return YEAR_FIRST.has(shape) && kind !== 'blank' && /^1[89]/.test(digits) ? { ...SELDOM_GROUPS, alone: 0.55 } : SELDOM_GROUPS;
}

/** The same without gaps of no width: decimal digits and numerals that touch are one group. */
function joined({ groups, gaps }: Written): { groups: number[]; gaps: string[]; touching: boolean } {
  const out = { groups: groups.slice(0, 1), gaps: [] as string[], touching: false };
  for (const [index, gap] of gaps.entries()) {
    const next = groups[index + 1] ?? 0;
    if (gap === '') {
      out.groups.push((out.groups.pop() ?? 0) + next);
      out.touching = true;
    } else {
      out.gaps.push(gap);
      out.groups.push(next);
    }
  }
  return out;
}

function partlyNumerals({ groups, numerals }: Written): Writing {
  return numerals === 1 && groups.length === 2 ? NUMERAL_AT_END : PARTLY_NUMERALS;
}

/** A number that would not fit its line: without the line end it is written in some usual way. */
function cutByLineEnd(number: Written, digits: string, cuts: readonly string[]): Writing | undefined {
  if (Math.min(...number.groups) < 2 || !CUT_GAP.test(cuts[0] ?? '')) return undefined;
  const at = number.gaps.findIndex((gap) => LINE_END.test(gap));
  const rest = (number.gaps[at] ?? '').replace(/[\s\u0085]+/g, '');
  const others = number.gaps.filter((_, index) => index !== at);
  const ways = [rest, ...others.slice(0, 1), ' '].map((gap) => writingOf({ ...number, gaps: number.gaps.map((one, index) => (index === at ? gap : one)) }, digits));
  const best = ways.find((way) => way?.alone !== undefined && way.alone >= 0.74);
  return best === undefined ? undefined : { ...best, alone: (best.alone ?? 0) - CUT, sure: best.sure - CUT_SURE, reason: 'line-end', conclusive: false };
}

function kindOf(gaps: readonly string[]): Kind {
  const kinds = new Set(gaps.map((gap) => KINDS.find(([pattern]) => pattern.test(gap))?.[1] ?? 'sign'));
  const [first = 'sign', second] = kinds;
  if (second === undefined) return first === 'sign' && new Set(gaps).size > 1 ? 'jumble' : first;
  if (kinds.has('sign') || kinds.has('list')) return 'jumble';
  // `(138) 1234-5678`
  return first === 'bracket' && kinds.size === 2 && (second === 'blank' || second === 'hyphen') ? 'bracket' : 'mixed';
}
