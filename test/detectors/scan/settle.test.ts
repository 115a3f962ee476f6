/** Claims on the same characters are settled by band, rank, length, and never by order. */
import { describe, expect, it } from '@jest/globals';
import type { Detector } from '../../../detectors/contract.js';
import { settle, type Match } from '../../../detectors/scan/settle.js';

const detector = (id: string, rank: number): Detector => ({ kind: 'pattern', id, rank, reach: 1, title: { zh: '', en: '' }, keep: { first: 0, last: 0 }, cases: { hit: [], miss: [] }, next: () => undefined });
const claim = (id: string, start: number, end: number, confidence: number, rank = 10): Match => ({ detector: detector(id, rank), start, end, confidence, reasons: [], tags: [], places: [], value: '' });
const winners = (...claims: Match[]): string[] => settle(claims).map((one) => one.detector.id);

describe('settling', () => {
  it.each([
    ['the surer band wins over rank', [claim('low', 0, 9, 0.6, 99), claim('medium', 3, 12, 0.7, 1)], ['medium']],
    ['inside a band the rank wins over confidence', [claim('sure', 0, 9, 0.89, 1), claim('ranked', 3, 12, 0.7, 9)], ['ranked']],
    ['at the same rank the longer wins', [claim('short', 0, 4, 0.95), claim('long', 0, 9, 0.9)], ['long']],
    ['at the same length the surer wins', [claim('a', 0, 4, 0.91), claim('b', 2, 6, 0.92)], ['b']],
    ['at the same everything the earlier wins', [claim('b', 2, 6, 0.9), claim('a', 0, 4, 0.9)], ['a']],
    ['what touches does not overlap', [claim('b', 4, 8, 0.3), claim('a', 0, 4, 0.9)], ['a', 'b']],
    ['what the loser alone claimed goes to the next', [claim('a', 0, 4, 0.5), claim('b', 3, 8, 0.9), claim('c', 8, 9, 0.1)], ['b', 'c']],
    ['nothing is nothing', [], []],
  ] as [string, Match[], string[]][])('%s', (_name, claims, expected) => {
    expect(winners(...claims)).toEqual(expected);
    expect(winners(...[...claims].reverse())).toEqual(expected);
  });
});
