import { describe, expect, it } from '@jest/globals';
import { bankCard } from '../../detectors/bank-card.js';
import { numberSource } from '../kit/numbers.js';
import { candidate } from './candidate.js';

const confidence = (marked: string): number => bankCard.verify(candidate(marked))?.confidence ?? 0;

describe('bank cards', () => {
  it('are believed alone, surer with a word, and no near miss is', () => {
    const source = numberSource(31);
    for (let run = 0; run < 1000; run++) {
      const card = source.bankCard();
      expect(confidence(`«${card}»`)).toBeGreaterThanOrEqual(0.8);
      expect(confidence(`卡号：«${card}»`)).toBeGreaterThanOrEqual(0.95);
      expect(confidence(`«${source.nearMissCard()}»`)).toBe(0);
    }
  });

  it.each([
    ['«6222021234567890128»', 0.8, 0.95],
    ['"bankCard":"«6222021234567890128»', 0.95, 1],
    ['cardNo«6222021234567890128»', 0.95, 1],
    ['«6222 0212 3456 7890 128»', 0.8, 0.95],
    ['«622202-1234567890128»', 0.8, 0.95],
    ['«6222  0212  3456  7890  128»', 0.4, 0.69],
    ['卡号 «6222  0212  3456  7890  128»', 0.7, 1],
    ['«4111-1111-1111-1111»', 0.8, 0.95],
    ['订单号 «4111111111111111»', 0.3, 0.69],
    ['订单号 «6222021234567890128»', 0.7, 0.8],
    ['银行卡订单号 «4111111111111111»', 0.3, 0.69],
    ['订单 8 的银行卡号 «4111111111111111»', 0.95, 1],
    ['visa «4000000000000000006»', 0.7, 0.95],
    ['«4000123412341234568»', 0, 0.69],
    ['ORD-«4111111111111111»', 0.3, 0.72],
    ['4821 5533 «6222 0212 3456 7890»', 0, 0.69],
    ['4821 5533 1200 9931\n«4111 1111 1111 1111»\n1234 9876 0000 2222', 0, 0.69],
    ['6222 0212 3456 7891\n«4111 1111 1111 1111»\n4111 1111 1111 1111', 0.8, 0.9],
    ['6222 0212 3456 7891\n«4111 1111 1111 1111»\n张三', 0.8, 0.9],
    ['6222 0212 3456 7891\n«4111 1111 1111 1111»\n4111 1111 1111 1112', 0, 0.69],
    ['**** **** **** 1234\n«4111 1111 1111 1111»\n', 0.8, 0.9],
  ])('%s lies between %d and %d', (marked, least, most) => {
    expect(confidence(marked)).toBeGreaterThanOrEqual(least);
    expect(confidence(marked)).toBeLessThanOrEqual(most);
  });

  it.each([
    ['a fraction', '1.«4111111111111111»'],
    ['a fraction whose whole part is masked', '*.«4111111111111111»'],
    ['an amount with decimals', '«4111111111111111».25'],
    ['hexadecimal digits on the left', 'deadbeef«4111111111111111»'],
    ['a letter on the right', '«4111111111111111»z'],
    ['a block id', 'blk_«4111111111111111»'],
    ['a hexadecimal literal', '0x«4111111111111111»'],
    ['a UUID', '«41111111-1111-1111-4111-111111111111»'],
    ['a run of one digit', '«6222222222222222»'],
    ['mixed gaps', '«4111 1111-1111 1111»'],
    ['groups that no card has', '«41 11111 111 111111»'],
    ['the end of a masked number', '138****«4111 1111 1111 1111»'],
    ['an ID of 18 characters', '«11010219840406970X»'],
  ])('refuse %s', (_, marked) => {
    expect(bankCard.verify(candidate(marked))).toBeUndefined();
  });

  it('carry a tag when they are published test numbers', () => {
    expect(bankCard.verify(candidate('«4111111111111111»'))?.tags).toEqual(['test-number']);
    expect(bankCard.verify(candidate('«6222021234567890128»'))?.tags).toEqual([]);
  });
});
