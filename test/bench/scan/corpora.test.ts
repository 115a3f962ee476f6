import { isUtf8 } from 'node:buffer';
import { describe, it, expect } from '@jest/globals';
import RE2 from 're2';
import { findAllWith } from '../../../detectors/scan/find.js';
import { builtInDetectors, registry } from '../../../detectors/registry.js';
import { chinese } from './chinese.js';
import { CORPORA } from './corpora.js';
import { toGb18030 } from './gb18030.js';
import { PATTERNS } from './pattern-definitions.js';
import { lines, repeated, seeded } from './seeded.js';

const BYTES = 32 * 1024;
/** What is on the machine differs from one to the next. */
const GENERATED = CORPORA.filter(({ id }) => id !== 'a2' && id !== 'b2');

describe('a corpus of the scan bench', () => {
  it.each(GENERATED)('is the same each time and as long as was asked: $id', ({ make }) => {
    const made = make(BYTES);
    expect(made?.length).toBeGreaterThan(BYTES - 4096);
    expect(made?.length).toBeLessThanOrEqual(BYTES);
    expect(make(BYTES)?.equals(made ?? Buffer.alloc(0))).toBe(true);
  });
  it.each(GENERATED.filter(({ id }) => /^[abce]/.test(id)))('is UTF-8 without a finding that anyone would act on, however many numbers nearly are one: $id', ({ make }) => {
    const made = make(BYTES) ?? Buffer.alloc(0);
    const text = made.toString();
    expect(isUtf8(made)).toBe(true);
    expect(findAllWith(text, builtInDetectors).filter(({ confidence }) => confidence >= 0.7).map(({ detector }) => detector)).toEqual([]);
  });
  it('is numbers for the most part where it says so', () => {
    const text = CORPORA.find(({ id }) => id === 'c')?.make(BYTES)?.toString() ?? '';
    expect((text.match(/\d/g)?.length ?? 0) / text.length).toBeGreaterThan(0.6);
    expect(text.split('\n').filter((line) => /,\d{16,19}X?,/.test(line)).length).toBeGreaterThan(20);
  });
  it('holds findings in the row of valid numbers', () => {
    const text = CORPORA.find(({ id }) => id === 'f4')?.make(4096)?.toString() ?? '';
    expect(findAllWith(text, builtInDetectors).length).toBeGreaterThan(150);
  });
});

describe('what corpora are made of', () => {
  it('prefers the first words as a language does', () => {
    const { skewed } = seeded(1);
    const list = Array.from({ length: 200 }, (_, index) => index);
    const drawn = Array.from({ length: 10_000 }, () => skewed(list));
    expect(drawn.filter((one) => one === 0).length).toBeGreaterThan(300);
    expect(drawn.filter((one) => one < 20).length).toBeGreaterThan(drawn.filter((one) => one >= 100).length);
    expect(Math.max(...drawn)).toBeGreaterThan(190);
  });
  it('ends at a line, never inside a character', () => {
    expect(repeated(Buffer.from('合同\n'), 20).toString()).toBe('合同\n合同\n');
    expect(lines(10, () => 'abc').toString()).toBe('abc\nabc\n');
  });
  it('says in GB18030 what it says in UTF-8, and refuses what has no two bytes', () => {
    const text = chinese(20_000, 2).toString();
    expect(new TextDecoder('gb18030').decode(toGb18030(text))).toBe(text);
    expect(() => toGb18030('\u{1f600}')).toThrow(RangeError);
  });
  it('declares fifty patterns that prove themselves', () => {
    const made = registry({ disable: [], keep: {}, patterns: PATTERNS }, { RE2, findAllWith });
    expect(made.detectors.filter(({ kind }) => kind === 'pattern')).toHaveLength(50);
  });
});
