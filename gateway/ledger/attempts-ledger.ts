/** Failed attempts of a network at any node: who is locked out of one must not go on at the next. */
import { sql } from 'kysely';
import type { SharedAttempts } from '../ports.js';
import type { LedgerDatabase } from './database.js';

/** Networks remembered at once: a flood of addresses must not fill the disk. Beyond it each node counts for itself. */
const NETWORKS_MOST = 10_000;

/** Time is the database's: the clocks of a fleet's machines differ. */
export function attemptsLedger({ database }: { readonly database: LedgerDatabase }): SharedAttempts {
  return {
    async failures(network) {
      const row = await database.read((db) =>
        db.selectFrom('failed_attempts').select(['failures', sql<number>`ceil(extract(epoch from until - clock_timestamp()))::float8`.as('seconds')])
          .where('network', '=', network).where('until', '>', sql<Date>`clock_timestamp()`).executeTakeFirst(),
      );
      return row === undefined ? { failures: 0, seconds: 0 } : row;
    },
    async note(network, windowMs) {
      return await database.transact(async (trx) => {
        await trx.deleteFrom('failed_attempts').where('until', '<=', sql<Date>`clock_timestamp()`).execute();
        const { rows } = await sql<{ failures: number }>`
          insert into failed_attempts as known (network, failures, until)
          select ${network}, 1, clock_timestamp() + ${windowMs}::float8 * interval '1 millisecond'
          where (select count(*) from failed_attempts) < ${NETWORKS_MOST} or exists (select 1 from failed_attempts where network = ${network})
          on conflict (network) do update set failures = known.failures + 1 returning failures`.execute(trx);
        return rows[0]?.failures;
      });
    },
  };
}
