/** Workers whose clocks are minutes apart, over a real PostgreSQL: a message that one has in hand is left to it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { databaseClock } from '../../../gateway/ledger/database-clock.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { holdLedger } from '../../../gateway/ledger/hold-ledger.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { releaseLedger } from '../../../gateway/ledger/release-ledger.js';
import { reviewLedger } from '../../../gateway/ledger/review-ledger.js';
import { testPostgres } from '../../kit/database.js';
import { heldEntry, heldMessage } from '../../kit/held.js';

const LEASE_MS = 60_000;
const server = testPostgres();
const audit = auditWriter('test');
let database: LedgerDatabase;
beforeAll(async () => {
  database = ledgerDatabase(await migrateLedger(server().connection, { separateRole: true }));
});
afterAll(async () => {
  await database.close();
});

describe('a lease on a message', () => {
  it('lasts for a worker whose clock is minutes ahead, and ends for it when it ends', async () => {
    const clock = { now: () => Date.now() };
    const message = heldMessage({ receivedAt: new Date() });
    await holdLedger({ database, audit, clock }).hold(message, heldEntry(message));
    await reviewLedger({ database, audit, clock }).release(message.id, { as: 'original', reason: 'agreed', actor: 'account:ann', accountId: 'a' });
    const { n } = await database.db.selectFrom('outbox').select('n').where('message_id', '=', message.id).executeTakeFirstOrThrow();
    let laterMs = 0;
    const here = await databaseClock({ database, clock });
    const ahead = await databaseClock({ database, clock: { now: () => Date.now() + 3 * LEASE_MS + laterMs } });
    expect(await releaseLedger({ database, audit, clock: here }).begin(n, LEASE_MS)).toMatchObject({ kind: 'go' });
    expect(await releaseLedger({ database, audit, clock: ahead }).begin(n, LEASE_MS)).toEqual({ kind: 'busy' });
    // Far behind its end: a clock may be off by half of what a look at the other took.
    laterMs = 2 * LEASE_MS;
    expect(await releaseLedger({ database, audit, clock: ahead }).begin(n, LEASE_MS)).toMatchObject({ kind: 'go', lease: { fence: 2 } });
    here.stop();
    ahead.stop();
  });
});
