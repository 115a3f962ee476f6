/** What a declared pattern costs can be read off its expression, and is never told too low. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { costClass, patternCost } from '../../detectors/pattern-cost.js';
import { runs } from '../laws/runs.js';

describe('the cost of a pattern', () => {
  it.each([
    ['\\d{8}', 8],
    ['\\d{4}-\\d{4}-\\d{4}', 12],
    ['(?:\\d{4}[ -]?){4}', 16],
    ['62\\d{14,17}', 16],
    ['(62|81)\\d{14}', 2],
    ['62\\d{14}|81[0-9]{10}', 12],
    ['\\d{3} - \\d{5}', 8],
    ['\\d{3} -- \\d{5}', 3],
    ['\\d{8}[A-Z]?', 8],
    ['[0-9]{4,20}', 4],
  ])('of %s: it begins with %d digits', (pattern, digits) => {
    expect(patternCost({ pattern })).toEqual(digits >= 8 ? { class: 'digits', digits } : expect.objectContaining({ class: 'set' }));
  });

  it('counts the digits that a definition demands where there is nothing but digits', () => {
    expect(costClass({ pattern: '\\d{4,20}', digits: 10 })).toBe('digits');
    expect(costClass({ pattern: '[0-9A]{4,20}', digits: 10 })).toBe('set');
  });

  it.each([
    ['PRJ-\\d{4}', ['PRJ-']],
    ['[A-Z]{2}\\d{4}-acme', ['-acme']],
    ['工号[:：]?\\d{6}', ['工号']],
    ['(?i:token)_\\d{1,9}', ['token_']],
    ['(?:alpha|beta)-\\d{4}', ['alpha', 'beta']],
    ['ab{1,3}cde', ['bcde']],
    ['abc?d', undefined],
    ['\\d -- \\d', undefined],
    ['(?:abc)?\\d{4}', undefined],
    ['(?:abc|\\d{3})', undefined],
    ['ＡＢＣ', undefined],
    ['E\\d{6}', undefined],
  ])('of %s: it contains %j', (pattern, literals) => {
    expect(patternCost({ pattern })).toEqual(literals === undefined ? { class: 'set' } : { class: 'literal', literals });
  });

  it('is never told too low: every text that matches has the digits or one of the words', () => {
    const atom = fc.constantFrom('\\d{4}', '\\d', '[0-9]{2,3}', ' ', '-', '[ -]?', 'abc', 'x', 'X{2}', '(?:ab|cd)', '(?:\\d{3}-){2}', '(?:\\d{5}|\\d{9})', '.', '[a-c]{1,2}', '(?:xyz)?', '(abc|q.q)', '(?i)');
    const patterns = fc.array(atom, { minLength: 1, maxLength: 7 }).map((atoms) => atoms.join(''));
    fc.assert(
      fc.property(
        patterns.filter((pattern) => !pattern.includes('(?i)')).chain((pattern) => fc.tuple(fc.constant(pattern), fc.stringMatching(new RegExp(`^(?:${pattern})$`)))),
        ([pattern, text]) => {
          const { digits, literals } = patternCost({ pattern });
          if (digits !== undefined) expect((/^\d(?:[ .()-]{0,3}\d)*/.exec(text)?.[0] ?? '').replace(/\D/g, '').length).toBeGreaterThanOrEqual(digits);
          if (literals !== undefined) expect(literals.some((literal) => text.includes(literal))).toBe(true);
        },
      ),
      runs(400),
    );
  });
});
