/** Runs the scan bench in processes of their own, on one core, over the compiled program, and puts their answers into tables. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Allocation } from './allocation.js';
import type { Row, Task } from './child.js';
import type { MemoryTask, Sample } from './memory-child.js';
import { CORPORA } from './corpora.js';
import { patternCells, type PatternLine } from './pattern-table.js';
import { cells, markdownTable, plainTable, type Line } from './scan-table.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const PIN = availableParallelism() > 1 && existsSync('/usr/bin/taskset');

export interface ScanOptions {
  readonly quick: boolean;
  readonly bytes: number;
  readonly rounds: number;
  readonly rows: readonly string[] | undefined;
  /** A compiled program that stands ready; otherwise this one is built. */
  readonly dist: string | undefined;
}
export interface Scanned {
  readonly lines: readonly Line[];
  readonly allocations: readonly Allocation[];
  readonly bytes: number;
  readonly rounds: number;
  readonly processor: string;
}

/** Scans longest in a round: a slow contender gets through a part of the text. */
const QUICK = { least: 0.04, most: 0.12, rg: false };
const FULL = { least: 0.3, most: 3, rg: true };

/** Folder of the compiled program, up to date. */
function built(options: Pick<ScanOptions, 'dist'>): string {
  if (options.dist !== undefined) return resolve(options.dist);
  console.error('building what has changed …');
  try {
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: ['ignore', 2, 2] });
  } catch (thrown) {
    // The compiler writes what it can: for work in progress that is enough, for published figures it is not.
    console.error(`THE BUILD REPORTS ERRORS; what it wrote is measured (${thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : ''})`);
  }
  return join(ROOT, 'dist');
}

function child(script: string, flags: readonly string[], task: string): unknown {
  const args = ['--expose-gc', ...flags, '--import', 'tsx', here(script), task];
  const done = spawnSync(PIN ? 'taskset' : process.execPath, PIN ? ['-c', '0', process.execPath, ...args] : args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (done.status !== 0) throw new Error(`${script} ended with ${done.status ?? done.signal ?? 'nothing'}`);
  return JSON.parse(done.stdout);
}

export function scan(options: ScanOptions): Scanned {
  const dist = built(options);
  const ids = CORPORA.filter(({ id, long }) => (options.rows === undefined ? !(options.quick && long) : options.rows.includes(id))).map(({ id }) => id);
  const task: Task = { ...(options.quick ? QUICK : FULL), table: 'scan', dist, rows: ids, bytes: options.bytes, rounds: options.rounds };
  const rows = child('child.ts', [], JSON.stringify(task)) as Row[];
  const lines = rows.map(({ id, title, speeds }): Line => ({
    id,
    title,
    aim: CORPORA.find((one) => one.id === id)?.aim,
    beside: CORPORA.find((one) => one.id === id)?.beside,
    rates: Object.fromEntries(speeds.map(({ contender, rates }) => [contender, rates])),
    found: speeds.find(({ contender }) => contender === 'weir')?.found,
  }));
  // A young generation that is not collected while it is read.
  const allocations = child('allocation.ts', ['--min-semi-space-size=128', '--max-semi-space-size=128'], dist) as Allocation[];
  return { lines, allocations, bytes: options.bytes, rounds: options.rounds, processor: cpus()[0]?.model.trim() ?? 'unknown processor' };
}

/** Texts that patterns are measured on: prose in both languages, and numbers. */
const PATTERN_ROWS = ['a', 'b', 'c'];

export interface PatternsScanned {
  readonly lines: readonly PatternLine[];
  readonly about: string;
}

export function scanWithPatterns(options: ScanOptions): PatternsScanned {
  const dist = built(options);
  const ids = PATTERN_ROWS.filter((id) => options.rows === undefined || options.rows.includes(id));
  const task: Task = { ...(options.quick ? QUICK : FULL), rg: false, table: 'patterns', dist, rows: ids, bytes: options.bytes, rounds: options.rounds };
  const lines = (child('child.ts', [], JSON.stringify(task)) as Row[]).map(({ id, title, speeds }) => ({ id, title, rates: Object.fromEntries(speeds.map(({ contender, rates }) => [contender, rates])) }));
  return { lines, about: `Fifty declared patterns, ${(options.bytes / 2 ** 20).toFixed(0)} MiB a row, ${options.rounds} rounds` };
}

const PATTERN_EXPLANATION =
  'MB a second as above. `passes` is the time that fifty patterns add to the built-in detectors, in passes of one RE2.Set of the same fifty over the same text in UTF-8; median of the rounds; ? where the built-in detectors alone were slower.';

export function patternsText({ lines, about: title }: PatternsScanned): string {
  return [title, '', plainTable(patternCells(lines)), '', PATTERN_EXPLANATION].join('\n');
}

export function patternsMarkdown({ lines, about: title }: PatternsScanned): string {
  return [`${title}.`, '', markdownTable(patternCells(lines)), '', PATTERN_EXPLANATION].join('\n');
}

/** How often memory is asked for in a run. */
const SAMPLES = 20;

/** Memory after each part of `bytes`, in the order in which it was asked for. */
export function memory(options: Pick<ScanOptions, 'dist'> & { readonly bytes: number }): readonly Sample[] {
  const task: MemoryTask = { dist: built(options), bytes: options.bytes, samples: SAMPLES };
  return child('memory-child.ts', [], JSON.stringify(task)) as Sample[];
}

const EXPLANATION =
  'MB (10⁶ bytes) a second of CPU time of one core, 64 KiB a chunk, median of the rounds. Weir runs as the gateway runs it: every built-in detector and every view of the declared type, findings masked. ' +
  're2 and rg search one alternation of the three kinds of number between word edges; RegExp has lookarounds instead and reads each chunk as Latin-1. `reached` is the median of the rounds’ ratios; `found` is what Weir finds in one pass (? where no pass ended in time). ' +
  '`C engine` compares with what a regex engine in C with SIMD, streaming, reached on such texts on such a machine (850, 1750 and 180 MB/s); it does not run here, so that column says no more than the order of magnitude.';

function about({ bytes, rounds, processor }: Scanned): string {
  return `Scan of ${(bytes / 2 ** 20).toFixed(0)} MiB a row, ${rounds} rounds, one core of ${processor}, Node ${process.versions.node}`;
}

function allocationCells(allocations: readonly Allocation[]): string[][] {
  const kib = (bytes: number): string => `${(bytes / 1024).toFixed(2)} KiB`;
  return [['', 'a clean chunk of 64 KiB', 'heap', 'buffers', 'kept'], ...allocations.map(({ id, title, heap, buffers, kept }) => [id, title, kib(heap), kib(buffers), `${kept.toFixed(1)} B`])];
}

export function scanText(result: Scanned): string {
  return [about(result), '', plainTable(cells(result.lines)), '', EXPLANATION, '', plainTable(allocationCells(result.allocations))].join('\n');
}

export function scanMarkdown(result: Scanned): string {
  return [`${about(result)}.`, '', markdownTable(cells(result.lines)), '', EXPLANATION, '', 'Left for the collector (heap and buffers), and still there after it ran (kept):', '', markdownTable(allocationCells(result.allocations))].join('\n');
}
