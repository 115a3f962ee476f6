import { describe, expect, it } from '@jest/globals';
import { bandOf, HIGH_FROM, MEDIUM_FROM } from '../../detectors/band.js';

describe('the band of a confidence', () => {
  it('begins with its own least confidence', () => {
    expect([0, 0.69, MEDIUM_FROM, 0.89, HIGH_FROM, 1].map(bandOf)).toEqual(['low', 'low', 'medium', 'medium', 'high', 'high']);
  });
});
