/** Chinese resident identity numbers (GB 11643): 18 characters, the old 15 digits, residence permits, and foreigners' cards of 2023. */
import type { Candidate, NumberDetector, Verified } from './contract.js';
import { luhn, mod11Two } from './checksum.js';
import { groupingOf, type Grouping } from './grouping.js';
import type { Reason } from './reasons.js';
import { isForeignerCode, regionOf } from './regions.js';
import { surroundingsOf, type Surroundings } from './surroundings.js';
import { hintOf, type Hint } from './words/match.js';
import { RESIDENT_ID_WORDS } from './words/resident-id.js';

/** The first numbers were given in 1984; the standard's own example was born in 1880. */
const EARLIEST_YEAR = 1860;
/** Later than any birth while this release is in use; no clock is read, so that a replay judges as the first pass did. */
const LATEST_YEAR = 2035;

/** How people part the 18 characters. */
const GROUPS_OF_18: ReadonlySet<string> = new Set([
  '6-8-4', '6-12', '14-4', '17-1', '6-8-3-1', '6-4-4-4', '4-4-4-4-2', '3-3-4-4-4', '3-3-8-4', '2-4-8-4', '2-2-2-8-4', '2-2-2-8-3-1', '2-2-2-4-2-2-3-1', '2-2-2-4-2-2-4',
  '6-4-2-2-4', '6-4-2-2-3-1', '6-6-6', '9-9', '3-3-3-3-3-3', '2-2-2-2-2-2-2-2-2', '1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1', '10-8', '4-4-4-6', '8-8-2', '10-4-4', '5-5-5-3',
]);
const GROUPS_OF_15: ReadonlySet<string> = new Set(['6-6-3', '6-9', '12-3', '4-4-4-3', '3-3-6-3', '3-3-3-3-3', '5-5-5']);

type Kind = 'county' | 'permit' | 'foreigner' | 'province';

/** Checksum, date and place are right at once for 3 in 10 million random numbers: conclusive, whatever stands around. */
const ALONE: Readonly<Record<Kind, number>> = { county: 0.97, permit: 0.97, foreigner: 0.96, province: 0.74 };
/** Order code 000 is not given out. */
const ORDER_ZERO = 0.3;
const GROUPING_COST: Readonly<Record<Grouping, number>> = { whole: 0, usual: 0, wide: 0, even: 0.1, mixed: 0.2 };
/** Without a check character 15 digits are too little to act on alone. */
const OLD_ALONE = 0.5;
const OLD_WITH_WORDS = 0.92;

export const cnResidentId: NumberDetector = {
  kind: 'number',
  id: 'cn.resident-id',
  title: { zh: '居民身份证号码', en: 'Chinese resident identity number' },
  keep: { first: 1, last: 1 },
  rank: 30,
  least: 15,
  most: 18,
  shapes: [
    { lengths: [18], checksum: 'mod11-2' },
    { lengths: [15], starts: ['1', '2', '3', '4', '5', '6', '7', '8'], groups: 5 },
  ],
  verify: (candidate) => {
    if (candidate.digits.length === 18) return verify18(candidate);
    return candidate.digits.length === 15 ? verify15(candidate) : undefined;
  },
  cases: {
    hit: [
      '«11010519491231002X»',
      '«11010519491231002x»',
      '身份证号：«440524188001010014»。',
      '我是张三«11010519491231002X»住在北京',
      '«110105 19491231 002X»',
      '«110105-19491231-002X»',
      '«1101 0519 4912 3100 2X»',
      '«110105  1949  1231  002X»',
      '１张«１１０１０５１９４９１２３１００２Ｘ»，',
      '居住证 «810000199408230021»',
      '居住证号码«830000199201300022»',
      '«932682198501010017»',
      'sfz«11010519491231002X»',
      '身份证 «110105491231002» 旧证',
      '订单号 «11010519491231002X»',
      '{"idCard":"«11010519491231002X»"}',
      '1.«11010519491231002X»',
    ],
    miss: [
      '110105194912310021',
      '11010519490231002X',
      '110105209912310023',
      '010105194912310020',
      '11010519491231002',
      '1101051949123100255X',
      '913205056082348768',
      '121200004013590816',
      '订单号 110105491231002',
      '490154203237518',
      '550e8400-e29b-41d4-a716-446655440000',
      '1.4833333333333334',
    ],
  },
};

