/** One Weir per data folder: a lock file that names its owner, is taken atomically, and survives no dead owner. */
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DataFolderInUse } from './start-errors.js';

export interface DataFolderLock {
  release(): void;
}

/** The owner touches the file this often; only an owner elsewhere (another container or host) is judged by it. */
const HEARTBEAT_MS = 2_000;
/** An owner elsewhere that did not touch the file for this long is gone: five beats, so that a busy process is not robbed. */
const SILENT_MS = 10_000;

interface Owner {
  readonly pid: number;
  /** When that process began, as its system tells it: a reused pid differs here. */
  readonly start: string;
  /** Host, boot and pid namespace: where the pid means anything. */
  readonly place: string;
  readonly nonce: string;
}

/** Takes the folder or throws DataFolderInUse. `progress` is told when it has to watch an owner it cannot see. */
export async function lockDataFolder(dir: string, options: { readonly progress?: (line: string) => void } = {}): Promise<DataFolderLock> {
  mkdirSync(dir, { recursive: true, mode: 0o711 });
  const file = join(dir, 'weir.lock');
  const nonce = `${process.pid}-${process.hrtime.bigint()}`;
  const mine: Owner = { pid: process.pid, start: startOf(process.pid) ?? '', place: place(), nonce };
  const draft = `${file}.${nonce}`;
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o644 });
  try {
    if (!take(draft, file)) await replaceDead(dir, file, draft, options.progress);
  } finally {
    rmSync(draft, { force: true });
  }
  const beat = setInterval(() => touch(file), HEARTBEAT_MS);
  beat.unref();
  return {
    release() {
      clearInterval(beat);
      if (read(file)?.nonce === mine.nonce) rmSync(file, { force: true });
    },
  };
}

async function replaceDead(dir: string, file: string, draft: string, progress: ((line: string) => void) | undefined): Promise<void> {
  const owner = read(file);
  if (owner !== undefined && (await isAlive(owner, file, progress))) throw new DataFolderInUse(dir, owner.pid);
  // Moved aside, not deleted: if another starter was quicker, what we moved is not what we judged, and it goes back.
  const aside = `${draft}.aside`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const moved = read(aside);
  if (moved !== undefined && moved.nonce !== owner?.nonce) {
    take(aside, file);
    rmSync(aside, { force: true });
    throw new DataFolderInUse(dir, moved.pid);
  }
  rmSync(aside, { force: true });
  if (!take(draft, file)) throw new DataFolderInUse(dir, read(file)?.pid ?? 0);
  // A third starter may have moved ours aside in that moment; whoever's name stands now is the owner.
  await delay(50);
  const settled = read(file);
  if (settled?.nonce !== read(draft)?.nonce) throw new DataFolderInUse(dir, settled?.pid ?? 0);
}

/** A hard link fails when the name exists: the one atomic "create with content" all file systems share. */
function take(from: string, file: string): boolean {
  try {
    linkSync(from, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function isAlive(owner: Owner, file: string, progress: ((line: string) => void) | undefined): Promise<boolean> {
  if (owner.place === place()) return isRunning(owner.pid) && (startOf(owner.pid) ?? owner.start) === owner.start;
  progress?.(`The data folder was last used elsewhere; watching up to ${SILENT_MS / 1000} s whether that Weir is still alive.`);
  const seen = modified(file);
  for (let waited = 0; waited < SILENT_MS; waited += 500) {
    await delay(500);
    if (modified(file) !== seen) return true;
  }
  return false;
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Ended, but its parent has not noticed yet: it holds nothing any more. */
function isZombie(pid: number): boolean {
  return statFields(pid)?.[0] === 'Z';
}

/** When a process began, in the system's own words; undefined when that cannot be told. */
function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') return statFields(pid)?.[19];
  if (process.platform === 'win32') return undefined;
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** /proc/<pid>/stat after the command name, which may itself hold spaces and brackets: state first. */
function statFields(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function place(): string {
  return [hostname(), quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()), quietly(() => readlinkSync('/proc/self/ns/pid'))].join(' ');
}

function quietly(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

function read(file: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const { pid, start, place: where, nonce } = value as Partial<Owner>;
    return typeof pid === 'number' && typeof start === 'string' && typeof where === 'string' && typeof nonce === 'string' ? { pid, start, place: where, nonce } : undefined;
  } catch {
    return undefined;
  }
}

function touch(file: string): void {
  const now = new Date();
  quietly(() => {
    utimesSync(file, now, now);
    return '';
  });
}

function modified(file: string): number {
  return Number(quietly(() => String(statSync(file).mtimeMs)));
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
