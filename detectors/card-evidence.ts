/** Weighs what speaks for and against a number that begins like a card and passes Luhn. */
import type { Candidate, Verified } from './contract.js';
import { luhn } from './checksum.js';
import { TEST_CARDS } from './data/test-cards.js';
import { hasLetters, isAmongFigures, isInDigitList } from './digit-list.js';
import { evidence, isBeyond, type Evidence } from './evidence.js';
import { BEYOND_FLOAT, issuerOf, type Issuer, type Trust } from './issuers.js';
import { neighbourLines } from './neighbour-lines.js';
import { isOldForm } from './old-form.js';
import type { Reason } from './reasons.js';
import { surroundingsOf, type Surroundings } from './surroundings.js';
import { gradeOf, isLabel, type Grade } from './words/grade.js';
import { BANK_CARD_WORDS } from './words/bank-card.js';
import { writingOf, type Writing } from './writing.js';

export const CARD_GROUPS: ReadonlySet<string> = new Set([
  '4-4-4-4', '8-8', '6-10', '6-6-4', '4-4-8', '12-4', '4-12', '4-8-4',
  '4-4-4-4-3', '6-13', '16-3', '4-4-4-7', '8-8-3', '3-4-4-4-4', '6-6-7', '4-4-11', '6-5-4-4', '4-15', '15-4',
  '4-4-4-4-2', '6-12', '6-6-6', '8-8-1', '8-8-2', '8-9', '8-10', '8-11', '4-4-4-4-1', '6-11', '4-6-5', '4-4-4-3', '4-6-4', '4-4-4-2', '4-4-4-1',
]);

/** What the digits are worth with each kind of word; under 0.5 a number is more likely none. */
const WORTH: Readonly<Record<Trust | 'test', Readonly<Record<Grade, number>>>> = {
  test: { strong: 0.99, weak: 0.97, none: 0.93, other: 0.85 },
  // One random number of 19 digits in seven thousand: another number's label leaves a doubt, not silence.
  known: { strong: 0.98, weak: 0.95, none: 0.88, other: 0.72 },
  national: { strong: 0.97, weak: 0.93, none: 0.85, other: 0.45 },
  // One random number of 16 digits in forty: with another number's label it is that number.
  usual: { strong: 0.96, weak: 0.9, none: 0.8, other: 0.42 },
  rare: { strong: 0.9, weak: 0.6, none: 0.35, other: 0.1 },
};
const LEAST_LIKELY = 0.5;
/** A run of one digit this long is filler, a float, or a published test number. */
const FILLER_RUN = 7;
/** Fewer numerals beside decimal digits are words: `6222…一张`. */
const LEAST_NUMERALS = 3;
/** Digits of a group that punctuation may part from the next: half a card. */
const LONGEST_CELL = 10;
/** Dumps come in groups of two, four or eight hexadecimal digits. */
const LONGEST_HEX = 8;

/** Makes 0.94 of 0.88. */
const CLEAN_KNOWN = 0.75;
/** A name near it makes up for most of what is odd in the writing. */
const WITH_NAME = 0.5;

