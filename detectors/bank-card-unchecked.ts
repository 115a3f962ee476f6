/** UnionPay numbers whose check digit is wrong, beside a word that names a card: a few old cards were issued so, and people mistype. Only where a configuration enables it. */
import type { Candidate, NumberDetector, Verified } from './contract.js';
import { CARD_GROUPS } from './card-evidence.js';
import { luhn } from './checksum.js';
import { issuerOf } from './issuers.js';
import { surroundingsOf, type Surroundings } from './surroundings.js';
import { BANK_CARD_WORDS } from './words/bank-card.js';
import { gradeOf, isLabel } from './words/grade.js';
import { writingOf } from './writing.js';

/** Below 0.7 on purpose: no policy acts on a number that fails its own check unless a rule says so. */
const KNOWN = 0.6;
const NATIONAL = 0.52;

export const bankCardUnchecked: NumberDetector = {
  kind: 'number',
  id: 'bank-card.unchecked',
  title: { zh: '银行卡号（校验位不对）', en: 'Bank card number with a wrong check digit' },
  keep: { first: 0, last: 4 },
  // Whatever another detector makes of the same digits is surer.
  rank: 1,
  least: 16,
  most: 19,
  shapes: [{ lengths: [16, 19], starts: ['62'], groups: 6 }],
  verify: (candidate: Candidate): Verified | undefined => {
    const { digits } = candidate;
    if (!digits.startsWith('62') || digits.endsWith('X') || luhn(digits)) return undefined;
    const { trust } = issuerOf(digits) ?? {};
    const { groups, gaps, lineEnds } = writingOf(candidate, CARD_GROUPS);
    if ((trust !== 'known' && trust !== 'national') || (groups !== 'whole' && groups !== 'usual')) return undefined;
    if (!(gaps === 'none' || gaps === 'plain') || lineEnds > 0) return undefined;
    const around = surroundingsOf(candidate);
    if (isPartOfAnother(around) || !isNamed(around)) return undefined;
    return { confidence: trust === 'known' ? KNOWN : NATIONAL, reasons: [`issuer-${trust === 'known' ? 'known' : 'usual'}`, 'check-digit', 'keyword'] };
  },
  cases: {
    hit: [
      '银行卡号 «6222021234567890123»，开户行工商银行',
      '储蓄卡：«6217000010012345678»',
      '卡号«6225880123456789»户名张三',
      '{"cardNo":"«6228888888888888»"}',
      '卡号«6222 0212 3456 7890 123»',
      '卡号 «6222-0212-3456-7890-123»',
    ],
    miss: [
      '6222021234567890123',
      '订单号 6222021234567890123',
      '转账 6222021234567890123',
      '会员卡号 6222021234567890123',
      '银行卡号 6222021234567890128',
      '卡号 9558801282847859321',
      '卡号 4111111111111112',
      '卡号 1.6222021234567890123',
      '卡号 a6222021234567890123',
      '卡号 62220212345678901',
      '卡号 6222,0212,3456,7890,123',
      '卡号 6 2 2 2 0 2 1 2 3 4 5 6 7 8 9 0 1 2 3',
    ],
  },
};

/** Its own label, as near and as strong as words can be: nothing else speaks for it. */
function isNamed({ left, right, leftToken }: Surroundings): boolean {
  return isLabel(leftToken, BANK_CARD_WORDS) || (leftToken === '' && gradeOf(left, right, BANK_CARD_WORDS) === 'strong');
}

function isPartOfAnother({ cutFromMask, hexadecimal, fraction, chained, inRow, besideDigit, rightToken }: Surroundings): boolean {
  return cutFromMask || hexadecimal || fraction || chained || inRow || besideDigit || rightToken !== '';
}
