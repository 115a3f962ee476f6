/** ripgrep, where it is installed, on the same data in the same round: CPU time of the whole program. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALTERNATION } from './contenders.js';

export interface Ripgrep {
  /** MB a second of CPU time. */
  round(): number;
  end(): void;
}

export function hasRipgrep(): boolean {
  return spawnSync('bash', ['-c', 'command -v rg'], { stdio: 'ignore' }).status === 0;
}

/** Times the file is searched by one start of the program, so that starting it and the clock's steps weigh little. */
const TIMES = 4;

/** User and system seconds as `time` prints them with TIMEFORMAT '%3U %3S'. */
export function parseTimes(output: string): number {
  const found = /(\d+\.\d+) (\d+\.\d+)\s*$/.exec(output);
  return found === null ? Number.NaN : Number(found[1]) + Number(found[2]);
}

export function ripgrep(data: Uint8Array): Ripgrep {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  const file = join(folder, 'text');
  writeFileSync(file, data);
  // Counts every match, as the others do, as bytes and in one thread.
  const command = `TIMEFORMAT='%3U %3S'; time rg -j1 -a --no-unicode --no-config --count-matches -e '${ALTERNATION}'${` '${file}'`.repeat(TIMES)} >/dev/null`;
  return {
    round: () => (data.length * TIMES) / parseTimes(spawnSync('bash', ['-c', command], { encoding: 'utf8' }).stderr) / 1e6,
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}
