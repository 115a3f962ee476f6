/** How often a law is tried: with a fixed seed in the quick check, with fresh ones and more runs where WEIR_LAW_RUNS multiplies them. */

export function runs(count: number): { numRuns: number; seed?: number } {
  const factor = Number(process.env.WEIR_LAW_RUNS ?? '0');
  return factor > 0 ? { numRuns: count * factor } : { numRuns: count, seed: 20261122 };
}
