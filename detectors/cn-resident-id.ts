/** Chinese resident identity numbers (GB 11643): 18 characters, the old 15 digits, residence permits, and foreigners' cards of 2023. */
import type { Candidate, NumberDetector, Verified } from './contract.js';
import { creditCode, mod11Two } from './checksum.js';
import { isAmongFigures, isInDigitList } from './digit-list.js';
import { evidence, type Evidence } from './evidence.js';
import { hasOldDate, isDate } from './old-form.js';
import type { Reason } from './reasons.js';
import { PROVINCE_STARTS, isForeignerCode, regionOf } from './regions.js';
import { surroundingsOf, type Surroundings } from './surroundings.js';
import { gradeOf, isLabel, type Grade } from './words/grade.js';
import { RESIDENT_ID_WORDS } from './words/resident-id.js';
import { writingOf, type Writing } from './writing.js';

/** The first numbers were given in 1984; the standard's own example was born in 1880. */
const EARLIEST_YEAR = 1860;
/** Later than any birth while this release is in use; no clock is read, so that a replay judges as the first pass did. */
const LATEST_YEAR = 2035;

/** How people part the 18 characters. */
const GROUPS_OF_18: ReadonlySet<string> = new Set([
  '6-8-4', '6-12', '14-4', '17-1', '6-8-3-1', '6-4-4-4', '4-4-4-4-2', '3-3-4-4-4', '3-3-8-4', '2-4-8-4', '2-2-2-8-4', '2-2-2-8-3-1', '2-2-2-4-2-2-3-1', '2-2-2-4-2-2-4',
  '6-4-2-2-4', '6-4-2-2-3-1', '6-6-6', '9-9', '3-3-3-3-3-3', '2-2-2-2-2-2-2-2-2', '10-8', '4-4-4-6', '8-8-2', '10-4-4', '5-5-5-3', '12-6', '6-11-1', '6-8-2-2',
]);
const GROUPS_OF_15: ReadonlySet<string> = new Set(['6-6-3', '6-8-1', '6-9', '12-3', '4-4-4-3', '3-3-6-3', '3-3-3-3-3', '5-5-5', '6-2-2-2-3', '2-2-2-6-3']);

type Kind = 'county' | 'permit' | 'foreigner' | 'province';

/** Checksum, date and place are right at once for 3 in 10 million random numbers: conclusive, whatever words stand around. */
const CONCLUSIVE: Readonly<Record<Exclude<Kind, 'province'>, number>> = { county: 0.97, permit: 0.97, foreigner: 0.96 };
/** No list of counties is complete; but one in 70,000 random numbers comes so far. */
const PROVINCE: Readonly<Record<Grade, number>> = { strong: 0.94, weak: 0.85, none: 0.74, other: 0.5 };
/** County and date are right at once for one number of 15 digits in four thousand: enough to act on in Chinese text, not among figures or code. */
const OLD_COUNTY: Readonly<Record<Grade, number>> = { strong: 0.93, weak: 0.82, none: 0.72, other: 0.2 };
const OLD_PROVINCE: Readonly<Record<Grade, number>> = { strong: 0.76, weak: 0.3, none: 0.1, other: 0.1 };
const LEAST_LIKELY = 0.5;
/** A name near it makes up for most of what is odd in the writing. */
const WITH_NAME = 0.4;
/** Letters on both sides together that make a hexadecimal token of it. */
const LONG_TOKEN = 14;

