/** The AuditTrail port: into the table when the database answers, into the journal when not, and from there into the table once. */
import { randomUUID } from 'node:crypto';
import { LedgerFailure } from '../errors.js';
import type { AuditTrail, Clock } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import type { Journal } from './journal.js';

/** After a failure, entries go straight to the journal for this long: a sender must not wait for a timeout per entry. */
const AWAY_MS = 2_000;

export interface JournaledAuditTrail extends AuditTrail {
  /** Brings what waits in the journal into the table. Call when the database is back, and now and then. */
  drain(): Promise<number>;
}

export function auditTrail(options: { readonly database: LedgerDatabase; readonly writer: AuditWriter; readonly journal: Journal; readonly clock: Clock }): JournaledAuditTrail {
  const { database, writer, journal, clock } = options;
  let awayUntil = 0;
  return {
    async append(entry) {
      const id = randomUUID();
      if (clock.now() >= awayUntil) {
        try {
          await database.transact((trx) => writer.append(trx, entry, id));
          return;
        } catch (error) {
          if (!(error instanceof LedgerFailure)) throw error;
          awayUntil = clock.now() + AWAY_MS;
        }
      }
      // An entry in doubt may come twice; its id lets it in once.
      await journal.write(id, entry);
    },
    async drain() {
      const count = await journal.drain(async (id, entry) => {
        try {
          await database.transact((trx) => writer.append(trx, entry, id));
          return 'taken';
        } catch (error) {
          if (error instanceof LedgerFailure && error.kind === 'refused') return 'refused';
          throw error;
        }
      });
      awayUntil = 0;
      return count;
    },
  };
}
