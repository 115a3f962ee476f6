/** Words are found as one expression for all of them would find them, and folding is what its rules say, however plain the text. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyOf, fold } from '../../../detectors/words/match.js';
import { runs } from '../../laws/runs.js';

const LISTS = [
  ['卡号', '会员卡号', '卡', '会员', '卡:', 'card', 'card no', 'card number', 'no', 'credit card', 's', 'id', 'identity', 'id no'],
  ['手机', '电话', '机', 'mobile', 'mobile no', 'mob', 'tel', 'tel no', 'telno', 'phone'],
];

function expression(list: readonly string[]): RegExp {
  const words = [...list].sort((a, b) => b.length - a.length);
  const latin = words.filter((word) => /^[a-z ]+$/.test(word));
  const names = latin.map((word) => word.replaceAll(' ', ' ?')).join('|');
  return new RegExp([...words.filter((word) => !latin.includes(word)), `(?<![a-z])(?:${names})s?(?![a-z])`].join('|'), 'g');
}

const piece = fc.constantFrom(...LISTS.flat(), ' ', '  ', 's', 'x', '号', '1', ':', 'ss', 'cardno', 'cards', 'é', '中', '_', '-', '.', 'No', 'ID', 'cardNo', '\n', '\t', '，', '〇', '𠮷', 'İ', '\u00a0', 'ﾃ');
const text = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));

describe('a list of words', () => {
  it.each(LISTS.map((list) => [list[0], list] as const))('with %s finds what one expression finds', (_first, list) => {
    const words = anyOf(list);
    fc.assert(
      fc.property(text, (one) => {
        const expected = [...one.matchAll(expression(list))].map((match) => ({ start: match.index, end: match.index + match[0].length }));
        expect(words.placesIn(one)).toEqual(expected);
      }),
      runs(3000),
    );
  });

  it('is asked about other texts in between without confusing them', () => {
    const words = anyOf(['卡号']);
    expect([words.placesIn('卡号'), words.placesIn(''), words.placesIn('的卡号'), words.placesIn('卡号')].map((places) => places[0]?.start)).toEqual([0, undefined, 1, 0]);
  });
});

describe('folding', () => {
  it('joins what is written in many ways', () => {
    fc.assert(
      fc.property(text, (one) => {
        const expected = one
          .replace(/([a-z])([A-Z])/g, '$1 $2')
          .toLowerCase()
          .replace(/[_\-.\s]+/g, ' ')
          .replace(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, '');
        expect(fold(one)).toBe(expected);
      }),
      runs(3000),
    );
  });
});
