import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { preferred } from '../../../../gateway/console/web/app/language.js';
import { wordsIn, type WordList } from '../../../../gateway/console/web/app/words-of.js';

const web = join(dirname(fileURLToPath(import.meta.url)), '../../../../gateway/console/web');
const files = readdirSync(web, { recursive: true, encoding: 'utf8' }).filter((path) => /words\.ts$/.test(path));
const lists = await Promise.all(
  files.map(async (path) => [path, Object.values((await import(join(web, path))) as Record<string, unknown>).filter((one): one is WordList => typeof one === 'object' && one !== null && Object.values(one).every((word) => typeof word === 'object' && word !== null && 'en' in word))] as const),
);
/** Names and signs that are the same in both. */
const SAME = new Set(['API', 'TLS', 'Weir']);
const text = (word: unknown): string => (typeof word === 'function' ? (word as (...values: unknown[]) => string)(2, 3, 4) : String(word));

describe('the words of the console', () => {
  it('are found for every area', () => {
    expect(lists.filter(([, found]) => found.length === 0).map(([path]) => path).filter((path) => path.endsWith('/words.ts'))).toEqual([]);
    expect(files.length).toBeGreaterThan(10);
  });

  it.each(lists)('of %s stand in both languages: none is empty, and Chinese is Chinese', (_path, found) => {
    for (const list of found) {
      for (const [key, { en, zh }] of Object.entries(list)) {
        expect([key, text(en).trim() !== '', text(zh).trim() !== '']).toEqual([key, true, true]);
        expect([key, typeof en]).toEqual([key, typeof zh]);
        // Brackets and arguments aside, an English word has no Han character and a Chinese one has some.
        expect([key, /\p{Script=Han}/u.test(text(en))]).toEqual([key, false]);
        if (!SAME.has(text(zh)) && /[a-z]{2}/i.test(text(en).replace(/\d/g, '')) && text(en) !== text(zh)) expect([key, /\p{Script=Han}/u.test(text(zh))]).toEqual([key, true]);
      }
    }
  });

  it('are the same object every time, so that nothing is drawn anew for them', () => {
    const list = { title: { en: 'Title', zh: '标题' } };
    expect(wordsIn(list, 'zh')).toBe(wordsIn(list, 'zh'));
    expect([wordsIn(list, 'zh').title, wordsIn(list, 'en').title]).toEqual(['标题', 'Title']);
  });
});

describe('the first language', () => {
  it.each([
    [['zh-CN', 'en'], 'zh'],
    [['zh-TW'], 'zh'],
    [['en-GB', 'zh'], 'en'],
    [['de', 'fr', 'zh-Hans'], 'zh'],
    [['de'], 'en'],
    [[], 'en'],
  ] as const)('of a browser that asks for %j is %s', (asked, expected) => {
    expect(preferred(asked)).toBe(expected);
  });
});
