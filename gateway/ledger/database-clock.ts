/** The database's time, for claims that workers on several machines compare: a lease that one machine writes must last for another whose clock is minutes ahead. */
import { sql } from 'kysely';
import type { Clock } from '../ports.js';
import type { LedgerDatabase } from './database.js';

/** How often the difference is looked at: clocks drift slowly, and step rarely. */
const LOOK_MS = 30_000;

export interface DatabaseClock extends Clock {
  /** Looks at the difference now; while the database is away the last one known stands. */
  look(): Promise<void>;
  stop(): void;
}

export async function databaseClock({ database, clock }: { readonly database: LedgerDatabase; readonly clock: Clock }): Promise<DatabaseClock> {
  let aheadMs = 0;
  const look = async (): Promise<void> => {
    const before = clock.now();
    try {
      const { rows } = await database.read((db) => sql<{ ms: number }>`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`.execute(db));
      const [row] = rows;
      if (row !== undefined) aheadMs = Math.round((before + clock.now()) / 2 - row.ms);
    } catch {
      // The database's failure shows elsewhere.
    }
  };
  await look();
  const timer = setInterval(() => void look(), LOOK_MS);
  timer.unref();
  return { now: () => clock.now() - aheadMs, look, stop: () => clearInterval(timer) };
}
