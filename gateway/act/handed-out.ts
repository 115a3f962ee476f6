/** Judged bytes on their way out of our hands: taken one by one, given up at any time, and cleaned up after exactly once. */

/** Bytes given away: whoever takes them may stop at any time, even before the first, and `done` still runs once. */
export class HandedOut implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined> {
  #source: AsyncIterator<Uint8Array, void> | undefined;
  #first: IteratorResult<Uint8Array, void> | undefined;
  #over = false;
  /** Somebody takes them. */
  begun = false;

  /** `first` was taken from the source already. */
  constructor(
    private readonly make: () => AsyncIterator<Uint8Array, void>,
    private readonly done: () => Promise<unknown> | undefined,
    first?: IteratorResult<Uint8Array, void>,
  ) {
    this.#first = first;
    if (first !== undefined) this.#source = make();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    this.begun = true;
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#over) return { done: true, value: undefined };
    try {
      const next = this.#first ?? (await (this.#source ??= this.make()).next());
      this.#first = undefined;
      if (next.done !== true) return next;
    } catch (thrown) {
      await this.#end();
      throw thrown;
    }
    await this.#end();
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    await this.#end();
    return { done: true, value: undefined };
  }

  /** Nobody takes them. A promise only where that has to be waited for. */
  close(): Promise<unknown> | undefined {
    if (this.#over) return undefined;
    if (this.#source !== undefined) return this.#end();
    this.#over = true;
    return this.done();
  }

  async #end(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.#source?.return?.();
    await this.done();
  }
}

/** `first` was taken from `rest` already. */
export function beginningWith(first: IteratorResult<Uint8Array, void>, rest: AsyncIterator<Uint8Array, void>): AsyncIterator<Uint8Array, void> {
  let started = false;
  return {
    next() {
      if (started) return rest.next();
      started = true;
      return Promise.resolve(first);
    },
  };
}

/** Bytes that are all here. */
export function bytesAtHand(chunks: readonly Uint8Array[]): AsyncIterator<Uint8Array, void> {
  let at = 0;
  return {
    next() {
      const value = chunks[at++];
      return Promise.resolve(value === undefined ? { done: true, value: undefined } : { done: false, value });
    },
  };
}
