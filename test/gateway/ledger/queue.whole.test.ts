/** The queue over a real PostgreSQL: pages, scopes, groups, bulk plans, comments, saved filters, figures, and word of every change. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { bulkLedger } from '../../../gateway/ledger/bulk-ledger.js';
import { changeFeed } from '../../../gateway/ledger/change-feed.js';
import { commentsLedger } from '../../../gateway/ledger/comments-ledger.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { filtersLedger } from '../../../gateway/ledger/filters-ledger.js';
import { holdLedger } from '../../../gateway/ledger/hold-ledger.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { riskRank } from '../../../gateway/ledger/message-rows.js';
import { overviewLedger } from '../../../gateway/ledger/overview-ledger.js';
import { queueLedger } from '../../../gateway/ledger/queue-ledger.js';
import { reviewLedger } from '../../../gateway/ledger/review-ledger.js';
import type { PgConnection } from '../../../gateway/ledger/connection.js';
import { QUEUE_ORDERS, WAITING_STATES, type HeldMessage, type HeldState, type MessageChange, type QueueFilter, type QueueOrder, type ScopeMarks } from '../../../gateway/ports.js';
import { manualClock } from '../../kit/clock.js';
import { testPostgres } from '../../kit/database.js';
import { DAY_MS, heldEntry, heldMessage, testId } from '../../kit/held.js';
import { SLA } from '../../kit/memory-queue.js';
import { PATIENCE_MS, until } from '../../kit/patience.js';
import { runs } from '../../laws/runs.js';
import { assess, mark, queueMessage, seeded } from '../../kit/queue-messages.js';

const server = testPostgres();
const clock = manualClock();
const audit = auditWriter('test');
let database: LedgerDatabase;
let connection: PgConnection;

/** What the tests know of each message without asking the ledger. */
interface Known {
  readonly message: HeldMessage;
  readonly state: HeldState;
}
const known: Known[] = [];
const STATES: readonly HeldState[] = ['held', 'held', 'held', 'awaiting-second', 'failed', 'released', 'rejected'];

const queue = () => queueLedger({ database, audit, clock });
const hold = () => holdLedger({ database, audit, clock, assess });
const review = () => reviewLedger({ database, audit, clock });

async function held(change: Partial<HeldMessage> = {}, random = seeded(known.length + 1)): Promise<HeldMessage> {
  const message = queueMessage(random, change);
  await hold().hold(message, heldEntry(message));
  return message;
}
async function audited(act: string): Promise<readonly { readonly actor: string; readonly subject: string | null; readonly data: string }[]> {
  return await database.db.selectFrom('audit').select(['actor', 'subject', 'data']).where('act', '=', act).orderBy('recorded_at').execute();
}

beforeAll(async () => {
  connection = await migrateLedger(server().connection, { separateRole: true });
  database = ledgerDatabase(connection, { connectMs: PATIENCE_MS });
  const random = seeded(20261122);
  for (let i = 0; i < 120; i++) {
    const message = await held({}, random);
    const state = STATES[i % STATES.length] ?? 'held';
    if (state !== 'held') await database.transact((trx) => trx.updateTable('messages').set({ state }).where('id', '=', message.id).execute());
    known.push({ message, state });
  }
});
afterAll(() => database.close());

const NO_FILTER: QueueFilter = { terms: [] };

async function walk(filter: QueueFilter, scope: ScopeMarks | undefined, order: QueueOrder, limit: number, between?: () => Promise<void>): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const page = await queue().page({ filter, scope, order, limit, after });
    expect(page.messages.length).toBeLessThanOrEqual(limit);
    ids.push(...page.messages.map(({ id }) => id));
    after = page.next;
    await between?.();
  } while (after !== undefined);
  return ids;
}

