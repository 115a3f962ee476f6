/** Shapes are necessary: whatever a detector vouches for, one of its shapes fits. One that is too strict would be a leak. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Candidate } from '../../../detectors/contract.js';
import { X_VALUE, fits, notRuledOut } from '../../../detectors/scan/shape.js';
import { countGroups, isUsual, keyOf, type Written } from '../../../detectors/scan/written-groups.js';
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
  .tuple(changed, fc.oneof({ weight: 2, arbitrary: fc.constantFrom<number[]>([], [4, 4, 4, 4], [3, 4], [6, 8], [3], [8], [2, 3, 4], [4, 3, 8], [6], [2, 5, 4]) }, { weight: 1, arbitrary: fc.array(fc.integer({ min: 1, max: 19 }), { maxLength: 8 }) }), fc.array(fc.constantFrom(' ', '-', '.', '\n', '\r\n', '-\n', ''), { minLength: 1, maxLength: 4 }), fc.constantFrom('', '身份证 ', '手机：', 'card no ', '+', '+86 ', '0086-', '(', 'x', '12 '), fc.constantFrom('', ' ', 'x', ' 12', '转1', '.5', '.'))
  .map(([digits, cuts, among, before, after]) => {
    const groups: number[] = [];
    let left = digits.length;
    for (const cut of cuts) {
      if (cut >= left) break;
      groups.push(cut);
      left -= cut;
    }
    groups.push(left);
    return { digits, groups, gaps: groups.slice(1).map((_, at) => among[at % among.length] ?? ' '), before, after, ignored: 0, foreignDigits: 0, numerals: 0 };
  });

function written({ digits, groups, gaps, after }: Candidate): Written {
  const groupOf = Uint8Array.from(groups.flatMap((size, group) => Array.from({ length: size }, () => group)));
  const own: Written = { parted: 0, joined: 0, lineEnds: 0, free: false, fraction: /^\.[0-9*]/.test(after) };
  countGroups(own, groupOf, digits.length, Uint8Array.from([0, ...gaps.map((gap) => (gap === '' ? 1 : 0))]), Uint8Array.from([0, ...gaps.map((gap) => (gap.includes('\n') ? 1 : 0))]));
  return own;
}
const parts = (groups: readonly number[], gap: string | readonly string[], after = ''): Written =>
  written({ digits: '1'.repeat(groups.reduce((a, b) => a + b, 0)), groups, gaps: groups.slice(1).map((_, at) => (typeof gap === 'string' ? gap : (gap[at] ?? ' '))), before: '', after, ignored: 0, foreignDigits: 0, numerals: 0 });

describe('a shape that names groupings', () => {
  const shape = { lengths: [11], groupings: { usual: new Set(['3-4-4', '11']), joins: 1, lineEnds: -1 } };
  it.each([
    ['takes one of them', parts([3, 4, 4], '-'), true],
    ['takes no other', parts([4, 4, 3], '-'), false],
    ['takes digits in one piece', parts([11], ''), true],
    ['takes one that a line end cuts', parts([7, 4], '\n'), true],
    ['takes one with more of them between its groups', parts([3, 4, 4], ['\n', '\n']), true],
    ['takes none of which only the joined pieces would be one', parts([4, 4, 3], ['\n', '\n']), false],
    ['does not ask where groups touch', parts([4, 4, 3], ['', '-']), true],
    ['does not ask where digits stand one by one', parts([3, 1, 1, 1, 1, 1, 1, 1, 1], '-'), true],
  ])('%s', (_title, one, expected) => {
    expect(isUsual(shape, one)).toBe(expected);
  });
  it('takes others with as few line ends as it says', () => {
    const lax = { lengths: [11], groupings: { ...shape.groupings, lineEnds: 1 } };
    expect([parts([4, 4, 3], ['\n', '-']), parts([4, 4, 3], '\n')].map((one) => isUsual(lax, one))).toEqual([true, false]);
  });
  it('knows groupings of more groups or digits than it can tell apart for none', () => {
    expect([keyOf('1-1-1-1-1-1-1-1-1-1-1-1-1'), keyOf('20-1'), keyOf('3-4-4')]).toEqual([undefined, undefined, 3 * 400 + 4 * 20 + 4]);
  });
});

describe('a shape that is no whole part of a fraction', () => {
  it.each([
    ['asks from so many line ends on', 1, parts([3, 4, 4], ['\n', '-'], '.5'), false],
    ['and not before', 1, parts([3, 4, 4], '-', '.5'), true],
    ['always, where it says none', 0, parts([11], '', '.5'), false],
    ['takes what a dot alone follows', 0, parts([11], '', '.'), true],
    ['takes the digits that a mask left for digits', 0, parts([11], '', '.*'), false],
  ])('%s', (_title, fraction, one, expected) => {
    expect(isUsual({ lengths: [11], fraction }, one)).toBe(expected);
  });
});

describe('shapes', () => {
  it.each(builtIns.flatMap((one) => (one.kind === 'number' ? [[one.id, one] as const] : [])))('of %s fit everything that it vouches for', (_id, detector) => {
    let vouched = 0;
    let parted = 0;
    fc.assert(
      fc.property(candidate, (one) => {
        if (detector.verify(one) === undefined) return;
        vouched++;
        const left = notRuledOut([detector], valuesOf(one.digits), one.digits.length, one.groups.length, 0, one.digits.length, written(one));
        expect(left).toEqual([detector]);
        if (one.groups.length > 2) parted++;
      }),
      runs(4000),
    );
    expect(vouched).toBeGreaterThan(100);
    expect(parted).toBeGreaterThan(10);
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
