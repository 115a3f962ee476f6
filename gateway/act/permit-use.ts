/** What a spent permit is spent on: given back where that has certainly not arrived (HC 20). */
import { asWeirError } from '../errors.js';
import type { Permit } from '../ports.js';

export interface PermitUse {
  /** The bytes that leave under it. */
  body(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** The far side's status. */
  replied(status: number): Promise<void>;
  /** It went wrong before there was a status. */
  failed(thrown: unknown): Promise<void>;
}

/** `size`: bytes that the whole has. */
export function permitUse(permit: Permit, size: number): PermitUse {
  let all = size === 0;
  // One that cannot be given back is gone, as if it had arrived: the same is held again.
  const back = (): Promise<void> => permit.back().catch(() => undefined);
  return {
    async *body(source) {
      let given = 0;
      for await (const chunk of source) {
        given += chunk.length;
        if (given >= size) all = true;
        yield chunk;
      }
    },
    async replied(status) {
      // A server that fails may have done before what was asked of it: then only what it never had whole counts as refused.
      if (status >= 400 && (status < 500 || !all)) await back();
    },
    async failed(thrown) {
      if (!all || asWeirError(thrown, 'internal').code === 'upstream-unreachable') await back();
    },
  };
}
