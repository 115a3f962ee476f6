/** The AuditTrail port: into the table when the database answers, into the journal when not, and from there into the table once. */
import { randomUUID } from 'node:crypto';
import { LedgerFailure } from '../errors.js';
import type { AuditTrail, Clock } from '../ports.js';
import type { AuditAddition } from './audit-chain.js';
import { LANES, type AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import type { Journal } from './journal.js';

/** After a failure, entries go straight to the journal for this long: a sender must not wait for a timeout per entry. */
const AWAY_MS = 2_000;

/** Rows of one transaction: enough that thousands a second are a few commits. Each takes a lock of the server's, which has room for about 10,000 in all as it comes: dozens of processes must fit with all their lanes, or nobody gets any. */
const TOGETHER = 64;

interface Waiting extends AuditAddition {
  readonly done: () => void;
  readonly failed: (thrown: unknown) => void;
}

export interface JournaledAuditTrail extends AuditTrail {
  /** Brings what waits in the journal into the table. Call when the database is back, and now and then. */
  drain(): Promise<number>;
}

export function auditTrail(options: { readonly database: LedgerDatabase; readonly writer: AuditWriter; readonly journal: Journal; readonly clock: Clock }): JournaledAuditTrail {
  const { database, writer, journal, clock } = options;
  let awayUntil = 0;
  const waiting: Waiting[] = [];
  let underWay = 0;

  /** Whoever comes while others are being written is written with those who wait too: one transaction for many. */
  const carryOn = (): void => {
    while (underWay < LANES && waiting.length > 0) {
      underWay++;
      void carry(waiting.splice(0, TOGETHER)).finally(() => {
        underWay--;
        carryOn();
      });
    }
  };
  const carry = async (some: readonly Waiting[]): Promise<void> => {
    if (clock.now() >= awayUntil) {
      try {
        await database.transact((trx) => writer.appendAll(trx, some));
        for (const one of some) one.done();
        return;
      } catch (error) {
        if (!(error instanceof LedgerFailure)) {
          for (const one of some) one.failed(error);
          return;
        }
        awayUntil = clock.now() + AWAY_MS;
      }
    }
    // An entry in doubt may come twice; its id lets it in once.
    await Promise.all(some.map((one) => journal.write(one.id, one.entry).then(one.done, one.failed)));
  };
  return {
    append: (entry) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ id: randomUUID(), entry, done: resolve, failed: reject });
        carryOn();
      }),
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
