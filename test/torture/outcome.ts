/** How one hostile body ended, and what it cost the process that carries traffic. */

export interface Outcome {
  readonly name: string;
  /** Milliseconds. */
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
