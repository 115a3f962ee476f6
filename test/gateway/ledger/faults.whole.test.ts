/** What befalls an external PostgreSQL, and what the ledger makes of it: nothing half written, no endless wait, and on again by itself. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { Client } from 'pg';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { connectionFromUrl, type PgConnection } from '../../../gateway/ledger/connection.js';
import { databaseHealth } from '../../../gateway/ledger/database-health.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { holdLedger } from '../../../gateway/ledger/hold-ledger.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { reviewLedger } from '../../../gateway/ledger/review-ledger.js';
import { sweepLedger } from '../../../gateway/ledger/sweep-ledger.js';
import type { HeldMessage } from '../../../gateway/ports.js';
import { manualClock } from '../../kit/clock.js';
import { cuttingProxy } from '../../kit/cutting-proxy.js';
import { externalPostgres } from '../../kit/external-postgres.js';
import { heldEntry, heldMessage } from '../../kit/held.js';
import { until } from '../../kit/patience.js';

const server = externalPostgres({ settings: { max_connections: '20' } });
const clock = manualClock();
const audit = auditWriter('test');
let connection: PgConnection;
let database: LedgerDatabase;
beforeAll(async () => {
  connection = connectionFromUrl(server().url);
  database = ledgerDatabase(await migrateLedger(connection, { separateRole: false }));
});
afterAll(() => database.close());

const parts = (over = database) => ({ database: over, audit, clock });
const hold = (message: HeldMessage, over = database): Promise<void> => holdLedger(parts(over)).hold(message, heldEntry(message));
const isHeld = async (message: HeldMessage): Promise<boolean> => (await reviewLedger(parts()).get(message.id)) !== undefined;
const kindOf = (error: unknown): string => (error as { kind: string }).kind;
/** Works as it did, by itself: nobody opened anything anew. */
async function goesOn(over = database): Promise<void> {
  const message = heldMessage();
  await hold(message, over);
  expect(await isHeld(message)).toBe(true);
  expect(await databaseHealth(over).check()).toMatchObject({ ok: true });
}

describe('a server that is restarted', () => {
  it('in the middle of a transaction leaves nothing of it, and the next one goes through', async () => {
    const message = heldMessage();
    const interrupted = database.transact(async (trx) => {
      await trx.insertInto('vault_claims').values({ id: message.id, claim: 'message', at: new Date() }).execute();
      await server().restart();
      await trx.insertInto('vault_claims').values({ id: `${message.id}-2`, claim: 'message', at: new Date() }).execute();
    });
    await expect(interrupted).rejects.toMatchObject({ name: 'LedgerFailure', kind: 'unavailable' });
    expect(await server().psql(`select 1 from weir.vault_claims where id like '${message.id}%'`)).toEqual([]);
    await goesOn();
  });

  it('while many hold at once, holds those that were told so, and may hold the doubtful ones', async () => {
    const messages = Array.from({ length: 60 }, () => heldMessage());
    const told = messages.map((message) => hold(message).then(() => 'held', kindOf));
    await Promise.race(told);
    await server().kill();
    const ends = await Promise.all(told);
    await server().start();
    for (const [i, message] of messages.entries()) {
      const there = await isHeld(message);
      if (ends[i] === 'held') expect(there).toBe(true);
      else if (ends[i] !== 'in-doubt') expect({ end: ends[i], there }).toEqual({ end: 'unavailable', there: false });
    }
    expect(ends).toContain('held');
    await goesOn();
  });
});

