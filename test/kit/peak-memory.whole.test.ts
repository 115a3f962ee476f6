/** What a process says of its memory is its own: the figure must not depend on who started it. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const module = fileURLToPath(new URL('./peak-memory.ts', import.meta.url));

describe('the memory that a child reports', () => {
  it('is not its parent\'s', () => {
    // In a parent of its own: what this one holds depends on the suites before.
    const child = `import(${JSON.stringify(module)}).then(({ peakMemoryBytes }) => console.log(peakMemoryBytes()))`;
    const parent = `const held = Buffer.alloc(${String(600 * 2 ** 20)}, 1);
      const { stdout } = require('node:child_process').spawnSync(process.execPath, ['--import', 'tsx', '-e', process.argv[1]]);
      console.log(String(stdout).trim(), process.memoryUsage.rss(), held.length);`;
    const { stdout } = spawnSync(process.execPath, ['-e', parent, child], { encoding: 'utf8' });
    const [ofChild = NaN, ofParent = NaN] = stdout.trim().split(' ').map(Number);
    expect(ofParent).toBeGreaterThan(600 * 2 ** 20);
    expect(ofChild).toBeGreaterThan(20 * 2 ** 20);
    expect(ofChild).toBeLessThan(300 * 2 ** 20);
  });
});
