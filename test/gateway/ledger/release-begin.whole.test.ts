/** A released message is taken up at once, over a real PostgreSQL: its carrier may hand it to a worker before the dispatcher has written that it was handed over. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { holdLedger } from '../../../gateway/ledger/hold-ledger.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { releaseLedger } from '../../../gateway/ledger/release-ledger.js';
import { reviewLedger } from '../../../gateway/ledger/review-ledger.js';
import { testPostgres } from '../../kit/database.js';
import { heldEntry, heldMessage } from '../../kit/held.js';
import { until } from '../../kit/patience.js';

const LEASE_MS = 60_000;
const server = testPostgres();
const audit = auditWriter('test');
const clock = { now: () => Date.now() };
let database: LedgerDatabase;
beforeAll(async () => {
  database = ledgerDatabase(await migrateLedger(server().connection, { separateRole: true }));
});
afterAll(async () => {
  await database.close();
});

/** Its row in the outbox. */
async function released(): Promise<number> {
  const message = heldMessage({ receivedAt: new Date() });
  await holdLedger({ database, audit, clock }).hold(message, heldEntry(message));
  await reviewLedger({ database, audit, clock }).release(message.id, { as: 'original', reason: 'agreed', actor: 'account:ann', accountId: 'a' });
  return (await database.db.selectFrom('outbox').select('n').where('message_id', '=', message.id).executeTakeFirstOrThrow()).n;
}

async function someoneWaitsForALock(): Promise<boolean> {
  const { rows } = await sql<{ readonly waiting: string }>`select count(*) as waiting from pg_locks where not granted`.execute(database.db);
  return Number(rows[0]?.waiting) > 0;
}

describe('a worker that takes up a release', () => {
  it('waits for whoever marks the row as handed over, and does not come back seconds later', async () => {
    const n = await released();
    const begun = await database.transact(async (trx) => {
      await trx.updateTable('outbox').set({ carried_at: new Date() }).where('n', '=', n).execute();
      const answer = { of: releaseLedger({ database, audit, clock }).begin(n, LEASE_MS), early: false };
      void answer.of.then(() => (answer.early = true), () => undefined);
      await until('the worker waits, or has its answer', async () => answer.early || (await someoneWaitsForALock()));
      return answer;
    });
    expect(await begun.of).toMatchObject({ kind: 'go', attempts: 0 });
  });

  it('is alone with it when two take it up at once', async () => {
    const n = await released();
    const workers = Array.from({ length: 4 }, () => releaseLedger({ database, audit, clock }).begin(n, LEASE_MS));
    expect((await Promise.all(workers)).map(({ kind }) => kind).sort()).toEqual(['busy', 'busy', 'busy', 'go']);
  });

  it('finds nothing to do in a row that was closed meanwhile', async () => {
    const n = await released();
    await database.transact((trx) => trx.updateTable('outbox').set({ closed_at: new Date(), outcome: 'done' }).where('n', '=', n).execute());
    expect(await releaseLedger({ database, audit, clock }).begin(n, LEASE_MS)).toEqual({ kind: 'closed' });
  });
});
