import { describe, expect, it } from '@jest/globals';
import RE2 from 're2';
import type { Detector } from '../../detectors/contract.js';
import { DetectorError } from '../../detectors/detector-error.js';
import { patternDetector, type PatternDefinition } from '../../detectors/pattern.js';
import { prove } from '../../detectors/prove.js';
import { findAllWith } from '../../detectors/scan/find.js';

const staff: PatternDefinition = {
  id: 'acme.staff',
  title: { zh: '工号', en: 'Staff number' },
  pattern: '[Ee]\\d{6}',
  notBefore: '[A-Za-z0-9]',
  notAfter: '[A-Za-z0-9]',
  checksum: 'none',
  words: ['工号', 'Staff'],
  confidence: 0.6,
  confidenceWithWords: 0.9,
  keep: { first: 1, last: 2 },
  cases: { hit: ['工号«E123456»'], miss: ['E12345'] },
};
const made = (change: Partial<PatternDefinition> = {}): Detector => patternDetector({ ...staff, ...change }, RE2);
const spans = (text: string, detector = made()): string[] => findAllWith(text, [detector]).map((one) => text.slice(one.start, one.end));

describe('a pattern detector', () => {
  it('finds every match, and words near it raise its confidence', () => {
    expect(spans('E123456, e654321')).toEqual(['E123456', 'e654321']);
    expect(findAllWith('nothing near E123456', [made()])[0]?.confidence).toBe(0.6);
    expect(findAllWith('STAFF no. E123456', [made()])[0]?.confidence).toBe(0.9);
  });

  it('leaves out what notBefore and notAfter forbid, and looks on from the next character', () => {
    expect(spans('aE123456 E1234567 E123456')).toEqual(['E123456']);
    expect(spans('aE123456', made({ notBefore: 'b' }))).toEqual(['E123456']);
    expect(spans('1001 0001', made({ pattern: '\\d{4}', notBefore: undefined, notAfter: undefined, checksum: 'luhn' }))).toEqual([]);
    expect(spans('4111111111111111', made({ pattern: '\\d{15,16}', notBefore: undefined, notAfter: undefined, checksum: 'luhn' }))).toEqual(['4111111111111111']);
  });

  it('tells the right place behind characters of two units', () => {
    expect(spans('😀E1 😀E2 E3', made({ pattern: '.E\\d', notBefore: undefined, notAfter: undefined }))).toEqual(['😀E1', '😀E2', ' E3']);
  });

  it('reads full-width characters as the pattern spells them', () => {
    expect(spans('Ｅ１２３４５６')).toEqual(['Ｅ１２３４５６']);
  });

  it.each([
    ['\\d+', 'has no end'],
    ['a*', 'has no end'],
    ['\\d{3,}', '{3,32}'],
    ['(ab|c{2,})d', 'has no end'],
    ['^a', 'notBefore'],
    ['a$', 'notBefore'],
    ['(?=a)b', 'no look-around'],
    ['a?', 'empty text'],
    ['a{300}', 'at most 256'],
    ['[a-', 'without its "]"'],
    ['(a', 'without its ")"'],
    ['a)', 'without its "("'],
    ['a\\', 'lone'],
  ])('refuses the pattern %s with what to write instead', (pattern, words) => {
    expect(() => made({ pattern })).toThrow(DetectorError);
    expect(() => made({ pattern })).toThrow(words);
  });

  it.each([
    ['[Ee]\\d{6}', 7],
    ['a|bcd|ef', 3],
    ['(?i)(?:ab){1,3}c?', 7],
    ['\\p{Han}{2,4}', 8],
    ['[^x]y', 3],
    ['\\bab\\b', 2],
    ['(?P<n>\\d{2})-\\x41', 4],
    ['[\\]a]{2}\\.', 3],
    ['(?:a{2}){3}', 6],
  ])('knows that %s reaches %d units', (pattern, reach) => {
    expect(made({ pattern, cases: { hit: ['«x»'], miss: ['y'] } })).toMatchObject({ reach });
  });

  it('names itself and the number of the case that fails, never the text of it', () => {
    const broken = made({ cases: { hit: ['工号«E123456»', '工号«X777777»'], miss: ['none'] } });
    expect(() => prove(broken, findAllWith)).toThrow('Detector "acme.staff": hit 2 is not found');
    const careless = made({ cases: { hit: ['«E123456»'], miss: ['none', 'E123456'] } });
    expect(() => prove(careless, findAllWith)).toThrow('Detector "acme.staff": miss 2 is found');
    const partial = made({ cases: { hit: ['«E12345»6'], miss: ['none'] } });
    expect(() => prove(partial, findAllWith)).toThrow('hit 1 is found, but not the marked span');
    const twice = made({ cases: { hit: ['«E123456» E123456'], miss: ['none'] } });
    expect(() => prove(twice, findAllWith)).toThrow('hit 1 is found 2 times');
    const unmarked = made({ cases: { hit: ['E123456'], miss: ['none'] } });
    expect(() => prove(unmarked, findAllWith)).toThrow('hit 1 must mark one span');
  });
});
