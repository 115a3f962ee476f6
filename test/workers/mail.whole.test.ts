/** Mail from the vault to its next hops over a real PostgreSQL: who has it is known of each recipient, nobody gets a person's release twice unmarked, and a sender is told whom it did not reach (HC 21, 25, 29). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { WeirError } from '../../gateway/errors.js';
import { verifyAudit } from '../../gateway/ledger/audit-chain.js';
import { holdLedger } from '../../gateway/ledger/hold-ledger.js';
import { ledgerDatabase, type LedgerDatabase } from '../../gateway/ledger/database.js';
import { migrateLedger } from '../../gateway/ledger/migrate.js';
import { auditWriter } from '../../gateway/ledger/audit-writer.js';
import { expiryLedger } from '../../gateway/ledger/expiry-ledger.js';
import { openKeys } from '../../gateway/vault/keys.js';
import { MAIL_TRIES } from '../../workers/release-mail.js';
import { manualClock } from '../kit/clock.js';
import { testPostgres } from '../kit/database.js';
import { DAY_MS } from '../kit/held.js';
import { BUSY, MAIL, mailDesk, UNKNOWN, type Desk } from '../kit/mail-desk.js';
import { tempFolder } from '../kit/temp.js';
import { folderReader, folderVault } from '../kit/vault.js';

const server = testPostgres();
const clock = manualClock();
const dir = join(tempFolder('vault'), 'vault');
const { keys } = await openKeys({ keysDir: tempFolder('keys'), custody: 'local' });
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

const relayed = { fate: 'relaying', mail: { relay: { as: 'original' } } } as const;
const broken = { kind: 'broken', error: new WeirError('upstream-reset'), complete: true } as const;
const ids = async (): Promise<ReadonlySet<string>> => {
  const found = new Set<string>();
  for await (const id of desk.vault.list()) found.add(id);
  return found;
};

describe('a mail that was accepted for delivery', () => {
  it('leaves without a person, with the envelope it came with, its own bytes behind what is put in front, once for each hop; and then its seal is destroyed', async () => {
    const id = await desk.keep(['a@one.example', 'b@one.example', 'c@two.example'], relayed);
    await desk.work();
    expect(desk.hops.sent).toEqual([
      { hop: 'one.example', from: 'li@corp.example', to: ['a@one.example', 'b@one.example'], text: `Received: by weir\r\nX-Weir-Incident: ${id}\r\n${MAIL.toString()}` },
      expect.objectContaining({ hop: 'two.example', to: ['c@two.example'] }),
    ]);
    expect(await desk.fates(id)).toEqual({ 'a***@one.example': 'delivered', 'b***@one.example': 'delivered', 'c***@two.example': 'delivered' });
    expect(await desk.state(id)).toBe('released');
    expect((await ids()).has(id)).toBe(false);
    expect(await desk.acts(id)).toEqual(['verdict.hold', 'message.released', 'vault.destroyed']);
  });

  it('waits for the answer of its client: confirmed it begins at once, unconfirmed when that answer must be out, withdrawn never', async () => {
    const notBefore = new Date(clock.now() + 600_000);
    const keep = () => desk.keep(['a@one.example'], { fate: 'relaying', mail: { relay: { as: 'original' }, notBefore } });
    const [confirmed, unsure, withdrawn] = [await keep(), await keep(), await keep()];
    await desk.work();
    expect(desk.hops.sent).toHaveLength(0);
    await desk.ledger.confirm([confirmed]);
    expect(await desk.ledger.withdraw([withdrawn])).toEqual([withdrawn]);
    await desk.work();
    expect([await desk.state(confirmed), await desk.state(unsure), await desk.state(withdrawn)]).toEqual(['released', 'releasing', 'rejected']);
    expect(await desk.ledger.withdraw([confirmed])).toEqual([]);
    expect([(await ids()).has(withdrawn), await desk.fates(withdrawn), await desk.notices(withdrawn)]).toEqual([false, {}, []]);
    clock.set(notBefore.getTime());
    await desk.work();
    expect(await desk.state(unsure)).toBe('released');
  });

  it('stays though its client is told no, where it came again meanwhile and joined: that client was told that it is held', async () => {
    const id = await desk.keep(['a@one.example'], { message: { bodyFingerprint: 'comes-again' }, mail: { tell: true, notBefore: new Date(clock.now() + 600_000) } });
    expect(await holdLedger({ database, audit: auditWriter('again'), clock }).join('smtp', 'comes-again')).toBe(id);
    expect(await desk.ledger.withdraw([id])).toEqual([]);
    await desk.work();
    expect([await desk.state(id), (await ids()).has(id)]).toEqual(['held', true]);
  });

  it('is tried again for those alone whom a next hop put off', async () => {
    desk.hops.rcpt.set('b@one.example', BUSY);
    desk.hops.end.set('two.example', BUSY);
    const id = await desk.keep(['a@one.example', 'b@one.example', 'c@two.example'], relayed);
    await desk.work();
    expect(await desk.fates(id)).toEqual({ 'a***@one.example': 'delivered', 'b***@one.example': 'relaying', 'c***@two.example': 'relaying' });
    expect(await desk.review.get(id)).toMatchObject({ state: 'releasing', lastError: 'status-451' });
    desk.hops.rcpt.clear();
    desk.hops.end.clear();
    desk.hops.sent.length = 0;
    clock.advance(MAIL_TRIES.firstMs);
    await desk.work();
    expect(desk.hops.sent.map(({ to }) => to)).toEqual([['b@one.example'], ['c@two.example']]);
    expect(await desk.state(id)).toBe('released');
  });

  it('goes out again after an interruption, also where the hop may have it: doubled, never lost', async () => {
    const id = await desk.keep(['a@one.example'], relayed);
    desk.hops.end.set('one.example', broken);
    await desk.work();
    expect(await desk.state(id)).toBe('releasing');
    desk.hops.end.clear();
    clock.advance(MAIL_TRIES.firstMs);
    await desk.work();
    expect(desk.hops.sent).toHaveLength(2);
    expect(await desk.state(id)).toBe('released');
  });

  it('whose route is not known here waits an hour for it, is then given up, and its sender is told by way of another', async () => {
    const id = await desk.keep(['a@one.example', 'b@two.example'], { ...relayed, message: { route: 'gone' } });
    await desk.work();
    // Another process may have been given its configuration sooner.
    expect(await desk.review.get(id)).toMatchObject({ state: 'releasing' });
    expect([await desk.notices(id), desk.hops.sent]).toEqual([[], []]);
    clock.advance(3_600_000);
    await desk.work();
    expect(await desk.review.get(id)).toMatchObject({ state: 'failed', lastError: 'route-missing' });
    expect([await desk.notices(id), await desk.fates(id)]).toEqual([['notice-failed released'], { 'a***@one.example': 'refused', 'b***@two.example': 'refused' }]);
    expect(desk.hops.sent).toMatchObject([{ from: '', to: ['li@corp.example'] }]);
    expect(desk.hops.sent[0]?.text).toContain('Action: failed\r\nStatus: 5.4.4\r\nDiagnostic-Code: smtp; 550 5.4.4');
    const held = await desk.keep(['a@one.example'], { message: { route: 'gone' } });
    await desk.review.release(held, { as: 'original', reason: 'fine', actor: 'ann' });
    await desk.work();
    // A person decided about this one, and hears of it.
    expect([await desk.state(held), await desk.notices(held), await desk.fates(held)]).toEqual(['failed', [], { 'a***@one.example': 'held' }]);
  });

  it('has its sender told once that it is late, of those alone who wait and whose delays he wants to know', async () => {
    desk.hops.rcpt.set('b@one.example', BUSY).set('c@one.example', BUSY).set('d@one.example', BUSY);
    const id = await desk.keep(['a@one.example', 'b@one.example', { address: 'c@one.example', notify: ['FAILURE'], orcpt: undefined }, { address: 'd@one.example', notify: ['DELAY'], orcpt: undefined }], relayed);
    await desk.work();
    clock.advance(4 * 3_600_000 - 1);
    await desk.work();
    expect(await desk.notices(id)).toEqual([]);
    for (const _again of [1, 2, 3]) {
      clock.advance(MAIL_TRIES.mostMs);
      await desk.work();
    }
    expect([await desk.state(id), await desk.notices(id)]).toEqual(['releasing', ['notice-delayed released']]);
    const late = desk.hops.sent.at(-1)?.text ?? '';
    const mail = await PostalMime.parse(late);
    expect(mail.subject).toContain('Your mail is delayed');
    expect(mail.text).toContain('b@one.example: 451 4.3.0 try later');
    expect(late).toContain('Final-Recipient: rfc822; b@one.example\r\nAction: delayed\r\nStatus: 4.3.0');
    expect([late.includes('d@one.example'), late.includes('c@one.example'), late.includes('rfc822; a@one.example')]).toEqual([true, false, false]);
    desk.hops.rcpt.clear();
    clock.advance(MAIL_TRIES.mostMs);
    await desk.work();
    expect([await desk.state(id), (await desk.notices(id)).length]).toEqual(['released', 1]);
    expect(Object.fromEntries(desk.counted)).toEqual({ delivered: 4 });
  });

  it('after its last try is a person’s to look at, and its sender is told', async () => {
    desk.hops.rcpt.set('a@one.example', BUSY);
    const id = await desk.keep(['a@one.example'], relayed);
    await desk.work();
    await database.transact((trx) => trx.updateTable('outbox').set({ attempts: MAIL_TRIES.most - 1, due_at: new Date(clock.now()) }).where('message_id', '=', id).execute());
    await desk.work();
    expect(await desk.review.get(id)).toMatchObject({ state: 'failed', lastError: 'too-many-attempts' });
    expect(await desk.fates(id)).toEqual({ 'a***@one.example': 'refused' });
    expect(await desk.notices(id)).toEqual(['notice-failed released']);
    // The person's retry asks the hop once more, and tells nobody twice.
    await desk.review.settle(id, { outcome: 'retry', reason: 'now', actor: 'ann' });
    await desk.work();
    expect([await desk.state(id), await desk.notices(id)]).toEqual(['releasing', ['notice-failed released']]);
    desk.hops.rcpt.clear();
    clock.advance(MAIL_TRIES.firstMs);
    await desk.work();
    expect(await desk.state(id)).toBe('released');
  });
});

describe('a report about recipients whom a mail did not reach', () => {
  it('is kept with what it tells of, leaves from the null sender, can be read by programs, and holds nothing of the mail', async () => {
    desk.hops.rcpt.set('b@one.example', UNKNOWN);
    const id = await desk.keep(['a@one.example', { address: 'b@one.example', notify: undefined, orcpt: 'rfc822;bob+2Bx@one.example' }], relayed);
    await desk.work();
    expect(await desk.state(id)).toBe('released');
    expect(await desk.fates(id)).toEqual({ 'a***@one.example': 'delivered', 'b***@one.example': 'refused' });
    expect(await desk.notices(id)).toEqual(['notice-failed released']);
    const report = desk.hops.sent.at(-1);
    expect(report).toMatchObject({ from: '', to: ['li@corp.example'] });
    const mail = await PostalMime.parse(report?.text ?? '');
    expect(mail.headers.find(({ key }) => key === 'auto-submitted')?.value).toBe('auto-replied');
    expect(mail.headers.find(({ key }) => key === 'content-type')?.value).toMatch(/^multipart\/report; report-type=delivery-status/);
    expect(mail.text).toContain('b@one.example: 550 5.1.1 no such user');
    expect(mail.text).not.toContain('a@one.example');
    expect(mail.attachments.map(({ mimeType }) => mimeType)).toEqual(['message/delivery-status']);
    expect(report?.text).toContain('Original-Recipient: rfc822; bob+x@one.example\r\nFinal-Recipient: rfc822; b@one.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user');
    expect(report?.text).not.toContain('please');
  });

  it('is never about a report, and is not made for the null sender or for who wants none', async () => {
    desk.hops.rcpt.set('li@corp.example', UNKNOWN);
    desk.hops.rcpt.set('b@one.example', UNKNOWN);
    const [told, nobody, unwanted] = [await desk.keep(['b@one.example'], relayed), await desk.keep(['b@one.example'], { ...relayed, from: '' }), await desk.keep([{ address: 'b@one.example', notify: ['NEVER'], orcpt: undefined }], relayed)];
    await desk.work();
    expect([await desk.state(told), await desk.notices(told)]).toEqual(['failed', ['notice-failed failed']]);
    expect([await desk.notices(nobody), await desk.notices(unwanted)]).toEqual([[], []]);
    const row = await database.read((db) => db.selectFrom('messages').select('id').where('about', '=', told).executeTakeFirstOrThrow());
    expect(await desk.notices(row.id)).toEqual([]);
    const alerts = await database.read((db) => db.selectFrom('alert_events').select('kind').where('incident', '=', row.id).execute());
    expect(alerts).toEqual([{ kind: 'dead-letter' }]);
    // Nobody reviews it, and it ends without a word when its time is over.
    expect((await desk.review.list({ limit: 200 })).messages.some(({ id }) => id === row.id)).toBe(false);
    clock.advance(31 * DAY_MS);
    await expiryLedger({ database, audit: auditWriter('mail'), clock }).expire();
    await desk.work();
    expect([await desk.state(row.id), await desk.notices(row.id)]).toEqual(['expired', []]);
  });

  it('that could not be sealed is written later, and what was found out is not asked again', async () => {
    desk.hops.rcpt.set('b@one.example', UNKNOWN);
    const id = await desk.keep(['a@one.example', 'b@one.example'], relayed);
    const seal = desk.vault.seal.bind(desk.vault);
    desk.vault.seal = () => Promise.reject(new WeirError('vault-full'));
    await desk.work();
    desk.vault.seal = seal;
    expect([await desk.state(id), desk.hops.sent.length, await desk.notices(id)]).toEqual(['releasing', 1, []]);
    clock.advance(60_000);
    await desk.work();
    expect([await desk.state(id), desk.hops.sent.length, await desk.notices(id)]).toEqual(['released', 2, ['notice-failed released']]);
  });
});

describe('a mail that a person released', () => {
  it('leaves masked where that was decided', async () => {
    const id = await desk.keep(['a@one.example']);
    await desk.review.release(id, { as: 'masked', reason: 'fine', actor: 'ann' });
    await desk.work();
    expect(desk.hops.sent[0]?.text).toContain('call 138****0000, please');
    expect(await desk.state(id)).toBe('released');
  });

  it('is uncertain where a hop may have it, for those recipients alone; what a person finds out of them lets the others have it', async () => {
    const id = await desk.keep(['a@one.example', 'b@two.example']);
    await desk.review.release(id, { as: 'original', reason: 'fine', actor: 'ann' });
    desk.hops.end.set('one.example', broken);
    await desk.work();
    expect(await desk.review.get(id)).toMatchObject({ state: 'uncertain', mail: { recipients: [{ inDoubt: true, fate: 'held' }, { inDoubt: false, fate: 'held' }] } });
    await desk.review.settle(id, { outcome: 'arrived', reason: 'asked them', actor: 'ann' });
    expect(await desk.state(id)).toBe('releasing');
    await desk.work();
    expect(desk.hops.sent.map(({ to }) => to)).toEqual([['a@one.example'], ['b@two.example']]);
    expect([await desk.state(id), await desk.fates(id)]).toEqual(['released', { 'a***@one.example': 'delivered', 'b***@two.example': 'delivered' }]);
  });

  it('of a worker that died after the last byte is uncertain, and before it goes out once', async () => {
    for (const [completed, ends] of [[true, 'uncertain'], [false, 'released']] as const) {
      desk.hops.sent.length = 0;
      const id = await desk.keep(['a@one.example']);
      await desk.review.release(id, { as: 'original', reason: 'fine', actor: 'ann' });
      // What the row says when a process ends there.
      await database.transact((trx) => trx.updateTable('messages').set({ state: 'sending', sent: completed ? 'all' : 'none', fence: 7 }).where('id', '=', id).execute());
      await database.transact((trx) => trx.updateTable('mail_recipients').set({ in_doubt: completed }).where('message_id', '=', id).execute());
      await desk.work();
      expect([await desk.state(id), desk.hops.sent.length]).toEqual([ends, completed ? 0 : 1]);
    }
  });

  it('keeps the answer of the first hop when the process ends at the second', async () => {
    const id = await desk.keep(['a@one.example', 'b@two.example'], relayed);
    desk.hops.end.set('two.example', () => Promise.reject(new WeirError('upstream-reset')));
    await desk.work();
    expect(await desk.fates(id)).toEqual({ 'a***@one.example': 'delivered', 'b***@two.example': 'relaying' });
    desk.hops.end.clear();
    clock.advance(MAIL_TRIES.firstMs);
    await desk.work();
    expect(desk.hops.sent.map(({ to }) => to)).toEqual([['a@one.example'], ['b@two.example']]);
  });

  it('fails where every next hop refuses it; rejected then, nobody is left without a word', async () => {
    desk.hops.rcpt.set('a@one.example', UNKNOWN);
    const id = await desk.keep(['a@one.example']);
    await desk.review.release(id, { as: 'original', reason: 'fine', actor: 'ann' });
    await desk.work();
    expect(await desk.review.get(id)).toMatchObject({ state: 'failed', lastError: 'status-550' });
    await desk.review.reject(id, { reason: 'no', actor: 'ann' });
    await desk.work();
    expect([await desk.notices(id), await desk.fates(id)]).toEqual([['notice-failed released', 'notice-rejected released'], { 'a***@one.example': 'rejected' }]);
  });
});

describe('a notice about a held mail', () => {
  it('says that it waits, once; that it was refused, with the reviewer’s words; and the content goes only then', async () => {
    const id = await desk.keep(['a@one.example', 'b@two.example'], { mail: { tell: true } });
    await desk.work();
    expect(await desk.notices(id)).toEqual(['notice-held released']);
    await desk.review.reject(id, { reason: 'a secret reason', actor: 'ann', words: 'Please use the portal.' });
    await desk.work();
    clock.advance(60_000);
    await desk.work();
    expect(await desk.notices(id)).toEqual(['notice-held released', 'notice-rejected released']);
    const texts = await Promise.all(desk.hops.sent.map(async ({ text }) => (await PostalMime.parse(text)).text ?? ''));
    expect(texts[0]).toContain('is kept for review');
    expect(texts[0]).toContain('b@two.example');
    expect(texts[1]).toContain('From the reviewer: Please use the portal.');
    expect(texts.join()).not.toMatch(/secret|138/);
    expect((await ids()).has(id)).toBe(false);
  });

  it('is not written to programs and lists, nor where the route tells nobody', async () => {
    const robot = await desk.keep(['a@one.example'], { mail: { tell: true }, body: Buffer.from('Auto-Submitted: auto-generated\r\n\r\n13800000000\r\n') });
    const list = await desk.keep(['a@one.example'], { mail: { tell: true }, body: Buffer.from('Precedence: Bulk\r\n\r\n13800000000\r\n') });
    await desk.work();
    expect([await desk.notices(robot), await desk.notices(list)]).toEqual([[], []]);
    const silent = mailDesk({ database, clock, vault: desk.vault, reader: folderReader({ dir, keys }), told: { hold: false, reject: true } });
    const held = await silent.keep(['a@one.example'], { mail: { tell: true } });
    await silent.work();
    expect(await silent.notices(held)).toEqual([]);
  });

  it('waits with the content for the review key, and goes without the notice after a day', async () => {
    const id = await desk.keep(['a@one.example']);
    const blind = mailDesk({ database, clock, vault: desk.vault, reader: { open: () => Promise.reject(Object.assign(new Error('no key'), { code: 'KEY_ABSENT' })) } });
    await desk.review.reject(id, { reason: 'no', actor: 'ann' });
    await blind.work();
    expect([(await ids()).has(id), await desk.notices(id)]).toEqual([true, []]);
    clock.advance(DAY_MS);
    await blind.work();
    expect((await ids()).has(id)).toBe(false);
  });

  it('tells of what nobody decided about in time', async () => {
    const id = await desk.keep(['a@one.example']);
    clock.advance(31 * DAY_MS);
    await expiryLedger({ database, audit: auditWriter('mail'), clock }).expire();
    await desk.work();
    expect([await desk.state(id), await desk.notices(id), await desk.fates(id)]).toEqual(['expired', ['notice-expired released'], { 'a***@one.example': 'expired' }]);
  });
});

it('the audit of all of it is one unbroken chain, and no table holds a number or an address that was whole', async () => {
  expect(await verifyAudit(database)).toMatchObject({ ok: true });
  for (const table of ['messages', 'mail_recipients', 'audit', 'outbox', 'notices', 'decisions', 'alert_events'] as const) {
    const rows = await database.read((db) => db.selectFrom(table).selectAll().execute());
    expect(JSON.stringify(rows)).not.toMatch(/13800000000|li@corp\.example|[ab]@one\.example/);
  }
});
