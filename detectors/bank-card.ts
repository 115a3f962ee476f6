/** Bank card numbers: issuer range and length, Luhn, the way cards are grouped, and what stands around. */
import type { Candidate, NumberDetector, Verified } from './contract.js';
import { luhn } from './checksum.js';
import { TEST_CARDS } from './data/iins.js';
import { groupingOf, type Grouping } from './grouping.js';
import { issuerOf, type Issuer } from './issuers.js';
import { neighbourLines } from './neighbour-lines.js';
import type { Reason } from './reasons.js';
import { surroundingsOf } from './surroundings.js';
import { fold, hintOf, type Hint } from './words/match.js';
import { BANK_CARD_WORDS } from './words/bank-card.js';

const USUAL_GROUPS: ReadonlySet<string> = new Set([
  '4-4-4-4', '8-8', '6-10', '6-6-4', '4-4-8', '12-4', '4-12', '4-8-4',
  '4-4-4-4-3', '6-13', '16-3', '4-4-4-7', '8-8-3', '3-4-4-4-4', '6-6-7', '4-4-11', '6-5-4-4',
  '4-4-4-4-2', '6-12', '6-6-6', '4-4-4-4-1', '6-11', '4-6-5', '4-4-4-3', '4-6-4', '4-4-4-2', '4-4-4-1',
]);

const TRUST: Readonly<Record<Issuer['trust'], { readonly alone: number; readonly withWords: number; readonly otherLabel: number }>> = {
  // One random number of 19 digits in seven thousand: another number's label leaves a medium doubt, not silence.
  known: { alone: 0.88, withWords: 0.98, otherLabel: 0.74 },
  usual: { alone: 0.82, withWords: 0.96, otherLabel: 0.55 },
  rare: { alone: 0.55, withWords: 0.92, otherLabel: 0.3 },
};
/** A run of one digit this long is filler, a float, or a published test number. */
const FILLER_RUN = 7;
/** Joined on to another token by `-` or `.`: part of a longer code, perhaps. */
const CHAINED_COST = 0.13;
const WEAK = 0.6;
const WEAK_WITH_WORDS = 0.75;

export const bankCard: NumberDetector = {
  kind: 'number',
  id: 'bank-card',
  title: { zh: '银行卡号', en: 'Bank card number' },
  keep: { first: 0, last: 4 },
  rank: 20,
  least: 13,
  most: 19,
  shapes: [{ lengths: [13, 14, 15, 16, 17, 18, 19], starts: ['1', '2', '3', '4', '5', '6', '7', '8', '9'], checksum: 'luhn' }],
  verify: (candidate) => {
    const { digits } = candidate;
    // A 17-digit body before an X is an ID's, never a card's.
    if (digits.endsWith('X') || digits.startsWith('0') || !luhn(digits)) return undefined;
    const issuer = issuerOf(digits);
    return issuer === undefined ? undefined : judge(candidate, issuer);
  },
  cases: {
    hit: [
      '«4111111111111111»',
      '«6222021234567890128»',
      '银行卡号：«6222021234567890128»，开户行工商银行',
      '卡号«6222021234567890128»户名张三',
      '«6222 0212 3456 7890 128»',
      '«6222-0212-3456-7890-128»',
      '«622202 1234567890128»',
      '«4111 1111 1111 1111»',
      '«4111-1111-1111-1111»',
      '«3782 822463 10005»',
      '«30569309025904»',
      '银联 «8171999900000000021»',
      '卡：«５５５５５５５５５５５５４４４４»',
      '{"cardNo":«6222021234567890128»}',
      'visa 19: «4000000000000000006»',
      '订单号 «6222021234567890128»',
      '"card": "«2223003122003222»"',
    ],
    miss: [
      '6222021234567890123',
      '6217000010012345678',
      '9558801282847859321',
      '6225880123456789',
      '1.4111111111111111',
      '0.6222021234567890128',
      '4111111111111111.25',
      '0x4111111111111111',
      'a4111111111111111',
      '4111111111111111f',
      'blk_4111111111111111',
      'd41d8cd98f00b204e9800998ecf8427e',
      '41111111-1111-1111-4111-111111111111',
      '11010219840406970X',
      '0000000000000000',
      '4000 0000 0000 0000 0000',
      '1700000000000000000',
      '411111 11111 11111',
    ],
  },
};

function judge(candidate: Candidate, issuer: Issuer): Verified | undefined {
  const { digits } = candidate;
  const around = surroundingsOf(candidate);
  if (around.cutFromMask || around.hexadecimal) return undefined;
  const hint = gluedLabel(around.leftToken) ? 'raise' : hintOf(around.left, around.right, BANK_CARD_WORDS);
  const grouping = groupingOf(candidate, USUAL_GROUPS);
  const test = TEST_CARDS.has(digits);
  const tags = test ? ['test-number'] : [];
  const reasons: Reason[] = ['checksum', `issuer-${issuer.trust}`];

  const doubt = doubtOf(candidate, grouping, test, around);
  if (doubt !== undefined) {
    if (hint !== 'raise') return doubt === 'row' || doubt === 'wide-groups' ? { confidence: WEAK, reasons: [...reasons, doubt], tags } : undefined;
    return { confidence: WEAK_WITH_WORDS, reasons: [...reasons, doubt, 'keyword'], tags };
  }
  const trust = TRUST[issuer.trust];
  let confidence = confidenceFor(trust, hint);
  if (hint !== 'none') reasons.push(hint === 'raise' ? 'keyword' : 'other-label');
  if (around.chained && hint !== 'raise') {
    confidence -= CHAINED_COST;
    reasons.push('chained');
  }
  return { confidence: Math.round(confidence * 100) / 100, reasons, tags };
}

function confidenceFor(trust: (typeof TRUST)[Issuer['trust']], hint: Hint): number {
  if (hint === 'raise') return trust.withWords;
  return hint === 'lower' ? trust.otherLabel : trust.alone;
}

/** What makes it unlikely that the number was ever a card; a word near it still can. */
function doubtOf(
  candidate: Candidate,
  grouping: Grouping,
  test: boolean,
  around: ReturnType<typeof surroundingsOf>,
): 'glued' | 'decimal' | 'odd-groups' | 'filler' | 'row' | 'wide-groups' | undefined {
  if ((around.leftToken !== '' && !gluedLabel(around.leftToken)) || around.rightToken !== '') return 'glued';
  if (around.fraction) return 'decimal';
  if (grouping === 'mixed' || grouping === 'even') return 'odd-groups';
  if (!test && longestRun(candidate.digits) >= FILLER_RUN) return 'filler';
  if (around.inRow || isTableRow(neighbourLines(candidate, around.left, around.right))) return 'row';
  return grouping === 'wide' ? 'wide-groups' : undefined;
}

/** A table has rows above and below that begin like no card, or are none by their check digits; a list of cards has not. */
function isTableRow(rows: readonly string[]): boolean {
  return rows.some((row) => (issuerOf(row)?.trust ?? 'rare') === 'rare') || (rows.length === 2 && !rows.some(luhn));
}

/** `card6222…` and `cardNo6222…`: the letters glued on are the number's own label. */
function gluedLabel(token: string): boolean {
  if (token === '') return false;
  const word = fold(token).trim();
  return [...word.matchAll(BANK_CARD_WORDS.raise)].some((match) => match[0].length === word.length);
}

function longestRun(digits: string): number {
  return Math.max(...[...digits.matchAll(/(\d)\1*/g)].map((match) => match[0].length));
}
