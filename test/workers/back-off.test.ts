/** Waits double, are bounded, and are spread. */
import { describe, expect, it } from '@jest/globals';
import { backOff } from '../../workers/back-off.js';

describe('backing off', () => {
  const limits = { firstMs: 1_000, mostMs: 10_000 };
  it('doubles up to the bound, also for absurd counts', () => {
    expect([0, 1, 2, 3, 4, 1_000].map((attempt) => backOff(attempt, limits, () => 1))).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('spreads over the upper half of the wait', () => {
    expect([0, 0.5, 1].map((random) => backOff(0, limits, () => random))).toEqual([500, 750, 1_000]);
  });
});
