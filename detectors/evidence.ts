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

/** What costs `amount` and is worth no more than `start` before stays under `least`, whatever rounding does. */
export function isBeyond(start: number, amount: number, least: number): boolean {
  return Math.log(start / (1 - start)) - amount < Math.log(least / (1 - least)) - ROUNDING;
}
/** In log-odds: more than half a hundredth at a half. */
const ROUNDING = 0.05;

export function evidence(start: number, reasons: readonly Reason[]): Evidence {
  return new Sum(Math.log(start / (1 - start)), [...reasons]);
}

class Sum implements Evidence {
  constructor(
    private odds: number,
    readonly reasons: Reason[],
  ) {}
  weigh(amount: number, reason?: Reason): void {
    this.odds += amount;
    if (amount !== 0 && reason !== undefined && !this.reasons.includes(reason)) this.reasons.push(reason);
  }
  confidence(): number {
    return Math.round(Math.min(CEILING, 1 / (1 + Math.exp(-this.odds))) * 100) / 100;
  }
}
