/** What the table of mail figures says of its rounds. */
import { describe, expect, it } from '@jest/globals';
import { median } from './smtp.js';

describe('the median of rounds', () => {
  it('is the middle one, between the two in the middle where their number is even, and nothing of nothing', () => {
    expect([median([3, 1, 2]), median([66, 230]), median([4, 1, 3, 2]), median([7]), median([])]).toEqual([2, 148, 2.5, 7, Number.NaN]);
  });
});
