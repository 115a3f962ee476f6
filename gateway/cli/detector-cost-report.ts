/** What declared patterns cost, in lines for the person who checks a configuration. */
import type { DetectorCosts } from './detector-cost.js';
import { padded } from './terminal-text.js';
import { fill, type Words } from './words.js';

export function costLines({ builtIn, all, patterns }: DetectorCosts, words: Words): string[] {
  const times = (all / Math.max(builtIn, Number.EPSILON)).toFixed(1);
  const columns = Math.max(...patterns.map(({ id }) => id.length));
  return [
    fill(words.costs, { builtIn: builtIn.toFixed(1), all: all.toFixed(1), n: patterns.length, times }),
    ...patterns.map(({ id, adds }) => `  ${padded(id, columns)}  ${fill(words.costAdds, { adds: adds.toFixed(1) })}`),
  ];
}