export function judgeCard(candidate: Candidate, issuer: Issuer): Verified | undefined {
  const { digits } = candidate;
  const writing = writingOf(candidate, CARD_GROUPS);
  const test = TEST_CARDS.has(digits);
  const trust = test ? 'test' : issuer.trust;
  // Where no word stands at all, none has to be looked for: most windows of numeric tables end here.
  if (!isWritten(writing) && !hasLetters(candidate.before) && !hasLetters(candidate.after)) return undefined;
  // Nor what stands around, where the writing alone says more than any word could mend: most windows of drawings and tables with words end here.
  let odd = 0;
  weighForm(candidate, writing, (amount) => (odd += amount));
  if (isBeyond(WORTH[trust].strong, odd * WITH_NAME, LEAST_LIKELY)) return undefined;
  const around = surroundingsOf(candidate);
  if (around.cutFromMask || around.hexadecimal) return undefined;
  const hex = besideHex(candidate, around);
  const filler = !test && longestRun(digits) >= FILLER_RUN;
  const row = isRow(candidate, around);
  // Words are the dearest to look for: not where the best of them could not help.
  let cost = odd + (hex ? 3 : 0) + (filler ? 4 : 0) + (row ? (trust === 'known' || test ? 1.6 : 2.2) : 0);
  weighLineEnds(writing, around, trust, (amount) => (cost += amount));
  const speechless = !hasLetters(around.left) && !hasLetters(around.right);
  if (isBeyond(WORTH[trust][speechless ? 'none' : 'strong'], cost * (speechless ? 1 : WITH_NAME), LEAST_LIKELY)) return undefined;
  const label = isLabel(around.leftToken, BANK_CARD_WORDS);
  const grade = label ? 'strong' : gradeOf(around.left, around.right, BANK_CARD_WORDS);
  const worth = WORTH[trust][grade];
  if (worth < LEAST_LIKELY) return undefined;

  const found = evidence(worth, ['checksum', `issuer-${issuer.trust === 'national' ? 'usual' : issuer.trust}`]);
  if (grade !== 'none') found.reasons.push(grade === 'other' ? 'other-label' : 'keyword');
  const ease = grade === 'strong' ? WITH_NAME : 1;
  const against = (amount: number, reason: Reason): void => {
    found.weigh(-amount * ease, reason);
  };
  weighForm(candidate, writing, against);
  weighLineEnds(writing, around, trust, against);
  if (!label && around.leftToken + around.rightToken !== '') against(3.2, 'glued');
  if (hex) against(3, 'hexadecimal');
  if (around.fraction && !isListItem(around.left, digits)) against(5, 'decimal');
  if (around.chained && grade !== 'strong' && !isListItem(around.left, digits)) against(0.9, 'chained');
  if (filler) against(4, 'filler');
  if (row) against(trust === 'known' || test ? 1.6 : 2.2, 'row');
  else if ((trust === 'usual' || trust === 'national') && isAmongFigures(around, digits.length)) against(trust === 'usual' ? 0.9 : 0.6, 'row');
  if (!test && isSerial(digits, around)) against(2, 'row');
  if (digits.length === 15 && isOldForm(digits)) against(2.5, 'other-label');
  // A bank's own prefix, the length and the check digit agree, and nothing speaks against it: right 999 times of 1000.
  if (trust === 'known' && grade === 'none' && found.reasons.length === 2 && !isAmongFigures(around, digits.length)) found.weigh(CLEAN_KNOWN);
  return verdict(found, test);
}

function verdict(found: Evidence, test: boolean): Verified | undefined {
  const confidence = found.confidence();
  return confidence < LEAST_LIKELY ? undefined : { confidence, reasons: found.reasons, tags: test ? ['test-number'] : [] };
}

/** Written as people write cards, with or without a word near. */
function isWritten({ groups, gaps, lineEnds }: Writing): boolean {
  return groups !== 'uneven' && gaps !== 'several' && gaps !== 'list' && lineEnds <= 1;
}

type Against = (amount: number, reason: Reason) => void;

/** What its own writing says, whatever stands around. */
function weighForm(candidate: Candidate, { groups, gaps, lineEnds, switches, kinds }: Writing, against: Against): void {
  const alone = groups === 'singles' && !isInDigitList(candidate);
  if (groups === 'uneven') against(3, 'odd-groups');
  if (groups === 'singles') against(alone ? 0.5 : 4, 'odd-groups');
  if (gaps === 'wide') against(0.5, 'wide-groups');
  if (gaps === 'mark') against(0.5, 'odd-groups');
  if (gaps === 'clause') against(alone ? 0.2 : 0.8, 'odd-groups');
  // A cell that is long enough to be a number of its own does not go on in the next one.
  if (gaps === 'list') against(candidate.groups.some((size) => size > LONGEST_CELL) ? 12 : alone ? 0.4 : 1.6, 'odd-groups');
  if (candidate.groups.length === 2 && /^[.．]$/.test(candidate.gaps[0] ?? '')) against(3, 'decimal');
  if (gaps === 'several') against(kinds > 2 ? 4 : 3, 'odd-groups');
  if (lineEnds > 1) against(4, 'odd-groups');
  if (switches > 0) against(candidate.numerals < LEAST_NUMERALS ? 2 : 1, 'odd-groups');
}

