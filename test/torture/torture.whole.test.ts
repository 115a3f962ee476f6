/** Hostile bodies end: each in a finding or a clear reason, within its time, and the process that carries traffic stays quick and small. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ARCHIVES } from './archives.js';
import { DOCUMENTS } from './documents.js';
import { faultsOf, type Opened, type Tries } from './outcome.js';
import { TEXTS } from './texts.js';

const HOSTILE = [...ARCHIVES, ...DOCUMENTS, ...TEXTS];
/** Cut between two of their pieces, or within what fills them up, these are whole. */
const ENDLESS = /^(tar|tnef|gzip-coding) /;

/** For malloc of glibc: buffers are given back once they are free, so that a body which is opened again grows again. */
const GIVES_BACK = { MALLOC_MMAP_THRESHOLD_: String(32 * 1024) };

function opened(group: string): Promise<readonly Opened[]> {
  return new Promise((resolve, reject) => {
    const all: Opened[] = [];
    const child = fork(fileURLToPath(new URL('./torture-child.ts', import.meta.url)), [group], { execArgv: ['--expose-gc', '--import', 'tsx'], env: { ...process.env, ...GIVES_BACK }, serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.on('message', (one) => all.push(one as Opened));
    // It ends before the last of what it said is read.
    child.once('close', (code) => (code === 0 ? resolve(all) : reject(new Error(`torture ended with ${String(code)}, after ${all.at(-1)?.name ?? 'nothing'}`))));
  });
}

describe('a hostile body', () => {
  const seen = new Map<string, Tries>();
  beforeAll(async () => {
    for (const { name, tries } of await opened('named')) seen.set(name, tries);
  });

  it.each(HOSTILE.map((one) => [one.name, one] as const))('%s ends', (name, { ends, finds, slow }) => {
    const tries = seen.get(name);
    if (tries === undefined) throw new Error('was not opened');
    expect([name, faultsOf(tries, slow)]).toEqual([name, []]);
    for (const { reasons, findings } of tries) {
      const words = reasons.length === 0 ? [''] : reasons;
      expect([name, words.some((one) => ends.test(one)) || findings > 0 ? 'told' : words]).toEqual([name, 'told']);
      if (finds !== undefined) expect([name, findings]).toEqual([name, finds]);
    }
  });
});

describe('every format', () => {
  it('cut at every sixteenth, or with a length that lies there, ends as well, and what was cut says so', async () => {
    const all = await opened('cut');
    expect(all.length).toBeGreaterThan(900);
    expect(all.flatMap(({ name, tries }) => faultsOf(tries).map((fault) => `${name}: ${fault}`))).toEqual([]);
    // A container that was cut is never a clean one. The first of the cuts leave nothing, or too little to tell what it was.
    const silent = all.filter(({ name, tries }) => / cut at ([2-9]|1\d)\//.test(name) && tries.some(({ reasons }) => reasons.length === 0) && !ENDLESS.test(name)).map(({ name }) => name);
    expect(silent).toEqual([]);
  });
});