function verify18(candidate: Candidate): Verified | undefined {
  const { digits } = candidate;
  if (!mod11Two(digits)) return undefined;
  if (!isDate(Number(digits.slice(6, 10)), Number(digits.slice(10, 12)), Number(digits.slice(12, 14)))) return undefined;
  const kind = kindOf(digits.slice(0, 6));
  if (kind === undefined) return undefined;
  const around = surroundingsOf(candidate);
  if (around.cutFromMask) return undefined;
  const grouping = groupingOf(candidate, GROUPS_OF_18);
  const hint = hintOf(around.left, around.right, RESIDENT_ID_WORDS);
  const reasons: Reason[] = ['checksum', 'date', kind === 'province' ? 'province' : 'region', ...(kind === 'permit' || kind === 'foreigner' ? [kind] : [])];

  let confidence = ALONE[kind] - GROUPING_COST[grouping];
  if (grouping === 'even' || grouping === 'mixed') reasons.push('odd-groups');
  if (digits.slice(14, 17) === '000') {
    confidence -= ORDER_ZERO;
    reasons.push('order-zero');
  }
  const cost = costOf(around, reasons);
  confidence -= cost;
  if (hint === 'raise') {
    confidence = Math.max(confidence + 0.02, 0.94 - cost - GROUPING_COST[grouping] / 2);
    reasons.push('keyword');
  }
  // Words of other numbers weigh only where the number itself leaves a doubt.
  if (hint === 'lower' && kind === 'province') {
    confidence -= 0.25;
    reasons.push('other-label');
  }
  return { confidence: bounded(confidence), reasons };
}

function kindOf(code: string): Kind | undefined {
  const region = regionOf(code);
  if (region !== 'unknown') return region;
  return isForeignerCode(code) ? 'foreigner' : undefined;
}

/** Structure around the number, never words, can make even a conclusive one less sure. */
function costOf(around: Surroundings, reasons: Reason[]): number {
  if (around.hexadecimal && (around.leftToken + around.rightToken).length >= 14) {
    reasons.push('hexadecimal');
    return 0.4;
  }
  let cost = 0;
  if (/[A-Za-z]/.test(around.leftToken + around.rightToken)) {
    reasons.push('glued-letter');
    cost += 0.07;
  }
  // `1.1101…` is a numbered line more often than a fraction of 18 decimals.
  if (around.fraction) {
    reasons.push('decimal');
    cost += 0.1;
  }
  if (around.inRow) {
    reasons.push('row');
    cost += 0.05;
  }
  return cost;
}

/** 6 address + 6 date of 19YY + 3 order, without a check character: a county and a word, or little more than a guess. */
function verify15(candidate: Candidate): Verified | undefined {
  const { digits } = candidate;
  const region = regionOf(digits.slice(0, 6));
  if (region !== 'county' && region !== 'province') return undefined;
  if (!isDate(1900 + Number(digits.slice(6, 8)), Number(digits.slice(8, 10)), Number(digits.slice(10, 12)))) return undefined;
  if (digits.endsWith('000')) return undefined;
  const around = surroundingsOf(candidate);
  if (around.cutFromMask || around.hexadecimal || around.fraction || around.leftToken + around.rightToken !== '') return undefined;
  const grouping = groupingOf(candidate, GROUPS_OF_15);
  if (grouping === 'mixed' || grouping === 'even') return undefined;
  const hint: Hint = hintOf(around.left, around.right, RESIDENT_ID_WORDS);
  const reasons: Reason[] = ['date', region === 'county' ? 'region' : 'province', 'old-form'];
  if (hint === 'raise') return { confidence: region === 'county' ? OLD_WITH_WORDS : OLD_ALONE + 0.25, reasons: [...reasons, 'keyword'] };
  // American Express cards of 15 digits begin like IDs of Anhui and Shandong.
  if (hint === 'lower' || region !== 'county' || grouping !== 'whole' || luhn(digits)) return undefined;
  return { confidence: OLD_ALONE, reasons };
}

function isDate(year: number, month: number, day: number): boolean {
  if (year < EARLIEST_YEAR || year > LATEST_YEAR || month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return day <= days;
}

function bounded(confidence: number): number {
  return Math.round(Math.min(0.99, Math.max(0, confidence)) * 100) / 100;
}
