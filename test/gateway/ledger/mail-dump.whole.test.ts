/** A ledger with mail in it goes through a backup: recipients, splits and notices come back, and what may have left since waits for a person. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { connectionFromUrl, type PgConnection } from '../../../gateway/ledger/connection.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { ledgerSnapshot } from '../../../gateway/ledger/dump.js';
import { migrateLedger, migrateLedgerTo, MIGRATIONS } from '../../../gateway/ledger/migrate.js';
import { ledgerRestore } from '../../../gateway/ledger/restore-ledger.js';
import { openKeys } from '../../../gateway/vault/keys.js';
import { manualClock } from '../../kit/clock.js';
import { externalPostgres } from '../../kit/external-postgres.js';
import { mailDesk, type Desk } from '../../kit/mail-desk.js';
import { tempFolder } from '../../kit/temp.js';
import { folderReader, folderVault } from '../../kit/vault.js';

const server = externalPostgres();
const clock = manualClock();
const dir = join(tempFolder('vault'), 'vault');
const { keys } = await openKeys({ keysDir: tempFolder('keys'), custody: 'local' });
const audit = auditWriter('dump');
let from: PgConnection;
let database: LedgerDatabase;
let desk: Desk;
const deskOver = (over: LedgerDatabase): Desk => mailDesk({ database: over, clock, vault: folderVault({ dir, keys, clock }), reader: folderReader({ dir, keys }) });
const fresh = async (): Promise<PgConnection> => connectionFromUrl(await server().newDatabase());
beforeAll(async () => {
  from = await fresh();
  await migrateLedger(from, { separateRole: false });
  database = ledgerDatabase(from);
  desk = deskOver(database);
});
afterAll(() => database.close());

/** The same ledger again, through a backup or a move. */
async function again(how: 'fill' | 'move'): Promise<LedgerDatabase> {
  const to = await fresh();
  const target = ledgerRestore({ connection: to, audit });
  const snapshot = await ledgerSnapshot(from, { all: how === 'move' });
  await target.prepare(snapshot.migrations);
  const facts = { at: new Date(clock.now()), subject: `20260101T000000Z-${how}`, data: {} };
  await (how === 'fill' ? target.fill(snapshot.text(), { ...facts, ended: [], vault: 'v0' }) : target.move(snapshot.text(), facts, () => Promise.resolve()));
  await snapshot.close();
  return ledgerDatabase(to);
}

it('a backup brings back recipients and splits; what was on its way is uncertain, notices go on, and a move changes nothing', async () => {
  const split = await desk.keep(['a@one.example', 'b@two.example']);
  const half = await desk.splits.split(split, [1], { actor: 'ann' });
  if (half.kind !== 'done') throw new Error(half.kind);
  const rejected = await desk.keep(['a@one.example']);
  await desk.review.reject(rejected, { reason: 'no', actor: 'ann' });
  // The notice is sealed and on its way, and its next hop is away.
  desk.hops.rcpt.set('li@corp.example', { code: 451, enhanced: undefined, text: [] });
  await desk.work();
  const relaying = await desk.keep(['a@one.example'], { fate: 'relaying', mail: { relay: { as: 'original' } } });

  for (const how of ['fill', 'move'] as const) {
    const other = await again(how);
    const restored = deskOver(other);
    expect([await restored.fates(split), await restored.fates(half.id)]).toEqual([{ 'a***@one.example': 'held' }, { 'b***@two.example': 'held' }]);
    expect([await restored.state(split), await restored.state(relaying)]).toEqual(['held', how === 'fill' ? 'uncertain' : 'releasing']);
    expect(await restored.notices(rejected)).toEqual(['notice-rejected releasing']);
    await other.close();
  }
  // The copy of a half opens by what the ledger says of it, restored or not.
  const other = await again('fill');
  const restored = deskOver(other);
  await restored.review.release(half.id, { as: 'original', reason: 'fine', actor: 'ann' });
  clock.advance(60_000);
  await restored.work();
  expect(restored.hops.sent.map(({ to }) => to)).toEqual(expect.arrayContaining([['b@two.example'], ['li@corp.example']]));
  expect(await restored.notices(rejected)).toEqual(['notice-rejected released']);
  await other.close();
});

it('a backup of a ledger from before mail is restored as ever', async () => {
  const old = await fresh();
  await migrateLedgerTo(old, Object.keys(MIGRATIONS).filter((name) => name < '0012'));
  const snapshot = await ledgerSnapshot(old, { all: false });
  const to = await fresh();
  const target = ledgerRestore({ connection: to, audit });
  await target.prepare(snapshot.migrations);
  expect(await target.fill(snapshot.text(), { at: new Date(clock.now()), subject: '20260101T000000Z-old', data: {}, ended: [], vault: 'v0' })).toEqual({ uncertain: 0, ended: 0, waiting: 0 });
  await snapshot.close();
});
