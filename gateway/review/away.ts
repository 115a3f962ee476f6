/** How operations ask the ledger: one that is away becomes a problem its caller understands, and who saw what is written down first. */
import { LedgerFailure } from '../errors.js';
import type { AuditTrail, Clock } from '../ports.js';
import { ApiProblem } from './problem.js';

/** A ledger that is away, or in doubt, is the caller's to know: look again before deciding anew. One that refuses is our fault. */
export async function away<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiProblem) throw error;
    throw new ApiProblem(error instanceof LedgerFailure && error.kind === 'refused' ? 'internal' : 'ledger-unavailable', {}, { cause: error });
  }
}

export type Note = (actor: string, act: string, subject: string | undefined, data: Readonly<Record<string, unknown>>) => Promise<void>;

/** Who saw what counts as much as who did what: an answer leaves only after its audit entry is safe. */
export function noting(audit: AuditTrail, clock: Clock): Note {
  return (actor, act, subject, data) => away(() => audit.append({ at: new Date(clock.now()), actor, act, subject, data }));
}
