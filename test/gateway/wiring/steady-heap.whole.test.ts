/** After an idle time bodies do not call for a look at the whole heap again and again. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, it, expect } from '@jest/globals';

const PROGRAM = fileURLToPath(new URL('../../../dist/gateway/wiring/steady-heap.js', import.meta.url));

/** 48 MB that live, a limit as after an idle time, then four gigabytes of short-lived buffers as sockets give them: on a busy machine V8 looks less often than on a calm one, and a quarter of them once called for 6 to 19 looks. */
const load = (before: string): string => `
  ${before}
  const live = Array.from({ length: 48 }, () => new Array(131_072).fill(1.5));
  gc();
  for (let at = 0; at < 65_536; at++) Buffer.allocUnsafeSlow(65_536)[0] = live.length;
`;

function looks(before: string): number {
  const { stdout, status } = spawnSync(process.execPath, ['--expose-gc', '--trace-gc', '--input-type=module', '--eval', load(before)], { encoding: 'utf8' });
  expect(status).toBe(0);
  // The one that is asked for is no finding.
  return stdout.split('\n').filter((line) => line.includes('Mark-Compact') && !line.includes('testing')).length;
}

describe('a heap in which bodies come and go', () => {
  it('is not looked through as a whole for bytes that are young', () => {
    const tight = `(await import('node:v8')).setFlagsFromString('--heap-growing-percent=20');`;
    const steady = `(await import(${JSON.stringify(PROGRAM)})).steadyHeap();`;
    const counted = { tight: looks(tight), steady: looks(steady) };
    expect(counted.tight).toBeGreaterThan(10);
    expect(counted.steady).toBeLessThanOrEqual(3);
  });
});
