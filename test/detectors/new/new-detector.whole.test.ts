/** What the generator writes passes types, lint, its own tests and the conformance suite as it is; wrong use writes nothing. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { tempFolder } from '../../kit/temp.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const GENERATOR = 'detectors/new/new-detector.mjs';
/** Compiling and linting are slow beside other suites. */
const SLOW = 180_000;

interface Ended {
  readonly code: number;
  readonly out: string;
}
/** Runs Node in `folder`; both outputs in one. */
function node(folder: string, args: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [...args], { cwd: folder }, (_error, out, err) => done({ code: child.exitCode ?? -1, out: out + err }));
  });
}
const generate = (folder: string, ...args: readonly string[]): Promise<Ended> => node(root, [join(root, GENERATOR), '--into', folder, ...args]);

describe('a generated detector', () => {
  /** As much of the project as detectors need. */
  const copy = tempFolder('new-detector');
  const written = ['detectors/acme-code.ts', 'detectors/acme-customer.ts', 'test/detectors/acme-code.test.ts', 'test/detectors/acme-customer.test.ts'];
  const told: Ended[] = [];

  beforeAll(async () => {
    for (const path of ['detectors', 'test/kit', 'test/detectors/hosts.ts', 'test/detectors/conformance.test.ts', 'package.json', 'tsconfig.json', 'eslint.config.js', 'jest.config.js']) {
      cpSync(join(root, path), join(copy, path), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    told.push(await generate(copy, '--id', 'acme.customer', '--kind', 'number'), await generate(copy, '--id', 'acme.code', '--kind', 'pattern'));
  }, SLOW);

  it('is one file with its test, and the way to put it in force is told', () => {
    expect(told.map(({ code }) => code)).toEqual([0, 0]);
    expect(told[0]?.out).toContain("import { acmeCustomer } from './acme-customer.js';");
    expect(written.filter((path) => !existsSync(join(copy, path)))).toEqual([]);
  });

  it('compiles and lints', async () => {
    const tsconfig = { extends: './tsconfig.json', compilerOptions: { incremental: false }, include: [], files: written };
    writeFileSync(join(copy, 'tsconfig.written.json'), JSON.stringify(tsconfig));
    expect(await node(copy, ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.written.json'])).toEqual({ code: 0, out: '' });
    expect(await node(copy, ['node_modules/eslint/bin/eslint.js', '--max-warnings=0', ...written])).toEqual({ code: 0, out: '' });
  }, SLOW);

  it('passes its own tests, and the conformance suite once it is in force', async () => {
    const registry = join(copy, 'detectors/registry.ts');
    const imports = told.map(({ out }) => /import \{.*/.exec(out)?.[0] ?? '').join('\n');
    const inForce = readFileSync(registry, 'utf8').replace(/(?=export const builtInDetectors)/, `${imports}\n`).replace(/(builtInDetectors: readonly Detector\[\] = \[[^\]]+)\]/, '$1, acmeCustomer, acmeCode]');
    writeFileSync(registry, inForce);
    const ended = await node(copy, ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', `--rootDir=${copy}`, '--selectProjects=unit', '--verbose', '-t', 'acme', '--testPathPatterns=test/detectors/(acme|conformance)']);
    expect(ended).toEqual({ code: 0, out: expect.stringContaining('Test Suites: 3 passed') });
    expect(ended.out).toMatch(/✓ does not find again what was masked/);
  }, SLOW);

  it('is never written over another file', async () => {
    expect(await generate(copy, '--id', 'acme-customer', '--kind', 'number')).toEqual({ code: 2, out: 'detectors/acme-customer.ts exists already; choose another id, or change that file.\n' });
    expect(await generate(copy, '--id', 'cn.phone', '--kind', 'pattern')).toMatchObject({ code: 2, out: expect.stringContaining('exists already') });
  });
});

describe('wrong use of the generator', () => {
  it.each([
    [['--kind', 'number'], '--id is missing'],
    [['--id', 'acme.customer'], '--kind is missing'],
    [['--id', 'acme.customer', '--kind', 'toString'], '--kind "toString" is unknown: number'],
    [['--id', 'customer', '--kind', 'number'], 'is no detector id'],
    [['--id', '../acme.customer', '--kind', 'number'], 'is no detector id'],
    [['--id', 'Acme.Customer', '--kind', 'number'], 'is no detector id'],
    [['--id', `acme.${'x'.repeat(60)}`, '--kind', 'number'], 'is no detector id'],
    [['--name', 'acme.customer'], "Unknown option '--name'"],
    [['--into', '/does/not/exist', '--id', 'acme.customer', '--kind', 'number'], 'is no folder'],
  ])('%j is told in one line, and nothing is written', async (args, sentence) => {
    const folder = tempFolder('new-detector');
    const { code, out } = await generate(folder, ...args);
    expect([code, out.trim().split('\n').length]).toEqual([2, 1]);
    expect(out).toContain(sentence);
    expect(readdirSync(folder)).toEqual([]);
  });
});
