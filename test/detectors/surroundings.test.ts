/** A sender's own stars beside a number do not pass for a mask that Weir made. */
import { describe, expect, it } from '@jest/globals';
import { builtInDetectors } from '../../detectors/registry.js';
import { findAllWith } from '../../detectors/scan/find.js';

const NUMBERS = [
  ['cn.phone', '13812345678'],
  ['bank-card', '6222021234567890128'],
  ['cn.resident-id', '11010519491231002X'],
  ['cn.resident-id', '440524188001010014'],
] as const;

describe('stars beside a whole number', () => {
  it.each(NUMBERS)('silence no %s', (detector, number) => {
    for (const text of [`*${number}`, `****${number}`, `1*${number}`, `${number}****`, `${number}*1`, `****${number}****`, `密码******${number}`, `* *${number}`, `abc****${number}`]) {
      const found = findAllWith(text, builtInDetectors).filter(({ confidence }) => confidence >= 0.7);
      expect([text, found.map((one) => [one.detector, text.slice(one.start, one.end)])]).toEqual([text, [[detector, number]]]);
    }
  });
});

describe('a sign that folds to letters or digits', () => {
  it.each(NUMBERS)('hides no %s beside it', (detector, number) => {
    for (const sign of ['㎡', '№', 'Ⅰ', '½', '①', '²', '㈠', '°', '🎉']) {
      for (const text of [`面积90${sign}${number}，`, `${sign}${number}`, `${number}${sign}`]) {
        const found = findAllWith(text, builtInDetectors).filter(({ confidence }) => confidence >= 0.7);
        expect([text, found.map((one) => [one.detector, text.slice(one.start, one.end)])]).toEqual([text, [[detector, number]]]);
      }
    }
  });
});
