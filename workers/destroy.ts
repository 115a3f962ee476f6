/** Shreds what was rejected, expired or released, and records that it did; safe to run again. */
import type { DestroyLedger } from '../gateway/ledger/destroy-ledger.js';
import type { Vault } from '../gateway/ports.js';
import type { JobHandler } from './job.js';

export function destroyHandler(options: { readonly ledger: DestroyLedger; readonly vault: Pick<Vault, 'shred'> }): JobHandler {
  const { ledger, vault } = options;
  return async ({ n: row }) => {
    const target = await ledger.target(row);
    if (target === undefined) return { kind: 'done' };
    if ('waitMs' in target) return { kind: 'again', delayMs: target.waitMs };
    await vault.shred(target.id);
    await ledger.destroyed(row, target.id, target.why);
    return { kind: 'done' };
  };
}
