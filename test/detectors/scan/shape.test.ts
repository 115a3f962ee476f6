/** Shapes are necessary: whatever a detector vouches for, one of its shapes fits. One that is too strict would be a leak. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Candidate } from '../../../detectors/contract.js';
import { X_VALUE, fits, notRuledOut } from '../../../detectors/scan/shape.js';
import { builtIns } from '../../kit/engine.js';
import { numberSource } from '../../kit/numbers.js';
import { runs } from '../../laws/runs.js';

const source = numberSource(4711);
const NUMBERS = [
  ...Array.from({ length: 40 }, () => [source.residentId(), source.bankCard(), source.phone(), source.nearMissId(), source.nearMissCard()]).flat(),
  '110105491231002', '378282246310005', '01069156699', '861069156699', '8613812345678', '008613812345678', '013812345678', '057187654321', '0086057187654321',
  '810000199408230021', '932682198501010017', '30569309025904', '4000000000000000006', '4222222222222',
];
const valuesOf = (digits: string): Uint8Array => Uint8Array.from(digits, (one) => (one === 'X' ? X_VALUE : Number(one)));

const changed: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...NUMBERS), fc.constantFrom('', '', '', '', '86', '0086', '0'), fc.nat(18), fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.nat(9).map(String) }), fc.constantFrom(0, 0, 0, 0, 1))
  .map(([number, front, at, digit, less]) => {
    const whole = front + (digit === '' ? number : number.slice(0, at) + digit + number.slice(at + 1));
    return whole.slice(0, whole.length - less).replace(/X(?=.)/g, '1');
  });
const candidate: fc.Arbitrary<Candidate> = fc
  .tuple(changed, fc.oneof({ weight: 2, arbitrary: fc.constantFrom<number[]>([], [4, 4, 4, 4], [3, 4], [6, 8], [3]) }, { weight: 1, arbitrary: fc.array(fc.integer({ min: 1, max: 19 }), { maxLength: 8 }) }), fc.constantFrom(' ', '-', '.', '  ', ' - ', '\u3000'), fc.constantFrom('', '身份证 ', '手机：', 'card no ', '+', '+86 ', '0086-', '(', 'x', '12 '), fc.constantFrom('', ' ', 'x', ' 12', '转1'))
  .map(([digits, cuts, gap, before, after]) => {
    const groups: number[] = [];
    let left = digits.length;
    for (const cut of cuts) {
      if (cut >= left) break;
      groups.push(cut);
      left -= cut;
    }
    groups.push(left);
    return { digits, groups, gaps: groups.slice(1).map(() => gap), before, after, ignored: 0, foreignDigits: 0, numerals: 0 };
  });

describe('shapes', () => {
  it.each(builtIns.flatMap((one) => (one.kind === 'number' ? [[one.id, one] as const] : [])))('of %s fit everything that it vouches for', (_id, detector) => {
    let vouched = 0;
    fc.assert(
      fc.property(candidate, (one) => {
        if (detector.verify(one) === undefined) return;
        vouched++;
        const left = notRuledOut([detector], valuesOf(one.digits), one.digits.length, one.groups.length);
        expect(left).toEqual([detector]);
      }),
      runs(4000),
    );
    expect(vouched).toBeGreaterThan(100);
  });

  it.each([
    ['a length it does not name', { lengths: [11] }, '1234567890', 1, false],
    ['more groups than it allows', { lengths: [4], groups: 2 }, '1234', 3, false],
    ['as many groups as it allows', { lengths: [4], groups: 2 }, '1234', 2, true],
    ['another start', { lengths: [4], starts: ['13', '2'] }, '1234', 1, false],
    ['one of its starts', { lengths: [4], starts: ['13', '12'] }, '1234', 1, true],
    ['a date', { lengths: [18], date: { at: 6, year: 4 as const, from: 1860, to: 2035 } }, '11010519491231002X', 1, true],
    ['a year too early', { lengths: [18], date: { at: 6, year: 4 as const, from: 1860, to: 2035 } }, '110105185912310020', 1, false],
    ['a year too late', { lengths: [18], date: { at: 6, year: 4 as const, from: 1860, to: 2035 } }, '110105203612310020', 1, false],
    ['a month 13', { lengths: [15], date: { at: 6, year: 2 as const } }, '110105491331002', 1, false],
    ['a day 0', { lengths: [15], date: { at: 6, year: 2 as const } }, '110105491200002', 1, false],
    ['a date of two-digit years', { lengths: [15], date: { at: 6, year: 2 as const } }, '110105491231002', 1, true],
    ['a date that does not fit in', { lengths: [8], date: { at: 6, year: 2 as const } }, '11010549', 1, false],
    ['Luhn', { lengths: [16], checksum: 'luhn' as const }, '4111111111111111', 1, true],
    ['Luhn with a wrong digit', { lengths: [16], checksum: 'luhn' as const }, '4111111111111112', 1, false],
    ['Luhn over an X', { lengths: [18], checksum: 'luhn' as const }, '11010519491231002X', 1, false],
    ['MOD 11-2 with X', { lengths: [18], checksum: 'mod11-2' as const }, '11010519491231002X', 1, true],
    ['MOD 11-2 with a digit', { lengths: [18], checksum: 'mod11-2' as const }, '440524188001010014', 1, true],
    ['MOD 11-2 of another length', { lengths: [17], checksum: 'mod11-2' as const }, '44052418800101001', 1, false],
  ])('%s', (_name, shape, digits, groups, expected) => {
    expect(fits(shape, valuesOf(digits), digits.length, groups)).toBe(expected);
  });
});
