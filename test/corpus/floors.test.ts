/** The floors only ever go up. */
import { describe, expect, it } from '@jest/globals';
import { raised, shortfalls, type Floor } from './floors.js';
import { emptyScore, type Score } from './score.js';

function scoreWith(right: number, wrong: number, labelled: number): Score {
  const score = emptyScore();
  score.types.set('ordinary cn.phone 0.7', { right, wrong, labelled });
  score.bytes.benign = 1e6;
  return score;
}
const phones = (floors: readonly Floor[]): Floor | undefined => floors.find(({ part, detector, cut }) => part === 'ordinary' && detector === 'cn.phone' && cut === 0.7);

describe('floors', () => {
  it('lie just below what is reached', () => {
    const score = scoreWith(9800, 100, 10_000);
    expect(phones(raised(score, []))).toEqual({ part: 'ordinary', detector: 'cn.phone', cut: 0.7, precision: 0.986, recall: 0.977 });
  });

  it('never fall when less is reached, and say what falls short of them', () => {
    const floors = raised(scoreWith(9800, 100, 10_000), []);
    const worse = scoreWith(9000, 1000, 10_000);
    expect(phones(raised(worse, floors))).toEqual(phones(floors));
    expect(shortfalls(worse, floors)).toEqual([
      'cn.phone from 0.7 in ordinary text: precision 0.9000 is below 0.986',
      'cn.phone from 0.7 in ordinary text: recall 0.9000 is below 0.977',
    ]);
  });
});
