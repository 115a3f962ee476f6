/** Decisions over a real PostgreSQL: two persons for four eyes, one outcome of every race, openings that end, and what is told of a message. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { exceptionLedger } from '../../../gateway/ledger/exceptions-ledger.js';
import { factsLedger } from '../../../gateway/ledger/facts-ledger.js';
import { falsePositivesLedger } from '../../../gateway/ledger/false-positives-ledger.js';
import { jobsLedger } from '../../../gateway/ledger/jobs-ledger.js';
import { holdLedger } from '../../../gateway/ledger/hold-ledger.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { openingsLedger } from '../../../gateway/ledger/openings-ledger.js';
import { reviewLedger } from '../../../gateway/ledger/review-ledger.js';
import { timelineLedger } from '../../../gateway/ledger/timeline-ledger.js';
import type { HeldMessage } from '../../../gateway/ports.js';
import { manualClock } from '../../kit/clock.js';
import { testPostgres } from '../../kit/database.js';
import { DAY_MS, heldEntry, heldMessage } from '../../kit/held.js';
import { randomBelow } from '../../kit/numbers.js';
import { oneChain } from '../../kit/one-chain.js';
import { PATIENCE_MS } from '../../kit/patience.js';

const server = testPostgres();
const clock = manualClock();
const audit = oneChain('test');
let database: LedgerDatabase;
beforeAll(async () => {
  database = ledgerDatabase(await migrateLedger(server().connection, { separateRole: true }), { connectMs: PATIENCE_MS });
});
afterAll(async () => {
  await database.close();
});

const parts = () => ({ database, audit, clock });
const review = () => reviewLedger(parts());
const ann = { actor: 'account:ann', accountId: 'a', reason: 'looked at it' } as const;
const bob = { actor: 'account:bob', accountId: 'b', reason: 'agreed' } as const;

async function held(change: Partial<HeldMessage> = {}): Promise<string> {
  const message = heldMessage({ receivedAt: new Date(clock.now()), ...change });
  await holdLedger(parts()).hold(message, heldEntry(message));
  return message.id;
}
async function jobs(id: string, kind: 'release' | 'destroy'): Promise<number> {
  const row = await database.db.selectFrom('outbox').select(({ fn }) => fn.countAll<number>().as('n')).where('message_id', '=', id).where('kind', '=', kind).executeTakeFirstOrThrow();
  return row.n;
}
async function acts(id: string): Promise<readonly string[]> {
  const rows = await database.db.selectFrom('audit').select('act').where('subject', '=', id).orderBy('seq').execute();
  return rows.map(({ act }) => act);
}

describe('four eyes', () => {
  it('let go only when another person agrees to the first one’s form, and say until when', async () => {
    const id = await held({ fourEyes: true });
    expect(await review().approve(id, bob)).toEqual({ kind: 'wrong-state', state: 'held' });
    expect(await review().release(id, { ...ann, as: 'masked' })).toEqual({ kind: 'done', state: 'awaiting-second' });
    expect(await review().get(id)).toMatchObject({ state: 'awaiting-second', firstUntil: new Date(clock.now() + DAY_MS), decision: { actor: 'account:ann', as: 'masked' } });
    expect(await jobs(id, 'release')).toBe(0);
    expect(await review().approve(id, { ...bob, accountId: 'a' })).toEqual({ kind: 'same-person' });
    expect(await review().approve(id, { ...ann, accountId: 'other' })).toEqual({ kind: 'same-person' });
    expect(await review().approve(id, { ...bob, accountId: undefined })).toEqual({ kind: 'same-person' });
    expect(await review().release(id, { ...bob, as: 'original' })).toEqual({ kind: 'wrong-state', state: 'awaiting-second' });
    expect(await review().approve(id, bob)).toEqual({ kind: 'done', state: 'releasing' });
    expect(await review().get(id)).toMatchObject({ state: 'releasing', firstUntil: undefined, decision: { as: 'masked', actor: 'account:ann' } });
    expect(await jobs(id, 'release')).toBe(1);
    expect((await acts(id)).filter((act) => act.startsWith('message.'))).toEqual(expect.arrayContaining(['message.release.first', 'message.release']));
  });

  it('answer a request that comes again as before, and do nothing twice', async () => {
    const id = await held({ fourEyes: true });
    for (let n = 0; n < 2; n++) expect(await review().release(id, { ...ann, as: 'original' })).toEqual({ kind: 'done', state: 'awaiting-second' });
    for (let n = 0; n < 2; n++) expect(await review().approve(id, bob)).toEqual({ kind: 'done', state: 'releasing' });
    expect(await jobs(id, 'release')).toBe(1);
  });

  it('hold again when either refuses, and when nobody came in time', async () => {
    const id = await held({ fourEyes: true });
    for (const one of [ann, bob]) {
      await review().release(id, { ...ann, as: 'original' });
      expect(await review().refuse(id, one)).toEqual({ kind: 'done', state: 'held' });
      expect(await review().get(id)).toMatchObject({ state: 'held', decision: undefined });
    }
    await review().release(id, { ...ann, as: 'original', reason: 'again' });
    clock.advance(DAY_MS);
    // Even before the worker has looked.
    expect(await review().approve(id, bob)).toEqual({ kind: 'wrong-state', state: 'held' });
    const other = await held({ fourEyes: true });
    await review().release(other, { ...ann, as: 'original' });
    clock.advance(DAY_MS);
    expect(await review().lapse()).toBe(1);
    expect(await review().lapse()).toBe(0);
    expect(await review().get(other)).toMatchObject({ state: 'held' });
    expect(await acts(other)).toContain('message.release.lapsed');
    expect(await timelineLedger(parts()).timeline(other)).toMatchObject([{ act: 'message.held' }, { act: 'message.release.first', text: 'looked at it' }, { act: 'message.release.lapsed', actor: 'system', text: 'no second approval in time' }]);
  });

  it('have one outcome when two race, whoever is quicker', async () => {
    const below = randomBelow(4);
    const outcomes = new Set<string>();
    for (let run = 0; run < 40; run++) {
      const id = await held({ fourEyes: true });
      await review().release(id, { ...ann, as: 'original' });
      const racers = [
        () => review().approve(id, bob),
        () => review().approve(id, { actor: 'account:eve', accountId: 'e', reason: 'me too' }),
        () => review().refuse(id, ann),
        () => review().reject(id, { actor: 'account:eve', accountId: 'e', reason: 'no' }),
      ].map((act) => ({ act, turn: below(1_000) })).sort((a, b) => a.turn - b.turn);
      const results = await Promise.all(racers.map(({ act }) => act()));
      const state = (await review().get(id))?.state ?? '';
      outcomes.add(state);
      const done = results.filter(({ kind }) => kind === 'done').length;
      const [released, destroyed] = [await jobs(id, 'release'), await jobs(id, 'destroy')];
      // A rejection may follow a refusal; nothing follows a release or a rejection.
      expect({ state, released, destroyed }).toEqual({ state, released: state === 'releasing' ? 1 : 0, destroyed: state === 'rejected' ? 1 : 0 });
      expect(done).toBe(state === 'rejected' && results.some((one) => 'state' in one && one.kind === 'done' && one.state === 'held') ? 2 : 1);
    }
    expect([...outcomes].every((state) => ['releasing', 'held', 'rejected'].includes(state))).toBe(true);
  });

  it('ask anew after a refusal by the destination only for another form', async () => {
    const id = await held({ fourEyes: true });
    await review().release(id, { ...ann, as: 'original' });
    await review().approve(id, bob);
    await database.transact((trx) => trx.updateTable('messages').set({ state: 'needs-credentials' }).where('id', '=', id).execute());
    expect(await review().release(id, { ...bob, as: 'masked' })).toEqual({ kind: 'done', state: 'awaiting-second' });
    await review().refuse(id, ann);
    const again = await held({ fourEyes: true });
    await review().release(again, { ...ann, as: 'original' });
    await review().approve(again, bob);
    await database.transact((trx) => trx.updateTable('messages').set({ state: 'needs-credentials' }).where('id', '=', again).execute());
    expect(await review().release(again, { ...bob, as: 'original' })).toEqual({ kind: 'done', state: 'releasing' });
  });
});

describe('four eyes that a later scan asks for, after one person had released', () => {
  /** As the release worker and a second scan leave it. */
  const scannedAgain = async (state: 'needs-credentials' | 'failed' | 'uncertain', outcome: 'done' | 'dead'): Promise<{ readonly id: string; readonly job: number }> => {
    const id = await held();
    await review().release(id, { ...ann, as: 'original' });
    const { n } = await database.transact(async (trx) => {
      await trx.updateTable('messages').set({ state, four_eyes: true }).where('id', '=', id).execute();
      return await trx.updateTable('outbox').set({ closed_at: new Date(clock.now()), outcome }).where('message_id', '=', id).returning('n').executeTakeFirstOrThrow();
    });
    return { id, job: n };
  };

  it('are asked for when it is released again in the same form', async () => {
    const { id } = await scannedAgain('needs-credentials', 'done');
    expect(await review().release(id, { ...ann, as: 'original' })).toEqual({ kind: 'done', state: 'awaiting-second' });
    expect(await jobs(id, 'release')).toBe(1);
    expect(await review().approve(id, bob)).toEqual({ kind: 'done', state: 'releasing' });
    await database.transact((trx) => trx.updateTable('messages').set({ state: 'needs-credentials' }).where('id', '=', id).execute());
    expect(await review().release(id, { ...ann, reason: 'new credentials', as: 'original' })).toEqual({ kind: 'done', state: 'releasing' });
  });

  it('are asked for when a person says that it did not arrive', async () => {
    const { id } = await scannedAgain('uncertain', 'done');
    expect(await review().settle(id, { outcome: 'retry', reason: 'asked them', actor: ann.actor })).toEqual({ kind: 'done', state: 'held' });
    expect(await jobs(id, 'release')).toBe(1);
  });

  it('are not gone round by trying the job again', async () => {
    const { id, job } = await scannedAgain('failed', 'dead');
    expect(await jobsLedger(parts()).retry(job, { actor: 'account:admin', reason: 'it is up again' })).toEqual({ kind: 'wrong-state', state: 'dead' });
    expect(await review().get(id)).toMatchObject({ state: 'failed' });
    expect(await review().release(id, { ...ann, as: 'original' })).toEqual({ kind: 'done', state: 'awaiting-second' });
  });
});

