/** `npm test`: sets up what the tests need on a bare machine, then runs every check and test. Arguments go to jest. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { build, installIfNeeded, projectRoot, step } from '../gateway/prepare.mjs';
import { makeClusters } from './kit/make-clusters.mjs';
import { inMemory } from './kit/temp-in-memory.mjs';

/** Written by packed-program.mjs. */
const PACKED = join('node_modules', '.cache', 'weir-tests', 'program');

/** Programs of other makers that tests compare Weir with or run beside it, by Debian package. */
const DEBIAN_PACKAGES = [
  { name: 'age', command: 'age', why: 'opens what the vault sealed, and seals what it must open' },
  { name: 'redis-server', command: 'redis-server', why: 'carries jobs where WEIR_REDIS_URL is set' },
  { name: 'curl', command: 'curl', why: 'the client of the README: uploads, Expect: 100-continue' },
  { name: 'prometheus', command: 'promtool', why: 'checks /metrics and the alert rules, and is what the dashboard is tried against' },
  { name: 'prometheus-alertmanager', command: 'amtool', why: 'checks the example of its configuration' },
  { name: 'postgresql', file: '/usr/share/doc/postgresql', why: 'an external ledger that is not ours, and of another version' },
  { name: 'rsyslog', command: 'rsyslogd', why: 'a real receiver of alerts over syslog' },
  { name: 'rsyslog-gnutls', file: '/usr/share/doc/rsyslog-gnutls', why: 'the same over TLS' },
  { name: 'systemd', command: 'systemd-analyze', why: 'checks the service units' },
  { name: 'nginx', command: 'nginx', why: 'an upstream and a client-side proxy that are not ours' },
  { name: 'chromium', command: 'chromium', why: 'the browser that the console is tested in' },
  { name: 'fonts-noto-cjk', file: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc', why: 'shows Chinese in that browser' },
  { name: 'libreoffice-writer', file: '/usr/lib/libreoffice/program/libswlo.so', why: 'makes real documents, and opens what came out masked' },
  { name: 'libreoffice-calc', file: '/usr/lib/libreoffice/program/libsclo.so', why: 'the same for tables' },
  { name: 'libreoffice-impress', file: '/usr/lib/libreoffice/program/libsdlo.so', why: 'the same for slides' },
  { name: 'p7zip-full', command: '7z', why: 'makes archives that are not ours, and reads what came out masked' },
  { name: 'zip', command: 'zip', why: 'the same for zip' },
  { name: 'unzip', command: 'unzip', why: 'reads what came out masked' },
  { name: 'xz-utils', command: 'xz', why: 'packs what is opened' },
  { name: 'bzip2', command: 'bzip2', why: 'packs what is opened' },
  { name: 'zstd', command: 'zstd', why: 'packs what is opened, at every level' },
  { name: 'lz4', command: 'lz4', why: 'packs what is opened' },
  { name: 'binutils', command: 'ar', why: 'makes archives of ar' },
  { name: 'swaks', command: 'swaks', why: 'makes mails as a mail program does' },
  { name: 'postfix', command: 'smtp-source', why: 'a mail server that is not ours, before Weir and behind it; its load programs' },
  { name: 'msmtp', command: 'msmtp', why: 'a mail client that is not ours' },
  { name: 's-nail', command: 's-nail', why: 'another one' },
  { name: 'rclone', command: 'rclone', why: 'uploads in parts, over WebDAV and S3' },
  { name: 'poppler-utils', command: 'pdftotext', why: 'a second reader of PDF' },
  { name: 'python3-docx', file: '/usr/lib/python3/dist-packages/docx/__init__.py', why: 'a second reader and writer of docx' },
  { name: 'python3-openpyxl', file: '/usr/lib/python3/dist-packages/openpyxl/__init__.py', why: 'the same for xlsx' },
];
const POLICY = '/usr/sbin/policy-rc.d';
/** Types of a thousand files live long: with the usual space for new objects a quarter of the time went into moving them. */
const ROOMY = '--max-semi-space-size=64';
/** Unit tests keep a core busy each; of what suites with servers take, half is waiting for processes that start and for clocks. */
const WORKERS = { unit: availableParallelism(), whole: availableParallelism() + 1 };

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
async function jest(project, folder) {
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
    `--maxWorkers=${WORKERS[project]}`,
    ...(extra.length > 0 ? ['--passWithNoTests', ...extra] : []),
  );
  const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (!existsSync(results)) {
    failures.push(`${project} tests (no result)`);
    return { passed: 0, failed: 1 };
  }
  const result = JSON.parse(readFileSync(results, 'utf8'));
  if (code !== 0) failures.push(`${project} tests`);
  return { passed: result.numPassedTests, failed: result.numFailedTests + result.numRuntimeErrorTestSuites };
}

// Before anything asks where temporary files go.
inMemory();

const bin = (...path) => join(projectRoot, 'node_modules', ...path);
const node = async (label, ...args) => attempt(label, () => step(label, process.execPath, args, projectRoot));

await installIfNeeded(projectRoot, true).catch((thrown) => {
  console.error(thrown.message);
  process.exit(1);
});
await attempt('Programs for tests', debianPackages);
// Each of these keeps one core busy. Lint takes longest, so unit tests begin beside it; what measures time waits for its end.
const lint = node('Lint', ROOMY, bin('eslint', 'bin', 'eslint.js'), '.');
const types = (async () => {
  await node('Types', bin('typescript', 'bin', 'tsc'), '--noEmit', '--pretty', 'false');
  await node('Types of the console', bin('typescript', 'bin', 'tsc'), '--noEmit', '--pretty', 'false', '-p', join('test', 'gateway', 'console', 'web'));
  await node('Imports', bin('dependency-cruiser', 'bin', 'dependency-cruise.mjs'), 'gateway', 'detectors', 'workers', 'config');
})();
// Types are checked beside it.
await attempt('Build', () => build(projectRoot, { checks: false }));
const PACKING = 'Packing for suites that start it often';
await node(PACKING, join('test', 'kit', 'packed-program.mjs'));
if (!failures.includes(PACKING)) process.env['WEIR_TEST_PACKED'] ??= join(projectRoot, PACKED);
await attempt('Databases that suites begin with', async () => {
  process.env['WEIR_TEST_CLUSTERS'] = await makeClusters(projectRoot);
});
await types;

const folder = mkdtempSync(join(tmpdir(), 'weir-results-'));
const counts = [await jest('unit', folder)];
await lint;
counts.push(await jest('whole', folder));
rmSync(folder, { recursive: true, force: true });
rmSync(process.env['WEIR_TEST_CLUSTERS'] ?? folder, { recursive: true, force: true });

const total = (key) => counts.reduce((sum, count) => sum + count[key], 0);
if (failures.length > 0) console.log(`Failed: ${failures.join(', ')}`);
console.log(`${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = failures.length > 0 || total('failed') > 0 || total('passed') === 0 ? 1 : 0;
