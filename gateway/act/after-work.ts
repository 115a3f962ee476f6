/** What goes on after the last byte has left: the openings of watched parts, waited for when a process ends, so that their exchanges are on record. */
import type { Later } from './run.js';

export interface AfterWork extends Later {
  /** Resolves when nothing goes on any more; what still does after so long is ended early. */
  settle(boundMs: number): Promise<void>;
}

export function afterWork(): AfterWork {
  const stop = new AbortController();
  const under = new Set<Promise<void>>();
  return {
    signal: stop.signal,
    add(work) {
      under.add(work);
      const done = (): void => void under.delete(work);
      work.then(done, done);
    },
    async settle(boundMs) {
      const timer = setTimeout(() => stop.abort(), boundMs);
      await Promise.allSettled(under);
      clearTimeout(timer);
    },
  };
}