/** What the filter means, said again without SQL. */
function expected({ states, routes, severities, channels, terms, from }: QueueFilter, scope: ScopeMarks | undefined, order: QueueOrder): string[] {
  const keyOf = (message: HeldMessage): number => (order === 'risk' ? -riskRank(assess(message, false).risk, message.receivedAt) : order === 'expiry' ? message.expiresAt.getTime() : 0);
  const isDown = order === 'risk' || order === 'newest';
  return known
    .filter(({ message, state }) => {
      const own = new Set(assess(message).terms);
      return (states?.includes(state) ?? true) && (routes?.includes(message.route) ?? true) && (severities?.includes(message.severity) ?? true) && (channels?.includes(message.channel) ?? true)
        && (from === undefined || message.receivedAt >= from) && terms.every((any) => any.some((term) => own.has(term)))
        && (scope?.routes?.includes(message.route) ?? true) && (scope?.departments?.includes(message.department ?? '') ?? true) && (scope?.senders?.some((sender) => own.has(`s:${sender}`)) ?? true);
    })
    .sort((a, b) => keyOf(a.message) - keyOf(b.message) || (isDown ? -1 : 1) * (a.message.id < b.message.id ? -1 : 1))
    .map(({ message }) => message.id);
}

const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined, freq: 1 });
const filters: fc.Arbitrary<QueueFilter> = fc.record({
  states: maybe(some([...WAITING_STATES, 'released' as const])),
  routes: maybe(some(['mail', 'share', 'upload'])),
  severities: maybe(some(['info', 'medium', 'high'] as const)),
  channels: maybe(some(['http', 'smtp'])),
  from: maybe(fc.constant(new Date(Date.UTC(2025, 11, 22)))),
  terms: fc.array(some(['d:cn.phone', 'd:bank-card', 'g:C3', 'w:weekly', 'w:名单', `s:${mark('li.wei@corp.example').whole}`, `s:${mark('@corp.example').whole}`, `r:${mark('audit@bank.example').whole}`]), { maxLength: 1 }),
});
const scopes: fc.Arbitrary<ScopeMarks | undefined> = maybe(
  fc.record({ routes: maybe(some(['mail', 'share'])), departments: maybe(some(['sales', 'finance'])), senders: maybe(fc.constant([mark('@corp.example').whole])) }),
);

describe('pages', () => {
  it('of any filter, scope, order and size, put together, are all that match, in order, each once', async () => {
    // Recipients seen for the first time weigh more; the expectation does not know them, so their ranks are set alike.
    for (const { message } of known) await database.transact((trx) => trx.updateTable('messages').set({ risk_rank: riskRank(assess(message).risk, message.receivedAt) }).where('id', '=', message.id).execute());
    await fc.assert(
      fc.asyncProperty(filters, scopes, fc.constantFrom(...QUEUE_ORDERS), fc.integer({ min: 1, max: 60 }), async (filter, scope, order, limit) => {
        expect(await walk(filter, scope, order, limit)).toEqual(expected(filter, scope, order));
      }),
      runs(100),
    );
  });

  it.each(QUEUE_ORDERS)('give each message once while others come and go (%s)', async (order) => {
    const before = expected(NO_FILTER, undefined, order);
    const extras: string[] = [];
    const ids = await walk(NO_FILTER, undefined, order, 17, async () => {
      extras.push((await held()).id);
      await database.transact((trx) => trx.updateTable('messages').set({ state: 'released' }).where('id', '=', extras[0] ?? '').execute());
    });
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => before.includes(id))).toEqual(before);
    await database.transact((trx) => trx.deleteFrom('messages').where('id', 'in', extras).execute());
  });

  it('refuse a cursor that another order has given, or nobody', async () => {
    const { next } = await queue().page({ filter: NO_FILTER, scope: undefined, order: 'risk', limit: 2 });
    await expect(queue().page({ filter: NO_FILTER, scope: undefined, order: 'newest', limit: 2, after: next })).rejects.toThrow(RangeError);
    await expect(queue().page({ filter: NO_FILTER, scope: undefined, order: 'expiry', limit: 2, after: 'x y' })).rejects.toThrow(RangeError);
  });

  it('show neither findings nor receipt, and say what a message is alike to', async () => {
    const { messages } = await queue().page({ filter: { states: [...WAITING_STATES], terms: [] }, scope: undefined, order: 'risk', limit: 200 });
    for (const one of messages) {
      expect(one).not.toHaveProperty('findings');
      const alike = known.filter(({ message, state }) => assess(message).groupKey === one.queue.groupKey && WAITING_STATES.some((waiting) => waiting === state));
      expect(one.queue.groupSize).toBe(alike.length);
    }
  });
});

