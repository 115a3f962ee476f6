import { describe, expect, it } from '@jest/globals';
import { writingOf } from '../../detectors/writing.js';

const USUAL = new Set(['4-4-4', '6-6']);
const writing = (groups: readonly number[], gaps: readonly string[]): string => {
  const { groups: kind, gaps: between, lineEnds, switches } = writingOf({ groups, gaps }, USUAL);
  return `${kind} ${between} ${String(lineEnds)} ${String(switches)}`;
};

describe('the writing of a number', () => {
  it.each([
    ['one piece', [12], [], 'whole none 0 0'],
    ['usual groups with blanks', [4, 4, 4], [' ', ' '], 'usual plain 0 0'],
    ['blanks of different scripts', [4, 4, 4], ['\u00a0', '\u3000'], 'usual plain 0 0'],
    ['every kind of dash', [4, 4, 4], ['-', '\uff0d'], 'usual plain 0 0'],
    ['dots', [4, 4, 4], ['.', '\u00b7'], 'usual plain 0 0'],
    ['Chinese commas', [4, 4, 4], ['，', '，'], 'usual clause 0 0'],
    ['wide blanks', [4, 4, 4], ['  ', '  '], 'usual wide 0 0'],
    ['slashes', [4, 4, 4], ['/', '\uff0f'], 'usual mark 0 0'],
    ['commas', [4, 4, 4], [', ', ','], 'usual list 0 0'],
    ['cells', [4, 4, 4], ['\t', '\t'], 'usual list 0 0'],
    ['brackets', [4, 4, 4], ['(', ') '], 'usual several 0 0'],
    ['single digits', [1, 1, 1], [' ', ' '], 'singles plain 0 0'],
    ['groups that nobody writes', [5, 7], ['-'], 'uneven plain 0 0'],
    ['a line end that cuts a piece', [7, 5], ['\r\n '], 'whole none 1 0'],
    ['a line end that cuts a group', [4, 2, 2, 4], [' ', '\n', ' '], 'usual plain 1 0'],
    ['a line end between groups', [4, 4, 4], [' ', '\n  '], 'usual plain 1 0'],
    ['numerals that go on', [9, 3], [''], 'whole none 0 1'],
    ['numerals for a group', [4, 4, 4], [' ', ' '], 'usual plain 0 0'],
    ['numerals in the middle of groups', [4, 2, 2, 4], ['-', '', '-'], 'usual plain 0 1'],
  ])('in %s is told', (_, groups, gaps, expected) => {
    expect(writing(groups, gaps)).toBe(expected);
  });

  it('counts the kinds of gaps, line ends aside', () => {
    expect(writingOf({ groups: [2, 1, 1, 4, 2], gaps: [' ', '.', '\n', '-'] }, USUAL).kinds).toBe(3);
  });
});
