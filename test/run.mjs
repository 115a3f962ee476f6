/** `npm test`: sets up what the tests need on a bare machine, then runs every check and test. Arguments go to jest. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { build, installIfNeeded, projectRoot, step } from '../gateway/prepare.mjs';

/** Programs of other makers that tests compare Weir with or run beside it, by Debian package. */
const DEBIAN_PACKAGES = [
  { name: 'age', command: 'age', why: 'opens what the vault sealed, and seals what it must open' },
  { name: 'redis-server', command: 'redis-server', why: 'carries jobs where WEIR_REDIS_URL is set' },
  { name: 'curl', command: 'curl', why: 'the client of the README: uploads, Expect: 100-continue' },
  { name: 'prometheus', command: 'promtool', why: 'checks /metrics and the alert rules' },
  { name: 'nginx', command: 'nginx', why: 'an upstream and a client-side proxy that are not ours' },
  { name: 'chromium', command: 'chromium', why: 'the browser that the console is tested in' },
  { name: 'fonts-noto-cjk', file: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc', why: 'shows Chinese in that browser' },
];
const POLICY = '/usr/sbin/policy-rc.d';
/** Two cores is what a test machine has; more workers would only take turns. */
const WORKERS = '--maxWorkers=2';

const failures = [];
async function attempt(label, action) {
  try {
    await action();
    console.log(`${label}: ok`);
  } catch (thrown) {
    failures.push(label);
    console.log(
      `${label}: FAILED\n${thrown?.name === 'StepFailed' ? thrown.message : String(thrown?.stack ?? thrown)}`,
    );
  }
}

function onPath(command) {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].some(
    (folder) => folder !== '' && existsSync(join(folder, command)),
  );
}

async function debianPackages() {
  const missing = DEBIAN_PACKAGES.filter(({ command, file }) => (file === undefined ? !onPath(command) : !existsSync(file)));
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  const can = process.getuid?.() === 0 && onPath('apt-get');
  if (!can) {
    console.log(
      `Some tests need programs that are not installed here and will fail without them:\n${missing.map(({ name, why }) => `  ${name}: ${why}`).join('\n')}`,
    );
    console.log(`On Debian or Ubuntu: apt-get install -y ${names.join(' ')}`);
    return;
  }
  // The packages would start their services, on ports that tests and people may need.
  const ours = !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  try {
    await step('Reading Debian package lists', 'apt-get', [...wait, 'update'], projectRoot, options);
    await step(
      `Installing ${names.join(', ')}`,
      'apt-get',
      [...wait, 'install', '-y', '--no-install-recommends', ...names],
      projectRoot,
      options,
    );
  } finally {
    if (ours) rmSync(POLICY, { force: true });
  }
}

/** Runs one jest project; answers with its counts. A file that could not be run at all counts as a failed test. */
function jest(project, folder) {
  const results = join(folder, `${project}.json`);
  const extra = process.argv.slice(2);
  const args = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join('node_modules', 'jest', 'bin', 'jest.js'),
  ];
  args.push(
    '--selectProjects',
    project,
    '--json',
    `--outputFile=${results}`,
    WORKERS,
    ...(extra.length > 0 ? ['--passWithNoTests', ...extra] : []),
  );
  const { status } = spawnSync(process.execPath, args, { cwd: projectRoot, stdio: ['ignore', 'inherit', 'inherit'] });
  if (!existsSync(results)) {
    failures.push(`${project} tests (no result)`);
    return { passed: 0, failed: 1 };
  }
  const result = JSON.parse(readFileSync(results, 'utf8'));
  if (status !== 0) failures.push(`${project} tests`);
  return { passed: result.numPassedTests, failed: result.numFailedTests + result.numRuntimeErrorTestSuites };
}

const bin = (...path) => join(projectRoot, 'node_modules', ...path);
const node = async (label, ...args) => attempt(label, () => step(label, process.execPath, args, projectRoot));

await installIfNeeded(projectRoot, true).catch((thrown) => {
  console.error(thrown.message);
  process.exit(1);
});
await attempt('Programs for tests', debianPackages);
await attempt('Build', () => build(projectRoot));
await node('Types', bin('typescript', 'bin', 'tsc'), '--noEmit', '--pretty', 'false');
await node('Types of the console', bin('typescript', 'bin', 'tsc'), '--noEmit', '--pretty', 'false', '-p', join('test', 'gateway', 'console', 'web'));
await node(
  'Lint',
  bin('eslint', 'bin', 'eslint.js'),
  '--cache',
  '--cache-location',
  'node_modules/.cache/eslint/',
  '.',
);
await node(
  'Imports',
  bin('dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
  'gateway',
  'detectors',
  'workers',
  'config',
);

const folder = mkdtempSync(join(tmpdir(), 'weir-results-'));
const counts = ['unit', 'whole'].map((project) => jest(project, folder));
rmSync(folder, { recursive: true, force: true });

const total = (key) => counts.reduce((sum, count) => sum + count[key], 0);
if (failures.length > 0) console.log(`Failed: ${failures.join(', ')}`);
console.log(`${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = failures.length > 0 || total('failed') > 0 || total('passed') === 0 ? 1 : 0;
