/** Accuracy on a small sample of the corpus does not fall below what it once reached. */
import { describe, expect, it } from '@jest/globals';
import { findAll } from '../../detectors/index.js';
import { corpus, SAMPLE, SEED } from './corpus.js';
import { floors, shortfalls } from './floors.js';
import { addDocument, agrees, emptyScore } from './score.js';

describe('accuracy', () => {
  it('is not below the floors', () => {
    const score = emptyScore();
    for (const document of corpus(SEED, SAMPLE)) addDocument(score, document, findAll(document.text));
    expect(shortfalls(score, floors().sample)).toEqual([]);
  });

  it('counts a finding as right with or without the country code, and with no other span', () => {
    const mark = { detector: 'cn.phone', start: 4, end: 15, from: 0, form: 'country-code', kind: 'phone-mobile' } as const;
    const found = { detector: 'cn.phone', start: 4, end: 15, confidence: 0.9 };
    expect(agrees(found, mark)).toBe(true);
    expect(agrees({ ...found, start: 0 }, mark)).toBe(true);
    expect(agrees({ ...found, start: 5 }, mark)).toBe(false);
    expect(agrees({ ...found, end: 14 }, mark)).toBe(false);
    expect(agrees({ ...found, detector: 'bank-card' }, mark)).toBe(false);
    expect(agrees({ ...found, start: 3 }, { detector: 'cn.phone', start: 4, end: 15, form: 'plain', kind: 'phone-mobile' })).toBe(false);
  });
});
