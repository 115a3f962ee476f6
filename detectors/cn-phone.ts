/** Mainland phone numbers: mobile numbers and landlines with their area code; service numbers and machines' numbers are nobody's. */
import type { NumberDetector } from './contract.js';
import { domesticOf } from './calling-codes.js';
import { judgeLandline } from './cn-landline.js';
import { judgeMobile } from './cn-mobile.js';
import { plainContext, surroundingsOf } from './surroundings.js';
import { fold, hintOf } from './words/match.js';
import { PHONE_WORDS } from './words/phone.js';

export const cnPhone: NumberDetector = {
  kind: 'number',
  id: 'cn.phone',
  title: { zh: '手机和固定电话号码', en: 'Chinese phone number' },
  keep: { first: 3, last: 4 },
  rank: 10,
  // 11: a mobile number, or 0, area code and subscriber. 16: 0086, then the longest landline.
  least: 11,
  most: 16,
  shapes: [
    { lengths: [11], starts: ['13', '14', '15', '16', '17', '18', '19'] },
    { lengths: [11, 12], starts: ['0'] },
    { lengths: [11, 12, 13, 14, 15, 16], starts: ['0086', '86'] },
  ],
  verify: (candidate) => {
    // Cheap first: most candidates begin with no digit that a phone number begins with.
    if (!/^(?:1[3-9]|0|86)/.test(candidate.digits) || candidate.digits.endsWith('X')) return undefined;
    const number = domesticOf(candidate, plainContext(candidate.before));
    if (number.country === 'foreign') return undefined;
    const around = surroundingsOf(candidate);
    if (around.cutFromMask || around.hexadecimal) return undefined;
    const hint = gluedLabel(around.leftToken) ? 'raise' : hintOf(around.left, around.right, PHONE_WORDS);
    const surroundings = gluedLabel(around.leftToken) ? { ...around, leftToken: '' } : around;
    const judged = judgeMobile(number, surroundings, hint) ?? judgeLandline(number, surroundings, hint);
    if (judged === undefined) return undefined;
    const { confidence, reasons, tags, skip } = judged;
    return { confidence: Math.round(Math.min(0.99, Math.max(0.05, confidence)) * 100) / 100, reasons, tags, from: number.from + skip, to: candidate.digits.length };
  },
  cases: {
    hit: [
      '«13812345678»',
      '«138 1234 5678»',
      '«138-1234-5678»',
      '«138-12345678»',
      '«1381234 5678»',
      '«1381-2345-678» 手机',
      '+86 «138-1234-5678»',
      '+86«13812345678»',
      '86-«13812345678»',
      '0086«13812345678»',
      '86«13812345678»',
      '(+86)«13812345678»',
      '手机号«13812345678»张三',
      '陆xg«15822222222»',
      'tel«13812345678»',
      '«１３８１２３４５６７８»，',
      '«13812345678»@139.com',
      '«010-69156699»',
      '(«010) 6915 6699»',
      '（«0755）23456789»',
      '电话«01069156699»',
      '+86 «10 6915 6699»',
      '0086-«020-82803159»',
      '«0571-87654321»-8001',
      '«0571-87654321»转8001',
      '"mobile":«19912345678»',
      'name=a+«13812345678»',
    ],
    miss: [
      '12345678901',
      '15412345678',
      '400-810-8888',
      '800-810-8888',
      '95588',
      '1410012345678',
      '1064812345678',
      '+1 415 555 2671',
      '+15305551234',
      '+44 13812345678',
      '010-12345678',
      '0.13812345678',
      '13812345678.25',
      'a1b2c13812345678',
      'd4c1d8cd98f00b13812345678ecf8427e',
      '550e8400-e29b-41d4-a716-13812345678a',
      '1700000000000',
      '13812 34567 8',
      '138****5678',
    ],
  },
};

/** `tel138…` and `mobile_138…`: what is glued on is the number's own label. */
function gluedLabel(token: string): boolean {
  if (token === '') return false;
  const word = fold(token).trim();
  return [...word.matchAll(PHONE_WORDS.raise)].some((match) => match[0].length === word.length);
}
