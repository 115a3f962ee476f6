/** Messages in which numbers are disguised: each in one form, with or without a word beside it. */
import type { Dice } from '../dice.js';
import { joined, joinedBy, plainPiece, type Piece } from '../piece.js';
import { anyValue, filled } from '../slots.js';
import { DISGUISE_NAMES, disguised } from '../values/disguises.js';
import type { Host } from './host.js';

const WORDS: Readonly<Record<string, readonly string[]>> = {
  'cn.resident-id': ['身份证号', '身份证：', '我的身份证是', 'ID card ', '证件号码 ', 'sfz', '公民身份号码：', 'id no. '],
  'bank-card': ['卡号', '银行卡：', '打到这张卡', 'card no: ', '工行卡号 ', '账号：', '储蓄卡', 'bank card '],
  'cn.phone': ['手机', '电话：', '加我', '手机号码是', 'tel ', 'call me ', '联系方式：', '打我'],
};
const BEFORE = ['', '[[sentence]]', '[[name]] ', '给你：', '记一下 ', '[[esentence]] ', '（', '['];
const AFTER = ['', '。[[sentence]]', ' [[name]]', '，谢谢', '\n[[esentence]]', '）', ']', ' ok?'];

function message(dice: Dice, form: string): Piece {
  const value = anyValue(dice);
  const word = dice.chance(0.65) ? dice.pick(WORDS[value.detector] ?? ['']) : '';
  return joined([filled(dice, dice.pick(BEFORE)), plainPiece(word), disguised(dice, value, form), filled(dice, dice.pick(AFTER))]);
}

/** Every form once, in an order of its own, among sentences without numbers. */
export const DISGUISED_HOST: Host = {
  name: 'disguised',
  extension: 'txt',
  write: (dice) => joinedBy('\n', DISGUISE_NAMES.flatMap((form) => [message(dice, form), ...(dice.chance(0.3) ? [filled(dice, '[[sentence]]')] : [])])),
};