describe('rejection and escalation', () => {
  it('tell the sender unless told not to', async () => {
    const [loud, quiet] = [await held(), await held()];
    await review().reject(loud, ann);
    await review().reject(quiet, { ...ann, notify: false });
    const notices = await database.db.selectFrom('notices').select('message_id').where('message_id', 'in', [loud, quiet]).execute();
    expect(notices).toEqual([{ message_id: loud }]);
  });

  it('raise an alert once, and leave the message as it is', async () => {
    const id = await held({ severity: 'low' });
    for (let n = 0; n < 2; n++) expect(await review().escalate(id, ann)).toEqual({ kind: 'done', state: 'held' });
    const alerts = await database.db.selectFrom('alert_events').select(['severity', 'code']).where('incident', '=', id).where('code', '=', 'escalated').execute();
    expect(alerts).toEqual([{ severity: 'high', code: 'escalated' }]);
    expect(await review().get(id)).toMatchObject({ escalated: { actor: 'account:ann' } });
  });
});

describe('openings', () => {
  const opening = { tokenHash: 'ab'.repeat(32), accountId: 'a', actor: 'account:ann', what: 'values' } as const;

  it('are good for one account, message and kind, for five minutes, and each look is in the audit', async () => {
    const openings = openingsLedger(parts());
    const id = await held();
    const other = await held();
    expect(await openings.open({ ...opening, messageId: id, reason: 'the sender asked' })).toEqual({ kind: 'opened', expiresAt: new Date(clock.now() + 300_000) });
    expect(await openings.read({ ...opening, messageId: id })).toEqual({ expiresAt: new Date(clock.now() + 300_000) });
    for (const wrong of [{ messageId: other }, { accountId: 'b' }, { what: 'file' as const }, { tokenHash: 'cd'.repeat(32) }]) expect(await openings.read({ ...opening, messageId: id, ...wrong })).toBeUndefined();
    clock.advance(300_000);
    expect(await openings.read({ ...opening, messageId: id })).toBeUndefined();
    expect((await acts(id)).filter((act) => act.startsWith('original.'))).toEqual(['original.open', 'original.read']);
    expect(await timelineLedger(parts()).timeline(id)).toMatchObject([{ act: 'message.held' }, { act: 'original.open', text: 'the sender asked', detail: { what: 'values' } }]);
  });

  it('are bounded as well when they are asked for all at once', async () => {
    const openings = openingsLedger(parts());
    const id = await held();
    const answers = await Promise.all(Array.from({ length: 70 }, (_, n) => openings.open({ ...opening, accountId: 'hasty', messageId: id, reason: 'r', tokenHash: String(n).padStart(64, 'd') })));
    expect(answers.filter(({ kind }) => kind === 'opened')).toHaveLength(60);
  });

  it('are bounded for each account', async () => {
    const openings = openingsLedger(parts());
    const id = await held();
    const open = (n: number) => openings.open({ ...opening, accountId: 'busy', messageId: id, reason: 'r', tokenHash: String(n).padStart(64, '0') });
    for (let n = 0; n < 60; n++) expect(await open(n)).toMatchObject({ kind: 'opened' });
    expect(await open(60)).toEqual({ kind: 'too-many' });
    clock.advance(3_600_000);
    expect(await open(61)).toMatchObject({ kind: 'opened' });
    expect(await openings.open({ ...opening, messageId: 'w-none', reason: 'r', tokenHash: 'e'.repeat(64) })).toEqual({ kind: 'not-found' });
  });
});

