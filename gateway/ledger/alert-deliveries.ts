/** Deliveries on their way: begun within their sink's budget, then sent, tried again or given up; the job is closed in the same transaction. */
import type { AlertDelivery, AlertEvent, AlertRule, Clock, Severity } from '../ports.js';
import { aboutSink } from './alert-collect.js';
import { groupFromJson } from './alert-groups.js';
import { insertAlerts } from './alert-rows.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { addJob, closeJob, lockJob, postpone, type OpenJob } from './outbox.js';
import type { Trx } from './tables.js';
import { jsonText } from './text.js';

/** What budgets are counted over. */
const MINUTE_MS = 60_000;
/** Another node may know a sink that this one does not know yet. */
const UNKNOWN_AGAIN_MS = 60_000;
const UNKNOWN_MS = 3_600_000;
/** Others are on their way to the sink, and may take until its deadline. */
const BUSY_MS = 2_000;
/** A sink that fails for so long is news for those who can be reached otherwise. */
const FAILING_MS = 10 * 60_000;
/** After an answer that only a person can change, one message at a time finds out whether somebody has. */
const PAUSE_MS = 15 * 60_000;

/** Tests of one sink: enough to get a setting right, too few to fill a group's chat. */
const TESTS_MOST = 5;
const TESTS_WITHIN_MS = 10 * 60_000;

export type Begun =
  | { readonly kind: 'send'; readonly delivery: AlertDelivery }
  /** Not now: quiet hours, a budget that is used up, a sink that asked for a pause. */
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'gone' };

export interface AlertDeliveries {
  /** Takes a place in the sink's budget for one try. `takeTurn` answers false while this process has enough under way to the sink; it is asked once, last of all but the budget. */
  begin(job: OpenJob, rules: readonly AlertRule[], perMinute: (sink: string) => number | undefined, takeTurn?: (sink: string, isFailing: boolean) => boolean): Promise<Begun>;
  sent(job: OpenJob, delivery: AlertDelivery): Promise<void>;
  /** `pauseMs`: how long the far side asked not to be called. */
  again(job: OpenJob, delivery: AlertDelivery, code: string, delayMs: number, pauseMs: number | undefined): Promise<void>;
  /** `pause`: nothing will get through before a person has changed something. */
  dead(job: OpenJob, delivery: AlertDelivery, code: string, pause: boolean): Promise<void>;
  /** A message to try a sink with; answers with its number, or with nothing when there were too many lately. */
  test(sink: string, actor: string): Promise<number | undefined>;
}

