/** Judges whether a domestic number is a mainland landline: an area code, then 7 or 8 digits that begin with 2 to 8. */
import type { Domestic } from './calling-codes.js';
import { isOctal, isUpc, octalCost, type Judged } from './cn-mobile.js';
import { AREAS, EIGHT_DIGIT_AREAS, SEVEN_DIGIT_AREAS, TWO_DIGIT_AREAS } from './data/phone-numbers.js';
import type { Reason } from './reasons.js';
import { plainContext, type Surroundings } from './surroundings.js';
import { isCompanyLine } from './words/phone.js';
import type { Hint } from './words/match.js';

/** How the 7 or 8 digits after the area code are written. */
export const SUBSCRIBER_GROUPS: ReadonlySet<string> = new Set(['8', '7', '4-4', '3-4', '4-3', '2-2-3', '2-3-3', '3-2-2', '2-2-2-2', '2-3-2', '3-5']);
const WITH_WORDS = 0.95;
const WITH_COUNTRY = 0.93;
const PARTED = 0.91;
const PARTED_BY_BLANK = 0.85;
/** Another sign or a line end in the gap. */
const PARTED_ODDLY = 0.68;
const ODDLY_COST = 0.1;
/** Nothing but length and area code speak for digits in one piece: few areas have 8 digits. */
const CONTIGUOUS = 0.8;
const CONTIGUOUS_SEVEN = 0.72;
/** Of a length that the area does not use, or an article's number by its check digit. */
const CONTIGUOUS_DOUBTFUL = 0.55;
/** 86, an area and a subscriber, parted by hyphens. */
const BARE_CODE_PARTED = 0.74;
const CONTIGUOUS_WITH_WORDS = 0.91;
const IN_NUMERALS = 0.86;
const COMPANY_LINE = 0.65;
const OTHER_LABEL = 0.28;
/** One extension behind the number is no row of a table. */
const EXTENSION = /^ ?[-－—][0-9*]{1,5}(?![0-9*-])/;
const GLUED_EXTENSION = /^(?:x|ext)[0-9]{1,5}$/i;

export function judgeLandline(number: Domestic, around: Surroundings, hint: Hint): Judged | undefined {
  const area = areaOf(number, hint);
  if (area === undefined || around.fraction) return undefined;
  const subscriber = number.digits.slice(area.length + area.zero);
  if (!/^[2-8]/.test(subscriber) || subscriber.length < 7 || subscriber.length > 8) return undefined;
  if (TWO_DIGIT_AREAS.has(area.code) && subscriber.length !== 8) return undefined;
  const usual = TWO_DIGIT_AREAS.has(area.code) || (subscriber.length === 8 ? EIGHT_DIGIT_AREAS : SEVEN_DIGIT_AREAS).has(area.code);

  const { groups, gaps } = joined(number);
  const contiguous = groups.length === 1;
  const china = number.country === 'china';
  const sure = hint === 'raise' || china;
  const parting = contiguous ? 'none' : partingOf(groups, gaps, area.length + area.zero);
  if (parting === undefined || (contiguous && area.zero === 0 && !china)) return undefined;
  if ((around.leftToken !== '' && hint !== 'raise') || (around.rightToken !== '' && !GLUED_EXTENSION.test(around.rightToken))) return undefined;

  const reasons: Reason[] = ['area-code'];
  const spelled = number.numerals >= number.digits.length;
  let confidence = { none: spelled ? IN_NUMERALS : !usual || isUpc(number.digits) ? CONTIGUOUS_DOUBTFUL : subscriber.length === 8 ? CONTIGUOUS : CONTIGUOUS_SEVEN, clean: PARTED, blank: PARTED_BY_BLANK, odd: PARTED_ODDLY }[parting];
  const cost = (name: Reason, amount: number): void => {
    reasons.push(name);
    confidence -= amount;
  };
  if (number.country === 'perhaps' && area.zero === 0) {
    confidence = BARE_CODE_PARTED;
    reasons.push('country-code');
  }
  if (china) {
    confidence = WITH_COUNTRY;
    reasons.push('country-code');
  }
  if (hint === 'raise') {
    confidence = contiguous && !china ? CONTIGUOUS_WITH_WORDS : WITH_WORDS;
    reasons.push('keyword');
  }
  if (number.numerals > 0) reasons.push('numerals');
  if (parting === 'odd') cost('odd-groups', sure ? ODDLY_COST : 0);
  if (parting === 'odd' && around.besideDigit) cost('row', 0.35);
  if (isOctal(number)) cost('octal', octalCost(sure));
  if (hint === 'lower') cost('other-label', OTHER_LABEL);
  if (!usual) cost('unusual-length', 0.12);
  if (around.inRow && !china && !EXTENSION.test(around.right)) cost('row', sure ? 0.12 : 0.45);
  if (isCompanyLine(around.left)) {
    reasons.push('company-line');
    confidence = Math.min(confidence, COMPANY_LINE);
  }
  return { confidence, reasons, tags: [], skip: 0 };
}

