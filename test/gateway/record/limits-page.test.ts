import { readFile } from 'node:fs/promises';
import { describe, it, expect } from '@jest/globals';

interface Row {
  readonly limit: string;
  readonly file: string;
  readonly name: string;
}
const page = await readFile('docs/limits.md', 'utf8');
const rows: readonly Row[] = [...page.matchAll(/^\| [^|]+ \| ([^|]+) \| `([^`]+)` `([A-Z0-9_]+)` \|/gm)].map(
  ([, limit = '', file = '', name = '']) => ({ limit, file, name }),
);

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1_000, h: 3_600_000, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
function pageValue(limit: string): number {
  const [, digits = '', unit = ''] = /^([\d.,]+) ?([A-Za-z]*)$/.exec(limit) ?? [];
  return Number(digits.replaceAll(',', '')) * (UNITS[unit] ?? Number.NaN);
}
/** `64 * 2 ** 10`, `5 * 60_000`, `0.9`: products of numbers and powers. */
function sourceValue(source: string, name: string): number {
  const expression = new RegExp(`^(?:export )?const ${name} = ([\\d_. *]+);`, 'm').exec(source)?.[1] ?? '';
  return expression
    .replaceAll('_', '')
    .split(/(?<!\*)\*(?!\*)/)
    .map((term) => term.split('**').map(Number))
    .reduce((product, [base = Number.NaN, power = 1]) => product * base ** power, 1);
}

describe('docs/limits.md', () => {
  it('has rows to check', () => {
    expect(rows.length).toBeGreaterThan(30);
  });

  it.each(rows)('says what $file says of $name', async ({ limit, file, name }) => {
    expect(pageValue(limit)).toBe(sourceValue(await readFile(file, 'utf8'), name));
  });
});
