/** Which runs of signs the prefilter tells of: those in which a string of base64 may hold something, and no others. */
import { describe, it, expect } from '@jest/globals';
import { prefilter } from '../../../detectors/scan/prefilter/prefilter.js';

function runsIn(text: string, wordless = true): readonly string[] {
  const filter = prefilter();
  const bytes = Buffer.from(`some words before; ${text} and more words behind`, 'latin1');
  filter.load(bytes);
  const runs: string[] = [];
  for (let at = filter.nextSigns(0, wordless); at < bytes.length; at = filter.nextSigns(filter.signsEnd, wordless)) runs.push(bytes.toString('latin1', at, filter.signsEnd));
  return runs;
}
const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64').replace(/=+$/, '');

describe('runs of signs in a text', () => {
  it('are passed over when they are names, paths, digests or identifiers', () => {
    for (const text of ['com/example/service/customer/account', '1F2E3D4C5B6A79880112233445566778', '123e4567-E89B-12d3-a456-426614174000', 'short+Words/Only']) expect(runsIn(text)).toEqual([]);
  });

  it('are told when they stand for text with a digit, whatever stands before them', () => {
    const number = base64('the number is 138 1234 5678, call');
    for (const text of [number, `"${number}"`, `\\n${number}`, `\\u003e${number}`, `prefix-${number}`, `a_b/c/${number}`, `%22${number}`]) expect(runsIn(text)).toHaveLength(1);
  });

  it('are passed over when they stand for words without a digit, where no pattern asks for words', () => {
    const words = base64('only words, and no digit at all');
    expect(runsIn(words)).toEqual([]);
    expect(runsIn(words, false)).toEqual([words]);
  });

  it('are passed over when they stand for noise, and told when a number stands in it', () => {
    expect(runsIn(base64('\x01\x02\xff\xfe\x81\x00\x10\x11\x90\x91\x92\x93\x07\x06\x05\x04\x03\x02\xf0\xf1\xf2'))).toEqual([]);
    expect(runsIn(base64('\x01\x02\xff\xfe\x8113812345678\x10\x11\x90\x91\x92\x93\x07\x06'))).toHaveLength(1);
  });

  it('are told when a format begins with them, or further lines or escapes may belong to them', () => {
    expect(runsIn(base64('PK\x03\x04\x14\x00\x00\x00\x08\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09'))).toHaveLength(1);
    const noise = base64('\x01\x02\xff\xfe\x81\x00\x10\x11\x90\x91\x92\x93\x07\x06\x05\x04\x03\x02\xf0\xf1\xf2');
    expect(runsIn(`${noise}\n  ${noise}`).length).toBeGreaterThan(0);
    expect(runsIn(`${noise}%2B`)).toHaveLength(1);
  });

  it('are told from their first sign to their last wherever they stand, and none that are shorter', () => {
    const filter = prefilter();
    const signs = base64('13812345678 13812345678 13812345678');
    for (let before = 1; before < 150; before++) {
      for (const size of [23, 24, 25, 33, 44]) {
        const run = signs.slice(0, size);
        const bytes = Buffer.from(`${'- '.repeat(before).slice(0, before - 1)} ${run} ${'. '.repeat(40)}`);
        filter.load(bytes);
        const at = filter.nextSigns(0, false);
        expect([before, size, at, size < 24 ? 0 : filter.signsEnd]).toEqual(size < 24 ? [before, size, bytes.length, 0] : [before, size, before, before + size]);
      }
    }
  });

  it('are told among cells of a table, none of which is as long, wherever they stand', () => {
    const filter = prefilter();
    const run = base64('13812345678 1381234').slice(0, 24);
    for (const cell of ['.(', 'abcdefg,', '20210120441822986,', '12345678901234567890123,', '!12345678901234567890123']) {
      for (let before = 1; before < 200; before++) {
        const bytes = Buffer.from(`${cell.repeat(before).slice(0, before - 1)}(${run},${cell.repeat(20)}`);
        filter.load(bytes);
        expect([cell, before, filter.nextSigns(0, false), filter.signsEnd]).toEqual([cell, before, before, before + 24]);
        filter.load(Buffer.from(`${cell.repeat(before).slice(0, before - 1)}(${run.slice(1)},${cell.repeat(20)}`));
        expect([cell, before, filter.nextSigns(0, false)]).toEqual([cell, before, bytes.length - 1]);
      }
    }
  });

  it('are told one after the other, in text with few blanks too', () => {
    const run = base64('the number is 138 1234 5678, call');
    for (let between = 1; between < 40; between++) {
      const found = runsIn(Array.from({ length: 20 }, (_, i) => `${run}${'(.x.)'.repeat(i + between)}`).join(''));
      expect(found).toEqual(Array.from({ length: 20 }, () => run));
    }
  });

  it('are told when they touch an end of what is in sight', () => {
    const filter = prefilter();
    const bytes = Buffer.from('aA'.repeat(20));
    filter.load(bytes);
    expect(filter.nextSigns(0, true)).toBe(0);
    expect(filter.signsEnd).toBe(40);
  });
});

describe('the word before a file in a text', () => {
  it('is seen wherever it stands, and nothing like it is', () => {
    const filter = prefilter();
    for (let before = 0; before < 40; before++) {
      expect(filter.holdsBegin(Buffer.from(`${'x'.repeat(before)}\nbegin 644`))).toBe(true);
      expect(filter.holdsBegin(Buffer.from(`${'x'.repeat(before)} to begin 644`))).toBe(false);
      expect(filter.holdsBegin(Buffer.from(`${'x'.repeat(before)}\nbegin`))).toBe(false);
      expect(filter.holdsBegin(Buffer.from(`${'x'.repeat(before)}\nbegun beg in`))).toBe(false);
    }
  });

  it('leaves the text to be scanned next as it came', () => {
    const filter = prefilter();
    const bytes = Buffer.from('138 1234 5678');
    filter.holdsBegin(bytes);
    filter.load(bytes);
    filter.text.fill(0x2a);
    filter.load(bytes);
    expect(Buffer.from(filter.text).toString()).toBe('138 1234 5678');
  });
});
