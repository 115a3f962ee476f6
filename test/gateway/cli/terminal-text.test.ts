import { describe, expect, it } from '@jest/globals';
import { plain, table } from '../../../gateway/cli/terminal-text.js';
import { fill, languageFrom, wordsFor } from '../../../gateway/cli/words.js';

describe('text for terminals', () => {
  it('columns line up although Chinese characters are twice as wide', () => {
    expect(table([['编号', 'a'], ['w1', 'b']])).toBe('编号  a\nw1    b');
  });

  it('nothing from outside can steer a terminal', () => {
    expect(plain('a\u001b[31m\u009b\u202eb\nc')).toBe('a\ufffd[31m\ufffd\ufffdb\ufffdc');
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
