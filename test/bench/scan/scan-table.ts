/** The scan table: rates, what Weir is times re2, what the project aims at, and whether that is reached. */
import type { Aim, Beside } from './corpora.js';

export interface Line {
  readonly id: string;
  readonly title: string;
  readonly aim: Aim | undefined;
  readonly beside?: Beside | undefined;
  /** MB a second by contender, one for each round. */
  readonly rates: Readonly<Record<string, readonly number[]>>;
  readonly found: number | undefined;
}
export interface Verdict {
  readonly aim: string;
  readonly reached: string;
  readonly mark: 'ok' | 'SHORT' | '';
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? Number.NaN) : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Round by round, so that a slow moment of the machine slows both. */
export function ratios(ours: readonly number[], theirs: readonly number[]): number[] {
  return ours.slice(0, theirs.length).map((rate, round) => rate / (theirs[round] ?? Number.NaN));
}

export function verdict(line: Line, a: Line | undefined): Verdict {
  const ours = line.rates.weir ?? [];
  const times = median(ratios(ours, line.rates.re2 ?? []));
  if (line.aim === undefined || ours.length === 0) return { aim: '', reached: Number.isNaN(times) ? '' : `${figure(times)}× re2`, mark: '' };
  if ('timesRe2' in line.aim) return { aim: `≥ ${line.aim.timesRe2}× re2`, reached: `${figure(times)}× re2`, mark: times >= line.aim.timesRe2 ? 'ok' : 'SHORT' };
  const slower = median(a?.rates.weir ?? []) / median(ours);
  const aim = `a / ${line.aim.withinOfA}`;
  return Number.isNaN(slower) ? { aim, reached: '', mark: '' } : { aim, reached: `a / ${figure(slower)}`, mark: slower <= line.aim.withinOfA ? 'ok' : 'SHORT' };
}

function besideText({ beside, rates }: Line): string {
  if (beside === undefined || rates.weir === undefined) return '';
  const times = median(rates.weir) / beside.rate;
  return `${figure(times)}× (≥ ${beside.times}) ${times >= beside.times ? 'ok' : 'SHORT'}`;
}

/** Three figures say all that a measurement knows. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return '–';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

const CONTENDERS = [
  { id: 'weir', title: 'Weir' },
  { id: 're2', title: 're2' },
  { id: 'regexp', title: 'RegExp' },
  { id: 'rg', title: 'rg' },
] as const;

/** Head and rows as cells; a contender that nobody measured has no column. */
export function cells(lines: readonly Line[]): string[][] {
  const shown = CONTENDERS.filter(({ id }) => lines.some(({ rates }) => rates[id] !== undefined));
  const a = lines.find(({ id }) => id === 'a');
  const head = ['', 'text', ...shown.map(({ title }) => title), 'lowest – highest', 'aim', 'reached', '', 'C engine', 'found'];
  return [
    head,
    ...lines.map((line) => {
      const { aim, reached, mark } = verdict(line, a);
      const ours = line.rates.weir ?? [];
      const spread = ours.length === 0 ? 'cannot read it yet' : `${figure(Math.min(...ours))} – ${figure(Math.max(...ours))}`;
      return [line.id, line.title, ...shown.map(({ id }) => figure(median(line.rates[id] ?? []))), spread, aim, reached, mark, besideText(line), ours.length === 0 ? '' : String(line.found ?? '?')];
    }),
  ];
}

/** Width on a terminal, where Chinese takes two columns; the rows' titles are English but for dots and signs. */
export function plainTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ').trimEnd()).join('\n');
}

export function markdownTable(rows: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]): string => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const [head = [], ...rest] = rows;
  return [line(head), `| ${head.map((_, column) => (column < 2 ? '---' : '---:')).join(' | ')} |`, ...rest.map(line)].join('\n');
}
