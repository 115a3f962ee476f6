/** Takes new events into the groups of the rules that want them: each event once, whoever collects and whenever it dies. */
import type { Selectable } from 'kysely';
import type { AlertEvent, AlertGroup, AlertRule, Clock } from '../ports.js';
import { groupFromBatch, groupFromJson, groupOf, joinGroups, timesOf } from './alert-groups.js';
import { alertEvent } from './alert-rows.js';
import type { Lane } from './alert-tables.js';
import type { LedgerDatabase } from './database.js';
import type { AlertEventsTable, Trx } from './tables.js';
import { jsonText } from './text.js';

/** Events read per run; a flood takes several runs and stays in order. */
const EVENTS_PER_RUN = 5_000;
/** Events of a rule that counts are looked at once more after their time: their neighbours may be written late. */
const LATE_MS = 60_000;

/** What a rule says of its sinks' failing never goes to that sink: it would be told of by what fails. */
export const aboutSink = (sink: string, what: 'alert-dead' | 'alert-sink-down'): string => `${what}.${sink}`;
const isAbout = (event: AlertEvent, sink: string): boolean => event.code === aboutSink(sink, 'alert-dead') || event.code === aboutSink(sink, 'alert-sink-down');

interface Place {
  readonly rule: string;
  readonly sink: string;
  readonly lane: Lane;
}
type Gathered = Map<string, { readonly place: Place; readonly events: AlertEvent[] }>;

export interface AlertCollector {
  /** True when there may be more. */
  collect(rules: readonly AlertRule[]): Promise<boolean>;
}

export function alertCollector({ database, clock }: { readonly database: LedgerDatabase; readonly clock: Clock }): AlertCollector {
  const now = (): Date => new Date(clock.now());

  /** Events of a rule that counts wait by themselves until there are enough within its time. */
  async function counted(trx: Trx, rule: AlertRule, limit: NonNullable<AlertRule['countOver']>, wanted: readonly Selectable<AlertEventsTable>[]): Promise<readonly AlertEvent[]> {
    if (wanted.length > 0) await trx.insertInto('alert_counting').values(wanted.map((row) => ({ rule: rule.id, event: row.n, at: row.at, times: timesOf(alertEvent(row)), entered_at: now() }))).execute();
    const rows = await trx.selectFrom('alert_counting').selectAll().where('rule', '=', rule.id).orderBy('at').orderBy('event').forUpdate().execute();
    const told = new Set<number>();
    let first = 0;
    let sum = 0;
    rows.forEach((row, last) => {
      sum += row.times;
      for (let oldest = rows[first]; oldest !== undefined && oldest.at.getTime() < row.at.getTime() - limit.withinMs; oldest = rows[first]) {
        sum -= oldest.times;
        first++;
      }
      if (sum < limit.count) return;
      // Told of: counting begins anew.
      for (const one of rows.slice(first, last + 1)) told.add(one.event);
      first = last + 1;
      sum = 0;
    });
    if (told.size > 0) await trx.deleteFrom('alert_counting').where('rule', '=', rule.id).where('event', 'in', [...told]).execute();
    await trx.deleteFrom('alert_counting').where('rule', '=', rule.id).where('entered_at', '<', new Date(clock.now() - limit.withinMs - LATE_MS)).execute();
    if (told.size === 0) return [];
    return (await trx.selectFrom('alert_events').selectAll().where('n', 'in', [...told]).orderBy('n').execute()).map(alertEvent);
  }

  function gather(rule: AlertRule, events: readonly AlertEvent[], into: Gathered): void {
    for (const sink of rule.to) {
      for (const event of events) {
        if (isAbout(event, sink)) continue;
        const place: Place = { rule: rule.id, sink, lane: rule.urgent(event) ? 'urgent' : 'usual' };
        const key = JSON.stringify([place.rule, place.sink, place.lane]);
        const known = into.get(key);
        if (known === undefined) into.set(key, { place, events: [event] });
        else known.events.push(event);
      }
    }
  }

  async function put(trx: Trx, place: Place, group: AlertGroup): Promise<void> {
    const made = await trx.insertInto('alert_groups').values({ ...place, body: jsonText(group), total: group.total, opened_at: now() }).onConflict((conflict) => conflict.columns(['rule', 'sink', 'lane']).doNothing()).returning('rule').executeTakeFirst();
    if (made !== undefined) return;
    const mine = trx.selectFrom('alert_groups').where('rule', '=', place.rule).where('sink', '=', place.sink).where('lane', '=', place.lane);
    const row = await mine.selectAll().forUpdate().executeTakeFirst();
    // Released between the two statements: there is room for a new one.
    if (row === undefined) {
      await put(trx, place, group);
      return;
    }
    const both = joinGroups(groupFromJson(row.body), group);
    await trx.updateTable('alert_groups').set({ body: jsonText(both), total: both.total }).where('rule', '=', place.rule).where('sink', '=', place.sink).where('lane', '=', place.lane).execute();
  }

  /** Batches that a process of the version before put together and did not get rid of. */
  async function adopt(trx: Trx, groups: Map<string, { place: Place; group: AlertGroup }>): Promise<void> {
    const rows = await trx.selectFrom('alert_batches').selectAll().where('state', '=', 'open').where('due_at', '<=', now()).orderBy('n').limit(EVENTS_PER_RUN).forUpdate().skipLocked().execute();
    for (const { sink, batch } of rows) {
      const place: Place = { rule: ruleOfWebhook(sink), sink, lane: 'usual' };
      const key = JSON.stringify([place.rule, place.sink, place.lane]);
      groups.set(key, { place, group: joinGroups(groups.get(key)?.group, groupFromBatch(batch)) });
    }
    if (rows.length > 0) await trx.deleteFrom('alert_batches').where('n', 'in', rows.map(({ n }) => n)).execute();
  }

  return {
    collect: (rules) =>
      database.transact(async (trx) => {
        const rows = await trx.selectFrom('alert_events').selectAll().where('batched_at', 'is', null).orderBy('n').limit(EVENTS_PER_RUN).forUpdate().skipLocked().execute();
        const events = rows.map((row) => ({ row, event: alertEvent(row) }));
        const gathered: Gathered = new Map();
        // In one order everywhere: two collectors must not wait for each other.
        for (const rule of [...rules].sort((a, b) => (a.id < b.id ? -1 : 1))) {
          const wanted = events.filter(({ event }) => rule.wants(event));
          gather(rule, rule.countOver === undefined ? wanted.map(({ event }) => event) : await counted(trx, rule, rule.countOver, wanted.map(({ row }) => row)), gathered);
        }
        const groups = new Map([...gathered].map(([key, { place, events: own }]) => [key, { place, group: groupOf(own) }]));
        await adopt(trx, groups);
        for (const [, { place, group }] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) await put(trx, place, group);
        if (rows.length > 0) await trx.updateTable('alert_events').set({ batched_at: now() }).where('n', 'in', rows.map(({ n }) => n)).execute();
        return rows.length === EVENTS_PER_RUN;
      }),
  };
}

/** A plain webhook is a sink with a rule of its own; no rule of the configuration can be called so. */
export const ruleOfWebhook = (sink: string): string => `webhook:${sink}`;
