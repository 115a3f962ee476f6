/** The table of memory: what is in use after so many messages, and by how much it grows with each GiB. */
import type { Sample } from './memory-child.js';
import { plainTable } from './scan-table.js';

/** Before this share of the whole, code is compiled and rooms find their size. */
const WARM = 0.2;
/** Growth over the whole run that collectors and compilers make without anybody keeping anything. */
const TOLERANCE = 2 ** 20;

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const COLUMNS = ['heap', 'buffers', 'wasm', 'rss'] as const;
type Column = (typeof COLUMNS)[number];

/** Bytes that `column` grows by with each byte scanned: the straight line nearest to the samples behind the warm-up. */
export function growth(samples: readonly Sample[], column: Column): number {
  const end = samples.at(-1)?.scanned ?? 0;
  const warm = samples.filter(({ scanned }) => scanned >= end * WARM);
  const mean = (of: (one: Sample) => number): number => warm.reduce((sum, one) => sum + of(one), 0) / warm.length;
  const x = mean(({ scanned }) => scanned);
  const y = mean((one) => one[column]);
  const spread = warm.reduce((sum, { scanned }) => sum + (scanned - x) ** 2, 0);
  return spread === 0 ? 0 : warm.reduce((sum, one) => sum + (one.scanned - x) * (one[column] - y), 0) / spread;
}

/** What is kept is on the heap, in buffers or in WebAssembly; a resident set also holds what the allocator has not given back. */
export function isSteady(samples: readonly Sample[]): boolean {
  const end = samples.at(-1)?.scanned ?? 0;
  return (['heap', 'buffers', 'wasm'] as const).every((column) => growth(samples, column) * end < TOLERANCE);
}

export function memoryText(samples: readonly Sample[]): string {
  const mib = (bytes: number): string => (bytes / MIB).toFixed(2);
  const rows = samples.map((one) => [(one.scanned / GIB).toFixed(1), String(one.messages), String(one.findings), ...COLUMNS.map((column) => mib(one[column]))]);
  const slopes = ['KiB a GiB', '', '', ...COLUMNS.map((column) => ((growth(samples, column) * GIB) / 1024).toFixed(2))];
  return [
    'Memory while messages are scanned, each by a scanner of its own: MiB after everything was collected',
    '',
    plainTable([['GiB', 'messages', 'findings', ...COLUMNS], ...rows, slopes]),
    '',
    isSteady(samples) ? 'steady' : 'GROWING',
  ].join('\n');
}
