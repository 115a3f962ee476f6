import { describe, expect, it } from '@jest/globals';
import { cnPhone } from '../../detectors/cn-phone.js';
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
    ['139 8765 4321 «138 1234 5678»', 0.8, 0.9],
    ['139 **** 4321 «138 1234 5678»', 0.8, 0.9],
    ['5 «138 123 45678» 3', 0, 0.69],
    ['«138 123 45678»', 0.7, 0.8],
    ['手机 «15412345678»', 0, 0],
    ['+«86 15412345678»', 0.7, 0.75],
    ['«15412345678»', 0, 0],
    ['«013812345678»', 0.7, 0.75],
    // An article's number by its check digit.
    ['«013812345672»', 0, 0.69],
    ['«010-69156699»', 0.75, 0.85],
    ['电话 «010-69156699»', 0.9, 1],
    ['(«010) 6915 6699»', 0.75, 0.85],
    ['«0755 23456789»', 0.75, 0.85],
    ['«01069156699»', 0.7, 0.75],
    ['«03101234567»', 0, 0],
    ['«03106234567»', 0.5, 0.69],
    ['电话«01069156699»', 0.8, 0.95],
    ['«0571-87654321»-8001', 0.75, 0.85],
    ['客服热线 «010-69156699»', 0, 0.69],
    ['«0312-5912345»', 0.75, 0.85],
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
});
