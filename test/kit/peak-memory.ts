/** The most memory that this process has had since it began. */
import { readFileSync } from 'node:fs';

/** Not getrusage's figure, where the system has a better one: Linux counts into that what the parent held when it started this process, and a jest worker holds what its earlier suites left. */
export function peakMemoryBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  if (peak === undefined) throw new Error('the system does not say how much memory this process has had');
  return Number(peak) * 1024;
}
