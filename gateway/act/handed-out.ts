/** Judged bytes on their way out of our hands: taken one by one, given up at any time, and cleaned up after exactly once. */

/** `first` was already taken from `rest`. */
export function startingWith(first: IteratorResult<Uint8Array, void>, rest: AsyncIterator<Uint8Array, void>): AsyncIterator<Uint8Array, void> {
  let started = false;
  return {
    next: async () => {
      if (started) return rest.next();
      started = true;
      return first;
    },
  };
}

/** Bytes given away: whoever takes them may stop at any time, even before the first, and `done` still runs once. */
export function handedOut(source: AsyncIterator<Uint8Array, void>, done: () => Promise<void>): { [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined>; return(): Promise<void> } {
  let over = false;
  const end = async (): Promise<void> => {
    if (over) return;
    over = true;
    await source.return?.();
    await done();
  };
  const iterator: AsyncIterator<Uint8Array, undefined> = {
    async next() {
      if (over) return { done: true, value: undefined };
      try {
        const next = await source.next();
        if (next.done !== true) return next;
      } catch (thrown) {
        await end();
        throw thrown;
      }
      await end();
      return { done: true, value: undefined };
    },
    async return() {
      await end();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator, return: end };
}
