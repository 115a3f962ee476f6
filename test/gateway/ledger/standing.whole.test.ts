/** Exceptions, break-glass, legal holds, notices and policy revisions over a real PostgreSQL: who may decide what, and what is written with it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { bypassLedger } from '../../../gateway/ledger/bypass-ledger.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { destroyLedger } from '../../../gateway/ledger/destroy-ledger.js';
import { exceptionLedger } from '../../../gateway/ledger/exceptions-ledger.js';
import { expiryLedger } from '../../../gateway/ledger/expiry-ledger.js';
import { holdLedger } from '../../../gateway/ledger/hold-ledger.js';
import { legalHoldLedger } from '../../../gateway/ledger/legal-hold-ledger.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { noticesLedger } from '../../../gateway/ledger/notices-ledger.js';
import { outbox } from '../../../gateway/ledger/outbox.js';
import { policyRevisionsLedger } from '../../../gateway/ledger/policy-revisions-ledger.js';
import type { ExceptionProposal, HeldMessage, SenderNotice } from '../../../gateway/ports.js';
import type { NoticeSink } from '../../../gateway/record/notice-sink.js';
import { expireRun } from '../../../workers/expire.js';
import { noticeHandler } from '../../../workers/notice.js';
import { manualClock } from '../../kit/clock.js';
import { testPostgres } from '../../kit/database.js';
import { DAY_MS, heldEntry, heldMessage } from '../../kit/held.js';
import { oneChain } from '../../kit/one-chain.js';

const server = testPostgres();
const clock = manualClock();
const audit = oneChain('test');
let database: LedgerDatabase;
beforeAll(async () => {
  database = ledgerDatabase(await migrateLedger(server().connection, { separateRole: true }));
});
afterAll(() => database.close());

const HOUR_MS = 3_600_000;
const exceptions = () => exceptionLedger({ database, audit, clock });
const bypasses = () => bypassLedger({ database, audit, clock });
const expiry = () => expiryLedger({ database, audit, clock });
const notices = () => noticesLedger({ database, audit, clock });
const legalHolds = () => legalHoldLedger({ database, audit, clock });
const destroy = () => destroyLedger({ database, audit, clock });

async function held(change: Partial<HeldMessage> = {}): Promise<HeldMessage> {
  const message = heldMessage({ receivedAt: new Date(clock.now()), ...change });
  await holdLedger({ database, audit, clock }).hold(message, heldEntry(message));
  return message;
}
async function proposal(change: Partial<ExceptionProposal> = {}): Promise<ExceptionProposal> {
  const message = change.message ?? (await held({ senderKey: 'user:aa', user: 'l***' })).id;
  return {
    message, findings: [0], bind: { sender: false, destination: false, detector: false, fingerprint: true },
    reason: 'a test number', expiresAt: new Date(clock.now() + 30 * DAY_MS), actor: 'account:reviewer', ...change,
  };
}
async function proposed(change: Partial<ExceptionProposal> = {}): Promise<string> {
  const result = await exceptions().propose(await proposal(change));
  if (result.kind !== 'proposed') throw new Error(JSON.stringify(result));
  return result.id;
}
const acts = async (subject: string): Promise<readonly string[]> =>
  (await database.db.selectFrom('audit').select('act').where('subject', '=', subject).orderBy('seq').execute()).map(({ act }) => act);
const yes = { actor: 'account:security', reason: 'seen' };

describe('an exception', () => {
  it('takes its scope from the message, is in force once another person has approved it, and ends by time', async () => {
    const id = await proposed({ bind: { sender: true, destination: true, detector: true, fingerprint: true } });
    expect((await exceptions().active()).map((one) => one.id)).not.toContain(id);
    expect(await exceptions().approve(id, { ...yes, conclusive: false })).toEqual({ kind: 'done' });
    const [active] = (await exceptions().active()).filter((one) => one.id === id);
    expect(active).toMatchObject({ senderKey: 'user:aa', destination: 'upstream.example', detectors: ['cn.phone'], fingerprints: ['0123456789abcdef'], conclusive: false });
    expect(await exceptions().get(id)).toMatchObject({ state: 'active', sender: 'l***', decidedBy: 'account:security' });
    expect(await acts(id)).toEqual(['exception.propose', 'exception.approve']);
    clock.advance(30 * DAY_MS);
    expect((await exceptions().active()).map((one) => one.id)).not.toContain(id);
    expect(await exceptions().get(id)).toMatchObject({ state: 'expired' });
    expect((await exceptions().list({ state: 'expired', limit: 50 })).exceptions.map((one) => one.id)).toContain(id);
  });

  it('is never approved by who proposed it, nor with a token of theirs', async () => {
    const id = await proposed({ actor: 'account:both' });
    for (const actor of ['account:both', 'token:both/script']) expect(await exceptions().approve(id, { ...yes, actor, conclusive: false })).toEqual({ kind: 'own-proposal' });
    // The schema holds even where the code does not.
    await expect(database.transact((trx) => sql`update exceptions set state = 'active', decided_by = 'account:both' where id = ${id}`.execute(trx))).rejects.toMatchObject({ kind: 'refused' });
  });

  it('that is bound to nothing, to nobody proven, to no finding, or for longer than a year is refused', async () => {
    const bind = { sender: false, destination: false, detector: false, fingerprint: false };
    const unproven = (await held({ senderKey: undefined })).id;
    const problem = async (change: Partial<ExceptionProposal>): Promise<unknown> => await exceptions().propose(await proposal(change));
    expect(await problem({ bind: { ...bind, detector: true } })).toEqual({ kind: 'invalid', problem: 'too-wide' });
    expect(await problem({ message: unproven, bind: { ...bind, sender: true } })).toEqual({ kind: 'invalid', problem: 'sender-unproven' });
    expect(await problem({ findings: [0, 7] })).toEqual({ kind: 'invalid', problem: 'no-such-finding' });
    expect(await problem({ expiresAt: new Date(clock.now() + 400 * DAY_MS) })).toEqual({ kind: 'invalid', problem: 'expiry-too-far' });
    expect(await problem({ expiresAt: new Date(clock.now()) })).toEqual({ kind: 'invalid', problem: 'expiry-past' });
    expect(await problem({ message: 'w-none' })).toEqual({ kind: 'not-found' });
  });

  it('by facts alone covers high confidence only when it is bound to all three and approved as such', async () => {
    const half = await proposed({ bind: { sender: true, destination: true, detector: false, fingerprint: false } });
    expect(await exceptions().approve(half, { ...yes, conclusive: true })).toEqual({ kind: 'scope' });
    const whole = await proposed({ bind: { sender: true, destination: true, detector: true, fingerprint: false } });
    expect(await exceptions().approve(whole, { ...yes, conclusive: true })).toEqual({ kind: 'done' });
    expect(await exceptions().get(whole)).toMatchObject({ conclusive: true });
  });

  it('once refused or ended stays so', async () => {
    const refused = await proposed();
    expect(await exceptions().refuse(refused, yes)).toEqual({ kind: 'done' });
    expect(await exceptions().approve(refused, { ...yes, conclusive: false })).toEqual({ kind: 'wrong-state' });
    const ended = await proposed();
    await exceptions().approve(ended, { ...yes, conclusive: false });
    expect(await exceptions().end(ended, yes)).toEqual({ kind: 'done' });
    expect((await exceptions().active()).map((one) => one.id)).not.toContain(ended);
    expect(await exceptions().end(ended, yes)).toEqual({ kind: 'wrong-state' });
  });

  it('is listed page by page, newest first', async () => {
    const made: string[] = [];
    for (let n = 0; n < 3; n++) {
      clock.advance(1);
      made.unshift(await proposed());
    }
    const first = await exceptions().list({ state: 'proposed', limit: 2 });
    expect(first.exceptions.map((one) => one.id)).toEqual(made.slice(0, 2));
    const second = await exceptions().list({ state: 'proposed', limit: 2, after: first.next });
    expect(second.exceptions[0]?.id).toBe(made[2]);
  });
});

describe('break-glass', () => {
  it('begins with a second person, raises an alert at its start and its end, and ends by itself', async () => {
    const asked = await bypasses().propose({ route: 'mail', reason: 'upstream migration', hours: 2, actor: 'account:security' });
    if (asked.kind !== 'proposed') throw new Error(asked.kind);
    expect(await bypasses().active()).toEqual([]);
    expect(await bypasses().approve(asked.id, { actor: 'account:security', reason: 'me again' })).toEqual({ kind: 'own-proposal' });
    expect(await bypasses().approve(asked.id, { actor: 'account:system', reason: 'agreed' })).toEqual({ kind: 'done' });
    expect(await bypasses().active()).toEqual([{ id: asked.id, route: 'mail', endsAt: clock.now() + 2 * HOUR_MS }]);
    clock.advance(2 * HOUR_MS);
    expect(await bypasses().active()).toEqual([]);
    await expireRun(expiry(), bypasses());
    expect((await bypasses().list(10))[0]).toMatchObject({ state: 'expired', decidedBy: 'account:system' });
    expect(await acts(asked.id)).toEqual(['bypass.propose', 'bypass.approve', 'bypass.expire']);
    const told = await database.db.selectFrom('alert_events').select(['code', 'severity', 'route']).where('kind', '=', 'health').orderBy('n').execute();
    expect(told).toEqual([{ code: 'bypass-started', severity: 'high', route: 'mail' }, { code: 'bypass-ended', severity: 'high', route: 'mail' }]);
  });

  it('is one at a time for a route, and can be ended or taken back', async () => {
    const first = await bypasses().propose({ route: 'share', reason: 'one', hours: 4, actor: 'account:security' });
    expect(await bypasses().propose({ route: 'share', reason: 'two', hours: 4, actor: 'account:security' })).toEqual({ kind: 'wrong-state' });
    if (first.kind !== 'proposed') throw new Error(first.kind);
    expect(await bypasses().end(first.id, yes)).toEqual({ kind: 'done' });
    clock.advance(1);
    const second = await bypasses().propose({ route: 'share', reason: 'two', hours: 4, actor: 'account:security' });
    if (second.kind !== 'proposed') throw new Error(second.kind);
    await bypasses().approve(second.id, { actor: 'account:system', reason: 'agreed' });
    clock.advance(HOUR_MS);
    expect(await bypasses().end(second.id, yes)).toEqual({ kind: 'done' });
    expect(await bypasses().active()).toEqual([]);
    expect((await bypasses().list(1))[0]).toMatchObject({ state: 'ended', decidedBy: 'account:system', endsAt: new Date(clock.now()) });
  });

  it('that nobody approved within a day was no emergency', async () => {
    const asked = await bypasses().propose({ route: 'upload', reason: 'one', hours: 1, actor: 'account:security' });
    if (asked.kind !== 'proposed') throw new Error(asked.kind);
    clock.advance(DAY_MS);
    expect(await bypasses().approve(asked.id, { actor: 'account:system', reason: 'late' })).toEqual({ kind: 'wrong-state' });
    await expireRun(expiry(), bypasses());
    expect((await bypasses().list(1))[0]).toMatchObject({ state: 'expired' });
  });
});

describe('a legal hold', () => {
  const stateOf = async (id: string) => await database.db.selectFrom('messages').select(['state', 'legal_hold', 'shredded_at']).where('id', '=', id).executeTakeFirstOrThrow();
  const jobsOf = async (id: string) => await database.db.selectFrom('outbox').select(['n', 'kind', 'outcome']).where('message_id', '=', id).orderBy('n').execute();

  it('outlasts the retention of its message, without warnings, until a person ends it', async () => {
    const message = await held({ expiresAt: new Date(clock.now() + DAY_MS) });
    expect(await legalHolds().set(message.id, { on: true, reason: 'case 7', actor: 'account:approver' })).toEqual({ kind: 'done' });
    clock.advance(2 * DAY_MS);
    await expireRun(expiry());
    expect(await stateOf(message.id)).toMatchObject({ state: 'held', legal_hold: true });
    expect(await legalHolds().set(message.id, { on: false, reason: 'case closed', actor: 'account:approver' })).toEqual({ kind: 'done' });
    await expireRun(expiry());
    expect(await stateOf(message.id)).toMatchObject({ state: 'expired', legal_hold: false });
    expect(await acts(message.id)).toEqual(['verdict.hold', 'message.legal-hold', 'message.legal-hold.end', 'message.expire']);
  });

  it('keeps the content of a message that is decided meanwhile, and lets it go when it ends', async () => {
    const message = await held();
    await legalHolds().set(message.id, { on: true, reason: 'case 8', actor: 'account:approver' });
    await database.transact(async (trx) => {
      await trx.updateTable('messages').set({ state: 'rejected' }).where('id', '=', message.id).execute();
      await trx.insertInto('outbox').values({ kind: 'destroy', message_id: message.id, why: 'rejected', created_at: new Date(clock.now()), due_at: new Date(clock.now()), outcome: null, last_error: null }).execute();
    });
    const [first] = await jobsOf(message.id);
    expect(await destroy().target(first?.n ?? 0)).toBeUndefined();
    expect(await jobsOf(message.id)).toMatchObject([{ outcome: 'moot' }]);
    await legalHolds().set(message.id, { on: false, reason: 'done', actor: 'account:approver' });
    const [, second] = await jobsOf(message.id);
    expect(await destroy().target(second?.n ?? 0)).toEqual({ id: message.id, why: 'rejected' });
  });

  it('cannot begin once the end of the message is decided, and is not set twice', async () => {
    const message = await held({ expiresAt: new Date(clock.now()) });
    await legalHolds().set(message.id, { on: true, reason: 'once', actor: 'account:approver' });
    expect(await legalHolds().set(message.id, { on: true, reason: 'twice', actor: 'account:approver' })).toMatchObject({ kind: 'wrong-state' });
    await legalHolds().set(message.id, { on: false, reason: 'once', actor: 'account:approver' });
    await expireRun(expiry());
    expect(await legalHolds().set(message.id, { on: true, reason: 'late', actor: 'account:approver' })).toEqual({ kind: 'wrong-state', state: 'expired' });
    expect(await legalHolds().set('w-none', { on: true, reason: 'x', actor: 'account:approver' })).toEqual({ kind: 'not-found' });
  });
});

describe('a notice to a sender', () => {
  const sink = (send: (notice: SenderNotice, id: string) => Promise<void>): NoticeSink => ({ id: 'portal', send });
  const expired = async (route: string): Promise<HeldMessage> => {
    const message = await held({ route, expiresAt: new Date(clock.now()) });
    await expireRun(expiry());
    return message;
  };
  /** Every notice that is due, as the queue would hand them over. */
  const run = async (given: NoticeSink, route: string): Promise<void> => {
    const handle = noticeHandler({ notices: notices(), sinkOf: (name) => (name === route ? given : undefined), random: () => 0 });
    const rows = outbox({ database, clock });
    for (const { n, kind } of await rows.due(1_000)) {
      const job = kind === 'notice' ? await rows.open(n) : undefined;
      if (job !== undefined) await handle(job);
    }
  };

  it('is queued with the expiry, sent once, and recorded', async () => {
    const got: { incident: string; id: string }[] = [];
    const message = await expired('n-once');
    const given = sink((notice, id) => {
      got.push({ incident: notice.incident, id });
      return Promise.resolve();
    });
    await run(given, 'n-once');
    await run(given, 'n-once');
    expect(got.filter(({ incident }) => incident === message.id)).toHaveLength(1);
    expect(await acts(message.id)).toEqual(['verdict.hold', 'message.expire', 'notice.sent']);
  });

  it('says so when its route names nobody who could tell the sender', async () => {
    const message = await expired('n-nobody');
    await run(sink(() => Promise.resolve()), 'other');
    expect(await acts(message.id)).toContain('notice.none');
  });

  it('is tried again under the same id, and given up with an alert', async () => {
    const message = await expired('n-dead');
    const ids = new Set<string>();
    const given = sink((_notice, id) => {
      ids.add(id);
      return Promise.reject(new Error('away'));
    });
    for (let tries = 0; tries < 12; tries++) {
      await run(given, 'n-dead');
      clock.advance(2 * HOUR_MS);
    }
    expect(ids.size).toBe(1);
    expect(await acts(message.id)).toContain('notice.dead-letter');
    expect((await notices().counts()).dead).toBe(1);
    const alerts = await database.db.selectFrom('alert_events').select('code').where('incident', '=', message.id).where('kind', '=', 'dead-letter').execute();
    expect(alerts).toEqual([{ code: 'notice-dead' }]);
  });
});

describe('a policy revision', () => {
  it('is kept once, with each time it was taken up', async () => {
    const revisions = policyRevisionsLedger({ database, clock });
    const run = (how: 'start' | 'reload', ms: number) => ({ at: new Date(clock.now() + ms), how, node: 'n1', version: '1.0.0' });
    await revisions.ran({ revision: 'aaaaaaaaaaaa', digest: 'd1', yaml: 'version: 1\n', run: run('start', 0) });
    await revisions.ran({ revision: 'bbbbbbbbbbbb', digest: 'd2', yaml: 'version: 1\n#\n', run: run('reload', 1) });
    await revisions.ran({ revision: 'aaaaaaaaaaaa', digest: 'd1', yaml: 'version: 1\n', run: run('reload', 2) });
    expect((await revisions.list()).map(({ revision, lastRun }) => [revision, lastRun?.how])).toEqual([['aaaaaaaaaaaa', 'reload'], ['bbbbbbbbbbbb', 'reload']]);
    expect(await revisions.get('aaaaaaaaaaaa')).toMatchObject({ yaml: 'version: 1\n', runs: [{ how: 'reload' }, { how: 'start' }] });
    expect(await revisions.get('cccccccccccc')).toBeUndefined();
  });
});
