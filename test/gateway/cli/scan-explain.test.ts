import { describe, expect, it } from '@jest/globals';
import { explained } from '../../../gateway/cli/scan-explain.js';
import { wordsFor } from '../../../gateway/cli/words.js';

describe('the explanation of a finding', () => {
  it('names the band, and no side that has nothing to say', () => {
    expect(explained({ confidence: 0.97, reasons: ['checksum'], tags: [] }, 'en', wordsFor('en'))).toEqual(['Confidence: high (0.97).', 'For it: its check digit is right.']);
    expect(explained({ confidence: 0.3, reasons: ['decimal'], tags: [] }, 'zh', wordsFor('zh'))).toEqual(['置信度：低（0.30）。', '疑点：像小数的一部分。']);
  });

  it('lets a code or a tag without words stand for itself', () => {
    expect(explained({ confidence: 0.7, reasons: ['constructor'], tags: ['toString'] }, 'en', wordsFor('en'))).toEqual(['Confidence: medium (0.70).', 'For it: constructor.', 'Marked as toString.']);
  });
});
