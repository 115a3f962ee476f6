/** What declared patterns cost, in lines for the person who checks a configuration. */
import type { DetectorCosts } from './detector-cost.js';
import { padded } from './terminal-text.js';
import { fill, type Words } from './words.js';

/** Wide enough for a pattern that takes a second per MiB. */
const COST_COLUMNS = 9;

export function costLines({ builtIn, all, patterns }: DetectorCosts, words: Words): string[] {
  const times = (all / Math.max(builtIn, Number.EPSILON)).toFixed(1);
  const columns = Math.max(...patterns.map(({ id }) => id.length));
  return [
    fill(words.costs, { builtIn: builtIn.toFixed(1), all: all.toFixed(1), n: patterns.length, times }),
    ...patterns.map((one) => `  ${padded(one.id, columns)}  ${fill(words.costAdds, { adds: one.adds.toFixed(1) }).padStart(COST_COLUMNS)}  ${words[one.class]}`),
  ];
}
