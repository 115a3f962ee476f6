/** Adds up what speaks for and against a number: in log-odds, so that the order does not matter and nothing passes 1. */
import type { Reason } from './reasons.js';

const CEILING = 0.99;

export interface Evidence {
  readonly reasons: Reason[];
  /** Moves the confidence: 1 makes 0.7 of 0.5 and 0.9 of 0.8. A change of 0 leaves no reason. */
  weigh(amount: number, reason?: Reason): void;
  /** Two decimals, at most 0.99. */
  confidence(): number;
}

export function evidence(start: number, reasons: readonly Reason[]): Evidence {
  let odds = Math.log(start / (1 - start));
  const own = [...reasons];
  return {
    reasons: own,
    weigh: (amount, reason) => {
      odds += amount;
      if (amount !== 0 && reason !== undefined && !own.includes(reason)) own.push(reason);
    },
    confidence: () => Math.round(Math.min(CEILING, 1 / (1 + Math.exp(-odds))) * 100) / 100,
  };
}
