/** Temp folders for tests: made on call, gone when the test file is done. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { until } from './patience.js';

const made: string[] = [];

/** A fresh empty folder (0700). Call it in a test or at the top of a test file; it is removed after the last test of that file. */
export function tempFolder(name = 'test'): string {
  const folder = mkdtempSync(join(tmpdir(), `weir-${name}-`));
  made.push(folder);
  return folder;
}

afterAll(async () => {
  for (const folder of made.splice(0)) await until(`${folder} is gone`, () => removed(folder));
});

/** False where a program of the suite, which may still run, laid a file into a folder that had just been emptied. */
function removed(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw thrown;
    return false;
  }
}
