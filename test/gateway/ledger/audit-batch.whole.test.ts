/** Rows that come together are written together, each before whoever brought it goes on. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LedgerFailure } from '../../../gateway/errors.js';
import { verifyAudit } from '../../../gateway/ledger/audit-chain.js';
import { auditReading } from '../../../gateway/ledger/audit-reading.js';
import { auditTrail } from '../../../gateway/ledger/audit-trail.js';
import { auditWriter, LANES, type AuditWriter } from '../../../gateway/ledger/audit-writer.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { journal, type Journal } from '../../../gateway/ledger/journal.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import type { AuditEntry } from '../../../gateway/ports.js';
import { manualClock } from '../../kit/clock.js';
import { testPostgres } from '../../kit/database.js';
import { PATIENCE_MS } from '../../kit/patience.js';
import { tempFolder } from '../../kit/temp.js';

const server = testPostgres();
let app: LedgerDatabase;
const journals: Journal[] = [];
/** Closed at the end. */
function waitingRoom(): Journal {
  const one = journal(tempFolder('journal'));
  journals.push(one);
  return one;
}
beforeAll(async () => {
  app = ledgerDatabase(await migrateLedger(server().connection, { separateRole: true }), { connectMs: PATIENCE_MS });
});
afterAll(async () => {
  for (const one of journals) await one.close();
  await app.close();
});

const entry = (n: number): AuditEntry => ({ at: new Date(Date.UTC(2026, 10, 5) + n), actor: 'gateway', act: 'verdict.pass', subject: `w${n}`, data: { n } });
async function subjects(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const row of auditReading(app).all({ act: 'verdict.pass' })) found.push(row.subject ?? '');
  return found;
}

describe('rows of the audit', () => {
  it('that come at once take few transactions, and each is there when its append is done', async () => {
    let transactions = 0;
    const counted: LedgerDatabase = { ...app, transact: (work) => (transactions++, app.transact(work)) };
    const writer = auditWriter('batch');
    let most = 0;
    const watched: AuditWriter = { ...writer, appendAll: (trx, rows) => ((most = Math.max(most, rows.length)), writer.appendAll(trx, rows)) };
    const trail = auditTrail({ database: counted, writer: watched, journal: waitingRoom(), clock: manualClock() });
    await Promise.all(Array.from({ length: 600 }, (_, n) => trail.append(entry(n))));
    expect(transactions).toBeLessThanOrEqual(4 + Math.ceil(600 / 64));
    // Each row is a lock while its transaction lasts: 32 processes with all lanes full leave others room in PostgreSQL's table of locks.
    expect(most * LANES * 32).toBeLessThan(10_000);
    expect([...(await subjects())].sort()).toEqual(Array.from({ length: 600 }, (_, n) => `w${n}`).sort());
    expect(await verifyAudit(app)).toMatchObject({ ok: true, rows: 600 });
  });

  it('wait in the journal when the database does not answer, all of them, and come in once', async () => {
    let away = true;
    const database: LedgerDatabase = { ...app, transact: (work) => (away ? Promise.reject(new LedgerFailure('unavailable', undefined)) : app.transact(work)) };
    const trail = auditTrail({ database, writer: auditWriter('batch'), journal: waitingRoom(), clock: manualClock() });
    await Promise.all(Array.from({ length: 40 }, (_, n) => trail.append(entry(1000 + n))));
    expect(await subjects()).toHaveLength(600);
    away = false;
    expect(await trail.drain()).toBe(40);
    expect(await trail.drain()).toBe(0);
    expect(await verifyAudit(app)).toMatchObject({ ok: true, rows: 640 });
  });

  it('fail those who brought them where they cannot be written at all', async () => {
    const database: LedgerDatabase = { ...app, transact: () => Promise.reject(new RangeError('a defect')) };
    const trail = auditTrail({ database, writer: auditWriter('batch'), journal: waitingRoom(), clock: manualClock() });
    const ends = await Promise.allSettled([trail.append(entry(1)), trail.append(entry(2))]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
