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
    ['«6222  0212  3456  7890  128»', 0.7, 0.85],
    ['«4539  5787  6362  1486»', 0.7, 0.75],
    ['卡号 «6222  0212  3456  7890  128»', 0.7, 1],
    ['«4539-5787-6362-1486»', 0.75, 0.89],
    ['«4111-1111-1111-1111»', 0.9, 0.95],
    ['订单号 «4111111111111111»', 0.8, 0.89],
    ['卡号 «4539578763621486»', 0.95, 1],
    ['转账 «4539578763621486»', 0.85, 0.9],
    ['订单号 «6222021234567890128»', 0.7, 0.8],
    ['银行卡订单号 «6222021234567890128»', 0.7, 0.8],
    ['订单 8 的银行卡号 «4539578763621486»', 0.95, 1],
    ['会员卡号 «6222021234567890128»', 0.7, 0.8],
    ['visa «4000123412341274566»', 0.85, 0.95],
    ['转账 «4000123412341274566»', 0.5, 0.69],
    ['visa «4000000000000000006»', 0.5, 0.69],
    ['«6222/0212/3456/7890/128»', 0.75, 0.87],
    ['«6222_0212_3456_7890_128»', 0.75, 0.87],
    ['是«6222,0212,3456,7890,128»', 0.5, 0.69],
    ['是«6222，0212，3456，7890，128»', 0.7, 0.8],
    ['卡号«6222,0212,3456,7890,128»', 0.9, 1],
    ['卡号«6222 0212-3456.7890 128»', 0.85, 0.95],
    ['卡号«62220 21234 56789 0128»', 0.85, 0.95],
    ['卡号«622202123456\n  7890128»', 0.95, 1],
    ['就付到«622202123456\n  7890128»这张', 0.8, 0.87],
    ['«6-2-2-2-0-2-1-2-3-4-5-6-7-8-9-0-1-2-8»', 0.75, 0.87],
    ['cards\n12,«6222021234567890128»,北京', 0.85, 0.96],
    ['«6222021234567890128» 6222021234567890127', 0, 0.69],
    ['ORD-«6222021234567890128»', 0.6, 0.8],
    ['4821 5533 «6222 0212 3456 7890»', 0, 0.69],
    ['4821 5533 1200 9931\n«4539 5787 6362 1486»\n1234 9876 0000 2222', 0, 0.69],
    ['4821\t5533\t1200\t9931\n«4539 5787 6362 1486»\n1234\t9876\t0000\t2222', 0, 0.69],
    ['6222 0212 3456 7891\n«4539 5787 6362 1486»\n4111 1111 1111 1111', 0.75, 0.9],
    ['6222 0212 3456 7891\n«4539 5787 6362 1486»\n张三', 0.75, 0.9],
    ['6222 0212 3456 7891\n«4539 5787 6362 1486»\n4111 1111 1111 1112', 0, 0.69],
    ['**** **** **** 1234\n«4539 5787 6362 1486»\n', 0.75, 0.9],
    ['3.«6222021234567890128»', 0.85, 0.95],
    ['12847 9931042 4821553 «4539578763621486» 5533120 881', 0.5, 0.69],
    ['5105105105105100|12|2028|123\n«4539578763621486»|01|2027|321\n4111111111111111', 0.75, 0.85],
    ['2026-11-22 «4539578763621486»', 0.75, 0.85],
    ['卡号多少？\n«622202123456.7890128»', 0.5, 0.75],
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
    ['mixed gaps', '«4539 5787-6362 1486»'],
    ['cells that only together are a card', '«4539,5787,6362,1486»'],
    ['the row of a dump', '00000060  9a1f «4539 5787 6362 1486» a2bd'],
    ['rows of a dump', '7523 3048 «4539\n00000130  5787» 6362 1486'],
    ['a number with decimals', '«6222021234.567890128»'],
    ['a column of numbers', '4821553\n«45395787\n63621486»\n5533120'],
    ['a window of a list of digits', '3,«6,2,2,2,0,2,1,2,3,4,5,6,7,8,9,0,1,2,8»,1,5'],
    ['a number that goes on in the next cell', '卡号|«6222021234567890|128»'],
    ['another number by its label', '订单号：«4539578763621486»'],
    ['a member’s number', '会员卡号：«4539578763621486»'],
    ['a rare form without a word', '«4000123412341274566»'],
    ['a numeral that belongs to the next word', '转«453957876362148六»张'],
    ['groups that no card has', '«41 11111 111 111111»'],
    ['the end of a masked number', '138****«4111 1111 1111 1111»'],
    ['an ID of 18 characters', '«11010219840406970X»'],
  ])('refuse %s', (_, marked) => {
    expect(bankCard.verify(candidate(marked))).toBeUndefined();
  });

  it('of 15 digits yield to the old form of an ID where a county and a date stand', () => {
    // Begins and passes Luhn as American Express does, and is a number of 安徽 of 1981.
    expect(confidence('«342601811120866»')).toBe(0);
    expect(confidence('«378282246310005»')).toBeGreaterThanOrEqual(0.9);
  });

  it('carry a tag when they are published test numbers', () => {
    expect(bankCard.verify(candidate('«4111111111111111»'))?.tags).toEqual(['test-number']);
    expect(bankCard.verify(candidate('«6222021234567890128»'))?.tags).toEqual([]);
  });
});
