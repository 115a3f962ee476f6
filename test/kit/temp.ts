/** Temp folders for tests: made on call, gone when the test file is done. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

const made: string[] = [];

/** A fresh empty folder (0700). Call it in a test or at the top of a test file; it is removed after the last test of that file. */
export function tempFolder(name = 'test'): string {
  const folder = mkdtempSync(join(tmpdir(), `weir-${name}-`));
  made.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});
