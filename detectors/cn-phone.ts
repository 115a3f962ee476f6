/** Mainland phone numbers: mobile numbers and landlines with their area code; service numbers and machines' numbers are nobody's. */
import type { NumberDetector } from './contract.js';
import { domesticOf } from './calling-codes.js';
import { judgeLandline, mayBeLandline } from './cn-landline.js';
import { judgeMobile, mobileOf } from './cn-mobile.js';
import { PHONE_GROUPINGS } from './phone-groupings.js';
import { plainBefore, surroundingsOf } from './surroundings.js';
import { LONGER_SEGMENTS, MOBILE_SEGMENTS, AREAS } from './data/phone-numbers.js';
import { gluedLabel, phoneHint } from './words/phone.js';

/** More likely none than one. */
const LEAST_LIKELY = 0.5;
const SEGMENTS = [...MOBILE_SEGMENTS, ...LONGER_SEGMENTS];
/** First digits of landlines: 0, an area, and a subscriber's 2 to 8. */
const AREA_STARTS = [...AREAS].flatMap((area) => [2, 3, 4, 5, 6, 7, 8].map((first) => `0${area}${String(first)}`));
/** Longer starts than shapes are told apart by would have to be looked for in their list. */
const CODED_START = 5;
const behind = (code: string, starts: readonly string[]): string[] => [...new Set(starts.map((start) => `${code}${start}`.slice(0, CODED_START)))];
/** What follows 86 or 0086: a mobile number, listed or not, or a landline; either with a 0 in front. */
const BEHIND_CODE = [...['13', '14', '15', '16', '17', '18', '19'], ...AREAS];
const TRUNK_BEHIND_CODE = BEHIND_CODE.map((start) => `0${start}`);
/** A cell of a list with more digits is a number of its own. */
const LONGEST_CELL = 10;
/** The number itself is cut by one line end at most, and its country code may stand on a line of its own. */
const GROUPINGS = { usual: PHONE_GROUPINGS, joins: 2, lineEnds: -1 };

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
    { lengths: [11], starts: SEGMENTS, cell: LONGEST_CELL, groupings: GROUPINGS },
    { lengths: [12], starts: SEGMENTS.map((segment) => `0${segment}`), cell: LONGEST_CELL, groupings: GROUPINGS },
    // No landline is a fraction's whole part; of mobile numbers some are, where words name them.
    { lengths: [11, 12], starts: AREA_STARTS, cell: LONGEST_CELL, groupings: GROUPINGS, fraction: 0 },
    // A landline has 10 or 11 digits after the code, 11 or 12 with its 0; a mobile number 11 or 12.
    { lengths: [12, 13], starts: behind('86', [...BEHIND_CODE, ...TRUNK_BEHIND_CODE]), cell: LONGEST_CELL, groupings: GROUPINGS },
    { lengths: [14], starts: behind('86', TRUNK_BEHIND_CODE), cell: LONGEST_CELL, groupings: GROUPINGS },
    { lengths: [14, 15], starts: behind('0086', [...BEHIND_CODE, ...TRUNK_BEHIND_CODE]), cell: LONGEST_CELL, groupings: GROUPINGS },
    { lengths: [16], starts: behind('0086', TRUNK_BEHIND_CODE), cell: LONGEST_CELL, groupings: GROUPINGS },
  ],
  verify: (candidate) => {
    // Cheap first: most candidates begin with no digit that a phone number begins with.
    if (!/^(?:1[3-9]|0|86)/.test(candidate.digits) || candidate.digits.endsWith('X')) return undefined;
    const number = domesticOf(candidate, plainBefore(candidate));
    if (number.country === 'foreign') return undefined;
    const mobile = mobileOf(number);
    if (mobile === undefined && !mayBeLandline(number)) return undefined;
    const around = surroundingsOf(candidate);
    if (around.cutFromMask || around.hexadecimal) return undefined;
    const labelled = gluedLabel(around.leftToken);
    const hint = labelled ? 'raise' : phoneHint(around.left, around.right);
    const surroundings = labelled ? { ...around, leftToken: '' } : around;
    const judged = (mobile && judgeMobile(number, mobile, surroundings, hint)) ?? judgeLandline(number, surroundings, hint);
    if (judged === undefined) return undefined;
    const { reasons, tags, skip } = judged;
    const confidence = Math.round(Math.min(0.99, judged.confidence) * 100) / 100;
    if (confidence < LEAST_LIKELY) return undefined;
    return { confidence, reasons, tags, from: number.from + skip, to: candidate.digits.length };
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
      '«17777777777»',
      '«0377-77777777»',
      '电话 0«17777777777»',
      '«0571-87654321»转8001',
      '"mobile":«19912345678»',
      'name=a+«13812345678»',
      '«１３８－１２３４－５６７８»',
      '«1\u200b3812\u200e345678»',
      '«138\u00a01234\u20095678»',
      '«138\u30001234\u30005678»',
      '«138.1234.5678»',
      '«138/1234/5678»',
      '«138_1234_5678»',
      '«138，1234，5678»',
      '«138、1234、5678»',
      '«138—1234—5678»',
      '(«138) 1234-5678»',
      '«1 3 8 1 2 3 4 5 6 7 8»',
      '«1-3-8-1-2-3-4-5-6-7-8»',
      '电话«1、3、8、1、2、3、4、5、6、7、8»',
      '«一三八一二三四五六七八»',
      '«壹叁捌-壹贰叁肆-伍陆柒捌»',
      '«幺三八幺二三四五六七八»',
      '«①③⑧①②③④⑤⑥⑦⑧»',
      '«138一二三四5678»',
      '«1三8一2三4五6七8»',
      '手机号：«1381234\n5678»，谢谢',
      '请打«138-1234-\n5678»找我',
      '①«13812345678»',
      '⑩«13812345678»',
      '1、«13812345678»',
      '(1)«13812345678»',
      '第三«13812345678»',
      '王芳 «13812345678»',
      '订单号 «138-1234-5678»',
      '「«零一零六九一五六六九九»」',
      '«010—69156699»',
      '电话«0571/87654321»',
      '{"userMobile":«13812345678»,"id":7}',
    ],
    miss: [
      '12345678901',
      '15412345678',
      'mode & 037777777777',
      'mask = 017777777777;',
      '0177777777777',
      '01777777777777777777777',
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
      '订单号 13812345678',
      'SF13812345678',
      'NO13812345678',
      '15412345678 手机',
      '138.12345678',
      '经纬度 139.12345678,35.1234567',
      '139.196.100.12',
      '13,812,345,678',
      '1381234,5678',
      '[1,3,8,1,2,3,4,5,6,7,8]',
      '5,1,3,8,1,2,3,4,5,6,7,8,9',
      '1998-12-31 9:59',
      '1381234\n5678\n',
      '+852 138 1234 5678',
      '+44 (0) 13812345678',
      '00852 13812345678',
      '20241122133000',
      '1440123456789',
      '138****5678',
    ],
  },
};
