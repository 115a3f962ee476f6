/** Judges whether a domestic number is a mainland mobile number: 11 digits in a segment that is in force. */
import type { Domestic } from './calling-codes.js';
import { LONGER_SEGMENTS, MOBILE_SEGMENTS, TEST_PHONES } from './data/phone-numbers.js';
import { groupingOf, type Grouping } from './grouping.js';
import type { Reason } from './reasons.js';
import type { Surroundings } from './surroundings.js';
import type { Hint } from './words/match.js';

const USUAL_GROUPS: ReadonlySet<string> = new Set(['3-4-4', '3-8', '7-4']);
const SELDOM_GROUPS: ReadonlySet<string> = new Set(['4-4-3', '3-3-5', '4-3-4', '4-7', '5-6', '3-5-3', '3-2-2-2-2', '3-2-3-3', '3-4-2-2', '5-3-3', '1-2-4-4', '1-1-1-1-1-1-1-1-1-1-1']);

const WITH_WORDS = 0.95;
const WITH_BARE_CODE = 0.88;
const ALONE = 0.85;
const GROUPING_COST: Readonly<Record<Grouping | 'seldom', number | undefined>> = { whole: 0, usual: 0, seldom: 0.1, wide: 0.12, mixed: 0.2, even: undefined };
/** Not on MIIT's list: lists grow stale, so a word or a country code may still speak for the number. */
const UNLISTED_CEILING = 0.72;
/** `13800000000` and the like stand in templates; runs of any other digit are sold as lucky numbers. */
const FILLER = /0{7}/;

export interface Judged {
  readonly confidence: number;
  readonly reasons: readonly Reason[];
  readonly tags: readonly string[];
  /** Digits of the domestic number that go before the mobile one: a trunk 0. */
  readonly skip: number;
}

export function judgeMobile(number: Domestic, around: Surroundings, hint: Hint): Judged | undefined {
  // The trunk 0 is written on to the number; a 0 of its own is another number or a fraction's.
  const trunk = number.digits.length === 12 && number.digits.startsWith('01') && number.groups[0] !== 1;
  const digits = trunk ? number.digits.slice(1) : number.digits;
  if (digits.length !== 11 || !/^1[3-9]/.test(digits)) return undefined;
  const [first = 0, ...rest] = number.groups;
  const groups = trunk ? [first - 1, ...rest] : number.groups;
  const sure = hint === 'raise' || number.country === 'china';
  const listed = MOBILE_SEGMENTS.has(digits.slice(0, 3)) || LONGER_SEGMENTS.some((segment) => digits.startsWith(segment));
  if (!listed && !sure) return undefined;

  const grouping = groupingOf({ groups, gaps: number.gaps }, USUAL_GROUPS);
  const seldom = grouping === 'even' && SELDOM_GROUPS.has(groups.join('-'));
  const groupingCost = grouping === 'mixed' && !USUAL_GROUPS.has(groups.join('-')) ? undefined : GROUPING_COST[seldom ? 'seldom' : grouping];
  if (groupingCost === undefined) return undefined;

  const reasons: Reason[] = [listed ? 'segment' : 'unlisted-segment'];
  let confidence = (sure ? WITH_WORDS : number.country === 'perhaps' ? WITH_BARE_CODE : ALONE) - groupingCost;
  const cost = (name: Reason, amount: number): void => {
    reasons.push(name);
    confidence -= amount;
  };
  if (number.country !== 'none') reasons.push('country-code');
  if (hint === 'raise') reasons.push('keyword');
  if (hint === 'lower') cost('other-label', 0.3);
  if (groupingCost > 0) reasons.push('odd-groups');
  if (trunk) cost('trunk-zero', sure ? 0.1 : 0.2);
  if (FILLER.test(digits)) cost('filler', sure ? 0.2 : 0.35);
  if (around.chained && number.country === 'none') cost('chained', sure ? 0.05 : 0.1);
  if ((around.inRow || (seldom && around.besideDigit)) && number.country !== 'china' && !besidePhone(around)) cost('row', sure ? 0.1 : 0.25);
  if (around.fraction) {
    if (hint !== 'raise') return undefined;
    cost('decimal', 0.2);
  }
  const glue = glueCost(around, hint);
  if (glue === undefined) return undefined;
  if (glue > 0) cost('glued-letter', glue);
  if (!listed) confidence = Math.min(confidence, UNLISTED_CEILING);
  return { confidence, reasons, tags: TEST_PHONES.has(digits) ? ['test-number'] : [], skip: trunk ? 1 : 0 };
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
  if (/^[0-9*]+_$/.test(token)) return 0.12;
  if (/[0-9*]/.test(token)) return undefined;
  // Prefixes of waybills, serial and order numbers.
  return /^(?:sn|no|id|ord|order|dd|po|so|sku|txn?|ref|inv|req|sf|jd|yt|zto|sto|ems|msg|blk|item|batch|lot|v|r)_?$/i.test(token) ? 0.4 : 0.12;
}

function rightGlue(token: string): number | undefined {
  if (/^x[0-9]{1,5}$/i.test(token)) return 0;
  if (/^_/.test(token)) return 0.1;
  if (/[0-9*]/.test(token)) return undefined;
  return /^[a-f]+$/i.test(token) ? 0.3 : 0.12;
}

/** The group beside it is another phone number, perhaps masked: a list, not a table. */
function besidePhone({ left, right }: Surroundings): boolean {
  return (
    /(?<![0-9*])1[3-9*][0-9*]([ -])[0-9*]{4}\1[0-9*]{4}[ -]{1,3}$/.test(left) || /^[ -]{1,3}1[3-9*][0-9*]([ -])[0-9*]{4}\1[0-9*]{4}(?![0-9*])/.test(right)
  );
}