describe('facts and false positives', () => {
  it('tell of the sender’s other messages, and since when recipient and destination are known', async () => {
    const marks = (sender: string, ...recipients: string[]) => ({ sender: { whole: sender, domain: undefined }, user: undefined, recipients: recipients.map((whole) => ({ whole, domain: undefined })) });
    const [sender, old, fresh] = ['abcdefghijklmnopabcd', 'bcdefghijklmnopabcda', 'cdefghijklmnopabcdab'];
    const begin = clock.now();
    const destination = 'facts.example';
    const terms = (...known: string[]) => ({ assess: () => ({ risk: 1, riskReasons: [], groupKey: 'g', groupReason: 'file' as const, grades: [], detectors: [], terms: known }) });
    const add = async (message: HeldMessage, ...known: string[]): Promise<void> => holdLedger({ ...parts(), ...terms(...known) }).hold(message, heldEntry(message));
    const first = heldMessage({ receivedAt: new Date(begin), destination, marks: marks(sender, old) });
    await add(first, `s:${sender}`, `r:${old}`);
    await review().reject(first.id, ann);
    clock.advance(DAY_MS);
    const second = heldMessage({ receivedAt: new Date(clock.now()), destination, marks: marks(sender, old) });
    await add(second, `s:${sender}`, `r:${old}`);
    const third = heldMessage({ receivedAt: new Date(clock.now()), destination, marks: marks(sender, old, fresh) });
    await add(third, `s:${sender}`, `r:${old}`, `r:${fresh}`);
    const of = async (id: string) => {
      const stored = await review().get(id);
      if (stored === undefined) throw new Error('not held');
      return factsLedger(parts()).facts(stored);
    };
    expect(await of(first.id)).toEqual({ senderHistory: { held30d: 2, released30d: 0, rejected30d: 0 }, recipientFirstSeen: undefined, destinationFirstSeen: undefined });
    expect(await of(second.id)).toEqual({ senderHistory: { held30d: 2, released30d: 0, rejected30d: 1 }, recipientFirstSeen: new Date(begin), destinationFirstSeen: new Date(begin) });
    // One stranger among known recipients.
    expect((await of(third.id)).recipientFirstSeen).toBeUndefined();
    clock.advance(31 * DAY_MS);
    expect((await of(second.id)).senderHistory.held30d).toBe(0);
  });

  it('mark findings once, beside an exception that only proposes, and release nothing', async () => {
    const id = await held();
    const marks = falsePositivesLedger(parts());
    const proposed = await exceptionLedger(parts()).propose({ message: id, findings: [0], bind: { sender: false, destination: false, detector: false, fingerprint: true }, reason: 'a test number', expiresAt: new Date(clock.now() + DAY_MS), actor: 'account:ann' });
    if (proposed.kind !== 'proposed') throw new Error(proposed.kind);
    const mark = { messageId: id, findings: [{ index: 0, detector: 'cn.phone' }], reason: 'a test number', actor: 'account:ann' };
    expect(await marks.repeated(mark)).toBeUndefined();
    await marks.mark({ ...mark, exception: proposed.id });
    expect(await marks.repeated(mark)).toBe(proposed.id);
    expect(await marks.marked(id)).toEqual([0]);
    expect(await review().get(id)).toMatchObject({ state: 'held' });
  });
});
