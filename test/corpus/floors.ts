/** What accuracy may not fall below. The figures only ever go up (and the ceilings down): raise them with every gain. */
import type { Part, Score } from './score.js';
import { countOf, ratesOf, type Cut } from './score.js';
import type { DetectorId } from './piece.js';

export interface Floor {
  readonly part: Part;
  readonly detector: DetectorId;
  readonly cut: Cut;
  /** Shares of 1. */
  readonly precision?: number;
  readonly recall?: number;
  /** False findings per MB: a ceiling. */
  readonly perMegabyte?: number;
}

/** For the whole corpus: `npm run accuracy -- --check`. */
export const WHOLE_FLOORS: readonly Floor[] = [];

/** For the small sample of the unit test. */
export const SAMPLE_FLOORS: readonly Floor[] = [];

/** What the score falls short of, one sentence each. */
export function shortfalls(score: Score, floors: readonly Floor[]): string[] {
  return floors.flatMap(({ part, detector, cut, precision, recall, perMegabyte }) => {
    const count = countOf(score.types, part, detector, cut);
    const rates = ratesOf(count);
    const rate = count.wrong / (score.bytes[part] / 1e6);
    const where = `${detector} from ${cut} in ${part} text`;
    return [
      ...(precision !== undefined && rates.precision < precision ? [`${where}: precision ${rates.precision.toFixed(4)} is below ${precision}`] : []),
      ...(recall !== undefined && rates.recall < recall ? [`${where}: recall ${rates.recall.toFixed(4)} is below ${recall}`] : []),
      ...(perMegabyte !== undefined && rate > perMegabyte ? [`${where}: ${rate.toFixed(2)} false findings per MB are above ${perMegabyte}`] : []),
    ];
  });
}
