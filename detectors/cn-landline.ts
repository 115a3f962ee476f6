/** Judges whether a domestic number is a mainland landline: an area code, then 7 or 8 digits that begin with 2 to 8. */
import type { Domestic } from './calling-codes.js';
import type { Judged } from './cn-mobile.js';
import { AREAS, EIGHT_DIGIT_AREAS, TWO_DIGIT_AREAS } from './data/phone-numbers.js';
import type { Reason } from './reasons.js';
import { plainContext, type Surroundings } from './surroundings.js';
import { HOTLINE_WORDS } from './words/phone.js';
import { fold, type Hint } from './words/match.js';

/** How the 7 or 8 digits after the area code are written. */
const SUBSCRIBER_GROUPS: ReadonlySet<string> = new Set(['8', '7', '4-4', '3-4', '4-3', '2-2-3', '2-3-3', '3-2-2', '2-2-2-2', '2-3-2']);
const WITH_WORDS = 0.93;
const WITH_COUNTRY = 0.9;
const PARTED = 0.82;
const PARTED_BY_BLANK = 0.76;
/** Nothing but length and area code speak for digits in one piece. */
const CONTIGUOUS = 0.62;
const COMPANY_LINE = 0.65;
/** A label stands at most this many characters before its number. */
const LABEL_REACH = 16;
/** One extension behind the number is no row of a table. */
const EXTENSION = /^-[0-9*]{1,5}(?![0-9*-])/;

export function judgeLandline(number: Domestic, around: Surroundings, hint: Hint): Judged | undefined {
  const area = areaOf(number, hint);
  if (area === undefined || around.fraction) return undefined;
  const subscriber = number.digits.slice(area.length + area.zero);
  if (!/^[2-8]/.test(subscriber) || subscriber.length < 7 || subscriber.length > 8) return undefined;
  const eight = TWO_DIGIT_AREAS.has(area.code) || EIGHT_DIGIT_AREAS.has(area.code);
  if (TWO_DIGIT_AREAS.has(area.code) && subscriber.length !== 8) return undefined;

  const contiguous = number.groups.length === 1;
  if (contiguous ? area.zero === 0 : !wellParted(number, area.length + area.zero)) return undefined;
  if ((around.leftToken !== '' && hint !== 'raise') || (around.rightToken !== '' && !/^x[0-9]{1,5}$/i.test(around.rightToken))) return undefined;

  const reasons: Reason[] = ['area-code'];
  const gap = plainContext(number.gaps[0] ?? '');
  let confidence = contiguous ? CONTIGUOUS : /^ +$/.test(gap) ? PARTED_BY_BLANK : PARTED;
  const cost = (name: Reason, amount: number): void => {
    reasons.push(name);
    confidence -= amount;
  };
  if (number.country === 'china') {
    confidence = WITH_COUNTRY;
    reasons.push('country-code');
  }
  if (hint === 'raise') {
    confidence = contiguous && number.country !== 'china' ? WITH_WORDS - 0.05 : WITH_WORDS;
    reasons.push('keyword');
  }
  if (hint === 'lower') cost('other-label', 0.3);
  if (eight !== (subscriber.length === 8)) cost('unusual-length', 0.1);
  if (around.inRow && number.country !== 'china' && !EXTENSION.test(around.right)) cost('row', 0.2);
  if (fold(around.left).slice(-LABEL_REACH).search(HOTLINE_WORDS) >= 0) {
    reasons.push('company-line');
    confidence = Math.min(confidence, COMPANY_LINE);
  }
  return { confidence, reasons, tags: [], skip: 0 };
}

/** The area code, and whether a 0 stands before it; without the 0 only a country code makes it one. */
function areaOf(number: Domestic, hint: Hint): { readonly code: string; readonly length: number; readonly zero: 0 | 1 } | undefined {
  const zero = number.digits.startsWith('0') ? 1 : 0;
  if (zero === 0 && number.country !== 'china' && !(number.country === 'perhaps' && hint === 'raise')) return undefined;
  for (const length of [2, 3]) {
    const code = number.digits.slice(zero, zero + length);
    if (AREAS.has(code)) return { code, length, zero };
  }
  return undefined;
}

/** The area code is a group of its own, and the rest is parted evenly. */
function wellParted(number: Domestic, areaLength: number): boolean {
  const [first, ...rest] = number.groups;
  if (first !== areaLength || !SUBSCRIBER_GROUPS.has(rest.join('-'))) return false;
  const inner = new Set(number.gaps.slice(1).map(plainContext));
  const [only] = inner;
  return inner.size === 0 || (inner.size === 1 && only !== undefined && /^[ -]$/.test(only));
}
