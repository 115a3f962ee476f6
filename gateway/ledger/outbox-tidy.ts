/** Deletes jobs that ended long ago: each scan of what is held adds one per message, and nothing else takes them away. */
import { sql } from 'kysely';
import type { Clock } from '../ports.js';
import type { LedgerDatabase } from './database.js';

/** Long enough to ask what became of a job last month; what was decided is in the audit much longer. */
export const ENDED_KEPT_MS = 30 * 24 * 3_600_000;
/** A quarter of a year: who comes back from a long leave can still try it again. */
export const DEAD_KEPT_MS = 90 * 24 * 3_600_000;
/** Rows per transaction: short locks. */
const BATCH = 1_000;
/** Per kind of row and run, so that it ends; the next run takes the rest. */
const BATCHES_MOST = 100;

export interface OutboxTidy {
  /** Deletes one batch that is over; answers how many rows went. */
  ended(): Promise<number>;
  /** So with jobs that were given up and that nobody could try again: what they were about is gone. */
  dead(): Promise<number>;
}

export function outboxTidy({ database, clock }: { readonly database: LedgerDatabase; readonly clock: Clock }): OutboxTidy {
  const before = (keptMs: number): Date => new Date(clock.now() - keptMs);
  const count = ({ rows }: { readonly rows: readonly unknown[] }): number => rows.length;
  return {
    ended: () =>
      database.transact(async (trx) =>
        count(await sql`delete from outbox where n in (
          select n from outbox where closed_at < ${before(ENDED_KEPT_MS)} and outcome in ('done', 'moot') limit ${BATCH} for update skip locked) returning n`.execute(trx)),
      ),
    // Those of alerts go with their deliveries. While a message is kept, a scan of it that was given up also says that it is not known.
    dead: () =>
      database.transact(async (trx) =>
        count(await sql`delete from outbox where n in (
          select outbox.n from outbox join messages on messages.id = outbox.message_id
          where outbox.closed_at < ${before(DEAD_KEPT_MS)} and outbox.outcome = 'dead' and messages.shredded_at is not null limit ${BATCH} for update of outbox skip locked) returning n`.execute(trx)),
      ),
  };
}

/** Answers how many rows went. */
export async function tidyOutbox(tidy: OutboxTidy): Promise<number> {
  let gone = 0;
  for (const batch of [() => tidy.ended(), () => tidy.dead()]) {
    for (let run = 0, last = BATCH; run < BATCHES_MOST && last === BATCH; run++) gone += last = await batch();
  }
  return gone;
}
