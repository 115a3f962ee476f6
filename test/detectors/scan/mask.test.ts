/** Which characters a mask covers. */
import { describe, expect, it } from '@jest/globals';
import { covered, preview } from '../../../detectors/scan/mask.js';

describe('a mask', () => {
  it.each([
    [18, 1, 1, [1, 17]],
    [11, 3, 4, [3, 7]],
    [16, 0, 4, [0, 12]],
    [7, 3, 4, [0, 7]],
    [4, 3, 4, [0, 4]],
    [8, 0, 0, [0, 8]],
    [0, 0, 0, [0, 0]],
  ])('of %i characters that keeps %i and %i covers %j', (length, first, last, expected) => {
    expect(covered(length, { first, last })).toEqual(expected);
  });

  it('shows people nothing but what is kept', () => {
    expect(preview('13800138000', { first: 3, last: 4 })).toBe('138****8000');
    expect(preview('123', { first: 3, last: 4 })).toBe('***');
  });
});
