/** `npm run check`, before every commit: types and import rules of everything; lint and unit tests of what changed since it last passed (`-- --all`: of everything, as `npm test` does). Says what failed, with its output. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What each file was when lint and tests last passed. */
const PASSED = join('node_modules', '.cache', 'weir-check', 'passed.json');
/** A change to one of them may change what any check says. */
const OF_ALL = new Set(['eslint.config.js', 'jest.config.js', 'package-lock.json', 'tsconfig.json', 'test/check.mjs']);
const LINTED = /\.(ts|tsx|js|mjs|cjs)$/;
const CODE = /\.(ts|tsx)$/;
const UNIT = /^test\/.*(?<!\.whole)\.test\.ts$/;

const git = (...args) => execFileSync('git', args, { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 }).split('\0').filter((name) => name !== '');

/** The content of every file of the project by its name, as a digest. */
function filesNow() {
  const names = git('ls-files', '-z', '--cached', '--others', '--exclude-standard').filter((name) => existsSync(name));
  return new Map(names.map((name) => [name, createHash('sha256').update(readFileSync(name)).digest('hex')]));
}

/** Files that are not as they were when they passed; where no check ever passed here, as the last commit has them. */
function changedFiles(now) {
  if (!existsSync(PASSED)) return [...new Set([...git('diff', '-z', '--name-only', '--no-renames', 'HEAD'), ...git('ls-files', '-z', '--others', '--exclude-standard')])];
  const passed = new Map(Object.entries(JSON.parse(readFileSync(PASSED, 'utf8'))));
  return [...[...now].filter(([name, digest]) => passed.get(name) !== digest).map(([name]) => name), ...[...passed.keys()].filter((name) => !now.has(name))];
}

/** Unit tests that say the name of a file that is no module, or of its folder: they may read it. */
function readersOf(names, tests) {
  if (names.length === 0) return [];
  const words = names.flatMap((name) => [basename(name), basename(dirname(name))]).filter((word) => word !== '.');
  return tests.filter((test) => {
    const text = readFileSync(test, 'utf8');
    return words.some((word) => text.includes(word));
  });
}

const now = filesNow();
const changed = changedFiles(now);
const all = process.argv.includes('--all') || changed.some((name) => OF_ALL.has(name));
const there = changed.filter((name) => now.has(name));
const linted = all ? ['.'] : there.filter((name) => LINTED.test(name));
const tests = [...now.keys()].filter((name) => UNIT.test(name));
// What imported a file that is gone fails in the types.
const related = [...new Set([...there.filter((name) => CODE.test(name)), ...readersOf(changed.filter((name) => !CODE.test(name)), tests)])];
const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js', '--selectProjects=unit', '--silent'];

const checks = [
  ['types', 'node_modules/typescript/bin/tsc', '--noEmit'],
  ['types of the console', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'test/gateway/console/web'],
  ['imports', 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs', 'gateway', 'detectors', 'workers', 'config'],
  ...(linted.length === 0 ? [] : [['lint', '--max-semi-space-size=64', 'node_modules/eslint/bin/eslint.js', '--no-warn-ignored', ...linted]]),
  ...(all ? [['unit tests', ...jest]] : related.length === 0 ? [] : [['unit tests', ...jest, '--passWithNoTests', '--findRelatedTests', ...related]]),
];

function run([label, ...args]) {
  const started = Date.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      console.log(`${label}: ${code === 0 ? 'ok' : 'FAILED'} (${Math.round((Date.now() - started) / 1000)} s)`);
      if (code !== 0) console.log(Buffer.concat(output).toString('utf8').trimEnd());
      resolve(code === 0);
    });
  });
}

console.log(all ? 'Checking everything.' : `${changed.length} changed files: lint of ${linted.length}, unit tests of what imports or reads them. Everything: npm run check -- --all`);
const results = await Promise.all(checks.map(run));
if (results.every(Boolean)) {
  mkdirSync(dirname(PASSED), { recursive: true });
  // As they were when the checks began: what was changed meanwhile was perhaps not seen.
  writeFileSync(PASSED, JSON.stringify(Object.fromEntries(now)));
} else process.exitCode = 1;
