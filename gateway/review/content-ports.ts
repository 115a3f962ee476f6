/** What the operations about one message need, and how they ask the vault. */
import { LedgerFailure } from '../errors.js';
import type { AuditTrail, Clock, ExceptionLedger, FactsLedger, FalsePositives, MailSplits, OpeningsLedger, Preview, ReviewLedger, StoredMessage, TimelineLedger } from '../ports.js';
import { away } from './away.js';
import type { IsOutside } from './mail-answers.js';
import { ApiProblem } from './problem.js';
import type { QueuedView } from './queued-view.js';

export interface ContentPorts {
  readonly ledger: ReviewLedger;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  /** Undefined where the review key is not. */
  readonly preview: Preview | undefined;
  readonly facts: FactsLedger;
  readonly timeline: TimelineLedger;
  readonly openings: OpeningsLedger;
  readonly exceptions: Pick<ExceptionLedger, 'propose'>;
  readonly falsePositives: FalsePositives;
  readonly queued?: QueuedView | undefined;
  /** Decides about some recipients of a mail. Left out: about all or none. */
  readonly splits?: MailSplits | undefined;
  /** Which masked addresses are not of one's own house. */
  readonly isOutside: IsOutside;
  /** False where this route or direction lets a message go only as it was. */
  readonly masksOnRelease: (message: StoredMessage) => boolean;
}

export async function messageOf(ledger: ReviewLedger, id: string): Promise<StoredMessage> {
  const message = await away(() => ledger.get(id));
  if (message === undefined) throw new ApiProblem('not-found');
  return message;
}

export function withKey(preview: Preview | undefined): Preview {
  if (preview === undefined) throw new ApiProblem('key-absent');
  return preview;
}

/** What the vault says when it cannot: by its stable codes, never by its words. */
export async function vaulted<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const code = (error as { code?: unknown } | undefined)?.code;
    if (error instanceof ApiProblem || error instanceof LedgerFailure) throw error;
    switch (code) {
      case 'VAULT_MISSING':
        throw new ApiProblem('content-gone', {}, { cause: error });
      case 'VAULT_DAMAGED':
        throw new ApiProblem('content-damaged', {}, { cause: error });
      case 'KEY_ABSENT':
        throw new ApiProblem('key-absent', {}, { cause: error });
      default:
        throw new ApiProblem('internal', {}, { cause: error });
    }
  }
}
