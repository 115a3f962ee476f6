/** How long to wait before another try: doubling, bounded, and spread so that many do not come back together. */

/** `attempt` counts from 0. Between half of the full wait and all of it; `random` answers 0..1. */
export function backOff(attempt: number, options: { readonly firstMs: number; readonly mostMs: number }, random: () => number = Math.random): number {
  const full = Math.min(options.firstMs * 2 ** Math.min(attempt, 30), options.mostMs);
  return Math.round(full * (0.5 + random() / 2));
}
