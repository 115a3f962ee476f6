/** Compiles the prefilter into dist/, where the loader finds it, unless what lies there was made of the same sources. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const root = join(folder, '..', '..', '..');
const target = join(root, 'dist', 'detectors', 'scan', 'prefilter', 'prefilter.wasm');
const stamp = `${target}.made-from`;
/**
 * Pages. Where addresses are bounded, as in processes that open files, V8 reserves all that a memory may grow to, and without
 * a bound as much as it gets: nothing would be left for the rest. 64 MiB is many times the longest text that is carried over.
 */
const MOST_MEMORY = 1024;
const OPTIONS = ['--runtime', 'stub', '-O3', '--converge', '--noAssert', '--enable', 'simd', '--initialMemory', '44', '--maximumMemory', String(MOST_MEMORY)];

/** The source that the compiler asks for by the name it has in its own language. */
function source(name) {
  const path = join(folder, basename(name).replace(/\.ts$/, '.as'));
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function digest() {
  const hash = createHash('sha256').update(OPTIONS.join(' ')).update(readFileSync(join(root, 'node_modules', 'assemblyscript', 'package.json')));
  for (const name of readdirSync(folder).sort()) if (name.endsWith('.as')) hash.update(`\0${name}\0`).update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}

/** Whoever reads meanwhile sees the old file or the new one, never half of one. */
function write(path, content) {
  const next = `${path}.${process.pid}.new`;
  writeFileSync(next, content);
  renameSync(next, path);
}

export async function buildPrefilter() {
  const made = digest();
  if (existsSync(target) && existsSync(stamp) && readFileSync(stamp, 'utf8') === made) return;
  const { main } = await import('assemblyscript/asc');
  let wasm;
  const { error, stderr } = await main(['scan.ts', '--outFile', 'prefilter.wasm', ...OPTIONS], {
    readFile: source,
    writeFile: (_name, content) => (wasm = content),
    listFiles: () => [],
  });
  if (error !== null || wasm === undefined) throw new Error(`the prefilter does not compile\n${stderr.toString()}`);
  mkdirSync(dirname(target), { recursive: true });
  write(target, wasm);
  write(stamp, made);
}

export default buildPrefilter;

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPrefilter();
