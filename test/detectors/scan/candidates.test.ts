/** Candidates are whole digit groups with small gaps; what would hide digits beyond any reach is malformed. */
import { describe, expect, it } from '@jest/globals';
import type { Candidate, NumberDetector } from '../../../detectors/contract.js';
import { MAX_IGNORED, candidatesAt, isGroupStart, type Begun, type Units } from '../../../detectors/scan/candidates.js';

const any: NumberDetector = {
  kind: 'number', id: 'any', title: { zh: '', en: '' }, keep: { first: 0, last: 0 }, rank: 1, least: 4, most: 18,
  shapes: [{ lengths: Array.from({ length: 18 }, (_, i) => i + 1) }],
  verify: () => undefined, cases: { hit: [], miss: [] },
};
const windowOf = (text: string, last = true): Units => ({ units: Uint16Array.from(text, (_, i) => text.charCodeAt(i)), length: text.length, last });
const at = (text: string, start = 0, last = true): Begun => candidatesAt(windowOf(text, last), start, [any], 18);
const all = (text: string, start = 0): Candidate[] => {
  const begun = at(text, start);
  if (typeof begun === 'string') throw new TypeError(begun);
  return begun.map(({ candidate }) => candidate);
};
const digits = (text: string, start = 0): string[] => all(text, start).map((one) => one.digits);

describe('a candidate', () => {
  it.each([
    ['one group', '12345678', ['12345678']],
    ['every run of groups', '1234 5678', ['1234', '12345678']],
    ['groups that become long enough together', '12 34 56', ['1234', '123456']],
    ['a gap of three', '1234 - 5678', ['1234', '12345678']],
    ['a gap of four parts', '1234 -- 5678', ['1234']],
    ['letters part', '1234a5678', ['1234']],
    ['a comma and a line end', '1234,\r\n5678', ['1234', '12345678']],
    ['a quote parts', '1234"5678', ['1234']],
    ['Han numerals', '一三八〇', ['1380']],
    ['decimal digits and numerals that touch', '138一二三4', ['138', '138123', '1381234'].slice(1)],
    ['too many digits are none', '1234567890123456789', []],
    ['a group that would be too much is left out', '1234 1234567890123456', ['1234']],
    ['an X after 17 digits', '12345678901234567X', ['12345678901234567X']],
    ['an X after a gap of one', '12345678901234567 x', ['12345678901234567', '12345678901234567X']],
    ['no X after 16 digits', '1234567890123456X', ['1234567890123456']],
    ['full width', '１２３４ ５６７８', ['1234', '12345678']],
    ['two scripts', '12\u0663\u0664', ['1234']],
    ['brackets', '(010)1234', ['0101234'], 1],
  ] as [string, string, string[], number?][])('is %s', (_name, text, expected, start = 0) => {
    expect(digits(text, start)).toEqual(expected);
  });

  it('knows its groups, gaps, foreign digits, ignorables and surroundings', () => {
    const found = all('卡 1２3\u200b4 -\u200b 56。完', 2).at(-1);
    expect(found && { ...found, before: found.before, after: found.after }).toMatchObject({
      digits: '123456', groups: [4, 2], gaps: [' - '], ignored: 2, foreignDigits: 1, numerals: 0, before: '卡 ', after: '。完',
    });
  });

  it('has at most 64 characters of context', () => {
    const found = all(`${'a'.repeat(100)}12345${'b'.repeat(100)}`, 100)[0];
    expect([found?.before.length, found?.after.length]).toEqual([64, 64]);
  });

  it('waits for its right context, and for the end of its digits', () => {
    expect(at(`12345${'b'.repeat(63)}`, 0, false)).toBe('undecided');
    expect(at(`12345${'b'.repeat(64)}`, 0, false)).toHaveLength(1);
    expect(at('12345', 0, false)).toBe('undecided');
    expect(at('12345 -', 0, false)).toBe('undecided');
    expect(at('1'.repeat(19), 0, false)).toEqual([]);
  });

  it('is malformed beyond 64 ignorable characters', () => {
    expect(digits(`1234${'\u200b'.repeat(MAX_IGNORED)}5`)).toEqual(['12345']);
    expect(at(`1234${'\u200b'.repeat(MAX_IGNORED + 1)}5`)).toBe('malformed');
    expect(at(`1${'\u200b'.repeat(40)}23${'\u200b'.repeat(25)}4`)).toBe('malformed');
  });
});

describe('a group', () => {
  it('begins where no digit stands before it, invisible characters aside', () => {
    const start = (text: string, index: number): boolean => isGroupStart(windowOf(text), index);
    expect([start('12', 0), start('12', 1), start('1 2', 2), start('1\u200b2', 2), start('a\u200b2', 2), start('a', 0)]).toEqual([true, false, true, false, true, false]);
    expect([start('一1', 1), start('1一', 1), start('一二', 1), start('①一', 1)]).toEqual([true, true, false, false]);
    expect([start('1\ufe0f\u20e32', 3), start('1\u20dd\u200b2', 3), start('1\ufe0f2', 2)]).toEqual([true, true, false]);
  });

  it('begins the same whether or not more than its context is in sight', () => {
    const hidden = `1${'\u200b'.repeat(64)}2`;
    expect(isGroupStart(windowOf(hidden), 65)).toBe(isGroupStart(windowOf(hidden.slice(1)), 64));
  });
});