function weighLineEnds({ lineEnds }: Writing, around: Surroundings, trust: Trust | 'test', against: Against): void {
  if (lineEnds === 1) against(!isColumn(around) ? 0.5 : trust === 'known' ? 1.1 : 2.5, 'odd-groups');
  if (lineEnds > 0 && besideGroup(around)) against(3, 'row');
}

/** `9a1f 4874 1366 6198 5660 a2bd`: the rows of a dump. */
function besideHex(candidate: Candidate, { left, right }: Surroundings): boolean {
  const size = candidate.groups[0] ?? 0;
  if (candidate.gaps.length === 0 || size > LONGEST_HEX) return false;
  // A letter is among its digits, and one blank parts it.
  const before = HEX_BEFORE[size];
  const behind = HEX_BEHIND[size];
  if (before === undefined || behind === undefined) return false;
  return (HEX_END.test(left.slice(-2)) && before.test(left)) || (HEX_START.test(right) && behind.test(right));
}

const HEX_END = /^[0-9a-f]\s$/i;
const HEX_START = /^\s[0-9a-f]/i;
const hexGroup = (size: number): string => `(?=[0-9]*[a-f])[0-9a-f]{${String(size)}}`;
/** By the size of the groups. */
const HEX_BEFORE = Array.from({ length: LONGEST_HEX + 1 }, (_, size) => new RegExp(`(?<![0-9a-z])${hexGroup(size)}\\s$`, 'i'));
const HEX_BEHIND = Array.from({ length: LONGEST_HEX + 1 }, (_, size) => new RegExp(`^\\s${hexGroup(size)}(?![0-9a-z])`, 'i'));

/** Another group of digits follows or goes before after a blank. */
function besideGroup({ left, right }: Surroundings): boolean {
  return /[0-9*][ \t]{1,2}$/.test(left) || /^[ \t]{1,2}[0-9*]/.test(right);
}

/** Nothing but numbers stands on the lines that a line end joins. */
function isColumn({ left, right }: Surroundings): boolean {
  const before = left.slice(left.lastIndexOf('\n') + 1);
  const end = right.indexOf('\n');
  return !hasLetters(before) && !hasLetters(end < 0 ? right : right.slice(0, end));
}

/** `3.6222…`: the first number of its line counts the lines. */
function isListItem(left: string, digits: string): boolean {
  return digits.length >= BEYOND_FLOAT && /(?:^|\n)[ \t]*[1-9][0-9]?\.$/.test(left);
}

/** A table has rows above and below that begin like no card, or are none by their check digits; a list of cards has not. */
function isRow(candidate: Candidate, around: Surroundings): boolean {
  if (around.inRow) return true;
  const rows = neighbourLines(candidate, around.left, around.right);
  return rows.some((row) => (issuerOf(row)?.trust ?? 'rare') === 'rare') || (rows.length === 2 && !rows.some(luhn));
}

/** A number near it of the same length and first six digits fails Luhn: both count something. */
function isSerial(digits: string, { left, right }: Surroundings): boolean {
  const begin = digits.slice(0, 6);
  if (!left.includes(begin) && !right.includes(begin)) return false;
  const sibling = new RegExp(`(?<![0-9*])${begin}[0-9]{${String(digits.length - 6)}}(?![0-9*])`, 'g');
  return [left, right].some((side) => [...side.matchAll(sibling)].some(([one]) => !luhn(one)));
}

function longestRun(digits: string): number {
  let longest = 1;
  for (let at = 1, run = 1; at < digits.length; at++) {
    run = digits.charCodeAt(at) === digits.charCodeAt(at - 1) ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest;
}
