/** What processes that have ended had counted: a counter that forgot them would fall, and a reader would take the fall for a restart of everything. */
import { mergedFamilies, type MetricFamily } from '../record/exposition.js';

export interface RetiredCounts {
  add(families: readonly MetricFamily[]): void;
  families(): readonly MetricFamily[];
}

/** Gauges say how things are; of what has ended they say nothing. */
const LASTING: ReadonlySet<string> = new Set(['counter', 'histogram']);

export function retiredCounts(): RetiredCounts {
  let kept: readonly MetricFamily[] = [];
  return {
    add: (families) => void (kept = mergedFamilies([kept, families.filter(({ type }) => LASTING.has(type))])),
    families: () => kept,
  };
}
