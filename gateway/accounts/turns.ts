/** One after another by name: what is asked about one name at the same time must not all be judged before the first failure is counted. */

/** A person waits for nobody; more than this at once is a flood, and hears so. */
const WAITING_MOST = 32;

export interface Turns {
  /** Undefined: too many are waiting for this name already. */
  take<T>(name: string, work: () => Promise<T>): Promise<T | undefined>;
}

export function turns(): Turns {
  const names = new Map<string, { last: Promise<unknown>; waiting: number }>();
  return {
    async take(name, work) {
      const queue = names.get(name) ?? { last: Promise.resolve(), waiting: 0 };
      if (queue.waiting >= WAITING_MOST) return undefined;
      names.set(name, queue);
      queue.waiting += 1;
      // The one before may have failed: that is its caller's to know.
      const turn = queue.last.then(work, work);
      queue.last = turn;
      try {
        return await turn;
      } finally {
        queue.waiting -= 1;
        if (queue.waiting === 0) names.delete(name);
      }
    },
  };
}
