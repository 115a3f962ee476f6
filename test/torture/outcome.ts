/** How one hostile body ended, and what it cost the process that carries traffic. */

/** Longest time in which nobody else had a turn. */
export const STALL_MS = 250;
/** Beside the bodies themselves, of which the largest has 60 MiB and is in memory here. */
export const GROWTH_MIB = 200;

export interface Outcome {
  readonly name: string;
  /** Milliseconds: of wall and processor time, that of the processes that opened it included, the shorter. */
  readonly took: number;
  /** Longest time in which nothing else had its turn, in milliseconds. */
  readonly stall: number;
  /** MiB of memory beyond what was there before. */
  readonly grew: number;
  /** Different ones, each with its detail. */
  readonly reasons: readonly string[];
  readonly findings: number;
  /** Scanned and unscanned bytes are the body. */
  readonly lawful: boolean;
  /** Codes of processes that ended by themselves. */
  readonly crashed: readonly string[];
}
