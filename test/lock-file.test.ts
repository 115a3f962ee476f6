/** A fresh clone can be installed: `npm ci` refuses a lock file that leaves anything open. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

interface Entry {
  readonly version?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
const tool = fileURLToPath(new URL('./kit/complete-lock.mjs', import.meta.url));
const { missingFrom } = (await import(tool)) as {
  readonly missingFrom: (packages: Readonly<Record<string, Entry>>) => [string, string, string][];
};
const { packages } = JSON.parse(
  readFileSync(fileURLToPath(new URL('../package-lock.json', import.meta.url)), 'utf8'),
) as {
  packages: Readonly<Record<string, Entry>>;
};

describe('package-lock.json', () => {
  it('answers for every optional package of every system; if not, run: node test/kit/complete-lock.mjs', () => {
    expect(missingFrom(packages).map(([, name]) => name)).toEqual([]);
  });

  it('finds a package that is missing, and one that lies in a folder above', () => {
    const made = {
      'node_modules/a': { optionalDependencies: { b: '1.0.0', c: '1.0.0', d: '1.0.0' } },
      'node_modules/a/node_modules/b': {},
      'node_modules/c': {},
    };
    expect(missingFrom(made)).toEqual([['node_modules/a', 'd', '1.0.0']]);
  });

  it('names no registry, so that each site installs from its own', () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved?.startsWith('http'))).toEqual([]);
  });
});