describe('a recipient', () => {
  it('is seen for the first time once, however many messages for them are held at the same time', async () => {
    const marks = { sender: mark('li.wei@corp.example'), user: undefined, recipients: [mark('new@stranger.example'), mark('other@stranger.example')] };
    const messages = [1, 2, 3, 4].map((n) => queueMessage(seeded(n), { marks: n % 2 === 0 ? marks : { ...marks, recipients: [...marks.recipients].reverse() } }));
    await Promise.all(messages.map((message) => hold().hold(message, heldEntry(message))));
    const rows = await database.db.selectFrom('messages').select('risk_reasons').where('id', 'in', messages.map(({ id }) => id)).execute();
    expect(rows.filter(({ risk_reasons }) => JSON.stringify(risk_reasons).includes('recipient-first-seen'))).toHaveLength(1);
    await database.transact((trx) => trx.deleteFrom('messages').where('id', 'in', messages.map(({ id }) => id)).execute());
  });
});

describe('groups', () => {
  it('are all that waits, largest first, within the scope', async () => {
    const scope = { routes: ['mail', 'share'] };
    const groups = await queue().groups({ filter: NO_FILTER, scope, limit: 200 });
    const waiting = expected({ states: WAITING_STATES, terms: [] }, scope, 'newest');
    expect(groups.reduce((sum, { size }) => sum + size, 0)).toBe(waiting.length);
    expect(groups.map(({ size }) => size)).toEqual(groups.map(({ size }) => size).sort((a, b) => b - a));
    for (const { key, sample, why } of groups) {
      expect(waiting).toContain(sample.id);
      expect(sample.queue.groupKey).toBe(key);
      expect(sample.queue.groupReason).toBe(why);
    }
  });
});

describe('a scope', () => {
  const scope: ScopeMarks = { routes: ['mail'] };
  it('hides a message from every way to it', async () => {
    const outside = known.find(({ message, state }) => message.route !== 'mail' && state === 'held')?.message.id ?? '';
    const inside = known.find(({ message, state }) => message.route === 'mail' && state === 'held')?.message.id ?? '';
    expect(await queue().visible([outside, inside], scope)).toEqual(new Set([inside]));
    expect((await queue().page({ filter: { id: outside, terms: [] }, scope, order: 'newest', limit: 5 })).messages).toEqual([]);
    expect(await queue().assign(outside, { to: 'ann', scope, actor: 'account:ann' })).toEqual({ kind: 'not-found' });
    expect(await bulkLedger({ database, audit, clock }).candidates({ ids: [outside, inside] }, scope, 10)).toMatchObject([{ id: inside }]);
    const counts = await queue().counts({ scope, accountId: undefined, now: new Date(clock.now()), sla: SLA });
    expect(counts.states.held).toBe(expected({ states: ['held'], terms: [] }, scope, 'newest').length);
  });

  it('with an empty list sees nothing', async () => {
    expect(await walk(NO_FILTER, { routes: [] }, 'newest', 10)).toEqual([]);
    expect(await walk(NO_FILTER, { senders: [] }, 'newest', 10)).toEqual([]);
  });
});

describe('assignment', () => {
  it('is kept with its audit row, counted as mine, and ends with the wait', async () => {
    const message = await held();
    expect(await queue().assign(message.id, { to: 'ann', scope: undefined, actor: 'account:ann' })).toEqual({ kind: 'done' });
    expect(await audited('message.assign')).toMatchObject([{ actor: 'account:ann', subject: message.id }]);
    expect((await queue().counts({ scope: undefined, accountId: 'ann', now: new Date(clock.now()), sla: SLA })).mine).toBe(1);
    expect((await queue().page({ filter: { assignee: 'ann', terms: [] }, scope: undefined, order: 'newest', limit: 5 })).messages).toMatchObject([{ id: message.id, queue: { assignee: 'ann' } }]);
    await review().reject(message.id, { reason: 'no', actor: 'account:ann' });
    expect(await queue().assign(message.id, { to: null, scope: undefined, actor: 'account:ann' })).toEqual({ kind: 'wrong-state', state: 'rejected' });
    expect((await queue().counts({ scope: undefined, accountId: 'ann', now: new Date(clock.now()), sla: SLA })).mine).toBe(0);
  });
});

