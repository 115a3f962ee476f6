/** Makes a delivery and its job of what waits for a sink, once its time has come: not in quiet hours, not beside another one, not before the last one's time is over. */
import { sql, type Selectable } from 'kysely';
import type { AlertGroup, AlertRule, Clock } from '../ports.js';
import { groupFromJson, worstOf } from './alert-groups.js';
import type { AlertGroupsTable } from './alert-tables.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { addJob, closeJob } from './outbox.js';
import type { Trx } from './tables.js';
import { jsonText } from './text.js';

/** Of a rule that the configuration no longer has. */
const WINDOW_MS = 60_000;
/** Another node may know a sink that this one does not know yet. */
const UNKNOWN_MS = 3_600_000;
/** Incidents in one message that messages are looked up for, at least one for each line, and previews of each. */
const INCIDENTS = 300;
const PREVIEWS = 3;
/** Collected events, and messages that were sent or given up: for a look back, and so that an event written again is known. */
const KEEP_MS = 30 * 24 * 3_600_000;
const TIDY_MS = 3_600_000;

export interface AlertRelease {
  /** Answers how many deliveries were made. */
  release(rules: readonly AlertRule[], sinks: ReadonlySet<string>): Promise<number>;
}

export function alertRelease(options: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): AlertRelease {
  const { database, audit, clock } = options;
  const now = (): Date => new Date(clock.now());
  type Key = Pick<Selectable<AlertGroupsTable>, 'rule' | 'sink' | 'lane'>;

  async function releaseOne(trx: Trx, key: Key, rule: AlertRule | undefined, isKnown: boolean): Promise<boolean> {
    const where = { rule: key.rule, sink: key.sink, lane: key.lane };
    const row = await trx.selectFrom('alert_groups').selectAll().where((eb) => eb.and(where)).forUpdate().skipLocked().executeTakeFirst();
    if (row === undefined) return false;
    if (!isKnown && row.opened_at.getTime() > clock.now() - UNKNOWN_MS) return false;
    if (key.lane === 'usual' && rule?.quietUntil(now()) !== undefined) {
      if (!row.waited_quiet) await trx.updateTable('alert_groups').set({ waited_quiet: true }).where((eb) => eb.and(where)).execute();
      return false;
    }
    const sink = await trx.selectFrom('alert_sinks').select('paused_until').where('id', '=', key.sink).executeTakeFirst();
    if ((sink?.paused_until?.getTime() ?? 0) > clock.now()) return false;
    // What comes while a message is under way is counted in the next one.
    const under = await trx.selectFrom('alert_deliveries').select('n').where((eb) => eb.and({ ...where, kind: 'events', state: 'open' })).limit(1).executeTakeFirst();
    if (under !== undefined) return false;
    const last = await trx.selectFrom('alert_deliveries').select('created_at').where((eb) => eb.and({ ...where, kind: 'events' })).orderBy('created_at', 'desc').limit(1).executeTakeFirst();
    if (last !== undefined && last.created_at.getTime() + (rule?.windowMs ?? WINDOW_MS) > clock.now()) return false;
    const group = groupFromJson(row.body);
    const { n } = await trx.insertInto('alert_deliveries').values({
      ...where, kind: 'events', digest: row.waited_quiet, body: jsonText(group), previews: jsonText(await previews(trx, group)), severity: worstOf(group),
      total: group.total, from_at: group.from, to_at: group.to, created_at: now(), last_error: null, job: null, ...(isKnown ? {} : { state: 'dead' as const, last_error: 'sink-removed' }),
    }).returning('n').executeTakeFirstOrThrow();
    const job = await addJob(trx, { kind: 'alert', ref: String(n), at: now() });
    await trx.updateTable('alert_deliveries').set({ job }).where('n', '=', n).execute();
    await trx.deleteFrom('alert_groups').where((eb) => eb.and(where)).execute();
    if (!isKnown) {
      await closeJob(trx, job, 'dead', now(), 'sink-removed');
      await audit.append(trx, { at: now(), actor: 'worker', act: 'alert.dead-letter', subject: `al-${n}`, data: { sink: key.sink, events: group.total, code: 'sink-removed' } });
    }
    return isKnown;
  }

  let tidied = -Infinity;
  return {
    async release(rules, sinks) {
      if (clock.now() - tidied >= TIDY_MS) {
        tidied = clock.now();
        await database.transact((trx) => tidy(trx, new Date(clock.now() - KEEP_MS)));
      }
      await database.transact(async (trx) => {
        // Given up by the workers for a failure that nobody foresaw: it must not keep what comes after it waiting.
        const buried = trx.selectFrom('outbox').select('n').where('kind', '=', 'alert').where('outcome', '=', 'dead');
        await trx.updateTable('alert_deliveries').set({ state: 'dead' }).where('state', '=', 'open').where('job', 'in', buried).execute();
      });
      const keys = await database.read((db) => db.selectFrom('alert_groups').select(['rule', 'sink', 'lane']).orderBy('opened_at').execute());
      let made = 0;
      for (const key of keys) {
        const rule = rules.find(({ id }) => id === key.rule);
        if (await database.transact((trx) => releaseOne(trx, key, rule, sinks.has(key.sink)))) made++;
      }
      return made;
    },
  };
}

/** A dead letter goes with its job: nobody could retry one without the other. */
async function tidy(trx: Trx, before: Date): Promise<void> {
  await trx.deleteFrom('alert_events').where('batched_at', '<', before).execute();
  const gone = await trx.deleteFrom('alert_deliveries').where('state', '!=', 'open').where('created_at', '<', before).returning('job').execute();
  const jobs = gone.flatMap(({ job }) => (job === null ? [] : [job]));
  if (jobs.length > 0) await sql`delete from outbox where kind = 'alert' and closed_at is not null and n = any(${jobs}::bigint[])`.execute(trx);
}

/** Masked, as the ledger keeps them. Only what is or was held is among them, with or without previews: that is what can be linked to. */
async function previews(trx: Trx, group: AlertGroup): Promise<Record<string, readonly string[]>> {
  const incidents = [...new Set(group.lines.flatMap(({ incident }) => (incident === undefined ? [] : [incident])))].slice(0, INCIDENTS);
  if (incidents.length === 0) return {};
  const rows = await trx.selectFrom('messages').select(['id', 'findings']).where('id', 'in', incidents).execute();
  return Object.fromEntries(rows.map(({ id, findings }) => [id, [...new Set((findings as readonly { readonly preview: string }[]).map(({ preview }) => preview))].slice(0, PREVIEWS)]));
}
