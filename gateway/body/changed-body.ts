/** The body as it leaves masked: the masks in place, and the parts in which something is wanted written anew. */
import type { ChildRange, Outbound, Spool, SpoolFactory } from '../ports.js';
import { mergeLog, type Replacement } from './merge-log.js';
import { replay } from './replay.js';
import { rewrapped } from './rewrap.js';

export interface ChangedBody {
  readonly change: Outbound['change'];
  readonly length: number;
  /** All masks in place, whatever is wanted, and the parts written anew. */
  readonly log: Spool;
  /** May be read again. */
  body(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

export interface Changes {
  readonly spool: Pick<Spool, 'size' | 'stream'>;
  /** Masks in place. */
  readonly log: Spool;
  /** Which kinds of them are applied. */
  readonly chosen: (kind: number) => boolean;
  /** Parts that may be written anew, in order of place; without bytes they stay as they are. */
  readonly parts: readonly (Pick<ChildRange, 'from' | 'to' | 'wraps'> & { readonly bytes: () => Promise<AsyncIterable<Uint8Array> | undefined> })[];
}

/** Throws where a part cannot be written anew: half a mask is none. */
export async function changedBody(spools: SpoolFactory, { spool, log, chosen, parts }: Changes): Promise<ChangedBody> {
  const replacements = parts.map(({ from, to, wraps, bytes }): Replacement => ({
    from, to,
    async bytes() {
      const other = await bytes();
      return other === undefined ? undefined : rewrapped(other, wraps);
    },
  }));
  const unchanged: ChangedBody = {
    change: log.size > 0 ? 'same-length' : 'none',
    length: spool.size,
    log,
    body: () => replay(spool.stream(), log.stream(), chosen),
    // The log is closed with the body it belongs to.
    close: () => Promise.resolve(),
  };
  if (replacements.length === 0) return unchanged;
  const merged = spools.create();
  try {
    const { replaced, growth } = await mergeLog(log.stream(), replacements, (record) => merged.write(record));
    if (replaced === 0) {
      await merged.close();
      return unchanged;
    }
    return { change: 'recoded', length: spool.size + growth, log: merged, body: () => replay(spool.stream(), merged.stream(), chosen), close: () => merged.close() };
  } catch (thrown) {
    await merged.close();
    throw thrown;
  }
}