export const cnResidentId: NumberDetector = {
  kind: 'number',
  id: 'cn.resident-id',
  title: { zh: '居民身份证号码', en: 'Chinese resident identity number' },
  keep: { first: 1, last: 1 },
  rank: 30,
  least: 15,
  most: 18,
  shapes: [
    { lengths: [18], starts: [...PROVINCE_STARTS, '81', '82', '83', ...PROVINCE_STARTS.map((start) => `9${start}`)], date: { at: 6, year: 4, from: EARLIEST_YEAR, to: LATEST_YEAR }, checksum: 'mod11-2' },
    // Two cells of a table side by side are no number.
    { lengths: [15], starts: PROVINCE_STARTS, date: { at: 6, year: 2 }, cell: 10, fraction: 0 },
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
      '{"userIdCard":"«11010519491231002x»"}',
      '«110105\u00a019491231\u00a0002X»',
      '«110105\u300019491231\u3000002Ｘ»',
      '«1101\u200b05\u206019491231\u202d002X»',
      '«١١٠١٠٥١٩٤٩١٢٣١٠٠٢X»',
      '«110105.19491231.002X»',
      '«110105/19491231/002X»',
      '«110105_19491231_002X»',
      '«110105，19491231，002X»',
      '«110105、19491231、002X»',
      '«110105194912\n31002X»',
      '«1101051949\n  1231002X»',
      '«1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X»',
      '«1、1、0、1、0、5、1、9、4、9、1、2、3、1、0、0、2、X»',
      '«一一〇一〇五一九四九一二三一〇〇二X»',
      '«壹壹零壹零伍壹玖肆玖壹贰叁壹零零贰X»',
      '«幺幺零幺零五幺九四九幺二三幺零零二X»',
      '«①①⓪①⓪⑤①⑨④⑨①②③①⓪⓪②X»',
      '«110105一九四九一二三一002X»',
      '一代身份证 «110105.491231.002»',
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
      '110105,491231,002',
      'amd64 0.4.0-2\n2026-05-20 16:49:13',
    ],
  },
};

function verify18(candidate: Candidate): Verified | undefined {
  const { digits } = candidate;
  if (!mod11Two(digits)) return undefined;
  const year = Number(digits.slice(6, 10));
  if (year < EARLIEST_YEAR || year > LATEST_YEAR || !isDate(year, Number(digits.slice(10, 12)), Number(digits.slice(12, 14)))) return undefined;
  const kind = kindOf(digits.slice(0, 6));
  if (kind === undefined) return undefined;
  const around = surroundingsOf(candidate);
  if (around.cutFromMask) return undefined;
  const writing = writingOf(candidate, GROUPS_OF_18);
  const grade = isLabel(around.leftToken, RESIDENT_ID_WORDS) ? 'strong' : gradeOf(around.left, around.right, RESIDENT_ID_WORDS);
  const found = evidence(kind === 'province' ? PROVINCE[grade] : CONCLUSIVE[kind], [
    'checksum', 'date', kind === 'province' ? 'province' : 'region', ...(kind === 'permit' || kind === 'foreigner' ? [kind] : []),
  ]);
  if (grade === 'strong') found.weigh(0.4, 'keyword');
  // Words of other numbers weigh only where the number itself leaves a doubt.
  if (grade === 'other' && kind === 'province') found.reasons.push('other-label');
  // Order code 000 is not given out.
  if (digits.slice(14, 17) === '000') found.weigh(-2, 'order-zero');
  if (isCreditCode(digits)) found.weigh(grade === 'strong' ? -0.5 : grade === 'other' ? -4 : -2.5, 'other-label');
  weighWriting(writing, candidate, grade, kind === 'province', found);
  weighSurroundings(around, digits, found);
  const confidence = found.confidence();
  return confidence < LEAST_LIKELY ? undefined : { confidence, reasons: found.reasons };
}

function kindOf(code: string): Kind | undefined {
  const region = regionOf(code);
  if (region !== 'unknown') return region;
  return isForeignerCode(code) ? 'foreigner' : undefined;
}

/** A company's code of digits alone: registered by a department 1, 5 or 9 at a county, both check digits right. */
function isCreditCode(digits: string): boolean {
  return /^(?:1[1239]|5[1239]|9[123])/.test(digits) && regionOf(digits.slice(2, 8)) === 'county' && creditCode(digits);
}

