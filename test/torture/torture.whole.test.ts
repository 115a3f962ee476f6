/** Hostile bodies end: each in a finding or a clear reason, within its time, and the process that carries traffic stays quick and small. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ARCHIVES } from './archives.js';
import { DOCUMENTS } from './documents.js';
import { GROWTH_MIB, STALL_MS, type Outcome } from './outcome.js';
import { TEXTS } from './texts.js';

const HOSTILE = [...ARCHIVES, ...DOCUMENTS, ...TEXTS];
/** For one file, a little more than a third of what the gateway gives it: torture is to end. */
const LONGEST_MS = 25_000;
/** Cut between two of their pieces, or within what fills them up, these are whole. */
const ENDLESS = /^(tar|tnef|gzip-coding) /;

function outcomes(group: string): Promise<readonly Outcome[]> {
  return new Promise((resolve, reject) => {
    const all: Outcome[] = [];
    const child = fork(fileURLToPath(new URL('./torture-child.ts', import.meta.url)), [group], { execArgv: ['--expose-gc', '--import', 'tsx'], serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.on('message', (outcome) => all.push(outcome as Outcome));
    // It ends before the last of what it said is read.
    child.once('close', (code) => (code === 0 ? resolve(all) : reject(new Error(`torture ended with ${String(code)}, after ${all.at(-1)?.name ?? 'nothing'}`))));
  });
}

/** `slow`: what ends by its time alone. */
function expectWell({ name, took, stall, grew, lawful, crashed, reasons }: Outcome, slow = false): void {
  const ended = reasons.filter((one) => one.startsWith('failed') || (!slow && one.startsWith('timeout')));
  expect({ name, late: took > LONGEST_MS, lawful, crashed, ended }).toEqual({ name, late: false, lawful: true, crashed: [], ended: [] });
  expect([name, stall < STALL_MS ? 'quick' : stall, grew < GROWTH_MIB ? 'small' : grew]).toEqual([name, 'quick', 'small']);
}

describe('a hostile body', () => {
  const seen = new Map<string, Outcome>();
  beforeAll(async () => {
    for (const outcome of await outcomes('named')) seen.set(outcome.name, outcome);
  });

  it.each(HOSTILE.map((one) => [one.name, one] as const))('%s ends', (name, { ends, finds, slow }) => {
    const outcome = seen.get(name);
    if (outcome === undefined) throw new Error('was not opened');
    expectWell(outcome, slow);
    const reasons = outcome.reasons.length === 0 ? [''] : outcome.reasons;
    expect([name, reasons.some((one) => ends.test(one)) || outcome.findings > 0 ? 'told' : reasons]).toEqual([name, 'told']);
    if (finds !== undefined) expect([name, outcome.findings]).toEqual([name, finds]);
  });
});

describe('every format', () => {
  it('cut at every sixteenth, or with a length that lies there, ends as well, and what was cut says so', async () => {
    const all = await outcomes('cut');
    expect(all.length).toBeGreaterThan(900);
    for (const outcome of all) expectWell(outcome);
    // A container that was cut is never a clean one. The first of the cuts leave nothing, or too little to tell what it was.
    const silent = all.filter(({ name, reasons }) => / cut at ([2-9]|1\d)\//.test(name) && reasons.length === 0 && !ENDLESS.test(name)).map(({ name }) => name);
    expect(silent).toEqual([]);
  });
});
