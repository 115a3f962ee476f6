/** The ledger over a real PostgreSQL: what is written together, what is refused, what survives. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { alertBuffer } from '../../../gateway/ledger/alert-buffer.js';
import { checkpointAudit, verifyAudit } from '../../../gateway/ledger/audit-chain.js';
import { auditTrail } from '../../../gateway/ledger/audit-trail.js';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { databaseHealth } from '../../../gateway/ledger/database-health.js';
import { holdLedger } from '../../../gateway/ledger/hold-ledger.js';
import { journal } from '../../../gateway/ledger/journal.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { outbox } from '../../../gateway/ledger/outbox.js';
import { reviewLedger } from '../../../gateway/ledger/review-ledger.js';
import type { AlertEvent, AuditEntry } from '../../../gateway/ports.js';
import { manualClock } from '../../kit/clock.js';
import { testPostgres } from '../../kit/database.js';
import { DAY_MS, heldEntry, heldMessage, testId } from '../../kit/held.js';
import { oneChain } from '../../kit/one-chain.js';
import { tempFolder } from '../../kit/temp.js';

const server = testPostgres();
const clock = manualClock();
const audit = auditWriter('test');
let database: LedgerDatabase;
let owner: LedgerDatabase;
beforeAll(async () => {
  const app = await migrateLedger(server().connection, { separateRole: true });
  await migrateLedger(server().connection, { separateRole: true });
  database = ledgerDatabase(app);
  owner = ledgerDatabase(server().connection);
});
afterAll(async () => {
  await database.close();
  await owner.close();
});

const hold = () => holdLedger({ database, audit, clock });
const review = () => reviewLedger({ database, audit, clock });
async function count(table: 'messages' | 'audit' | 'outbox' | 'alert_events' | 'vault_claims'): Promise<number> {
  const row = await database.db.selectFrom(table).select(({ fn }) => fn.countAll<number>().as('n')).executeTakeFirstOrThrow();
  return row.n;
}
const decision = { reason: 'looked at it', actor: 'token:one' } as const;
const alert = (change: Partial<AlertEvent> = {}): AlertEvent => ({ kind: 'block', at: new Date(clock.now()), severity: 'low', route: 'mail', incident: testId(), rule: 'r', code: undefined, counts: {}, ...change });

describe('holding', () => {
  it('writes message, audit row and alert together, and reads back what was written', async () => {
    const message = heldMessage();
    const before = [await count('audit'), await count('alert_events')];
    await hold().hold(message, heldEntry(message));
    expect([await count('audit'), await count('alert_events')]).toEqual(before.map((n) => n + 1));
    const stored = await review().get(message.id);
    expect(stored).toMatchObject({ ...message, target: '/share/a?b=\uFFFD', subject: 'half \uFFFD a surrogate', state: 'held', joined: 0 });
  });

  it('writes nothing at all when one part is refused', async () => {
    const message = heldMessage();
    await hold().hold(message, heldEntry(message));
    const before = [await count('messages'), await count('audit'), await count('alert_events'), await count('vault_claims')];
    await expect(hold().hold(message, heldEntry(message))).rejects.toMatchObject({ name: 'LedgerFailure', kind: 'refused', sqlState: '23505', message: 'LEDGER_REFUSED' });
    const claimed = heldMessage();
    await database.transact((trx) => trx.insertInto('vault_claims').values({ id: claimed.id, claim: 'orphan', at: new Date() }).execute());
    await expect(hold().hold(claimed, heldEntry(claimed))).rejects.toMatchObject({ kind: 'refused' });
    expect([await count('messages'), await count('audit'), await count('alert_events'), (await count('vault_claims')) - 1]).toEqual(before);
  });

  it('is on the disk when it is acknowledged, also where the server is set to acknowledge sooner', async () => {
    await sql`alter role current_user set synchronous_commit = off`.execute(owner.db);
    const later = ledgerDatabase(server().connection);
    try {
      const shown = await later.read((db) => sql<{ synchronous_commit: string }>`show synchronous_commit`.execute(db));
      expect(shown.rows).toEqual([{ synchronous_commit: 'on' }]);
    } finally {
      await later.close();
      await sql`alter role current_user reset synchronous_commit`.execute(owner.db);
    }
  });

  it('counts the same message within 24 h at the open incident, and not after that or once it is decided', async () => {
    const message = heldMessage({ receivedAt: new Date(clock.now()) });
    await hold().hold(message, heldEntry(message));
    expect(await hold().join('share', message.bodyFingerprint)).toBe(message.id);
    expect(await hold().join('other', message.bodyFingerprint)).toBeUndefined();
    expect(await review().get(message.id)).toMatchObject({ joined: 1 });
    clock.advance(DAY_MS + 1);
    expect(await hold().join('share', message.bodyFingerprint)).toBeUndefined();
    clock.advance(-DAY_MS - 1);
    await review().reject(message.id, decision);
    expect(await hold().join('share', message.bodyFingerprint)).toBeUndefined();
  });

  it('spends a permit once, even when many ask at the same time, and not after its expiry', async () => {
    const message = heldMessage();
    await hold().hold(message, heldEntry(message));
    const permit = { route: 'share', permit_fingerprint: message.permitFingerprint, message_id: message.id };
    await database.transact((trx) => trx.insertInto('permits').values({ ...permit, expires_at: new Date(clock.now() - 1) }).execute());
    expect(await hold().permit('share', message.permitFingerprint)).toBeUndefined();
    await database.transact((trx) => trx.insertInto('permits').values({ ...permit, expires_at: new Date(clock.now() + 1_000) }).execute());
    const answers = await Promise.all(Array.from({ length: 6 }, () => hold().permit('share', message.permitFingerprint)));
    expect(answers.filter((one) => one !== undefined)).toHaveLength(1);
  });

  it('takes a permit back once, on record, and gives it to the next', async () => {
    const message = heldMessage();
    await hold().hold(message, heldEntry(message));
    const spend = () => holdLedger({ database, audit: oneChain('permits'), clock }).permit('share', message.permitFingerprint);
    await database.transact((trx) => trx.insertInto('permits').values({ route: 'share', permit_fingerprint: message.permitFingerprint, message_id: message.id, expires_at: new Date(clock.now() + 10_000) }).execute());
    const first = await spend();
    expect(await spend()).toBeUndefined();
    await first?.back();
    clock.advance(1);
    const second = await spend();
    expect(second).toBeDefined();
    // What it was given back for is over: the other's is another spending.
    await first?.back();
    expect(await spend()).toBeUndefined();
    const acts = await database.read((db) => db.selectFrom('audit').select('act').where('subject', '=', message.id).where('act', 'like', 'permit.%').orderBy('seq').execute());
    expect(acts.map(({ act }) => act)).toEqual(['permit.spent', 'permit.returned', 'permit.spent']);
  });
});

describe('reviewing', () => {
  it('releases once: decision, audit row and job together, and nothing the second time', async () => {
    const message = heldMessage();
    await hold().hold(message, heldEntry(message));
    const before = [await count('audit'), await count('outbox')];
    const results = await Promise.all([review().release(message.id, { as: 'masked', ...decision }), review().release(message.id, { as: 'masked', ...decision })]);
    // The same request again is answered as the first was.
    expect(results).toEqual([{ kind: 'done', state: 'releasing' }, { kind: 'done', state: 'releasing' }]);
    expect(await review().release(message.id, { as: 'original', ...decision })).toEqual({ kind: 'wrong-state', state: 'releasing' });
    expect([await count('audit'), await count('outbox')]).toEqual(before.map((n) => n + 1));
    expect(await review().get(message.id)).toMatchObject({ state: 'releasing', decision: { kind: 'release', as: 'masked', actor: 'token:one' } });
    expect(await outbox({ database, clock }).due(1_000)).not.toHaveLength(0);
    expect(await review().release('w-none', { as: 'original', ...decision })).toEqual({ kind: 'not-found' });
  });

  it('settles only what is uncertain or failed after a release', async () => {
    const message = heldMessage();
    await hold().hold(message, heldEntry(message));
    expect(await review().settle(message.id, { outcome: 'arrived', ...decision })).toEqual({ kind: 'wrong-state', state: 'held' });
    await review().release(message.id, { as: 'original', ...decision });
    await database.transact((trx) => trx.updateTable('messages').set({ state: 'uncertain' }).where('id', '=', message.id).execute());
    expect(await review().settle(message.id, { outcome: 'retry', ...decision })).toEqual({ kind: 'done', state: 'releasing' });
    await database.transact((trx) => trx.updateTable('messages').set({ state: 'uncertain' }).where('id', '=', message.id).execute());
    expect(await review().settle(message.id, { outcome: 'arrived', ...decision })).toEqual({ kind: 'done', state: 'released' });
    const lost = heldMessage();
    await hold().hold(lost, heldEntry(lost));
    await database.transact((trx) => trx.updateTable('messages').set({ state: 'failed' }).where('id', '=', lost.id).execute());
    expect(await review().settle(lost.id, { outcome: 'retry', ...decision })).toEqual({ kind: 'wrong-state', state: 'failed' });
  });

  it('pages through a list newest first without a gap or a repeat', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      const message = heldMessage({ route: 'paged' });
      await hold().hold(message, heldEntry(message));
      ids.unshift(message.id);
    }
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await review().list({ route: 'paged', state: 'held', limit: 2, after });
      seen.push(...page.messages.map(({ id }) => id));
      if (page.next === undefined) break;
      after = page.next;
    }
    expect(seen).toEqual(ids);
    expect((await review().counts()).states.held).toBeGreaterThanOrEqual(5);
    expect((await review().counts()).oldestHeldAt).toBeInstanceOf(Date);
  });
});

describe('the audit', () => {
  it('verifies whole, and cannot be rewritten by the app role nor by the owner', async () => {
    await checkpointAudit(database, 'test/checkpoint', new Date(clock.now()));
    expect(await verifyAudit(database)).toMatchObject({ ok: true });
    for (const writer of [database, owner]) {
      await expect(writer.transact((trx) => trx.updateTable('audit').set({ actor: 'nobody' } as never).execute())).rejects.toMatchObject({ kind: 'refused', sqlState: '42501' });
      await expect(writer.transact((trx) => trx.deleteFrom('audit').execute())).rejects.toMatchObject({ sqlState: '42501' });
      await expect(writer.transact((trx) => sql`truncate audit`.execute(trx))).rejects.toMatchObject({ sqlState: '42501' });
    }
    await expect(database.transact((trx) => sql`alter table audit disable trigger all`.execute(trx))).rejects.toMatchObject({ kind: 'refused' });
  });

  it('shows a changed row, a row taken out, and an end cut off, whoever did it', async () => {
    const tampered = async (statement: string): Promise<unknown> => {
      let found: unknown;
      const undo = new Error('undo');
      await owner.transact(async (trx) => {
        await sql`alter table audit disable trigger all`.execute(trx);
        await sql.raw(statement).execute(trx);
        found = await verifyAudit({ ...owner, read: (work) => work(trx) });
        throw undo;
      }).catch((error: unknown) => {
        if ((error as Error).name === 'TypeError') throw error;
      });
      return found;
    };
    const checkpoint = auditWriter('victim');
    for (let n = 0; n < 12; n++) await database.transact((trx) => checkpoint.append(trx, { at: new Date(clock.now()), actor: 'a', act: 'test', subject: undefined, data: { n } }));
    await checkpointAudit(database, 'test/checkpoint', new Date(clock.now() + 1));
    expect(await tampered(`update audit set data = '{"n":99}' where writer = 'victim/1' and seq = 2`)).toMatchObject({ ok: false, writer: 'victim/1', seq: 2, problem: 'changed' });
    expect(await tampered(`delete from audit where writer = 'victim/1' and seq = 2`)).toMatchObject({ ok: false, writer: 'victim/1', seq: 2, problem: 'missing' });
    expect(await tampered(`delete from audit where writer = 'victim/1' and seq = 3`)).toMatchObject({ ok: false, writer: 'victim/1', seq: 3, problem: 'cut-off' });
    expect(await tampered(`delete from audit where writer = 'victim/2'`)).toMatchObject({ ok: false, writer: 'victim/2', problem: 'cut-off' });
    expect(await verifyAudit(database)).toMatchObject({ ok: true });
  });
});

describe('a commit without an answer', () => {
  it('is in doubt, not unavailable', async () => {
    await expect(
      database.transact(async (trx) => {
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
        await owner.transact((other) => sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(other));
      }),
    ).rejects.toMatchObject({ kind: 'in-doubt' });
  });
});

describe('while the database is away', () => {
  it('refuses to hold, journals audit entries, keeps alerts, and has every one of them exactly once afterwards', async () => {
    const dir = tempFolder('journal');
    const trail = auditTrail({ database, writer: audit, journal: journal(dir), clock });
    const alerts = alertBuffer({ database, clock });
    const entry = (n: number): AuditEntry => ({ at: new Date(clock.now()), actor: 'gateway', act: 'verdict.block', subject: `outage-${n}`, data: { n } });
    const alertsBefore = await count('alert_events');
    await trail.append(entry(0));
    await server().end();
    const message = heldMessage();
    const held = await hold().hold(message, heldEntry(message)).then(() => 'held', (error: unknown) => (error as { name: string }).name);
    expect(held).toBe('LedgerFailure');
    await Promise.all([1, 2, 3, 4, 5].map((n) => trail.append(entry(n))));
    for (let n = 0; n < 1_200; n++) alerts.raise(alert());
    expect(await alerts.flush()).toBe(false);
    expect(await databaseHealth(database).check()).toMatchObject({ ok: false, neededFor: 'hold' });
    await server().again();
    expect(await databaseHealth(database).check()).toMatchObject({ ok: true });
    await trail.drain();
    await trail.drain();
    expect(await alerts.flush()).toBe(true);
    await alerts.stop();
    const rows = await database.db.selectFrom('audit').select('subject').where('subject', 'like', 'outage-%').orderBy('subject').execute();
    expect(rows.map(({ subject }) => subject)).toEqual(['outage-0', 'outage-1', 'outage-2', 'outage-3', 'outage-4', 'outage-5']);
    expect(readdirSync(dir)).toEqual([]);
    // 1,000 whole events and one row that stands for the 200 others.
    expect((await count('alert_events')) - alertsBefore).toBe(1_001);
    const folded = await database.db.selectFrom('alert_events').select('counts').where(sql<boolean>`counts ? 'folded'`).execute();
    expect(folded).toEqual([{ counts: { folded: 200 } }]);
    expect(await verifyAudit(database)).toMatchObject({ ok: true });
    await hold().hold(message, heldEntry(message));
    expect(await review().get(message.id)).toBeDefined();
  });
});
