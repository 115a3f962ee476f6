/** The table of declared patterns: what fifty of them add to a scan, in passes of one RE2.Set over the same text. */
import { figure, median } from './scan-table.js';

/** Fifty patterns may add this much to a scan. */
const MOST_PASSES = 2;

export interface PatternLine {
  readonly id: string;
  readonly title: string;
  readonly rates: Readonly<Record<string, readonly number[]>>;
}

/** Round by round: time with patterns less time without, over the time of a pass. */
export function passes({ rates }: PatternLine): number {
  const { weir = [], 'weir-patterns': all = [], 're2-set': set = [] } = rates;
  return median(all.map((rate, round) => (1 / rate - 1 / (weir[round] ?? Number.NaN)) * (set[round] ?? Number.NaN)));
}

/** Less than nothing is no measurement: without patterns another way of scanning was taken, and it was slower. */
function mark(added: number): string {
  if (added < 0) return '?';
  return added <= MOST_PASSES ? 'ok' : 'SHORT';
}

export function patternCells(lines: readonly PatternLine[]): string[][] {
  const rate = (line: PatternLine, contender: string): string => figure(median(line.rates[contender] ?? []));
  return [
    ['', 'text', 'Weir', 'with 50 patterns', 'RE2.Set', 'aim', 'passes', ''],
    ...lines.map((line) => {
      const added = passes(line);
      return [line.id, line.title, rate(line, 'weir'), rate(line, 'weir-patterns'), rate(line, 're2-set'), `≤ ${MOST_PASSES}`, figure(added), mark(added)];
    }),
  ];
}
