/** Turns whatever pg or a socket threw into a LedgerFailure: the code stays, the text (which may quote rows) does not. */
import { LedgerFailure } from '../errors.js';

/** SQLSTATE classes and codes that say "not now" rather than "not like this"; 25006: a standby that will be the primary, or a primary that was; 28 and 3D: not let in, while a password is being changed. */
const TRANSIENT = /^(08|28|3D|53|57|58|XX|25P0[34]|25006|40|55P03)/;

export function ledgerFailure(thrown: unknown): LedgerFailure {
  if (thrown instanceof LedgerFailure) return thrown;
  const state = sqlState(thrown);
  // Without a SQLSTATE it came from the socket or the pool: the server did not answer.
  return new LedgerFailure(state === undefined || TRANSIENT.test(state) ? 'unavailable' : 'refused', state);
}

/** The server answered the commit with a refusal, so it is certain; anything else leaves it open. */
export function commitFailure(thrown: unknown): LedgerFailure {
  const state = sqlState(thrown);
  const certain = state !== undefined && /^(23|40|25)/.test(state);
  return certain ? new LedgerFailure('refused', state) : new LedgerFailure('in-doubt', state);
}

export function sqlState(thrown: unknown): string | undefined {
  if (thrown instanceof LedgerFailure) return thrown.sqlState;
  const code = (thrown as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code) ? code : undefined;
}
