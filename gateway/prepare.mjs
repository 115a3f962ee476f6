/** Packages and build, brought up to date only when they are not: shared by `npm start`, `npm run build` and `npm test`. No dependencies, no network when all is in place (HC 39). */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));
/** What is compiled, or copied beside what is compiled. */
export const SOURCES = ['gateway', 'detectors', 'workers', 'config'];
/** A step that takes longer shows that it is running. */
const QUIET_MS = 1000;
/** Between signs of life where there is no terminal to redraw. */
const LINE_MS = 30_000;
/** Lines of a failed step worth showing: some tools say what is wrong first, others last. */
const HEAD = 15;
const TAIL = 45;

export class StepFailed extends Error {
  name = 'StepFailed';
}

// ---------------------------------------------------------------- packages

/** Why packages have to be installed, or undefined. `dev` packages count only where something is to be built or tested. */
export function whyInstall(root, dev) {
  const lock = readJson(join(root, 'package-lock.json'));
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'));
  if (lock === undefined)
    throw new StepFailed('package-lock.json is missing or damaged; get a complete copy of the project.');
  if (installed === undefined) return 'first start';
  for (const [path, wanted] of Object.entries(lock.packages)) {
    if (path === '' || wanted.link || (!dev && (wanted.dev || wanted.devOptional))) continue;
    const there = installed.packages[path];
    // Optional packages are for other systems, mostly: absent is fine, another version is not.
    if (there === undefined && (wanted.optional || wanted.devOptional)) continue;
    if (there?.version !== wanted.version || there.integrity !== wanted.integrity)
      return 'package-lock.json has changed';
  }
  const made = readJson(join(root, 'node_modules', MADE_FOR));
  if (made !== undefined && made !== platform()) return 'another Node.js or system than they were installed for';
  return undefined;
}

const MADE_FOR = '.weir-made-for.json';
/** Native packages are built for one of these. */
function platform() {
  return `${process.platform} ${process.arch} ${process.versions.modules}`;
}

export async function installIfNeeded(root, dev) {
  const why = whyInstall(root, dev);
  if (why === undefined) return;
  // Under `npm start` this is the npm that the user called.
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund'];
  const label = `Installing packages (${why}; up to 5 min)`;
  if (npm?.endsWith('npm-cli.js')) await step(label, process.execPath, [npm, ...args], root);
  else await step(label, 'npm', args, root, { shell: process.platform === 'win32' });
  writeFileSync(join(root, 'node_modules', MADE_FOR), JSON.stringify(platform()));
}

// ---------------------------------------------------------------- build

/** One digest over everything the build reads of ours: file times lie after a checkout. */
export function sourceDigest(root) {
  const files = SOURCES.flatMap((folder) => filesIn(join(root, folder))).concat(
    ['tsconfig.json', 'tsconfig.build.json'].map((name) => join(root, name)),
  );
  const digest = createHash('sha256');
  for (const file of files.filter((path) => existsSync(path)).sort()) {
    const content = readFileSync(file);
    digest.update(`${relative(root, file).split(sep).join('/')}\0${content.length}\0`).update(content);
  }
  return digest.digest('hex');
}

export function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

const stampOf = (root) => join(root, 'dist', '.built-from');

export function buildNeeded(root, digest = sourceDigest(root)) {
  const stamp = stampOf(root);
  return (
    !existsSync(join(root, 'dist', 'gateway', 'main.js')) ||
    !existsSync(stamp) ||
    readFileSync(stamp, 'utf8') !== digest
  );
}

export function stampBuild(root, digest = sourceDigest(root)) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stampOf(root), digest);
}

/** `checks: false` for whoever checks the types beside it, which takes most of a build. */
export async function build(root, { checks = true } = {}) {
  // Taken first: what changes while the compiler runs is not in what it wrote.
  const digest = sourceDigest(root);
  // Without our stamp nobody knows what lies in dist/, so the compiler must not trust its own notes either.
  if (!existsSync(stampOf(root))) rmSync(join(root, 'dist', '.tsbuildinfo'), { force: true });
  rmSync(stampOf(root), { force: true });
  await step(
    'Building',
    process.execPath,
    [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json', '--pretty', 'false', ...(checks ? [] : ['--noCheck'])],
    root,
  );
  await step('Copying data files', process.execPath, [join(root, 'gateway', 'copy-assets.mjs')], root);
  stampBuild(root, digest);
}

/** Everything in place; answers where the compiled gateway lies. */
export async function prepareAndLocate(root) {
  const stale = buildNeeded(root);
  await installIfNeeded(root, stale);
  if (stale) await build(root);
  const path = join(root, 'dist', 'gateway', 'main.js');
  return { path, url: pathToFileURL(path).href };
}

// ---------------------------------------------------------------- steps

/** Runs a command quietly; shows that it is running once it takes longer than a second, and its output only when it fails. */
export async function step(label, command, args, cwd, options = {}) {
  const started = Date.now();
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  const stopShowing = show(label, started);
  const forward = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, forward);
  try {
    const [code, signal] = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (...ended) => resolve(ended));
    });
    stopShowing(code === 0);
    if (code === 0) return;
    const lines = Buffer.concat(output).toString('utf8').trimEnd().split('\n');
    const shown = lines.length > HEAD + TAIL ? [...lines.slice(0, HEAD), '…', ...lines.slice(-TAIL)] : lines;
    throw new StepFailed([...shown, `${label}: failed (${signal ?? `exit code ${code}`}).`].join('\n'));
  } catch (thrown) {
    stopShowing(false);
    throw thrown.code === 'ENOENT' ? new StepFailed(`${label}: the command "${command}" was not found.`) : thrown;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, forward);
  }
}

function show(label, started) {
  const terminal = process.stderr.isTTY === true;
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  let shown = false;
  const tick = () => {
    process.stderr.write(terminal ? `\r${label} … ${seconds()}` : `${label} … ${seconds()}\n`);
    shown = true;
  };
  let repeat;
  const first = setTimeout(() => {
    tick();
    repeat = setInterval(tick, terminal ? QUIET_MS : LINE_MS);
  }, QUIET_MS);
  return (done) => {
    clearTimeout(first);
    clearInterval(repeat);
    if (shown && (done || terminal))
      process.stderr.write(`${terminal ? '\r' : ''}${label} … ${done ? `done in ${seconds()}` : ''}\n`);
    shown = false;
  };
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Missing or unreadable: the same to us, it has to be made anew.
    return undefined;
  }
}