/** What the writing leaves of a conclusive number is hardly less; chance builds the others out of neighbours. */
function weighWriting(writing: Writing, candidate: Candidate, grade: Grade, weak: boolean, found: Evidence): void {
  const { groups, gaps, kinds, lineEnds, switches } = writing;
  const ease = grade === 'strong' ? WITH_NAME : 1;
  const against = (conclusive: number, doubtful: number, reason: Reason): void => {
    found.weigh(-(weak ? doubtful : conclusive) * ease, reason);
  };
  if (groups === 'uneven') against(0.4, 2, 'odd-groups');
  // Digits that go on are a list of digits, of which a window was cut out.
  if (groups === 'singles') against(isInDigitList(candidate) ? 2.2 : 0.3, isInDigitList(candidate) ? 4 : 1, 'odd-groups');
  if (gaps === 'wide') against(0.1, 0.2, 'wide-groups');
  if (gaps === 'mark') against(0.2, 0.5, 'odd-groups');
  if (gaps === 'clause') against(0.3, 1, 'odd-groups');
  if (gaps === 'list') against(0.5, 2, 'odd-groups');
  if (gaps === 'several') against(kinds > 2 ? 3.2 : holdsOwnDate(candidate) ? 3 : 1.5, 4, 'odd-groups');
  if (lineEnds > 0) against(lineEnds === 1 ? 0.4 : 1.2, lineEnds === 1 ? 1 : 3, 'odd-groups');
  if (switches > 0) against(0.3, 0.6, 'odd-groups');
}

/** `64 0.4.0 2026-05-20 16:49`: the date is a whole one of its own, parted from the rest by other gaps than within. */
function holdsOwnDate({ groups, gaps }: Candidate): boolean {
  let at = 0;
  const ends = groups.map((size) => (at += size));
  const [start, year, month, day] = [6, 10, 12, 14].map((end) => ends.indexOf(end));
  if (start === undefined || year === undefined || month === undefined || day === undefined || Math.min(start, year, month, day) < 0) return false;
  return gaps[year] === gaps[month] && gaps[start] !== gaps[year];
}

/** Structure around the number, never words, can make even a conclusive one less sure. */
function weighSurroundings(around: Surroundings, digits: string, found: Evidence): void {
  const token = around.leftToken + around.rightToken;
  if (around.hexadecimal && token.length >= LONG_TOKEN) {
    found.weigh(-5, 'hexadecimal');
    return;
  }
  if (/[A-Za-z]/.test(token) && !isLabel(around.leftToken, RESIDENT_ID_WORDS)) found.weigh(-1, 'glued-letter');
  // `1.1101…` is a numbered line more often than a fraction of 18 decimals.
  if (around.fraction && digits.length === 18) found.weigh(-1.2, 'decimal');
  if (around.inRow) found.weigh(-0.5, 'row');
}

/** Numbers of people in China stand in Chinese text, beside names; alone in a text they are what the text is about. */
function isAmongChinese({ left, right }: Surroundings): boolean {
  return /\p{Script=Han}/u.test(left + right) || (left + right).trim() === '';
}

/** Without a check character: a county and a word, or little more than a guess. */
function verify15(candidate: Candidate): Verified | undefined {
  const { digits } = candidate;
  const region = regionOf(digits.slice(0, 6));
  if ((region !== 'county' && region !== 'province') || !hasOldDate(digits)) return undefined;
  const around = surroundingsOf(candidate);
  const label = isLabel(around.leftToken, RESIDENT_ID_WORDS);
  if (around.cutFromMask || around.hexadecimal || around.fraction || (!label && around.leftToken !== '') || around.rightToken !== '') return undefined;
  const writing = writingOf(candidate, GROUPS_OF_15);
  const grade = label ? 'strong' : gradeOf(around.left, around.right, RESIDENT_ID_WORDS);
  const found = evidence((region === 'county' ? OLD_COUNTY : OLD_PROVINCE)[grade], ['date', region === 'county' ? 'region' : 'province', 'old-form']);
  if (grade === 'strong' || grade === 'weak') found.reasons.push('keyword');
  if (grade === 'none' && (isAmongFigures(around, digits.length) || !isAmongChinese(around))) found.weigh(-0.6);
  if (around.chained || around.inRow) found.weigh(-1, around.inRow ? 'row' : 'chained');
  weighWriting(writing, candidate, grade, true, found);
  const confidence = found.confidence();
  return confidence < LEAST_LIKELY ? undefined : { confidence, reasons: found.reasons };
}