describe('a bulk plan', () => {
  const bulk = () => bulkLedger({ database, audit, clock });
  const plan = { actor: 'account:ann', action: 'reject', accountId: undefined, ids: ['a', 'b'], digest: 'd', expiresAt: new Date(clock.now() + 300_000) } as const;
  it('is taken once, by its own account, for its own action', async () => {
    await bulk().plan('hash-1', plan, { count: 2 });
    expect(await bulk().take('hash-1', { actor: 'account:bob', action: 'reject' })).toBeUndefined();
    expect(await bulk().take('hash-1', { actor: 'account:ann', action: 'release' })).toBeUndefined();
    const taken = await Promise.all([1, 2, 3].map(() => bulk().take('hash-1', { actor: 'account:ann', action: 'reject' })));
    expect(taken.filter((one) => one !== undefined)).toEqual([{ ...plan }]);
    expect(await audited('message.bulk')).toHaveLength(1);
  });

  it('knows what a masked release would send as it came', async () => {
    const random = seeded(5);
    const [one] = queueMessage(random, { findings: heldMessage().findings }).findings;
    const finding = one as NonNullable<typeof one>;
    const part = (reason: 'no-text' | 'encrypted') => [{ part: 'body/2', reason, bytes: 9, detail: 'x' }];
    const cases: readonly (readonly [Partial<HeldMessage>, boolean])[] = [
      [{}, false], [{ unscannable: part('no-text') }, false], [{ unscannable: part('encrypted') }, true],
      [{ findings: [finding, { ...finding, maskable: false }], findingCounts: { 'cn.phone': 2 } }, true], [{ findingCounts: { 'cn.phone': 2 } }, true],
    ];
    const ids: string[] = [];
    for (const [change] of cases) {
      const message = queueMessage(random, { findings: [finding], findingCounts: { 'cn.phone': 1 }, unscannable: [], ...change, id: testId() });
      await hold().hold(message, heldEntry(message));
      ids.push(message.id);
    }
    const found = await bulk().candidates({ ids }, undefined, 10);
    expect(ids.map((id) => found.find((row) => row.id === id)?.leavesUnmasked)).toEqual(cases.map(([, leaves]) => leaves));
    await database.db.deleteFrom('messages').where('id', 'in', ids).execute();
  });

  it('is void after its five minutes', async () => {
    await bulk().plan('hash-2', { ...plan, expiresAt: new Date(clock.now() + 300_000) }, { count: 2 });
    clock.advance(300_000);
    expect(await bulk().take('hash-2', { actor: 'account:ann', action: 'reject' })).toBeUndefined();
    clock.advance(-300_000);
  });

  it('takes what waits, riskiest first, when no state is named', async () => {
    const found = await bulk().candidates({ filter: NO_FILTER }, undefined, 1_000);
    expect(found.every(({ state }) => WAITING_STATES.some((one) => one === state))).toBe(true);
    expect(found.slice(0, 5).map(({ id }) => id)).toEqual((await queue().page({ filter: { states: [...WAITING_STATES], terms: [] }, scope: undefined, order: 'risk', limit: 5 })).messages.map(({ id }) => id));
  });
});

describe('comments and saved filters', () => {
  it('a comment is counted on its message, and its words are not in the audit', async () => {
    const message = await held();
    const ledger = commentsLedger({ database, audit, clock });
    expect(await ledger.add(message.id, { actor: 'account:ann', accountId: 'ann', text: 'asked the owner' })).toMatchObject({ text: 'asked the owner' });
    expect(await ledger.add(testId(), { actor: 'account:ann', accountId: 'ann', text: 'x' })).toBe('not-found');
    expect(await ledger.list(message.id)).toMatchObject([{ actor: 'account:ann', text: 'asked the owner' }]);
    expect((await queue().page({ filter: { id: message.id, terms: [] }, scope: undefined, order: 'newest', limit: 1 })).messages[0]?.queue.comments).toBe(1);
    expect(JSON.stringify(await audited('message.comment'))).not.toContain('asked');
  });

  it('a saved filter is seen by its owner, by others only when shared, and deleted by its owner alone', async () => {
    const ledger = filtersLedger({ database, audit, clock });
    const mine = await ledger.save('ann', 'account:ann', { name: 'mine', filter: { state: ['held'] }, labels: {}, order: 'risk', shared: false });
    const ours = await ledger.save('ann', 'account:ann', { name: 'ours', filter: {}, labels: {}, order: undefined, shared: true });
    expect(mine).toMatchObject({ name: 'mine', filter: { state: ['held'] }, order: 'risk' });
    expect((await ledger.list('ann')).map(({ name }) => name)).toEqual(['mine', 'ours']);
    expect((await ledger.list('bob')).map(({ name }) => name)).toEqual(['ours']);
    const id = typeof ours === 'string' ? '' : ours.id;
    expect(await ledger.remove('bob', 'account:bob', id)).toBe(false);
    expect(await ledger.remove('ann', 'account:ann', id)).toBe(true);
    expect(await ledger.list('bob')).toEqual([]);
  });
});