export function alertDeliveries(options: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): AlertDeliveries {
  const { database, audit, clock } = options;
  const now = (): Date => new Date(clock.now());
  const later = (ms: number): Date => new Date(clock.now() + ms);

  async function wait(trx: Trx, job: OpenJob, code: string, until: Date): Promise<Begun> {
    await postpone(trx, job.n, code, until, false);
    return { kind: 'wait', delayMs: Math.max(1, until.getTime() - clock.now()) };
  }

  /** Every transaction takes job, delivery, sink in this order. */
  async function lockSink(trx: Trx, id: string): Promise<{ readonly paused_until: Date | null; readonly failing_since: Date | null; readonly told_at: Date | null }> {
    await trx.insertInto('alert_sinks').values({ id }).onConflict((conflict) => conflict.column('id').doNothing()).execute();
    return await trx.selectFrom('alert_sinks').select(['paused_until', 'failing_since', 'told_at']).where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
  }

  /** When the sink may be called, if not now. */
  async function takePlace(trx: Trx, sink: string, perMinute: number): Promise<Date | undefined> {
    await trx.deleteFrom('alert_sends').where('sink', '=', sink).where('at', '<=', later(-MINUTE_MS)).execute();
    const sends = await trx.selectFrom('alert_sends').select('at').where('sink', '=', sink).orderBy('at').execute();
    const free = sends[sends.length - perMinute];
    if (free !== undefined) return new Date(free.at.getTime() + MINUTE_MS);
    await trx.insertInto('alert_sends').values({ sink, at: now() }).execute();
    return undefined;
  }

  async function failed(trx: Trx, delivery: AlertDelivery, code: string, pauseMs: number | undefined, dead: boolean): Promise<void> {
    const sink = await lockSink(trx, delivery.sink);
    const since = sink.failing_since ?? now();
    const tell = sink.told_at === null && (dead || since.getTime() <= clock.now() - FAILING_MS);
    await trx.updateTable('alert_sinks').set({ failing_since: since, last_error: code, ...(pauseMs === undefined ? {} : { paused_until: later(pauseMs) }), ...(tell ? { told_at: now() } : {}) }).where('id', '=', delivery.sink).execute();
    // Once per outage, and never to the sink that fails: alerts about alerts do not multiply.
    if (!tell) return;
    const event: AlertEvent = { kind: dead ? 'dead-letter' : 'health', at: now(), severity: 'high', route: undefined, incident: undefined, rule: undefined, code: aboutSink(delivery.sink, dead ? 'alert-dead' : 'alert-sink-down'), counts: {} };
    await insertAlerts(trx, [event]);
  }

  return {
    begin: (job, rules, perMinute, takeTurn = () => true) =>
      database.transact(async (trx) => {
        await lockJob(trx, job.n);
        const row = await trx.selectFrom('alert_deliveries').selectAll().where('n', '=', Number(job.ref ?? -1)).forUpdate().executeTakeFirst();
        const open = await trx.selectFrom('outbox').select('n').where('n', '=', job.n).where('closed_at', 'is', null).executeTakeFirst();
        if (open === undefined) return { kind: 'gone' };
        if (row === undefined || row.state === 'sent') {
          await closeJob(trx, job.n, 'moot', now());
          return { kind: 'gone' };
        }
        // A dead one whose job is open again: a person wants it tried.
        if (row.state === 'dead') await trx.updateTable('alert_deliveries').set({ state: 'open', attempts: 0 }).where('n', '=', row.n).execute();
        const limit = perMinute(row.sink);
        if (limit === undefined) {
          if (row.state === 'open' && row.created_at.getTime() > clock.now() - UNKNOWN_MS) return await wait(trx, job, 'sink-unknown', later(UNKNOWN_AGAIN_MS));
          await closeJob(trx, job.n, 'dead', now(), 'sink-removed');
          await trx.updateTable('alert_deliveries').set({ state: 'dead', last_error: 'sink-removed' }).where('n', '=', row.n).execute();
          await audit.append(trx, { at: now(), actor: 'worker', act: 'alert.dead-letter', subject: `al-${row.n}`, data: { sink: row.sink, events: row.total, code: 'sink-removed' } });
          return { kind: 'gone' };
        }
        if (row.kind === 'events' && row.lane === 'usual') {
          const until = rules.find(({ id }) => id === row.rule)?.quietUntil(now());
          if (until !== undefined) return await wait(trx, job, 'quiet-hours', until);
        }
        const sink = await lockSink(trx, row.sink);
        if (row.kind === 'events' && sink.paused_until !== null && sink.paused_until.getTime() > clock.now()) return await wait(trx, job, 'sink-paused', sink.paused_until);
        if (!takeTurn(row.sink, sink.failing_since !== null)) return await wait(trx, job, 'sink-busy', later(BUSY_MS));
        const free = await takePlace(trx, row.sink, limit);
        if (free !== undefined) return await wait(trx, job, 'over-budget', free);
        const { n, rule, kind, digest, previews, created_at: createdAt } = row;
        return { kind: 'send', delivery: { n, rule, sink: row.sink, kind, digest, group: groupFromJson(row.body), previews: previews as AlertDelivery['previews'], createdAt, attempts: row.state === 'dead' ? 0 : row.attempts } };
      }),

    sent: (job, delivery) =>
      database.transact(async (trx) => {
        await lockJob(trx, job.n);
        await trx.updateTable('alert_deliveries').set({ state: 'sent', sent_at: now() }).where('n', '=', delivery.n).execute();
        const sink = await lockSink(trx, delivery.sink);
        await trx.updateTable('alert_sinks').set({ failing_since: null, told_at: null, paused_until: null, last_error: null, last_sent_at: now() }).where('id', '=', delivery.sink).execute();
        if (sink.told_at !== null) {
          await insertAlerts(trx, [{ kind: 'health', at: now(), severity: 'info', route: undefined, incident: undefined, rule: undefined, code: `alert-sink-up.${delivery.sink}`, counts: {} }]);
        }
        await closeJob(trx, job.n, 'done', now());
      }),

    again: (job, delivery, code, delayMs, pauseMs) =>
      database.transact(async (trx) => {
        await lockJob(trx, job.n);
        await trx.updateTable('alert_deliveries').set((eb) => ({ attempts: eb('attempts', '+', 1), last_error: code })).where('n', '=', delivery.n).where('state', '=', 'open').execute();
        await failed(trx, delivery, code, pauseMs, false);
        await postpone(trx, job.n, code, later(delayMs));
      }),

    dead: (job, delivery, code, pause) =>
      database.transact(async (trx) => {
        await lockJob(trx, job.n);
        const row = await trx.updateTable('alert_deliveries').set((eb) => ({ state: 'dead', attempts: eb('attempts', '+', 1), last_error: code })).where('n', '=', delivery.n).where('state', '=', 'open').returning('n').executeTakeFirst();
        // Another run had sent it.
        if (row === undefined) return;
        await failed(trx, delivery, code, pause ? PAUSE_MS : undefined, true);
        await closeJob(trx, job.n, 'dead', now(), code);
        await audit.append(trx, { at: now(), actor: 'worker', act: 'alert.dead-letter', subject: `al-${delivery.n}`, data: { sink: delivery.sink, events: delivery.group.total, code } });
      }),

    test: (sink, actor) =>
      database.transact(async (trx) => {
        const at = now();
        // One after the other for each sink: none slips by while another is counted.
        await lockSink(trx, sink);
        const { count } = await trx.selectFrom('alert_deliveries').select((eb) => eb.fn.countAll<number>().as('count')).where('sink', '=', sink).where('kind', '=', 'test').where('created_at', '>', later(-TESTS_WITHIN_MS)).executeTakeFirstOrThrow();
        if (count >= TESTS_MOST) return undefined;
        const severity: Severity = 'info';
        const group = { from: at, to: at, total: 0, lines: [] };
        const { n } = await trx.insertInto('alert_deliveries')
          .values({ rule: 'test', sink, lane: 'urgent', kind: 'test', body: jsonText(group), previews: '{}', severity, total: 0, from_at: at, to_at: at, created_at: at, last_error: null, job: null })
          .returning('n').executeTakeFirstOrThrow();
        const job = await addJob(trx, { kind: 'alert', ref: String(n), at });
        await trx.updateTable('alert_deliveries').set({ job }).where('n', '=', n).execute();
        await audit.append(trx, { at, actor, act: 'alert.test', subject: `al-${n}`, data: { sink } });
        return n;
      }),
  };
}

