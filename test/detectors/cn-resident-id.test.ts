import { describe, expect, it } from '@jest/globals';
import { cnResidentId } from '../../detectors/cn-resident-id.js';
import { numberSource } from '../kit/numbers.js';
import { candidate } from './candidate.js';

const confidence = (marked: string): number => cnResidentId.verify(candidate(marked))?.confidence ?? 0;

describe('resident IDs', () => {
  it('are high wherever they stand alone, and no near miss is', () => {
    const source = numberSource(21);
    for (let run = 0; run < 1000; run++) {
      expect(confidence(`«${source.residentId()}»`)).toBeGreaterThanOrEqual(0.95);
      expect(confidence(`«${source.nearMissId()}»`)).toBe(0);
    }
  });

  it.each([
    ['«11010519491231002X»', 0.95, 1],
    ['«440524188001010014»', 0.95, 1],
    ['«810000199408230021»', 0.95, 1],
    ['«932682198501010017»', 0.95, 1],
    ['订单号：«11010519491231002X»', 0.95, 1],
    ['order_no=«11010519491231002X»', 0.95, 1],
    ['身份证«11010519491231002X»号', 0.95, 1],
    ['abc«11010519491231002X»', 0.7, 0.95],
    ['3.«11010519491231002X»', 0.7, 0.95],
    ['«110105 19491231 002X»', 0.95, 1],
    ['«110105-1949-1231-002X»', 0.95, 1],
    ['«11010-51949-1231-002X»', 0.9, 0.97],
    ['«110105-19491231 002X»', 0.7, 0.9],
    ['身份证«110105-19491231 002X»', 0.9, 1],
    ['«110105，19491231，002X»', 0.9, 1],
    ['«110105,19491231,002X»', 0.9, 1],
    ['«110105/19491231/002X»', 0.9, 1],
    ['«110105_19491231_002X»', 0.9, 1],
    ['«4-4-0-5-2-4-1-8-8-0-0-1-0-1-0-0-1-4»', 0.9, 1],
    ['«110105194\n  91231002X»', 0.9, 1],
    ['4, «4, 4, 0, 5, 2, 4, 1, 8, 8, 0, 0, 1, 0, 1, 0, 0, 1, 4», 1', 0.5, 0.69],
    ['«110105\t19491231\t002X»', 0.9, 1],
    ['sfz«11010519491231002X»', 0.95, 1],
    ['"certNo":"«119999194912310021»"', 0.9, 0.97],
    ['«119999194912310021»', 0.7, 0.8],
    ['订单号 «119999194912310021»', 0.5, 0.6],
    ['a3f09cbe7d«440524188001010014»ab12', 0, 0.69],
  ])('%s lies between %d and %d', (marked, least, most) => {
    expect(confidence(marked)).toBeGreaterThanOrEqual(least);
    expect(confidence(marked)).toBeLessThanOrEqual(most);
  });

  it.each([
    ['a wrong check character', '«110105194912310021»'],
    ['a day that does not exist', '«110105194902300024»'],
    ['a birth in the far future', '«110105209912310023»'],
    ['a province that does not exist', '«190105194912310020»'],
    ['a credit code of all digits', '«913205056082348768»'],
    ['a place that no province has, made of cells', '«119999,19491231,0021»'],
    ['a date of its own between other numbers', 'libxcb:amd«64 0.4.0-2\n2026-05-20 16:49»:13'],
    ['the end of a number that is masked', '1101*«110105 19491231 002X»'],
  ])('refuse %s', (_, marked) => {
    expect(cnResidentId.verify(candidate(marked))).toBeUndefined();
  });

  describe('of 15 digits', () => {
    it.each([
      ['身份证：«110105491231002»', 0.9, 1],
      ['«110105491231002»', 0.7, 0.8],
      ['张三 «110105491231002» 北京', 0.7, 0.8],
      ['881204 4821553 9920114 «110105491231002» 5520', 0.5, 0.69],
      ['税号 «110105491231002»', 0, 0],
      ['身份证：«110105 491231 002»', 0.9, 1],
      ['身份证：«1-1-0-1-0-5-4-9-1-2-3-1-0-0-2»', 0.8, 1],
      ['sfz«110105491231002»', 0.9, 1],
      ['«110105,491231,002»', 0, 0],
      ['流水号«110105491231002»', 0, 0],
      ['x«110105491231002»', 0, 0],
      ['身份证«119905491231002»', 0.7, 0.8],
      ['«119905491231002»', 0, 0],
    ])('%s lies between %d and %d', (marked, least, most) => {
      expect(confidence(marked)).toBeGreaterThanOrEqual(least);
      expect(confidence(marked)).toBeLessThanOrEqual(most);
    });
  });

  it('yield to a company’s code with both its check digits, unless a word names an ID', () => {
    const code = '«131101194901026663»';
    expect(confidence(code)).toBeLessThan(0.9);
    expect(confidence(`统一社会信用代码：${code}`)).toBe(0);
    expect(confidence(`身份证：${code}`)).toBeGreaterThanOrEqual(0.9);
  });

  it('are never made less than high by any words, when they are conclusive', () => {
    for (const words of ['订单号', 'trace id: ', 'IMEI ', 'hash=', '流水 ', 'test number ', '示例']) {
      expect(confidence(`${words}«11010519491231002X»`)).toBeGreaterThanOrEqual(0.9);
    }
  });
});
