/** `npm run bundle`: one archive that runs Weir on a machine without internet (HC 39): the compiled program, the packages it needs, Node.js itself, the systemd units. */
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { filesIn, prepareAndLocate, projectRoot, step } from './prepare.mjs';

/** What a running Weir reads, beside its packages. */
const PARTS = ['dist', 'config', 'docs', 'package.json', 'LICENSE', 'README.md', 'README.zh-CN.md', 'CHANGELOG.md'];
/** What compilers left beside a package's result. */
const LEFTOVERS = /\/(obj\.target|\.deps|vendor)(\/|$)|\/\.tsbuildinfo$/;

/** The packages that are not for building or testing, as the lock file marks them; one inside another comes with it. */
function packages(root) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional && existsSync(join(root, path)))
    .map(([path]) => path);
}

async function digestOf(path) {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path)) digest.update(chunk);
  return digest.digest('hex');
}

/** Answers with the archive's path. Built for this machine's system, processor and C library. */
async function bundle(root, folder) {
  await prepareAndLocate(root);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const name = `weir-${version}-${process.platform}-${process.arch}`;
  const work = mkdtempSync(join(tmpdir(), 'weir-bundle-'));
  try {
    const target = join(work, name);
    mkdirSync(join(target, 'bin'), { recursive: true });
    const wanted = (path) => !LEFTOVERS.test(path);
    for (const part of PARTS) cpSync(join(root, part), join(target, part), { recursive: true, filter: wanted });
    // A package's own packages are listed by themselves: those for development stay behind.
    for (const path of packages(root)) cpSync(join(root, path), join(target, path), { recursive: true, dereference: true, filter: (from) => wanted(from) && !relative(join(root, path), from).split('/').includes('node_modules') });
    cpSync(process.execPath, join(target, 'bin', 'node'), { dereference: true });
    cpSync(join(root, 'config', 'deploy', 'offline', 'install.sh'), join(target, 'install.sh'));
    for (const program of ['bin/node', 'install.sh']) chmodSync(join(target, program), 0o755);
    const sums = [];
    for (const file of filesIn(target).sort()) sums.push(`${await digestOf(file)}  ${relative(target, file)}\n`);
    writeFileSync(join(target, 'SHA256SUMS'), sums.join(''));
    const archive = join(work, `${name}.tar.gz`);
    await step('Packing', 'tar', ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '-czf', archive, '-C', work, name], root);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, basename(archive));
    // Under its name only when it is whole, also where the temp folder is on another disk.
    cpSync(archive, `${path}.part`);
    renameSync(`${path}.part`, path);
    return path;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

try {
  const path = await bundle(projectRoot, resolve(process.argv[2] ?? '.'));
  console.log(`${path}\nsha256 ${await digestOf(path)}`);
} catch (thrown) {
  console.error(thrown && thrown.name === 'StepFailed' ? thrown.message : thrown);
  process.exitCode = 1;
}
