/** docs/detectors.md tried literally: its configuration passes the check, the scan prints what the page shows, and its commands exist. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { tempFolder } from '../../kit/temp.js';
import { weir } from './run-weir.js';

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');
const page = read('docs/detectors.md');
const yaml = /```yaml\n([^]*?)```/.exec(page)?.[1] ?? '';
const shown = /^ {4}\$ printf '(?<text>[^']+)' \| npx weir (?<args>.*)\n(?<out>(?: {4}.*\n)+)/m.exec(page)?.groups ?? {};

function staffFile(): string {
  const file = join(tempFolder('page'), 'staff.yaml');
  writeFileSync(file, yaml);
  return file;
}

describe('the page on detectors', () => {
  it('shows a configuration that passes the check', async () => {
    expect(await weir(['config', 'check', staffFile()])).toMatchObject({ code: 0, out: expect.stringContaining(': usable') });
  });

  it('shows what the scan prints', async () => {
    const file = staffFile();
    const args = (shown['args'] ?? '').split(' ').map((word) => (word === 'staff.yaml' ? file : word));
    expect(args).toContain(file);
    expect((await weir(args, {}, shown['text'])).out).toBe((shown['out'] ?? '').replace(/^ {4}/gm, ''));
  });

  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...page.matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name ?? '');
    expect(named).toContain('new:detector');
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});
