/** The incoming body as the pipeline takes it: a prefix first, then the rest, pulled once and given back when no longer wanted. */

export interface Inflow {
  /** The first chunks, together at least `length` bytes unless the body is shorter. */
  prefix(length: number): Promise<Uint8Array>;
  /** The body is known to its end. */
  readonly ended: boolean;
  /** Everything, the prefix included. */
  chunks(): AsyncGenerator<Uint8Array>;
  /** Nobody will read on. */
  close(): Promise<void>;
}

export function inflow(source: AsyncIterable<Uint8Array>): Inflow {
  const iterator = source[Symbol.asyncIterator]();
  const kept: Uint8Array[] = [];
  let ended = false;
  let closed = false;
  const close = async (): Promise<void> => {
    if (ended || closed) return;
    closed = true;
    await iterator.return?.();
  };
  return {
    async prefix(length) {
      let size = 0;
      while (size < length && !ended) {
        const next = await iterator.next();
        if (next.done === true) ended = true;
        else if (next.value.length > 0) {
          kept.push(next.value);
          size += next.value.length;
        }
      }
      return kept.length === 1 && kept[0] !== undefined ? kept[0].subarray(0, length) : Buffer.concat(kept).subarray(0, length);
    },
    get ended() {
      return ended;
    },
    async *chunks() {
      try {
        for (;;) {
          const early = kept.shift();
          if (early !== undefined) {
            yield early;
            continue;
          }
          if (ended) return;
          const next = await iterator.next();
          if (next.done === true) ended = true;
          else if (next.value.length > 0) yield next.value;
        }
      } finally {
        await close();
      }
    },
    close,
  };
}