/** False when no surroundings make a landline of it. */
export function mayBeLandline(number: Domestic): boolean {
  const area = areaOf(number, 'raise');
  if (area === undefined || !/^[2-8][0-9]{6,7}$/.test(number.digits.slice(area.length + area.zero))) return false;
  const { groups, gaps } = joined(number);
  return groups.length === 1 || partingOf(groups, gaps, area.length + area.zero) !== undefined;
}

/** The area code, and whether a 0 stands before it; without the 0 only a country code makes it one. */
function areaOf(number: Domestic, hint: Hint): { readonly code: string; readonly length: number; readonly zero: 0 | 1 } | undefined {
  const zero = number.digits.startsWith('0') ? 1 : 0;
  if (zero === 0 && (number.from === 0 || (number.country !== 'china' && !(number.country === 'perhaps' && (hint === 'raise' || number.codeApart))))) return undefined;
  for (const length of [2, 3]) {
    const code = number.digits.slice(zero, zero + length);
    if (AREAS.has(code)) return { code, length, zero };
  }
  return undefined;
}

/** The same without gaps of no width: decimal digits and numerals that touch are one group. */
function joined({ groups, gaps }: Domestic): { groups: number[]; gaps: string[] } {
  const out = { groups: groups.slice(0, 1), gaps: [] as string[] };
  for (const [index, gap] of gaps.entries()) {
    const next = groups[index + 1] ?? 0;
    if (gap === '') out.groups.push((out.groups.pop() ?? 0) + next);
    else {
      out.gaps.push(gap);
      out.groups.push(next);
    }
  }
  return out;
}

/** The area code is a group of its own, and the rest is parted evenly. */
function partingOf(groups: readonly number[], gaps: readonly string[], areaLength: number): 'clean' | 'blank' | 'odd' | undefined {
  const [first, ...rest] = groups;
  const plain = gaps.map(plainContext);
  const [front = '', ...inner] = plain;
  // Digit by digit.
  if (groups.every((size) => size === 1) && new Set(plain).size === 1) return /^(?:[ .\-/、]|\p{Zs}-\p{Zs})$/u.test(front) ? 'odd' : undefined;
  if (first !== areaLength) {
    // Cut anywhere by a line end.
    return groups.length === 2 && /\n/.test(front) && front.trim() === '' && Math.min(...groups) > 1 ? 'odd' : undefined;
  }
  if (!SUBSCRIBER_GROUPS.has(rest.join('-')) || new Set(inner).size > 1) return undefined;
  if (inner.some((gap) => !/^(?: |-|\.)$/.test(gap))) return inner.some((gap) => /[\n/_,、]/.test(gap)) && inner.length === 1 ? 'odd' : undefined;
  if (/^ +$/.test(front)) return 'blank';
  return /^ ?[-\u2010-\u2015\u2212]{1,2} ?$|^\) ?-?$/.test(front) ? 'clean' : 'odd';
}
