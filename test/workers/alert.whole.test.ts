/** Alerts from event to sink over a real ledger: grouping, windows, counts over time, budgets, outages, dead letters, tests. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { auditWriter } from '../../gateway/ledger/audit-writer.js';
import { alertBuffer } from '../../gateway/ledger/alert-buffer.js';
import { alertDeliveries } from '../../gateway/ledger/alert-deliveries.js';
import { alertReading } from '../../gateway/ledger/alert-reading.js';
import { backupAlert } from '../../gateway/ledger/alert-backup.js';
import { insertAlerts } from '../../gateway/ledger/alert-rows.js';
import { ledgerDatabase, type LedgerDatabase } from '../../gateway/ledger/database.js';
import { migrateLedger } from '../../gateway/ledger/migrate.js';
import type { OpenJob } from '../../gateway/ledger/outbox.js';
import { SinkFailed, type AlertEvent, type Sink } from '../../gateway/ports.js';
import { alertOf, alertStand, ruleOf, toldSink, type AlertStand, type RuleSpec, type ToldSink } from '../kit/alerting.js';
import { manualClock } from '../kit/clock.js';
import { testPostgres } from '../kit/database.js';
import { until } from '../kit/patience.js';
import { alertHandler } from '../../workers/alert.js';

const server = testPostgres();
const audit = auditWriter('test');
const MINUTE_MS = 60_000;
const clock = manualClock(Date.UTC(2026, 0, 1, 2));
let database: LedgerDatabase;
beforeAll(async () => {
  database = ledgerDatabase(await migrateLedger(server().connection, { separateRole: true }));
});
afterAll(() => database.close());
beforeEach(async () => {
  for (const table of ['alert_events', 'alert_groups', 'alert_counting', 'alert_deliveries', 'alert_sinks', 'alert_sends', 'alert_batches', 'outbox'] as const) await database.db.deleteFrom(table).execute();
});

const stand = (sinks: readonly Sink[], ...rules: readonly RuleSpec[]): AlertStand => alertStand({ database, audit, clock, rules: ruleOf(...rules), sinks });
const raise = (count: number, change: Partial<AlertEvent> = {}): Promise<void> => database.transact((trx) => insertAlerts(trx, Array.from({ length: count }, () => alertOf({ at: new Date(clock.now()), ...change }))));
async function turn(one: AlertStand): Promise<void> {
  await one.collect();
  await one.deliver();
}
const totals = (sink: ToldSink): number[] => sink.got.map(({ message }) => message.total);
const sinkFailing = (id: string, failure: () => SinkFailed | undefined): ToldSink =>
  toldSink(id, 20, clock, () => {
    const failed = failure();
    if (failed !== undefined) throw failed;
  });

describe('a rule', () => {
  it('tells of ten thousand events in a handful of messages, with all of them counted', async () => {
    const sink = toldSink('s', 20, clock);
    const one = stand([sink], { id: 'r', to: ['s'] });
    for (let second = 0; second < 10; second++) {
      await raise(1_000, { severity: second === 7 ? 'critical' : 'medium', rule: `r${second}` });
      await turn(one);
      clock.advance(10_000);
    }
    clock.advance(MINUTE_MS);
    await turn(one);
    expect(sink.got.length).toBeLessThanOrEqual(4);
    expect(totals(sink).reduce((a, b) => a + b, 0)).toBe(10_000);
    const worst = sink.got.find(({ message }) => message.severity === 'critical')?.message;
    expect([worst?.items[0]?.severity, worst?.items[0]?.count]).toEqual(['critical', 1_000]);
  });

  it('sends the first event of a calm time at once, and what follows when its window is over', async () => {
    const sink = toldSink('s', 20, clock);
    const one = stand([sink], { id: 'r', to: ['s'], window: 5 * MINUTE_MS });
    await raise(1);
    await turn(one);
    expect(totals(sink)).toEqual([1]);
    await raise(3);
    await turn(one);
    clock.advance(4 * MINUTE_MS);
    await raise(4);
    await turn(one);
    expect(totals(sink)).toEqual([1]);
    clock.advance(MINUTE_MS);
    await turn(one);
    expect(totals(sink)).toEqual([1, 7]);
  });

  it('that counts tells only once enough have come within its time, and then begins anew', async () => {
    const sink = toldSink('s', 20, clock);
    const one = stand([sink], { id: 'r', to: ['s'], window: 1_000, when: { countOver: { count: 5, within: 10 * MINUTE_MS } } });
    await raise(4);
    await turn(one);
    clock.advance(11 * MINUTE_MS);
    await raise(4);
    await turn(one);
    expect(totals(sink)).toEqual([]);
    clock.advance(MINUTE_MS);
    await raise(1);
    await turn(one);
    expect(totals(sink)).toEqual([5]);
    clock.advance(MINUTE_MS);
    await raise(4);
    await turn(one);
    expect(totals(sink)).toEqual([5]);
    clock.advance(12 * MINUTE_MS);
    await turn(one);
    expect(await database.db.selectFrom('alert_counting').selectAll().execute()).toEqual([]);
  });

  it('keeps what is not urgent through quiet hours, and tells of it afterwards as from them', async () => {
    const sink = toldSink('s', 20, clock);
    const one = stand([sink], { id: 'r', to: ['s'], quiet: { from: '22:00', to: '08:00', except: 'critical' } });
    clock.set(Date.UTC(2026, 0, 2, 15));
    await raise(20, { severity: 'high' });
    await raise(1, { severity: 'critical' });
    await turn(one);
    expect(totals(sink)).toEqual([1]);
    clock.set(Date.UTC(2026, 0, 3, 0));
    await turn(one);
    expect(sink.got.map(({ message }) => [message.total, message.title.includes('from quiet hours')])).toEqual([[1, false], [20, true]]);
  });
});

describe('a sink', () => {
  it('of many rules gets no more messages a minute than it takes, over all of them and all nodes', async () => {
    const sink = toldSink('s', 2, clock);
    const rules = Array.from({ length: 6 }, (_, n) => ({ id: `r${n}`, to: ['s'] }));
    const nodes = [stand([sink], ...rules), stand([sink], ...rules)];
    await raise(1);
    await nodes[0]?.collect();
    await Promise.all(nodes.map((node) => node.deliver()));
    expect(sink.calls).toHaveLength(2);
    clock.advance(MINUTE_MS);
    await Promise.all(nodes.map((node) => node.deliver()));
    expect(sink.calls).toHaveLength(4);
    clock.advance(MINUTE_MS);
    await nodes[1]?.deliver();
    expect(totals(sink)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('that is away for hours gets one message under its first id, and one with all that came meanwhile', async () => {
    let away = true;
    const sink = sinkFailing('s', () => (away ? new SinkFailed('ECONNREFUSED', 'again') : undefined));
    const one = stand([sink], { id: 'r', to: ['s'], when: { routes: ['mail'] } });
    for (let hour = 0; hour < 3; hour++) {
      await raise(100);
      await turn(one);
      clock.advance(60 * MINUTE_MS);
    }
    away = false;
    await turn(one);
    clock.advance(MINUTE_MS);
    await turn(one);
    expect(totals(sink)).toEqual([100, 200]);
    expect(sink.calls.length).toBeLessThan(12);
  });

  it('that asks for a pause is left alone for as long, by every rule', async () => {
    let asked = true;
    const sink = sinkFailing('s', () => (asked ? new SinkFailed('RATE', 'again', 10 * MINUTE_MS) : undefined));
    const one = stand([sink], { id: 'a', to: ['s'] }, { id: 'b', to: ['s'] });
    await raise(1);
    await turn(one);
    asked = false;
    clock.advance(9 * MINUTE_MS);
    await turn(one);
    expect(sink.calls).toHaveLength(1);
    clock.advance(MINUTE_MS);
    await turn(one);
    expect(totals(sink)).toEqual([1, 1]);
  });

  it('that refuses for good is a dead letter, told of to others once and never to itself, and is tried again with one message at a time', async () => {
    let wrong = true;
    const sink = sinkFailing('bad', () => (wrong ? new SinkFailed('SIGNATURE', 'never') : undefined));
    const other = toldSink('good', 20, clock);
    const one = stand([sink, other], { id: 'all', to: ['bad'] }, { id: 'ops', to: ['bad', 'good'], when: { events: ['dead-letter', 'health'] } });
    for (let quarter = 0; quarter < 8; quarter++) {
      await raise(10);
      await turn(one);
      clock.advance(15 * MINUTE_MS);
    }
    expect(sink.calls.length).toBeLessThanOrEqual(8);
    expect(other.got.map(({ message }) => message.events.map(({ kind, code }) => [kind, code]))).toEqual([[['dead-letter', 'alert-dead.bad']]]);
    const states = await alertReading({ database }).sinks();
    expect(states.find((state) => state.sink === 'bad')).toMatchObject({ lastError: 'SIGNATURE' });
    const rows = await database.db.selectFrom('audit').select('data').where('act', '=', 'alert.dead-letter').execute();
    expect(rows.length).toBe(sink.calls.length);

    wrong = false;
    clock.advance(15 * MINUTE_MS);
    await raise(10);
    await turn(one);
    clock.advance(MINUTE_MS);
    await turn(one);
    expect(other.got.at(-1)?.message.events.map(({ code }) => code)).toEqual(['alert-sink-up.bad']);
    // What was given up stays where people see it, until somebody retries it.
    const dead = await database.db.selectFrom('alert_deliveries').select(['n', 'job', 'total']).where('state', '=', 'dead').execute();
    expect(dead.reduce((sum, { total }) => sum + total, 0)).toBe(80);
    for (const { job } of dead) await sql`update outbox set outcome = null, closed_at = null, attempts = 0 where n = ${job}`.execute(database.db);
    clock.advance(MINUTE_MS);
    await turn(one);
    expect(await database.db.selectFrom('alert_deliveries').select('n').where('state', '!=', 'sent').execute()).toEqual([]);
  });

  it('that the configuration no longer has leaves a dead letter after an hour, and nothing is lost of it', async () => {
    const one = stand([], { id: 'r', to: ['gone'] });
    await raise(5);
    await turn(one);
    expect(await database.db.selectFrom('alert_deliveries').selectAll().execute()).toEqual([]);
    clock.advance(61 * MINUTE_MS);
    await turn(one);
    expect(await database.db.selectFrom('alert_deliveries').select(['state', 'last_error', 'total']).execute()).toEqual([{ state: 'dead', last_error: 'sink-removed', total: 5 }]);
    const back = toldSink('gone', 20, clock);
    await sql`update outbox set outcome = null, closed_at = null`.execute(database.db);
    await turn(stand([back], { id: 'r', to: ['gone'] }));
    expect(totals(back)).toEqual([5]);
  });

  it('that hangs, with many rules, takes few of the places in which others are told', async () => {
    let isStuck = true;
    const stuck: (() => void)[] = [];
    const tried: string[] = [];
    const hanging: Sink = {
      id: 'hangs', kind: 'webhook', limits: { perMinute: 100, maxBytes: 20_000 }, close: () => Promise.resolve(),
      send: ({ deliveryId }) => {
        tried.push(deliveryId);
        return isStuck ? new Promise((_, reject) => stuck.push(() => reject(new SinkFailed('TIMEOUT', 'again')))) : Promise.resolve();
      },
    };
    const one = stand([hanging], ...Array.from({ length: 10 }, (_, n) => ({ id: `r${n}`, to: ['hangs'] })));
    await raise(1);
    await one.collect();
    const handler = alertHandler(one.work);
    const due = async (): Promise<OpenJob[]> =>
      (await database.db.selectFrom('outbox').select(['n', 'ref', 'attempts']).where('closed_at', 'is', null).where('due_at', '<=', new Date(clock.now())).orderBy('n').execute()).map(({ n, ref, attempts }) => ({ n, kind: 'alert', messageId: undefined, ref: ref ?? undefined, attempts }));
    // As many as a worker takes at a time: all but three are put off at once, and leave their places.
    const answers = (await due()).map((job) => handler(job));
    let ended = 0;
    for (const answer of answers) void answer.then(() => ended++);
    await until('seven put off beside three under way', () => ended >= 7 && stuck.length >= 3);
    expect([tried.length, stuck.length]).toEqual([3, 3]);
    for (const fail of stuck.splice(0)) fail();
    await Promise.all(answers);
    // Known to fail, one at a time finds out whether it still does.
    clock.advance(2_000);
    const again = (await due()).map((job) => handler(job));
    expect(again).toHaveLength(7);
    ended = 0;
    for (const answer of again) void answer.then(() => ended++);
    await until('six put off beside one under way', () => ended >= 6 && stuck.length >= 1);
    expect(stuck).toHaveLength(1);
    isStuck = false;
    for (const fail of stuck.splice(0)) fail();
    await Promise.all(again);
    for (let minute = 0; minute < 20; minute++) {
      clock.advance(MINUTE_MS);
      await one.deliver();
    }
    expect(await database.db.selectFrom('alert_deliveries').select('n').where('state', '=', 'sent').execute()).toHaveLength(10);
  });

  it('takes a test at once in quiet hours and pauses too, some in ten minutes, each on the record', async () => {
    const sink = toldSink('s', 20, clock);
    const one = stand([sink], { id: 'r', to: ['s'] });
    const deliveries = alertDeliveries({ database, audit, clock });
    const test = (sinkId: string, actor: string): Promise<number | undefined> => deliveries.test(sinkId, actor);
    const first = await test('s', 'account:ann');
    await one.deliver();
    expect(sink.got.map(({ message }) => [message.test, message.deliveryId])).toEqual([[true, expect.stringMatching(new RegExp(`^al-${String(first)}-`))]]);
    for (let n = 0; n < 4; n++) expect(await test('s', 'account:ann')).toBeDefined();
    expect(await test('s', 'account:ann')).toBeUndefined();
    clock.advance(10 * MINUTE_MS);
    expect(await test('s', 'account:ann')).toBeDefined();
    expect(await database.db.selectFrom('audit').select('actor').where('act', '=', 'alert.test').where('subject', '=', `al-${String(first)}`).execute()).toEqual([{ actor: 'account:ann' }]);
  });
});

describe('what was sent', () => {
  it('is kept for thirty days, with its job, and what still waits is kept longer', async () => {
    const sink = toldSink('s', 20, clock);
    const one = stand([sink], { id: 'r', to: ['s'] });
    await raise(3);
    await turn(one);
    await raise(4);
    await one.collect();
    clock.advance(31 * 24 * 60 * MINUTE_MS);
    await turn(one);
    expect(totals(sink)).toEqual([3, 4]);
    expect(await database.db.selectFrom('alert_deliveries').select('total').execute()).toEqual([{ total: 4 }]);
    expect(await database.db.selectFrom('outbox').select('outcome').execute()).toEqual([{ outcome: 'done' }]);
    expect(await database.db.selectFrom('alert_events').selectAll().execute()).toEqual([]);
  });
});

describe('events', () => {
  it('that are written twice under one id count once', async () => {
    const buffer = alertBuffer({ database, clock });
    buffer.raise(alertOf({ at: new Date(clock.now()) }));
    await buffer.flush();
    const { rows } = await sql<{ event_id: string }>`select event_id from alert_events`.execute(database.db);
    await sql`insert into alert_events (at, kind, severity, counts, event_id) values (now(), 'hold', 'low', '{}', ${rows[0]?.event_id}) on conflict (event_id) do nothing`.execute(database.db);
    await buffer.stop();
    expect(await database.db.selectFrom('alert_events').select('kind').execute()).toHaveLength(1);
  });

  it('that come while others are being written are written before the end; what the database does not take then is counted', async () => {
    const buffer = alertBuffer({ database, clock });
    buffer.raise(alertOf({ at: new Date(clock.now()) }));
    const first = buffer.flush();
    buffer.raise(alertOf({ at: new Date(clock.now()) }));
    expect(await buffer.stop()).toBe(0);
    expect(await first).toBe(true);
    expect(await database.db.selectFrom('alert_events').select('kind').execute()).toHaveLength(2);
    const away: LedgerDatabase = { ...database, transact: () => Promise.reject(new Error('away')) };
    const late = alertBuffer({ database: away, clock });
    for (let n = 0; n < 1_003; n++) late.raise(alertOf({ at: new Date(clock.now()) }));
    expect(await late.stop()).toBe(1_003);
  });

  it('that nobody wants are not written, where there may be one for every exchange', async () => {
    const buffer = alertBuffer({ database, clock, wanted: ({ kind }) => kind !== 'mask' });
    buffer.raise(alertOf({ at: new Date(clock.now()), kind: 'mask' }));
    buffer.raise(alertOf({ at: new Date(clock.now()), kind: 'block' }));
    await buffer.stop();
    expect((await database.db.selectFrom('alert_events').select('kind').execute()).map(({ kind }) => kind)).toEqual(['block']);
  });

  it('that a version before had put together for a webhook still arrive', async () => {
    const sink = toldSink('ops', 20, clock);
    const event = alertOf({ at: new Date(clock.now()) });
    await database.db.insertInto('alert_batches').values({ sink: 'ops', batch: JSON.stringify({ from: event.at, to: event.at, total: 9, items: [{ event, count: 9 }] }), created_at: event.at, due_at: event.at, last_error: null }).execute();
    await turn(stand([sink], { id: 'r', to: ['ops'] }));
    expect(totals(sink)).toEqual([9]);
    expect(await database.db.selectFrom('alert_batches').selectAll().execute()).toEqual([]);
  });

  it('say when the last backup is too old, once, and when there is a fresh one', async () => {
    const codes = async (): Promise<(string | null)[]> => (await database.db.selectFrom('alert_events').select('code').where('kind', '=', 'backup').orderBy('n').execute()).map(({ code }) => code);
    const look = backupAlert({ database, clock, withinMs: 24 * 60 * MINUTE_MS });
    const made = (): Promise<void> => database.transact((trx) => audit.append(trx, { at: new Date(clock.now()), actor: 'command', act: 'backup.made', subject: 'b1', data: {} }));
    await made();
    await look();
    expect(await codes()).toEqual([]);
    clock.advance(25 * 60 * MINUTE_MS);
    await look();
    await look();
    expect(await codes()).toEqual(['backup-old']);
    await made();
    await look();
    expect(await codes()).toEqual(['backup-old', 'backup-fresh']);
  });
});
