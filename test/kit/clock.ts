/** A clock that moves only when a test says so. */
import type { Clock } from '../../gateway/ports.js';

export interface ManualClock extends Clock {
  /** Moves time on by so many milliseconds. */
  advance(milliseconds: number): void;
  /** Sets the time, also back. */
  set(epochMilliseconds: number): void;
}

/** Starts at 2026-01-01T00:00:00Z unless told otherwise. */
export function manualClock(start: number = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start;
  return {
    now: () => now,
    advance(milliseconds) {
      now += milliseconds;
    },
    set(epochMilliseconds) {
      now = epochMilliseconds;
    },
  };
}