describe('the overview', () => {
  it('counts what waits, what came and what was decided, by whole days, within the scope', async () => {
    const message = await held({ receivedAt: new Date(clock.now()), route: 'mail', severity: 'high' });
    clock.advance(3_600_000);
    await review().release(message.id, { as: 'original', reason: 'fine', actor: 'account:ann' });
    const figures = await overviewLedger({ database }).figures({ days: 30, scope: { routes: ['mail'] }, now: new Date(clock.now()), sla: SLA });
    const waiting = await queue().page({ filter: { states: [...WAITING_STATES], terms: [] }, scope: { routes: ['mail'] }, order: 'oldest', limit: 200 });
    expect(figures.held).toBe(waiting.messages.length);
    expect(figures.oldestHeldAt).toEqual(new Date(Math.min(...waiting.messages.map(({ receivedAt }) => receivedAt.getTime()))));
    expect(figures.heldPerDay).toHaveLength(30);
    expect(figures.heldPerDay.at(-1)).toEqual({ day: new Date(clock.now()).toISOString().slice(0, 10), count: 1 });
    expect(figures.decisionsPerDay.at(-1)).toMatchObject({ released: message.fourEyes ? 0 : 1 });
    expect(figures.topSenders.every(({ sender }) => sender.includes('***'))).toBe(true);
    expect(figures.byChannel.reduce((sum, { messages }) => sum + messages, 0)).toBe(figures.heldPerDay.reduce((sum, { count }) => sum + count, 0));
    const arrived = (await queue().page({ filter: { from: new Date(clock.now() - 29 * DAY_MS - (clock.now() % DAY_MS)), terms: [] }, scope: { routes: ['mail'] }, order: 'newest', limit: 200 })).messages;
    const total = (counts: readonly Readonly<Record<string, number>>[]): number => counts.flatMap((one) => Object.values(one)).reduce((sum, n) => sum + n, 0);
    expect(figures.byChannel.reduce((sum, { messages }) => sum + messages, 0)).toBe(arrived.length);
    expect(figures.byChannel.reduce((sum, { findings }) => sum + findings, 0)).toBe(total(arrived.map(({ findingCounts }) => findingCounts)));
    expect(figures.findingsByType.reduce((sum, { findings }) => sum + findings, 0)).toBe(total(arrived.map(({ findingCounts }) => findingCounts)));
    expect(figures.topSenders.reduce((sum, { messages }) => sum + messages, 0)).toBe(arrived.length);
    expect(Object.values(figures.bySeverity).reduce((sum, count) => sum + count, 0)).toBe(figures.held);
    clock.advance(-3_600_000);
  });
});

describe('word of changes', () => {
  it('reaches every process: of holds, decisions and assignments, and says when some may have been missed', async () => {
    const heard: (MessageChange | undefined)[] = [];
    const here = changeFeed({ connection, database, log: () => undefined });
    const there = changeFeed({ connection, database, log: () => undefined });
    try {
      there.subscribe((change) => heard.push(change));
      await until('word that some may have been missed', () => heard.includes(undefined));
      const ledger = holdLedger({ database, audit, clock, assess, onHeld: (id) => here.held(id) });
      const message = queueMessage(seeded(99), { receivedAt: new Date(clock.now() - DAY_MS), fourEyes: false });
      await ledger.hold(message, heldEntry(message));
      await until('word of the hold', () => heard.some((change) => change?.id === message.id && change.state === 'held'));
      await review().reject(message.id, { reason: 'no', actor: 'account:ann' });
      await until('word of the rejection', () => heard.some((change) => change?.id === message.id && change.state === 'rejected'));
      expect(heard.filter((change) => change?.id === message.id).map((change) => change?.state)).toEqual(['held', 'rejected']);
    } finally {
      await here.stop();
      await there.stop();
    }
  });
});
