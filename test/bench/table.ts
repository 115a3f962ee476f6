/** A measurement as a table: ratios, since absolute figures say more about the machine. */
import type { Measurement } from './measure.js';

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

export function table({ rows, idle, barePeak }: Measurement): string {
  const lines = rows.map(({ row, ratios, peak }) => [row.title, median(ratios).toFixed(2), `${Math.min(...ratios).toFixed(2)} – ${Math.max(...ratios).toFixed(2)}`, `${peak.toFixed(0)} MiB`]);
  const all = [['route', 'throughput', 'lowest – highest', 'peak memory'], ['express + http-proxy-middleware', '1.00', '', `${barePeak.toFixed(0)} MiB`], ...lines];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  const text = all.map((cells) => cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '));
  return [...text, '', `Throughput: median of each round's ratio to the bare proxy of that round. The gateway alone, before the first byte: ${idle.toFixed(0)} MiB.`].join('\n');
}

/** `1GiB`, `512MiB`, `4096`. */
export function parseBytes(text: string): number {
  const parts = /^(\d+)(B|KiB|MiB|GiB)?$/.exec(text);
  if (parts === null) throw new Error(`not a size: ${text}`);
  return Number(parts[1]) * { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }[(parts[2] ?? 'B') as 'B' | 'KiB' | 'MiB' | 'GiB'];
}
