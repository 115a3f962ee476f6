/** What the metrics of a fleet show of its nodes: how many run which policy. */
import { sql } from 'kysely';
import type { LedgerDatabase } from './database.js';

/** A node says that it is there every few seconds; one that was silent for so long is gone. */
const SEEN_WITHIN_MS = 60_000;

/** By the database's clock: those of a fleet's machines differ. `revision` is undefined for nodes without a policy. */
export async function nodesByRevision(database: LedgerDatabase): Promise<readonly { readonly revision: string | undefined; readonly count: number }[]> {
  const rows = await database.read((db) =>
    db.selectFrom('nodes').select(['revision', (eb) => eb.fn.countAll<number>().as('count')])
      .where('last_seen', '>', sql<Date>`clock_timestamp() - ${SEEN_WITHIN_MS}::float8 * interval '1 millisecond'`)
      .groupBy('revision').orderBy('revision').execute(),
  );
  return rows.map(({ revision, count }) => ({ revision: revision ?? undefined, count }));
}
