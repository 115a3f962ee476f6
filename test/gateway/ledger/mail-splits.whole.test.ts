/** Deciding about some recipients of a held mail: two messages from then on, each with its own seal, and everything that happens to messages happens to both. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { expiryLedger } from '../../../gateway/ledger/expiry-ledger.js';
import { holdLedger } from '../../../gateway/ledger/hold-ledger.js';
import { legalHoldLedger } from '../../../gateway/ledger/legal-hold-ledger.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { outbox } from '../../../gateway/ledger/outbox.js';
import { rescanLedger } from '../../../gateway/ledger/rescan-ledger.js';
import { sweepLedger } from '../../../gateway/ledger/sweep-ledger.js';
import { BESIDE_FROM, type ExchangeId } from '../../../gateway/ports.js';
import { openKeys } from '../../../gateway/vault/keys.js';
import { reconciler } from '../../../workers/reconcile.js';
import { manualClock } from '../../kit/clock.js';
import { testPostgres } from '../../kit/database.js';
import { DAY_MS } from '../../kit/held.js';
import { MAIL, mailDesk, UNKNOWN, type Desk } from '../../kit/mail-desk.js';
import { tempFolder } from '../../kit/temp.js';
import { folderReader, folderVault } from '../../kit/vault.js';

const server = testPostgres();
const clock = manualClock();
const dir = join(tempFolder('vault'), 'vault');
const { keys } = await openKeys({ keysDir: tempFolder('keys'), custody: 'local' });
const ann = { reason: 'fine', actor: 'ann' } as const;
let database: LedgerDatabase;
let desk: Desk;
beforeAll(async () => {
  database = ledgerDatabase(await migrateLedger(server().connection, { separateRole: true }));
});
beforeEach(() => {
  clock.advance(DAY_MS);
  desk = mailDesk({ database, clock, vault: folderVault({ dir, keys, clock }), reader: folderReader({ dir, keys }) });
});
afterAll(() => database.close());

const parts = () => ({ database, audit: auditWriter('splits'), clock });
async function files(): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for await (const id of desk.vault.list()) found.add(id);
  return found;
}
async function splitOff(id: string, recipients: readonly number[]): Promise<ExchangeId> {
  const result = await desk.splits.split(id, recipients, { actor: 'ann' });
  if (result.kind !== 'done') throw new Error(result.kind);
  return result.id;
}
const three = () => desk.keep(['a@one.example', 'b@two.example', 'c@three.example']);
async function textOf(id: ExchangeId): Promise<string> {
  const opened = await desk.reader.open(id);
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened.body()) chunks.push(chunk);
  await opened.close();
  return Buffer.concat(chunks).toString();
}

describe('a release of one recipient only', () => {
  it('goes to that one, and the others wait as before, under the incident that their sender knows', async () => {
    const id = await three();
    const one = await splitOff(id, [1]);
    expect(one).not.toBe(id);
    await desk.review.release(one, { as: 'original', ...ann });
    await desk.work();
    expect(desk.hops.sent.map(({ to }) => to)).toEqual([['b@two.example']]);
    expect([await desk.state(one), await desk.state(id)]).toEqual(['released', 'held']);
    expect([await desk.fates(one), await desk.fates(id)]).toEqual([{ 'b***@two.example': 'delivered' }, { 'a***@one.example': 'held', 'c***@three.example': 'held' }]);
    expect((await desk.review.get(id))?.recipients).toEqual(['a***@one.example', 'c***@three.example']);
    expect(await desk.review.get(one)).toMatchObject({ splitFrom: id, recipients: ['b***@two.example'] });
    // Destroying the one leaves the other whole.
    expect([(await files()).has(one), (await files()).has(id)]).toEqual([false, true]);
    expect(await textOf(id)).toBe(MAIL.toString());
    await desk.review.release(id, { as: 'masked', ...ann });
    await desk.work();
    expect(desk.hops.sent.map(({ to }) => to)).toEqual([['b@two.example'], ['a@one.example'], ['c@three.example']]);
  });

  it('has nothing to do with others of the same mail: whom a next hop refused then is not tried again, and whom it took then does not count as reached now', async () => {
    const beside = (fate: 'refused' | 'delivered', at: number) => ({ n: BESIDE_FROM + at, address: `${fate}@in.example`, mark: undefined, fate, hop: undefined });
    const id = await desk.keep(['a@one.example', 'b@two.example']);
    await desk.ledger.fates(id, [beside('refused', 0), beside('delivered', 1)]);
    expect(await desk.splits.split(id, [BESIDE_FROM], { actor: 'ann' })).toEqual({ kind: 'no-recipients' });
    desk.hops.rcpt.set('b@two.example', UNKNOWN);
    const one = await splitOff(id, [1]);
    expect((await desk.review.get(id))?.recipients).toEqual(['a***@one.example']);
    await desk.review.release(one, { as: 'original', ...ann });
    await desk.review.release(id, { as: 'original', ...ann });
    await desk.work();
    expect([await desk.state(one), await desk.state(id)]).toEqual(['failed', 'released']);
    expect(await desk.fates(id)).toEqual({ 'a***@one.example': 'delivered', 'refused@in.example': 'refused', 'delivered@in.example': 'delivered' });
    const another = await desk.keep(['c@one.example']);
    await desk.ledger.fates(another, [beside('delivered', 0)]);
    desk.hops.rcpt.set('c@one.example', UNKNOWN);
    await desk.review.release(another, { as: 'original', ...ann });
    await desk.work();
    expect(await desk.state(another)).toBe('failed');
  });

  it('asked for again answers with the message that the first call made; all of them, with the message itself; others, and decided ones, are refused', async () => {
    const id = await three();
    const one = await splitOff(id, [2]);
    expect(await desk.splits.split(id, [2], { actor: 'ann' })).toEqual({ kind: 'done', id: one, made: false });
    expect(await desk.splits.split(id, [0, 1], { actor: 'ann' })).toEqual({ kind: 'done', id, made: false });
    expect(await desk.splits.split(id, [0, 9], { actor: 'ann' })).toEqual({ kind: 'no-recipients' });
    expect(await desk.splits.split('wnothing', [0], { actor: 'ann' })).toEqual({ kind: 'not-found' });
    await desk.review.reject(id, ann);
    expect(await desk.splits.split(id, [0], { actor: 'ann' })).toEqual({ kind: 'no-recipients' });
  });

  it('by two people at once moves each recipient once', async () => {
    const id = await three();
    const [one, other] = await Promise.all([desk.splits.split(id, [0], { actor: 'ann' }), desk.splits.split(id, [0], { actor: 'bob' })]);
    expect(one).toMatchObject({ kind: 'done' });
    expect(other).toMatchObject({ kind: 'done', ...('id' in one ? { id: one.id } : {}) });
    expect((await files()).size).toBeGreaterThan(0);
    const rows = await database.read((db) => db.selectFrom('messages').select('id').where('split_from', '=', id).execute());
    expect(rows).toHaveLength(1);
  });

  it('of a part of a part opens as what was sealed', async () => {
    const id = await three();
    const two = await splitOff(id, [1, 2]);
    const one = await splitOff(two, [2]);
    expect([await textOf(two), await textOf(one)]).toEqual([MAIL.toString(), MAIL.toString()]);
    await desk.review.release(one, { as: 'original', ...ann });
    await desk.work();
    expect(desk.hops.sent.map(({ to }) => to)).toEqual([['c@three.example']]);
  });

  it('leaves nothing that the same mail could join: it is for some of its recipients only', async () => {
    const id = await desk.keep(['a@one.example', 'b@two.example'], { message: { bodyFingerprint: 'same' } });
    const ledger = holdLedger(parts());
    expect(await ledger.join('smtp', 'same')).toBe(id);
    await splitOff(id, [0]);
    expect(await ledger.join('smtp', 'same')).toBeUndefined();
  });
});

describe('a split that does not come to its end', () => {
  it('killed between copy and commit, leaves a file that reconcile sweeps, and the message as it was', async () => {
    const id = await three();
    const before = await files();
    const { copyKey } = { copyKey: desk.vault.copyKey.bind(desk.vault) };
    desk.vault.copyKey = async (from, to) => {
      await copyKey(from, to);
      throw new Error('killed');
    };
    await expect(desk.splits.split(id, [0], { actor: 'ann' })).rejects.toThrow();
    desk.vault.copyKey = copyKey;
    const left = [...(await files())].filter((one) => !before.has(one));
    expect(left).toHaveLength(1);
    expect(Object.keys(await desk.fates(id))).toHaveLength(3);
    const rows = outbox({ database, clock });
    const reconcile = reconciler({ outbox: rows, carrier: { enqueue: () => Promise.resolve() }, ledger: sweepLedger(parts()), vault: desk.vault, clock });
    await reconcile();
    clock.advance(16 * 60_000);
    expect(await reconcile()).toMatchObject({ orphans: 1, lost: 0 });
    expect([...(await files())].filter((one) => !before.has(one))).toEqual([]);
    expect(await splitOff(id, [0])).not.toBe(id);
  });
});

describe('what happens to messages happens to both halves', () => {
  it('four eyes: each needs its own second person', async () => {
    const id = await desk.keep(['a@one.example', 'b@two.example'], { message: { fourEyes: true } });
    const one = await splitOff(id, [0]);
    expect(await desk.review.release(one, { as: 'original', ...ann, accountId: 'a' })).toEqual({ kind: 'done', state: 'awaiting-second' });
    expect(await desk.splits.split(one, [0], { actor: 'bob' })).toEqual({ kind: 'done', id: one, made: false });
    expect(await desk.review.approve(one, { reason: 'agreed', actor: 'bob', accountId: 'b' })).toEqual({ kind: 'done', state: 'releasing' });
    await desk.work();
    expect([await desk.state(one), await desk.state(id)]).toEqual(['released', 'held']);
  });

  it('a legal hold is inherited, keeps the content of a released half, and ends by itself', async () => {
    const id = await three();
    const holds = legalHoldLedger(parts());
    await holds.set(id, { on: true, reason: 'case', actor: 'ann' });
    const one = await splitOff(id, [0]);
    await desk.review.release(one, { as: 'original', ...ann });
    await desk.work();
    expect([await desk.state(one), (await files()).has(one)]).toEqual(['released', true]);
    expect(await holds.set(one, { on: false, reason: 'over', actor: 'ann' })).toEqual({ kind: 'done' });
    await desk.work();
    expect([(await files()).has(one), (await files()).has(id)]).toEqual([false, true]);
  });

  it('expiry ends both, and tells their sender of each about its own recipients', async () => {
    const id = await desk.keep(['a@one.example', 'b@two.example']);
    const one = await splitOff(id, [1]);
    clock.advance(31 * DAY_MS);
    await expiryLedger(parts()).expire();
    await desk.work();
    clock.advance(60_000);
    await desk.work();
    for (const [half, is, isNot] of [[id, 'a@one.example', 'b@two.example'], [one, 'b@two.example', 'a@one.example']] as const) {
      expect([await desk.state(half), await desk.notices(half), (await files()).has(half)]).toEqual(['expired', ['notice-expired released'], false]);
      const row = await database.read((db) => db.selectFrom('messages').select('id').where('about', '=', half).executeTakeFirstOrThrow());
      const told = desk.hops.sent.find(({ text }) => text.includes(row.id))?.text ?? '';
      const words = Buffer.from(told.slice(told.indexOf('\r\n\r\n')), 'base64').toString();
      expect([words.includes(is), words.includes(isNot)]).toEqual([true, false]);
    }
  });

  it('a scan that is still to come is to come for the new one as well: until then it does not leave masked', async () => {
    const id = await three();
    await rescanLedger(parts()).order({ revision: `r-${id}`, cause: 'asked', actor: 'ann', reason: 'new numbers' });
    const one = await splitOff(id, [0]);
    expect(await desk.review.release(one, { as: 'masked', ...ann })).toEqual({ kind: 'rescan-open' });
    const jobs = await database.read((db) => db.selectFrom('outbox').select('ref').where('message_id', '=', one).where('kind', '=', 'rescan').execute());
    expect(jobs).toEqual([{ ref: `r-${id}` }]);
  });
});
