/** How one hostile body ended, what it cost the process that carries traffic, and what of that must not be. */

/** Longest time in which nobody else had a turn. */
const STALL_MS = 250;
/** Beside the bodies themselves, of which the largest has 60 MiB and is in memory here. */
const GROWTH_MIB = 200;
/** For one file, a little more than a third of what the gateway gives it: torture is to end. */
const LONGEST_MS = 25_000;
/** By the clock, for what waits and does nothing: generous, since a busy machine gives its time to others. */
const LATEST_MS = 120_000;

export interface Outcome {
  /** Milliseconds: of wall and processor time, that of the processes that opened it included, the shorter. */
  readonly took: number;
  /** Milliseconds by the clock. */
  readonly lasted: number;
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

export interface Opened {
  readonly name: string;
  /** One, or more where it looked too dear. */
  readonly tries: Tries;
}
export type Tries = readonly Outcome[];

/** Each try has to end well. What it cost others is that of the cheapest: a stalled machine, or a collection of what was opened before, is charged to whoever runs then. `slow`: what ends by its time alone. */
export function faultsOf(tries: Tries, slow = false): readonly string[] {
  const [stall, grew] = [least(tries.map((one) => one.stall)), least(tries.map((one) => one.grew))];
  return [
    ...tries.flatMap(({ took, lasted, lawful, crashed, reasons }) => [
      ...(took > LONGEST_MS ? [`took ${told(took)} ms`] : []),
      ...(lasted > LATEST_MS ? [`ended after ${told(lasted)} ms by the clock`] : []),
      ...(lawful ? [] : ['scanned and unscanned bytes are not the body']),
      ...crashed.map((code) => `crashed: ${code}`),
      ...reasons.filter((one) => one.startsWith('failed') || (!slow && one.startsWith('timeout'))),
    ]),
    ...(stall < STALL_MS ? [] : [`stalled for ${told(stall)} ms`]),
    ...(grew < GROWTH_MIB ? [] : [`grew by ${told(grew)} MiB`]),
  ];
}

/** Whether it costs others too much so far. */
export function looksDear(tries: Tries): boolean {
  return least(tries.map(({ stall }) => stall)) >= STALL_MS || least(tries.map(({ grew }) => grew)) >= GROWTH_MIB;
}

const least = (figures: readonly number[]): number => Math.min(...figures);
const told = (figure: number): string => String(Math.round(figure));
