/** Which word speaks for or against a number: the nearest, of the same field and line, the longer of two that end together. */
import { describe, expect, it } from '@jest/globals';
import { BANK_CARD_WORDS } from '../../../detectors/words/bank-card.js';
import { gradeOf, isLabel } from '../../../detectors/words/grade.js';
import { RESIDENT_ID_WORDS } from '../../../detectors/words/resident-id.js';

describe('the word beside a bank card', () => {
  it.each([
    ['卡号：', '', 'strong'],
    ['"payerCardNumber":"', '"', 'strong'],
    ['"bank_account":"', '"', 'strong'],
    ['BANKCARDNO=', '', 'strong'],
    ['<yhkh>', '</yhkh>', 'strong'],
    ['', ' 是我的银行卡号', 'strong'],
    ['收款账户：', '', 'weak'],
    ['转账到', '', 'weak'],
    ['订单号：', '', 'other'],
    ['会员卡号：', '', 'other'],
    ['银行卡订单号 ', '', 'other'],
    ['订单 8 的银行卡号 ', '', 'strong'],
    ['"cardNo":"1","orderNo":"', '"', 'other'],
    ['"cardType":"visa","ref":"', '"', 'weak'],
    ['卡号如下\n', '', 'strong'],
    ['银行卡充值\n"ref": ', '', 'weak'],
    ['', '","cardNo":"', 'none'],
    ['Meeting ID: 285 649 707\n', '', 'none'],
    ['订单号\n', '', 'other'],
    ['imei      waybill     \n', '', 'none'],
    ['<uscc>91330106MAF083763T</uscc><v>', '', 'none'],
    ['请看最新版本。', '', 'none'],
    ["(`rec_id`) VALUES (8, '", "',", 'none'],
    ["(`card_no`, `rec_id`) VALUES ('", "',", 'weak'],
    ['discard ', '', 'none'],
    ['see the text ', '', 'none'],
  ])('%j … %j is %s', (left, right, expected) => {
    expect(gradeOf(left, right, BANK_CARD_WORDS)).toBe(expected);
  });
});

describe('the word beside a resident ID', () => {
  it.each([
    ['身份证号：', 'strong'],
    ['证件编号 ', 'strong'],
    ['"userIdCard":"', 'strong'],
    ['"id_card_no":"', 'strong'],
    ['SFZHM=', 'strong'],
    ['certNo: ', 'strong'],
    ['zjhm,', 'strong'],
    ['统一社会信用代码 ', 'other'],
    ['编号 ', 'other'],
    ['valid no ', 'none'],
  ])('%j is %s', (left, expected) => {
    expect(gradeOf(left, '', RESIDENT_ID_WORDS)).toBe(expected);
  });
});

it('letters glued to a number are its label when they are such a word', () => {
  expect(isLabel('sfz', RESIDENT_ID_WORDS)).toBe(true);
  expect(isLabel('cardNo_', BANK_CARD_WORDS)).toBe(true);
  expect(isLabel('blk_', BANK_CARD_WORDS)).toBe(false);
  expect(isLabel('', BANK_CARD_WORDS)).toBe(false);
});