describe('a line that is cut at the commit', () => {
  it.each(['before', 'after'] as const)('is in doubt (%s the server heard of it), and reconcile finds out what happened', async (cut) => {
    const proxy = await cuttingProxy(() => server().port);
    const through = ledgerDatabase({ ...connection, port: proxy.port, poolMax: 3 });
    const message = heldMessage();
    proxy.next(cut);
    await expect(hold(message, through)).rejects.toMatchObject({ name: 'LedgerFailure', kind: 'in-doubt' });
    // The vault file was kept. Only where there is no message may it go, and no late commit can bring one back.
    const sweep = sweepLedger(parts());
    const isOrphan = (await sweep.without([message.id])).length === 1 && (await sweep.claimOrphan(message.id));
    expect({ isOrphan, isHeld: await isHeld(message) }).toEqual(cut === 'before' ? { isOrphan: true, isHeld: false } : { isOrphan: false, isHeld: true });
    if (cut === 'before') await expect(hold(message)).rejects.toMatchObject({ kind: 'refused' });
    await goesOn(through);
    await through.close();
    proxy.close();
  });
});

describe('a server whose connections are used up', () => {
  it('is not waited for, and used again as soon as there is one', async () => {
    // Two guests of no pool: they stay for as long as nobody sees them out, and are there before the places are counted.
    const guests = [new Client({ ...connection }), new Client({ ...connection })];
    await Promise.all(guests.map((guest) => guest.connect()));
    const pids = await Promise.all(guests.map(async (guest) => (await guest.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid));
    await server().psql('alter role weir connection limit 2', 'postgres');
    await server().psql(`select pg_terminate_backend(pid, 60000) from pg_stat_activity where usename = 'weir' and pid not in (${pids.join()})`, 'postgres');
    // A connection may hear only with its next question that it was cut: what counts is how one is answered that wants a new one.
    const refused = (): Promise<unknown> => hold(heldMessage()).then(() => 'held', (error: unknown) => error);
    await until('a question that finds no connection left', async () => ((await refused()) as { sqlState?: string }).sqlState === '53300');
    expect(await refused()).toMatchObject({ kind: 'unavailable', sqlState: '53300' });
    expect(await databaseHealth(database).check()).toMatchObject({ ok: false });
    await Promise.all(guests.map((guest) => guest.end()));
    await server().psql('alter role weir connection limit -1', 'postgres');
    await goesOn();
  });
});

describe('a server that answers nothing', () => {
  it('is waited for within bounds by all who ask, and nothing waits behind a lost question afterwards', async () => {
    const patient = ledgerDatabase({ ...connection, poolMax: 4 }, { statementMs: 2_000 });
    await Promise.all([goesOn(patient), goesOn(patient)]);
    server().pause();
    const began = performance.now();
    const messages = Array.from({ length: 12 }, () => heldMessage());
    const ends = await Promise.all([...messages.map((message) => hold(message, patient).then(() => 'held', kindOf)), databaseHealth(patient).check()]);
    const waited = performance.now() - began;
    server().resume();
    expect(new Set(ends.slice(0, -1))).toEqual(new Set(['unavailable']));
    expect(ends.at(-1)).toMatchObject({ ok: false });
    // 3 s for a connection or 7 s for an answer; twice that for those who had to wait for a place.
    // The machine's own delays come on top: without a bound it would be for ever.
    expect(waited).toBeLessThan(25_000);
    await goesOn(patient);
    for (const message of messages) expect(await isHeld(message)).toBe(false);
    await patient.close();
  });
});

describe('a server that only lets read', () => {
  it('shows what is held, refuses to hold, and holds again when it may', async () => {
    const message = heldMessage();
    await hold(message);
    await server().psql(['alter system set default_transaction_read_only = on', 'select pg_reload_conf()'], 'postgres');
    const setting = async (): Promise<unknown> => (await database.read((db) => sql<{ on: string }>`select current_setting('transaction_read_only') as on`.execute(db))).rows[0]?.on;
    await until('a server that was made read-only', async () => (await setting()) === 'on');
    await expect(hold(heldMessage())).rejects.toMatchObject({ kind: 'unavailable', sqlState: '25006' });
    expect(await isHeld(message)).toBe(true);
    await server().psql(['set transaction_read_only = off', 'set default_transaction_read_only = off', 'alter system reset default_transaction_read_only', 'select pg_reload_conf()'], 'postgres');
    await until('a server that may be written to again', async () => (await setting()) === 'off');
    await goesOn();
  });
});
