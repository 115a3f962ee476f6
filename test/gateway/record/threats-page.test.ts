import { readFile, readdir } from 'node:fs/promises';
import { describe, it, expect } from '@jest/globals';

const page = await readFile('docs/threats.md', 'utf8');
/** The last cell of each row of the tables: paths under test/, joined by commas. */
const named = [...page.matchAll(/^\|[^|]+\|[^|]+\|([^|]*)\|$/gm)]
  .flatMap(([, cell = '']) => cell.split(','))
  .map((path) => path.trim())
  .filter((path) => path.includes('/'));

describe('docs/threats.md', () => {
  it('names tests', () => {
    expect(named.length).toBeGreaterThan(20);
  });

  it.each([...new Set(named)])('test/%s is a test, or a folder of tests', async (path) => {
    const found = path.endsWith('/')
      ? await readdir(`test/${path}`)
      : [(await readFile(`test/${path}`, 'utf8')) === '' ? '' : path];
    expect(found.some((name) => name.endsWith('.test.ts'))).toBe(true);
  });
});
