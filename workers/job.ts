/** What a job is to its handler: an open row of the outbox in, done or again out. A handler locks the row, re-reads the state, and closes it in its own transaction. */
import type { OpenJob } from '../gateway/ledger/outbox.js';

export type { OpenJob } from '../gateway/ledger/outbox.js';

/** `again`: the row is open still; look at it once more after this time. */
export type JobResult = { readonly kind: 'done' } | { readonly kind: 'again'; readonly delayMs: number };

/** May be called twice for one row, even at the same time. What it throws is noted on the row, which is tried again. */
export type JobHandler = (job: OpenJob) => Promise<JobResult>;
