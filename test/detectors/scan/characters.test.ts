/** Every unit has one meaning, and digits of every script have their value. */
import { describe, expect, it } from '@jest/globals';
import { CLASS, DIGIT, IGNORABLE, OTHER, SEPARATOR, VALUE, isCheckX, plain, star } from '../../../detectors/scan/characters.js';

const unit = (text: string): number => text.charCodeAt(0);

describe('characters', () => {
  it('have the value that Unicode gives each decimal digit', () => {
    for (const zero of ['0', '\u0660', '\u06f0', '\u07c0', '\u0966', '\u09e6', '\u0e50', '\u1040', '\u17e0', '\u1810', '\ua620', '\uff10']) {
      for (let value = 0; value < 10; value++) {
        expect([CLASS[unit(zero) + value], VALUE[unit(zero) + value]]).toEqual([DIGIT, value]);
      }
    }
  });

  it('are a digit exactly where Unicode says Nd', () => {
    for (let at = 0; at < 65536; at++) {
      if (at >= 0xd800 && at <= 0xdfff) expect(CLASS[at]).toBe(OTHER);
      else expect(CLASS[at] === DIGIT).toBe(/\p{Nd}/u.test(String.fromCharCode(at)));
    }
  });

  it('are separators for every kind of blank, hyphen, dot and bracket, for line ends, and for what parts words', () => {
    for (const one of ' \u00a0\u2007\u3000-\u2010\u2014\uff0d.\uff0e()\uff08\uff09') expect(CLASS[unit(one)]).toBe(SEPARATOR);
    for (const one of '\n\r\t,;:/_|~、，；：／＿') expect(CLASS[unit(one)]).toBe(SEPARATOR);
    for (const one of '*"\'=+#&<>＊=') expect(CLASS[unit(one)]).toBe(OTHER);
  });

  it('are ignorable when nobody sees them between two digits', () => {
    for (const one of '\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0f\u202e') expect(CLASS[unit(one)]).toBe(IGNORABLE);
  });

  it('are covered by a star as wide as they are', () => {
    expect(['1', '１', 'X', 'Ｘ', '\u0661'].map((one) => String.fromCharCode(star(unit(one))))).toEqual(['*', '＊', '*', '＊', '*']);
  });

  it('close a number as X in both cases and widths', () => {
    expect(Array.from('XxＸｘ1Y').map((one) => isCheckX(unit(one)))).toEqual([true, true, true, true, false, false]);
  });

  it('read as ASCII for patterns', () => {
    expect(Array.from('１\u0669Ａ（\u3000\u00a0é', (one) => String.fromCharCode(plain(unit(one)))).join('')).toBe('19A(  é');
  });
});
