/** Puts the temporary files of a test run into memory, where there is enough: databases and vaults sync what they write, and a disk makes each of hundreds of starts and stops wait for it. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

const SHARED_MEMORY = '/dev/shm';
/** A run keeps less than half of it at a time; programs need the rest. */
const NEEDED = 8 * 2 ** 30;

/** Programs are copied into temporary folders and started there. */
function mayExecute() {
  const mount = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, place, type]) => place === SHARED_MEMORY && type === 'tmpfs');
  return mount !== undefined && !(mount[3] ?? '').split(',').includes('noexec');
}

/** What a container may have, which its kernel's own figure does not say. */
function allowed() {
  try {
    const most = readFileSync('/sys/fs/cgroup/memory.max', 'utf8').trim();
    return most === 'max' ? Infinity : Number(most);
  } catch {
    // No such bound here.
    return Infinity;
  }
}

function isEnough() {
  try {
    const { bavail, bsize } = statfsSync(SHARED_MEMORY);
    return mayExecute() && Math.min(bavail * bsize, freemem(), allowed()) >= NEEDED;
  } catch {
    return false;
  }
}

/** Sets TMPDIR for this process and all that it starts, unless someone set it or memory is short. What lies there goes with this process, however it ends: it would be memory that nobody could use again. */
export function inMemory() {
  if (process.env['TMPDIR'] !== undefined || !isEnough()) return;
  const folder = mkdtempSync(join(SHARED_MEMORY, 'weir-'));
  // Programs under other users walk through it, as through /tmp.
  chmodSync(folder, 0o1777);
  process.env['TMPDIR'] = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
}
