/** Cutting and cleaning of texts. */
import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import { byteLength, cut, oneLine, plainMarkdown, unlinked } from '../../../../gateway/record/alert-sinks/text.js';
import { anyText } from './messages.js';

const RUNS = { numRuns: 100, seed: 20_261_122 };
const characters = (text: string): string[] => [...new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text)].map(({ segment }) => segment);

describe('cutting', () => {
  it('keeps to its bytes, keeps whole characters from the beginning, and marks that something is missing', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 3, max: 120 }), (text, most) => {
      const kept = cut(text, most);
      expect(byteLength(kept)).toBeLessThanOrEqual(most);
      if (byteLength(text) <= most) expect(kept).toBe(text);
      else {
        expect(kept.endsWith('…')).toBe(true);
        const whole = characters(kept.slice(0, -1));
        expect(characters(text).slice(0, whole.length)).toEqual(whole);
      }
    }), RUNS);
  });

  it('does not cut a family in two', () => {
    expect(cut('ab👩‍👩‍👧‍👦cd', 12)).toBe('ab…');
  });
});

describe('one line', () => {
  it('has no break, control or invisible character, is well-formed and stays the same when done again', () => {
    fc.assert(fc.property(anyText, fc.integer({ min: 10, max: 500 }), (text, most) => {
      const line = oneLine(text, most);
      expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff]/u);
      expect(byteLength(line)).toBeLessThanOrEqual(most);
      expect(oneLine(line, most)).toBe(line);
      expect(Buffer.from(line, 'utf8').toString('utf8')).toBe(line);
    }), RUNS);
  });

  it.each([
    ['a\r\nb\tc', 'a b c'],
    ['  x \u2028 y ', 'x y'],
    ['in\u200bvis\u202eible', 'invisible'],
    ['half \ud800 pair', 'half \ufffd pair'],
    ['👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦'],
  ])('%j becomes %j', (text, line) => expect(oneLine(text, 100)).toBe(line));
});

describe('addresses and names that nobody wrote as a link', () => {
  it.each([
    ['see https://evil.example/x', 'see https：／／evil．example/x'],
    ['www.evil.example', 'www．evil．example'],
    ['mail a@evil.example', 'mail a＠evil．example'],
    ['版本 1.4.0，共 3.5 MB', '版本 1.4.0，共 3.5 MB'],
  ])('%j becomes %j', (text, plain) => expect(unlinked(text)).toBe(plain));

  it('lose every character that Markdown dialects give a meaning, and nothing else', () => {
    fc.assert(fc.property(anyText, (text) => {
      const line = oneLine(text, 800);
      const plain = plainMarkdown(line);
      expect(plain).not.toMatch(/[*_`~[\]()<>#|\\!&${}@]|:\/\/|^[-+=]|^\d+[.)]/);
      expect(plain.normalize('NFKC')).toBe(line.normalize('NFKC'));
    }), RUNS);
  });
});
