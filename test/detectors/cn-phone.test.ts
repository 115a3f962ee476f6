import { describe, expect, it } from '@jest/globals';
import { cnPhone } from '../../detectors/cn-phone.js';
import { CLASS, SEPARATOR } from '../../detectors/scan/characters.js';
import { findAllWith } from '../../detectors/scan/find.js';
import { numberSource } from '../kit/numbers.js';
import { candidate } from './candidate.js';

const verify = (marked: string): ReturnType<typeof cnPhone.verify> => cnPhone.verify(candidate(marked));
const confidence = (marked: string): number => verify(marked)?.confidence ?? 0;

describe('phone numbers', () => {
  it('are believed alone, and surer with a word', () => {
    const source = numberSource(41);
    for (let run = 0; run < 1000; run++) {
      const phone = source.phone();
      expect(confidence(`«${phone}»`)).toBeGreaterThanOrEqual(0.75);
      expect(confidence(`«${phone}»`)).toBeLessThan(0.9);
      expect(confidence(`手机：«${phone}»`)).toBeGreaterThanOrEqual(0.95);
    }
  });

  it.each([
    ['+86 «13812345678»', 0.9, 1],
    ['「+86-«138-1234-5678»', 0.9, 1],
    ['陆xg«15822222222»', 0.7, 0.8],
    ['tel«13812345678»', 0.9, 1],
    ['SN«13812345678»', 0, 0.69],
    ['order_«13812345678»', 0, 0.69],
    ['订单号«13812345678»', 0, 0.69],
    ['timestamp: «13812345678»', 0, 0.69],
    ['20240101_«13812345678»', 0.7, 0.8],
    ['«13812345678»_zhang.wav', 0.7, 0.8],
    ['«1381 2345 678»', 0.7, 0.8],
    ['«138 12345 678»', 0.7, 0.8],
    ['«13 812 345 678»', 0, 0],
    ['2023 «138 1234 5678» 9012', 0, 0.69],
    ['139 8765 4321 «138 1234 5678»', 0.9, 0.95],
    ['139 **** 4321 «138 1234 5678»', 0.9, 0.95],
    ['5 «138 123 45678» 3', 0, 0.69],
    ['«138 123 45678»', 0.7, 0.8],
    ['手机 «15412345678»', 0, 0],
    ['+«86 15412345678»', 0.7, 0.75],
    ['«15412345678»', 0, 0],
    ['«013812345678»', 0.7, 0.75],
    // An article's number by its check digit.
    ['«013812345672»', 0, 0.69],
    ['«010-69156699»', 0.9, 0.95],
    ['电话 «010-69156699»', 0.9, 1],
    ['(«010) 6915 6699»', 0.9, 0.95],
    ['«0755 23456789»', 0.8, 0.9],
    ['«01069156699»', 0.75, 0.85],
    ['«03101234567»', 0, 0],
    ['«03106234567»', 0.7, 0.75],
    ['电话«01069156699»', 0.8, 0.95],
    ['«0571-87654321»-8001', 0.9, 0.95],
    ['客服热线 «010-69156699»', 0, 0.69],
    // A size and a date.
    ['wang «1496972 2016»-01-15', 0, 0],
    ['NJ«18492253624»', 0, 0],
    ['电话 NJ«18492253624»', 0, 0],
    ['4106 0219 «138 1234 5678» 2233', 0, 0],
    ['«0312-5912345»', 0.9, 0.95],
    ['«0999-12345678»', 0, 0],
    ['«0100-2345678»', 0, 0],
    ['«010-1234567»', 0, 0],
  ])('%s lies between %d and %d', (marked, least, most) => {
    expect(confidence(marked)).toBeGreaterThanOrEqual(least);
    expect(confidence(marked)).toBeLessThanOrEqual(most);
  });

  it.each([
    ['«8613812345678»', 2, 13],
    ['«008613812345678»', 4, 15],
    ['+«86 138 1234 5678»', 2, 13],
    ['«0086-13812345678»', 4, 15],
    ['«013812345678»', 1, 12],
    ['+«86 10 6915 6699»', 2, 12],
    ['电话 «86-10-69156699»', 2, 12],
    ['«0086-020-82803159»', 4, 15],
  ])('%s is the number without its country code: digits %d to %d', (marked, from, to) => {
    expect(verify(marked)).toMatchObject({ from, to });
  });

  it.each([
    ['a North American number', '+«1 530 555 1234»'],
    ['the inside of a foreign number', '+44 «13812345678»'],
    ['the inside of a number written with 00', '0044 «13812345678»'],
    ['the inside of a masked foreign number', '+*4 «13812345678»'],
    ['a fraction', '0.«13812345678»'],
    ['an amount', '«13812345678».25'],
    ['an identifier', 'a1b2«13812345678»'],
    ['a hash', 'd4c1d8cd98«13812345678»ecf8427e'],
    ['the last part of a UUID', '550e8400-e29b-41d4-a716-«13812345678»0'.replace('»0', '»a')],
    ['letters on both sides', 'x«13812345678»y'],
    ['groups of a table that begin with 86', '1022 «8629 2014 1074»'],
    ['a machine number', '«1410012345678»'],
    ['the end of a masked number', '6222****«138 1234 5678»'],
    ['the start of a masked number', '«138 1234 5678»****'],
  ])('refuse %s', (_, marked) => {
    expect(verify(marked)).toBeUndefined();
  });

  it('read a plus after a letter as a blank of a form', () => {
    expect(confidence('name=zhang+«13812345678»')).toBeGreaterThanOrEqual(0.8);
  });

  it.each([
    ['"mobile":"«13812345678»"', 0.9, 1],
    ['"phoneNumber": "«13812345678»"', 0.9, 1],
    ['{"userMobile":«13812345678»,', 0.9, 1],
    ['receiverPhoneNo=«13812345678»', 0.9, 1],
    ['<contact_tel>«13812345678»</contact_tel>', 0.9, 1],
    ['lxdh: «13812345678»', 0.9, 1],
    ['sjh=«13812345678»', 0.9, 1],
    ['TEL;TYPE=CELL:«13812345678»', 0.9, 1],
    ['<field name="mobile">«13812345678»</field>', 0.9, 1],
    ['"id":«13812345678»', 0, 0],
    ['phone=1,uid=«13812345678»', 0, 0],
    ['"mobileId":«13812345678»', 0, 0],
    ['seq: «13812345678»', 0, 0],
    ['ts=«13812345678»', 0, 0],
    ['offset «13812345678»', 0, 0],
    ['pid=«13812345678»', 0, 0],
    ['/orders/«13812345678»?x=1', 0, 0],
    ['共«13812345678» bytes', 0, 0],
    ['¥«13812345678»', 0, 0],
    ['unknown_field=«13812345678»', 0.7, 0.89],
    ['订单号 +«86 138-1234-5678»', 0.8, 1],
    ['订单号 «138-1234-5678»', 0.7, 0.89],
  ])('believe a field by its name: %s lies between %d and %d', (marked, least, most) => {
    expect(confidence(marked)).toBeGreaterThanOrEqual(least);
    expect(confidence(marked)).toBeLessThanOrEqual(most);
  });

  it('judge a number whatever parts it, every line end among it', () => {
    for (let unit = 0; unit < 0x10000; unit++) {
      if (CLASS[unit] !== SEPARATOR) continue;
      const sign = String.fromCharCode(unit);
      for (const gap of [sign, `${sign}${sign}`, `-${sign}`, `${sign}\n`]) expect(() => findAllWith(`手机 1381234${gap}5678，好`, [cnPhone])).not.toThrow();
    }
  });

  const found = (text: string): string[] => findAllWith(text, [cnPhone]).filter((one) => one.confidence >= 0.7).map((one) => text.slice(one.start, one.end));

  it.each([
    '①13812345678', '1\ufe0f\u20e313812345678', '1\ufe0f\u20e3138-1234-5678', '⑩13812345678', '⑴13812345678', '㈠13812345678', '1、13812345678', '(1)13812345678', '第三13812345678', '一、13812345678', '注¹13812345678',
    '一三八一二三四五六七八', '壹叁捌壹贰叁肆伍陆柒捌', '幺三八-一二三四-五六七八', '①③⑧①②③④⑤⑥⑦⑧', '138一二三四5678', '一3八1二3四5六7八', '１３８－１２３４－５６７８', '138 1234 5678',
    '138/1234/5678', '138_1234_5678', '138，1234，5678', '138、1234、5678', '1 3 8 1 2 3 4 5 6 7 8', '请打 1381234\n5678，谢谢', '请打 138-1234-\n5678 找我',
  ])('find %s whole and sure enough to act', (text) => {
    const [only, ...more] = found(text);
    expect(more).toEqual([]);
    expect((only ?? '').normalize('NFKC').length).toBeGreaterThanOrEqual(11);
  });

  it.each([
    ['decimals', '138.12345678 1381234.5678 -.13812345678 0.13812345678 1.13812345678'],
    ['addresses of the internet', '139.196.100.12 158.98.101.161:8080 133.43.163.182'],
    ['rows of figures', '137,1400,1500,9\n138,1234,5678,4\n139,2000,3000,1'],
    ['a row of a matrix', '5139 4498 138 1234 5678 2925'],
    ['single digits of an array', 'const W = [1, 3, 8, 1, 2, 3, 4, 5, 6, 7, 8];'],
    ['dates and times', '1998-12-31 9:59 1998/12/31 23:59:59 20241122133000 1700000000 1700000000000'],
    ['coordinates', '[139.12345678, 35.12345678]'],
    ['figures one below the other', '138\n12345678\n1381234\n5678\n'],
    ['a bug and a date', 'Bug #1381234\n\n2009-01-02'],
    ['a dump', '92aa 4724 1877\n0000020 9725 9337'],
    ['numbers of other lands', '+1 381 234 5678, +852 138 1234 5678, +853-13812345678, +886 13812345678, +44 (0) 13812345678, 001 13812345678'],
    ['service numbers', '400-810-8888 800-810-8888 95588 96110 10086 12315 106575258192146 4008108888'],
    ['numbers of machines', '1440123456789 10648123456789 1064712345678'],
    ['codes', 'SF13812345678 NO13812345678 UJ13812345678 order_13812345678 e3b0c44298fc13812345678fbf4c8996'],
  ])('take %s for no phone number', (_, text) => {
    expect(found(text)).toEqual([]);
  });
});
