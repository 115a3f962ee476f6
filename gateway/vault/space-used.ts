/** How many bytes a vault holds: counted by listing, seldom where that costs requests, and kept up between. */
import type { Clock } from '../ports.js';
import type { VaultStore } from './store.js';

/** How long the sum of all files is trusted: workers of other processes shred too. */
const RECOUNT_MS = 5 * 60_000;
/** In a bucket a thousand objects are one request, and other nodes' messages show with the next count. */
const BUCKET_RECOUNT_MS = 15 * 60_000;

export interface SpaceUsed {
  bytes(): Promise<number>;
  /** Sealed here, or with a minus destroyed here. */
  add(bytes: number): void;
  /** The next question counts. */
  forget(): void;
}

export function spaceUsed({ store, clock }: { readonly store: VaultStore; readonly clock: Clock }): SpaceUsed {
  const trusted = store.kind === 's3' ? BUCKET_RECOUNT_MS : RECOUNT_MS;
  let counted: { bytes: number; at: number } | undefined;
  let counting: Promise<number> | undefined;
  /** Sealed while a count is under way: it may have passed their place already. What is destroyed meanwhile shows in the next count. */
  let meanwhile = 0;

  function count(): Promise<number> {
    counting ??= (async () => {
      const at = clock.now();
      meanwhile = 0;
      let bytes = 0;
      for await (const object of store.list()) bytes += object.bytes;
      bytes += meanwhile;
      counted = { bytes, at };
      return bytes;
    })().finally(() => (counting = undefined));
    return counting;
  }

  return {
    async bytes() {
      if (counted === undefined) return await count();
      if (clock.now() - counted.at < trusted) return counted.bytes;
      if (store.kind === 'folder') return await count();
      // A sender is waiting: the old sum, kept up, is good enough until the new one is there.
      counted.at = clock.now();
      count().catch(() => (counted = undefined));
      return counted.bytes;
    },
    add(bytes) {
      if (counted !== undefined) counted.bytes = Math.max(0, counted.bytes + bytes);
      if (bytes > 0) meanwhile += bytes;
    },
    forget() {
      counted = undefined;
    },
  };
}
