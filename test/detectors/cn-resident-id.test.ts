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
    ['«11010-51949-1231-002X»', 0.8, 0.94],
    ['«110105-19491231 002X»', 0.7, 0.9],
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
    ['the end of a number that is masked', '1101*«110105 19491231 002X»'],
  ])('refuse %s', (_, marked) => {
    expect(cnResidentId.verify(candidate(marked))).toBeUndefined();
  });

  describe('of 15 digits', () => {
    it.each([
      ['身份证：«110105491231002»', 0.9, 1],
      ['«110105491231002»', 0.4, 0.69],
      ['流水号«110105491231002»', 0, 0],
      ['x«110105491231002»', 0, 0],
      ['身份证«119905491231002»', 0.7, 0.8],
      ['«119905491231002»', 0, 0],
    ])('%s lies between %d and %d', (marked, least, most) => {
      expect(confidence(marked)).toBeGreaterThanOrEqual(least);
      expect(confidence(marked)).toBeLessThanOrEqual(most);
    });
  });

  it('are never made less than high by any words, when they are conclusive', () => {
    for (const words of ['订单号', 'trace id: ', 'IMEI ', 'hash=', '流水 ', 'test number ', '示例']) {
      expect(confidence(`${words}«11010519491231002X»`)).toBeGreaterThanOrEqual(0.9);
    }
  });
});
