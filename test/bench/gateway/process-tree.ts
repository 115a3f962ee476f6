/** What a process and all below it cost: processor time to the nanosecond, and memory, as Linux counts them. */
import { readdirSync, readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;
/** Ticks of /proc/stat in a second, on every Linux that Node runs on. */
const TICKS = 100;

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // It ended meanwhile.
    return '';
  }
}
function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** `pid` and its descendants. */
export function treeOf(pid: number): readonly number[] {
  const below = new Map<number, number[]>();
  for (const name of list('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    below.set(parent, [...(below.get(parent) ?? []), Number(name)]);
  }
  const all = [pid];
  for (const one of all) all.push(...(below.get(one) ?? []));
  return all;
}

/** Seconds of processor time so far, of all threads that live. */
export function cpuSeconds(pids: readonly number[]): number {
  let nanoseconds = 0;
  for (const pid of pids) for (const thread of list(`/proc/${String(pid)}/task`)) nanoseconds += Number(read(`/proc/${String(pid)}/task/${thread}/schedstat`).split(' ')[0] ?? 0);
  return nanoseconds / 1e9;
}

/** Resident MiB now; the embedded database is not counted. */
export function residentMiB(pids: readonly number[]): number {
  let pages = 0;
  for (const pid of pids) if (!read(`/proc/${String(pid)}/comm`).startsWith('postgres')) pages += Number(read(`/proc/${String(pid)}/statm`).split(' ')[1] ?? 0);
  return (pages * PAGE_BYTES) / 2 ** 20;
}

/** Seconds that the whole machine was busy since its start, stolen ones included. */
export function machineSeconds(): number {
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, soft = 0, stolen = 0] = (read('/proc/stat').split('\n')[0] ?? '').split(/ +/).slice(1).map(Number);
  return (user + nice + system + interrupts + soft + stolen) / TICKS;
}
