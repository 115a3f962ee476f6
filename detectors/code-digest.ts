/** A digest over the detectors' own code and tables as they lie on disk: two builds that may decide differently never share a version. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is run or read; source maps and notes decide nothing. */
const CODE = new Set(['.js', '.ts', '.json', '.wasm', '.as', '.txt', '.csv']);
/** In dist/ the compiled files lie here, under a TypeScript loader the sources. */
const HERE = fileURLToPath(new URL('.', import.meta.url));

let own: string | undefined;

/** Hexadecimal SHA-256 over names and contents; read once for our own folder, whose files do not change while they run. */
export function codeDigest(folder = HERE): string {
  if (folder !== HERE) return digestOf(folder);
  return (own ??= digestOf(HERE));
}

function digestOf(folder: string): string {
  const digest = createHash('sha256');
  const files = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && CODE.has(extname(entry.name)) && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
  const named = files.map((path) => ({ path, name: relative(folder, path).split(sep).join('/') }));
  for (const { path, name } of named.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const content = readFileSync(path);
    digest.update(`${name}\0${content.length}\0`).update(content);
  }
  return digest.digest('hex');
}
