/** Accuracy on the whole corpus does not fall: what `npm run accuracy -- --check` checks. */
import { describe, expect, it } from '@jest/globals';
import { findAll } from '../../detectors/index.js';
import { corpus, SEED, WHOLE } from './corpus.js';
import { floors, shortfalls } from './floors.js';
import { addDocument, emptyScore } from './score.js';

describe('accuracy on the whole corpus', () => {
  it('is not below the floors', () => {
    const score = emptyScore();
    for (const document of corpus(SEED, WHOLE)) addDocument(score, document, findAll(document.text));
    expect(shortfalls(score, floors().whole)).toEqual([]);
  });
});
