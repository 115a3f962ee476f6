/** A ledger of many megabytes goes through a dump into an empty one with flat memory, and comes out equal; nothing half-filled remains. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { backupSource } from '../../../gateway/ledger/backup-ledger.js';
import { lastBackupAt } from '../../../gateway/ledger/last-backup.js';
import type { PgConnection } from '../../../gateway/ledger/connection.js';
import { ledgerDatabase } from '../../../gateway/ledger/database.js';
import { ledgerSnapshot } from '../../../gateway/ledger/dump.js';
import { checkDump } from '../../../gateway/ledger/fill.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { ledgerRestore } from '../../../gateway/ledger/restore-ledger.js';
import { verifyAudit } from '../../../gateway/ledger/audit-chain.js';
import { holdLedger } from '../../../gateway/ledger/hold-ledger.js';
import { aliveBytes } from '../../kit/alive-memory.js';
import { testPostgres } from '../../kit/database.js';
import { externalPostgres } from '../../kit/external-postgres.js';
import { connectionFromUrl } from '../../../gateway/ledger/connection.js';
import { heldEntry, heldMessage } from '../../kit/held.js';

const embedded = testPostgres();
const external = externalPostgres();
const audit = auditWriter('test');
const ROWS = 60_000;
const WORDS = 992;
/** Far below the dump: what is in memory does not grow with the ledger. */
const KEPT_MOST = 16 * 2 ** 20;
const LOOK_EVERY = 4 * 2 ** 20;
let from: PgConnection;
let to: PgConnection;
let held = '';

async function onServer<T>(connection: PgConnection, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...connection });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const asked = (connection: PgConnection, text: string, values: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> =>
  onServer(connection, async (client) => (await client.query<Record<string, unknown>>(text, [...values])).rows);

beforeAll(async () => {
  from = embedded().connection;
  to = connectionFromUrl(external().url);
  await migrateLedger(from, { separateRole: true });
  const database = ledgerDatabase(from);
  const message = heldMessage();
  held = message.id;
  await holdLedger({ database, audit, clock: Date }).hold(message, heldEntry(message));
  await database.close();
  await onServer(from, (client) =>
    client.query(`insert into weir.comments (message_id, actor, at, words) select $1, 'account:a', now(), repeat(md5(n::text), ${WORDS / 32}) || E'\\\\\\n\\t.\\\\.' from generate_series(1, ${ROWS}) n`, [held]),
  );
});

describe('a ledger of many megabytes', () => {
  it('is read with flat memory', async () => {
    const snapshot = await ledgerSnapshot(from, { all: false });
    // Earlier suites of the same process may have left some.
    const before = aliveBytes();
    let bytes = 0;
    let most = 0;
    for await (const piece of snapshot.text()) {
      if (Math.floor(bytes / LOOK_EVERY) !== Math.floor((bytes + piece.length) / LOOK_EVERY)) {
        most = Math.max(most, aliveBytes());
      }
      bytes += piece.length;
    }
    expect(bytes).toBeGreaterThan((ROWS * WORDS * 9) / 10);
    expect(most).toBeGreaterThan(0);
    expect(most - before).toBeLessThan(KEPT_MOST);
    expect(snapshot.counts().find(({ table }) => table === 'weir.comments')?.rows).toBe(ROWS);
    expect(await snapshot.needed()).toEqual([held]);
    await snapshot.close();
  });

  it('leaves nothing behind when its text breaks off, and is equal when it does not', async () => {
    const target = ledgerRestore({ connection: to, audit });
    const facts = { ended: [], vault: 'v0', at: new Date(), subject: '20260101T000000Z-abcdef', data: {} };
    const broken = await ledgerSnapshot(from, { all: false });
    await target.prepare(broken.migrations);
    async function* half(): AsyncGenerator<Uint8Array> {
      let bytes = 0;
      for await (const piece of broken.text()) {
        if ((bytes += piece.length) > 20_000_000) throw new RangeError('the far side is gone');
        yield piece;
      }
    }
    await expect(target.fill(half(), facts)).rejects.toThrow();
    await broken.close();
    expect(await asked(to, 'select count(*)::int as n from weir.messages')).toEqual([{ n: 0 }]);

    const whole = await ledgerSnapshot(from, { all: false });
    await target.prepare(whole.migrations);
    expect(await target.fill(whole.text(), facts)).toEqual({ uncertain: 0, ended: 0, waiting: 1 });
    await whole.close();
    const sums = `select count(*)::int as n, md5(string_agg(md5(words), ',' order by n)) as words, max(n)::int as last from weir.comments`;
    expect(await asked(to, sums)).toEqual(await asked(from, sums));
    expect(await asked(to, `insert into weir.comments (message_id, actor, at, words) values ($1, 'a', now(), '') returning n::int`, [held])).toEqual([{ n: ROWS + 1 }]);
    const database = ledgerDatabase(to);
    expect(await verifyAudit(database)).toMatchObject({ ok: true });
    await database.close();
    // What is in use is never filled again.
    const again = await ledgerSnapshot(from, { all: false });
    await expect(target.prepare(again.migrations)).rejects.toMatchObject({ code: 'LEDGER_IN_USE' });
    await expect(target.fill(again.text(), facts)).rejects.toMatchObject({ code: 'LEDGER_IN_USE' });
    await again.close();
    await expect(target.prepare(['9999-of-tomorrow'])).rejects.toMatchObject({ code: 'LEDGER_IN_USE' });
  });

  it('stands still at one moment while others write, and one backup runs at a time', async () => {
    const database = ledgerDatabase(from);
    const source = backupSource({ connection: from, database, audit, clock: Date, actor: 'command' });
    expect(await lastBackupAt(database)).toBeUndefined();
    const snapshot = await source.snapshot();
    const later = heldMessage();
    await holdLedger({ database, audit, clock: Date }).hold(later, heldEntry(later));
    const counted = (await checkDump(snapshot.text())).tables;
    expect(counted).toEqual(snapshot.counts());
    expect(counted.find(({ table }) => table === 'weir.messages')?.rows).toBe(1);
    await snapshot.close();
    expect(await source.alone(() => source.alone(() => Promise.resolve('both')))).toBeUndefined();
    // The next one at once.
    for (let run = 0; run < 20; run++) expect(await source.alone(() => Promise.resolve(run))).toBe(run);
    await source.record('backup.made', 'b', {});
    expect(await lastBackupAt(database)).toBeInstanceOf(Date);
    await database.close();
  });
});
