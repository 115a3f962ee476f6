/** Where the embedded database lives, its password, and its creation: a folder is either wholly made or not there. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reaches, type Account } from './postgres-account.js';
import type { Binaries } from './postgres-binaries.js';
import { DataFolderVersion, EmbeddedPostgresError } from './start-errors.js';

export const OWNER_ROLE = 'weir_owner';
/** A unix socket's path may have 107 bytes on Linux (103 on macOS); its file name takes up to 16. */
const SOCKET_FOLDER_MAX = 85;

/**
 * `$WEIR_DATA/postgres` where PostgreSQL's user can reach it, else `/var/lib/weir-<hash of the data folder>` (HC 33).
 * Once chosen it is written down, so that a later change of modes can never start an empty database beside the real one.
 */
export function postgresHome(dataDir: string, account: Account): string {
  const note = join(dataDir, 'postgres.location');
  const chosen = existsSync(note) ? readFileSync(note, 'utf8').trim() : choose(dataDir, account);
  if (!reaches(account, chosen)) throw new EmbeddedPostgresError('start-failed', `Its user cannot reach ${chosen}; give the folders above it search permission (o+x).`);
  mkdirSync(chosen, { recursive: true, mode: 0o711 });
  if (!existsSync(note)) writeFileSync(note, `${chosen}\n`, { mode: 0o644 });
  return chosen;
}

function choose(dataDir: string, account: Account): string {
  const inside = join(realpathSync(dataDir), 'postgres');
  if (reaches(account, inside)) return inside;
  return `/var/lib/weir-${createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 12)}`;
}

/** The owner role's password: made once, readable by Weir's user alone. */
export function postgresPassword(dataDir: string, databaseExists: boolean): string {
  const folder = join(dataDir, 'keys');
  const file = join(folder, 'postgres');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  if (databaseExists) throw new EmbeddedPostgresError('no-password', `It should be ${file}.`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const password = randomBytes(32).toString('base64url');
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${password}\n`, { mode: 0o600, flush: true });
  renameSync(draft, file);
  return password;
}

/** Makes the database folder if there is none; refuses one of another major version. */
export async function ensureCluster(home: string, binaries: Binaries, account: Account, password: string, progress: (line: string) => void): Promise<string> {
  const data = join(home, 'data');
  for (const name of readdirSync(home)) if (/^(data\.new|password)-/.test(name)) rmSync(join(home, name), { recursive: true, force: true });
  if (existsSync(data)) {
    const found = existsSync(join(data, 'PG_VERSION')) ? readFileSync(join(data, 'PG_VERSION'), 'utf8').trim() : 'unknown';
    if (found !== binaries.major) throw new DataFolderVersion(data, found, binaries.major);
    return data;
  }
  progress('Creating the database …');
  const draft = ownedFolder(join(home, `data.new-${process.pid}`), account);
  const pwfile = join(home, `password-${process.pid}`);
  writeFileSync(pwfile, password, { mode: 0o600 });
  if (account !== undefined) chownSync(pwfile, account.uid, account.gid);
  try {
    await run(binaries.initdb, ['-D', draft, '-U', OWNER_ROLE, `--pwfile=${pwfile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-instructions'], home, account);
  } finally {
    rmSync(pwfile, { force: true });
  }
  renameSync(draft, data);
  return data;
}

/** A folder of 0700 for the socket, short enough for a socket's path. */
export function socketFolder(home: string, account: Account): string {
  const inside = join(home, 'run');
  const folder = Buffer.byteLength(inside) <= SOCKET_FOLDER_MAX ? inside : mkdtempSync(join(tmpdir(), 'weir-pg-'));
  return ownedFolder(folder, account);
}

function ownedFolder(path: string, account: Account): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  if (account !== undefined) chownSync(path, account.uid, account.gid);
  return path;
}

/** What the programs may know of our environment: nothing but where the system's own programs lie. */
export function childOptions(home: string, account: Account): { cwd: string; env: NodeJS.ProcessEnv; uid?: number; gid?: number } {
  return { cwd: home, env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC', SystemRoot: process.env['SystemRoot'] }, ...account };
}

async function run(program: string, args: readonly string[], home: string, account: Account): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, args, { ...childOptions(home, account), stdio: ['ignore', 'ignore', 'pipe'] });
    let tail = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-400)));
    child.on('error', (error: NodeJS.ErrnoException) => reject(new EmbeddedPostgresError('initdb-failed', error.code)));
    child.on('close', (code) => (code === 0 ? resolve() : reject(new EmbeddedPostgresError('initdb-failed', tail.trim().split('\n').at(-1)))));
  });
}
