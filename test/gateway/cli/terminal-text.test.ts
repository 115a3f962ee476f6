import { describe, expect, it } from '@jest/globals';
import { jsonLine, plain, table } from '../../../gateway/cli/terminal-text.js';
import { fill, languageFrom, wordsFor } from '../../../gateway/cli/words.js';

describe('text for terminals', () => {
  it('columns line up although Chinese characters are twice as wide', () => {
    expect(table([['编号', 'a'], ['w1', 'b']])).toBe('编号  a\nw1    b');
  });

  it('nothing from outside can steer a terminal', () => {
    expect(plain('a\u001b[31m\u009b\u202eb\nc')).toBe('a\ufffd[31m\ufffd\ufffdb\ufffdc');
  });

  it('nothing turns or hides text, and emoji stay whole', () => {
    expect(plain('a\u200e\u200f\u061c\u200b\ufeff\u{e0041}b \u{1f469}\u200d\u{1f4bb}')).toBe(`a${'\ufffd'.repeat(6)}b \u{1f469}\u200d\u{1f4bb}`);
  });

  it('JSON says the same to a program and nothing to a terminal', () => {
    const value = { subject: 'a\u001b[2J\u009b2J\u202e\u{e0041}"\\b\u007f张' };
    const line = jsonLine(value);
    expect(line).toMatch(/^[\x20-\x7e张]*$/u);
    expect(JSON.parse(line)).toEqual(value);
  });

  it('the language follows the locale, the more particular variable first', () => {
    expect(languageFrom({ LANG: 'zh_CN.UTF-8' })).toBe('zh');
    expect(languageFrom({ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' })).toBe('en');
    expect(languageFrom({})).toBe('en');
  });

  it('both languages have the same gaps to fill', () => {
    const gaps = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    const zh = wordsFor('zh');
    for (const [name, text] of Object.entries(wordsFor('en'))) expect([name, gaps(zh[name as keyof typeof zh])]).toEqual([name, gaps(text)]);
    expect(fill('{a}{b}', { a: 1 })).toBe('1{b}');
  });
});
