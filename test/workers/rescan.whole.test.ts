/** Held messages scanned again over a real ledger: what is known of them changes, where they go does not; what the seal does not cover does not leave masked. Leases and dead letters beside it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditWriter } from '../../gateway/ledger/audit-writer.js';
import { bulkLedger } from '../../gateway/ledger/bulk-ledger.js';
import { connectionFromUrl, type PgConnection } from '../../gateway/ledger/connection.js';
import { ledgerDatabase, type LedgerDatabase } from '../../gateway/ledger/database.js';
import { deadLetters } from '../../gateway/ledger/dead-letters.js';
import { holdLedger } from '../../gateway/ledger/hold-ledger.js';
import { jobsLedger } from '../../gateway/ledger/jobs-ledger.js';
import { leases, standingLease } from '../../gateway/ledger/leases-ledger.js';
import { migrateLedger } from '../../gateway/ledger/migrate.js';
import { addJob, outbox } from '../../gateway/ledger/outbox.js';
import { releaseLedger } from '../../gateway/ledger/release-ledger.js';
import { rescanLedger } from '../../gateway/ledger/rescan-ledger.js';
import { reviewLedger } from '../../gateway/ledger/review-ledger.js';
import type { ExchangeId, Finding, PartOpener, SealedHead, StoredMessage, Verdict } from '../../gateway/ports.js';
import { encodeDrop, encodeEdit, encodeInsert } from '../../gateway/body/edit-log.js';
import { replay } from '../../gateway/body/replay.js';
import { spoolFactory } from '../../gateway/body/spool.js';
import { bankCard } from '../../detectors/bank-card.js';
import { cnPhone } from '../../detectors/cn-phone.js';
import { releaseHandler } from '../../workers/release.js';
import { rescanHandler, type RescanOptions } from '../../workers/rescan.js';
import { bodyHead, engine } from '../kit/engine.js';
import { manualClock } from '../kit/clock.js';
import { testPostgres } from '../kit/database.js';
import { externalPostgres } from '../kit/external-postgres.js';
import { heldEntry, heldMessage } from '../kit/held.js';
import { memoryVault } from '../kit/memory-vault.js';
import { numberSource } from '../kit/numbers.js';
import { until } from '../kit/patience.js';
import { tempFolder } from '../kit/temp.js';

const embedded = testPostgres();
const external = externalPostgres();
const DATABASES: readonly (readonly [string, () => Promise<PgConnection>])[] = [
  ['the embedded database', () => migrateLedger(embedded().connection, { separateRole: true })],
  ['an external database', () => migrateLedger(connectionFromUrl(external().url), { separateRole: false })],
];
const phonesOnly = engine([cnPhone]);
const both = engine([cnPhone, bankCard]);

describe.each(DATABASES)('over %s', (name, connect) => {
  const numbers = numberSource(77);
  const clock = manualClock();
  const audit = auditWriter(`rescan-${name.length}`);
  const vault = memoryVault();
  let database: LedgerDatabase;
  const parts = () => ({ database, audit, clock });
  beforeAll(async () => {
    database = ledgerDatabase(await connect());
  });
  afterAll(async () => {
    await database.close();
  });

  /** Held when only phone numbers were looked for. */
  async function held(body: string): Promise<ExchangeId> {
    const bytes = Buffer.from(body);
    const inspector = phonesOnly.inspect(bodyHead('text/plain'), bytes, () => true);
    const edits = [...inspector.write(bytes).edits, ...inspector.end(true).edits].map(({ at, bytes: fill }) => encodeEdit({ at, bytes: fill, kind: 0 }));
    const log = Buffer.concat(edits);
    const message = heldMessage({ receivedAt: new Date(clock.now()), findings: inspector.findings(), bytes: bytes.length });
    const head: SealedHead = {
      version: 1, id: message.id, channel: 'http', route: 'share', direction: 'request', bodyLength: bytes.length, editsLength: log.length, maskedTarget: '/', maskedFields: [], trailers: [],
      http: { method: 'PUT', target: '/', fields: [['Content-Type', 'text/plain']] },
      facts: { channel: 'http', route: 'share', direction: 'request', clientAddress: undefined, user: undefined, department: undefined, sender: undefined, recipients: [], subject: undefined, destination: 'upstream.example', method: 'PUT', mediaType: 'text/plain', fileNames: [] },
    };
    vault.put(head, bytes, log);
    await holdLedger(parts()).hold(message, heldEntry(message));
    return message.id;
  }

  const verdict: Verdict = { action: 'hold', rule: 'cards', policy: 'share@2', severity: 'critical', notify: true, fourEyes: false, monitored: [] };
  const handler = (change: Partial<RescanOptions> = {}) =>
    rescanHandler({
      ledger: rescanLedger(parts()), vault, stop: new AbortController().signal, breathe: () => Promise.resolve(),
      using: () => ({ revision: 'r2', inspectors: both, bodyHead: () => bodyHead('text/plain'), judge: () => verdict, assess: () => ({ risk: 61, riskReasons: [], grades: ['C3'], detectors: ['bank-card', 'cn.phone'] }) }),
      applyEdits: (body, edits) => replay(body, edits, () => true),
      ...change,
    });
  async function jobFor(id: string) {
    const row = await database.db.selectFrom('outbox').select('n').where('message_id', '=', id).where('kind', '=', 'rescan').where('closed_at', 'is', null).executeTakeFirstOrThrow();
    const job = await outbox(parts()).open(row.n);
    if (job === undefined) throw new Error('no open job');
    return job;
  }
  async function messageOf(id: string): Promise<StoredMessage> {
    const message = await reviewLedger(parts()).get(id);
    if (message === undefined) throw new Error('no such message');
    return message;
  }

  it('finds what a new detector finds, raises the severity, keeps the message held, and refuses its masked release', async () => {
    const card = numbers.bankCard();
    const id = await held(`call ${numbers.phone()} about card ${card}, please`);
    expect(await rescanLedger(parts()).order({ revision: 'r2', cause: 'revision', actor: 'system' })).toBeGreaterThan(0);
    expect(await rescanLedger(parts()).order({ revision: 'r2', cause: 'revision', actor: 'system' })).toBeUndefined();
    const job = await jobFor(id);
    expect(await handler()(job)).toEqual({ kind: 'done' });
    expect(await handler()(job)).toEqual({ kind: 'done' });
    const after = await messageOf(id);
    expect(after).toMatchObject({ state: 'held', severity: 'critical', rule: 'cards', policy: 'share@2', findingCounts: { 'cn.phone': 1, 'bank-card': 1 }, rescanned: { revision: 'r2', foundMore: true } });
    const rows = await database.db.selectFrom('audit').select(['act', 'data']).where('subject', '=', id).where('act', '=', 'message.rescan').execute();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify([after, rows])).not.toContain(card);

    const review = reviewLedger(parts());
    const bulk = await bulkLedger(parts()).candidates({ ids: [id] }, undefined, 10);
    expect(bulk).toMatchObject([{ id, maskedRefusal: 'rescan-found-more' }]);
    expect(await review.release(id, { as: 'masked', reason: 'r', actor: 'ann' })).toEqual({ kind: 'rescan-found-more' });
    expect((await messageOf(id)).state).toBe('held');

    // As one that was decided while the scan was under way.
    await database.db.updateTable('messages').set({ rescan_found_more: false }).where('id', '=', id).execute();
    expect(await review.release(id, { as: 'masked', reason: 'r', actor: 'ann' })).toEqual({ kind: 'done', state: 'releasing' });
    await database.db.updateTable('messages').set({ rescan_found_more: true }).where('id', '=', id).execute();
    const release = await database.db.selectFrom('outbox').select('n').where('message_id', '=', id).where('kind', '=', 'release').executeTakeFirstOrThrow();
    const send = releaseHandler({ ledger: releaseLedger(parts()), vault, clock, route: () => ({ upstream: undefined as never, release: 'replay', idempotencyHeader: undefined, credential: undefined }), applyEdits: (body) => body });
    const opened = await outbox(parts()).open(release.n);
    if (opened === undefined) throw new Error('no open job');
    await send(opened);
    expect(await messageOf(id)).toMatchObject({ state: 'failed', lastError: 'rescan-found-more' });
    expect(await jobsLedger(parts()).retry(release.n, { actor: 'ann', reason: 'again' })).toEqual({ kind: 'wrong-state', state: 'dead' });
    expect(await review.settle(id, { outcome: 'retry', reason: 'again', actor: 'ann' })).toEqual({ kind: 'rescan-found-more' });
    expect(await review.release(id, { as: 'original', reason: 'they may have it', actor: 'ann' })).toEqual({ kind: 'done', state: 'releasing' });
  });

  it('opens containers, in the body and in what a masked release would send, and knows one that shows more', async () => {
    const [phone, card] = [numbers.phone(), numbers.bankCard()];
    const spools = spoolFactory({ dir: tempFolder('rescan-spool') });
    for (const [looks, more] of [[[phone], false], [[phone, card], true]] as const) {
      const body = Buffer.from(`PK\u0003\u0004call ${phone} about card ${card}`);
      const hidden = Buffer.from(body.toString().replace(phone, '<hidden>'));
      const log = Buffer.concat([encodeDrop(0, body.length), encodeInsert(0, hidden)]);
      const found = (text: string, value: string): Finding => ({ detector: value === phone ? 'cn.phone' : 'bank-card', part: 'body/0.txt', start: text.indexOf(value), end: text.indexOf(value) + value.length, confidence: 0.9, reasons: [], fingerprint: 'f', preview: '*', tags: [], maskable: true });
      const message = heldMessage({ receivedAt: new Date(clock.now()), findings: [found(body.toString(), phone)], bytes: body.length });
      const { id } = message;
      vault.put(
        {
          version: 2, id, channel: 'http', route: 'share', direction: 'request', bodyLength: body.length, editsLength: log.length, maskedLength: hidden.length, maskedTarget: '/', maskedFields: [], trailers: [], http: { method: 'PUT', target: '/', fields: [] },
          facts: { channel: 'http', route: 'share', direction: 'request', clientAddress: undefined, user: undefined, department: undefined, sender: undefined, recipients: [], subject: undefined, destination: 'upstream.example', method: 'PUT', mediaType: undefined, fileNames: [] },
        },
        body, log,
      );
      await holdLedger(parts()).hold(message, heldEntry(message));
      await rescanLedger(parts()).order({ revision: 'r2', cause: 'asked', actor: 'ann', reason: 'r' });
      const opener: PartOpener = {
        async open(child, source, sink) {
          const text = Buffer.from(await source.read(0, source.size)).toString();
          sink.line({ part: `${child.part}/0.txt`, chain: ['text'], scanned: source.size, unscanned: 0 });
          for (const value of looks) if (text.includes(value)) sink.found(found(text, value));
          return { close: () => Promise.resolve() };
        },
        close: () => Promise.resolve(),
      };
      await handler({ children: { opener, spools } })(await jobFor(id));
      const after = await messageOf(id);
      expect(after).toMatchObject({ findingCounts: more ? { 'cn.phone': 1, 'bank-card': 1 } : { 'cn.phone': 1 }, rescanned: { foundMore: more }, unscannable: [] });
      expect(after.receipt.inside).toEqual({ scanned: body.length, unscanned: 0 });
      expect(spools.usage()).toEqual({ memory: 0, disk: 0 });
    }
  });

  it('refuses a masked release until the scan that was ordered has ended well; the original may go', async () => {
    const review = reviewLedger(parts());
    const refusal = async (id: string) => (await bulkLedger(parts()).candidates({ ids: [id] }, undefined, 10))[0]?.maskedRefusal;
    const masked = { as: 'masked', reason: 'r', actor: 'ann' } as const;
    const [id, other] = [await held(`call ${numbers.phone()} please`), await held(`call ${numbers.phone()} please`)];
    expect(await refusal(id)).toBeUndefined();
    await rescanLedger(parts()).order({ revision: 'r2', cause: 'asked', actor: 'ann', reason: 'new list' });
    const job = await jobFor(id);
    expect(await refusal(id)).toBe('rescan-open');
    expect(await review.release(id, masked)).toEqual({ kind: 'rescan-open' });
    expect(await review.release(other, { ...masked, as: 'original' })).toEqual({ kind: 'done', state: 'releasing' });
    await deadLetters(parts()).bury(job.n, 'OUT_OF_MEMORY');
    expect(await refusal(id)).toBe('rescan-open');
    expect(await review.release(id, masked)).toEqual({ kind: 'rescan-open' });
    await jobsLedger(parts()).retry(job.n, { actor: 'ann', reason: 'more memory' });
    await handler()(job);
    expect(await refusal(id)).toBeUndefined();
    expect(await review.release(id, masked)).toEqual({ kind: 'done', state: 'releasing' });
  });

  it('lets the second person agree to a masked form only by what a scan since then has found', async () => {
    const review = reviewLedger(parts());
    const id = await held(`call ${numbers.phone()} about card ${numbers.bankCard()}, please`);
    await database.db.updateTable('messages').set({ four_eyes: true }).where('id', '=', id).execute();
    expect(await review.release(id, { as: 'masked', reason: 'r', actor: 'ann', accountId: 'a' })).toEqual({ kind: 'done', state: 'awaiting-second' });
    await rescanLedger(parts()).order({ revision: 'r2', cause: 'asked', actor: 'ann', reason: 'new list' });
    const agree = () => review.approve(id, { reason: 'agreed', actor: 'bob', accountId: 'b' });
    expect(await agree()).toEqual({ kind: 'rescan-open' });
    await handler()(await jobFor(id));
    expect(await agree()).toEqual({ kind: 'rescan-found-more' });
    expect(await review.refuse(id, { reason: 'not so', actor: 'bob', accountId: 'b' })).toEqual({ kind: 'done', state: 'held' });
  });

  it('leaves a masked release open where the seal covers everything', async () => {
    const id = await held(`call ${numbers.phone()} please`);
    await rescanLedger(parts()).order({ revision: 'r2', cause: 'asked', actor: 'ann', reason: 'new list' });
    await handler()(await jobFor(id));
    expect(await messageOf(id)).toMatchObject({ state: 'held', rescanned: { foundMore: false }, findingCounts: { 'cn.phone': 1 } });
  });

  it('waits, visibly and untried, for the review key and for the revision', async () => {
    const id = await held(`call ${numbers.phone()} please`);
    await rescanLedger(parts()).order({ revision: 'r9', cause: 'asked', actor: 'ann', reason: 'r' });
    const job = await jobFor(id);
    expect(await handler({ vault: undefined })(job)).toMatchObject({ kind: 'again' });
    const waiting = await jobsLedger(parts()).list({ state: 'waiting', kind: 'rescan', incident: id, limit: 10 });
    expect(waiting.jobs).toMatchObject([{ n: job.n, state: 'waiting', code: 'review-key-absent', attempts: 0 }]);
    expect(await handler()(job)).toMatchObject({ kind: 'again' });
    expect((await jobsLedger(parts()).list({ incident: id, kind: 'rescan', limit: 1 })).jobs[0]).toMatchObject({ code: 'revision-not-here', attempts: 0 });
    expect((await messageOf(id)).rescanned).toBeUndefined();
  });

  it('is nothing to do for a message that was decided meanwhile', async () => {
    const id = await held(`call ${numbers.phone()} please`);
    await rescanLedger(parts()).order({ revision: 'r2', cause: 'asked', actor: 'ann', reason: 'r' });
    const job = await jobFor(id);
    await reviewLedger(parts()).reject(id, { reason: 'no', actor: 'ann' });
    expect(await handler()(job)).toEqual({ kind: 'done' });
    expect((await jobsLedger(parts()).list({ incident: id, kind: 'rescan', limit: 1 })).jobs).toMatchObject([{ state: 'moot' }]);
  });

  it('gives up with an alert and an audit row, and is open again when a person retries it; a job that is not dead is left alone', async () => {
    const n = await database.transact((trx) => addJob(trx, { kind: 'alert', ref: '1', at: new Date(clock.now()) }));
    await deadLetters(parts()).bury(n, 'ECONNRESET');
    const jobs = jobsLedger(parts());
    expect((await jobs.list({ state: 'dead', kind: 'alert', limit: 10 })).jobs).toMatchObject([{ n, code: 'ECONNRESET' }]);
    expect(await jobs.retry(n, { actor: 'account:ann', reason: 'it is back' })).toEqual({ kind: 'done', n });
    expect(await jobs.retry(n, { actor: 'account:ann', reason: 'twice' })).toEqual({ kind: 'wrong-state', state: 'ready' });
    expect(await jobs.retry(9_999_999, { actor: 'account:ann', reason: 'none' })).toEqual({ kind: 'not-found' });
    expect((await outbox(parts()).due(1_000)).map((row) => row.n)).toContain(n);
    const acts = await database.db.selectFrom('audit').select('act').where('subject', '=', `ob-${n}`).orderBy('act').execute();
    expect(acts.map(({ act }) => act)).toEqual(['job.dead-letter', 'job.retry']);
  });

  it('one of a fleet holds a lease, renews it, and another takes it over only when it has ended or was given up', async () => {
    const book = leases({ database });
    const held = await Promise.all(['a', 'b', 'c'].map((holder) => book.hold('task', holder, 60_000)));
    expect(held.filter((won) => won)).toHaveLength(1);
    const holder = await book.holder('task');
    expect(await book.hold('task', holder ?? '', 60_000)).toBe(true);
    await book.release('task', 'somebody else');
    expect(await book.holder('task')).toBe(holder);
    await book.release('task', holder ?? '');
    expect(await book.hold('task', 'next', 1)).toBe(true);
    await until('the end of a lease', () => book.hold('task', 'after', 60_000));
    expect(await book.holder('task')).toBe('after');
  });

  it('counts a standing lease as held from before it was asked for, so that it ends here first', async () => {
    let now = 0;
    const lease = standingLease({ leases: leases({ database }), name: 'standing', holder: 'a', ttlMs: 60_000, stopwatch: () => now });
    expect(await lease.renew()).toBe(true);
    now = 59_999;
    expect(lease.held()).toBe(true);
    now = 60_000;
    expect(lease.held()).toBe(false);
    await lease.stop();
    expect(await leases({ database }).holder('standing')).toBeUndefined();
  });
});
