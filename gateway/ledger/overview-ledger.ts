/** The overview's figures: counted in SQL over indexes, each within the caller's scope, none with a value in it. */
import { sql, type SqlBool } from 'kysely';
import type { OverviewLedger, OverviewFigures } from '../ports.js';
import type { LedgerDatabase } from './database.js';
import { inScope, isLate, isWaiting } from './queue-filter.js';
import type { Db } from './tables.js';

const DAY_MS = 86_400_000;
/** A picture with more bars than this is a table. */
const TOP = 10;

type Bounds = Parameters<OverviewLedger['figures']>[0] & { readonly since: Date };

export function overviewLedger(options: { readonly database: LedgerDatabase }): OverviewLedger {
  return {
    async figures(query) {
      // Whole days of UTC, today among them.
      const since = new Date(Math.floor(query.now.getTime() / DAY_MS) * DAY_MS - (query.days - 1) * DAY_MS);
      const bounds: Bounds = { ...query, since };
      return await options.database.read(async (db) => {
        const [now, arrived, found, decided] = [await waitingNow(db, bounds), await arrivals(db, bounds), await findings(db, bounds), await decisions(db, bounds)];
        return { ...now, ...arrived, ...found, ...decided };
      });
    },
  };
}

async function waitingNow(db: Db, { scope, now, sla }: Bounds): Promise<Pick<OverviewFigures, 'held' | 'oldestHeldAt' | 'late' | 'byState' | 'bySeverity'>> {
  const states = await db.selectFrom('messages').select(({ fn }) => ['state', fn.countAll<number>().as('count')]).where(inScope(scope)).groupBy('state').execute();
  const waiting = await db.selectFrom('messages').where(isWaiting()).where(inScope(scope))
    .select(({ fn }) => ['severity', fn.countAll<number>().as('count'), fn.min('received_at').as('oldest'), fn.countAll<number>().filterWhere(isLate(now, sla)).as('late')])
    .groupBy('severity').execute();
  const oldest = waiting.map((row) => row.oldest).sort((a, b) => a.getTime() - b.getTime())[0];
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
  return {
    held: sum(waiting.map(({ count }) => count)),
    oldestHeldAt: oldest,
    late: sum(waiting.map(({ late }) => late)),
    byState: Object.fromEntries(states.map(({ state, count }) => [state, count])),
    bySeverity: Object.fromEntries(waiting.map(({ severity, count }) => [severity, count])),
  };
}

async function arrivals(db: Db, { scope, since, days }: Bounds): Promise<Pick<OverviewFigures, 'heldPerDay' | 'byRoute' | 'topSenders' | 'topDestinations'>> {
  const recent = db.selectFrom('messages').where('received_at', '>=', since).where(inScope(scope));
  const perDay = await recent.select(({ fn }) => [utcDay('received_at'), fn.countAll<number>().as('count')]).groupBy('day').execute();
  const byRoute = await recent.select(({ fn }) => ['route', fn.countAll<number>().as('messages')]).groupBy('route').orderBy('messages', 'desc').orderBy('route').limit(TOP).execute();
  const senders = await recent.select(({ fn }) => ['sender_mark', fn.max(sql<string | null>`coalesce(sender, sender_user)`).as('sender'), fn.countAll<number>().as('messages')])
    .where(sql<SqlBool>`coalesce(sender, sender_user) is not null`).groupBy('sender_mark').orderBy('messages', 'desc').orderBy('sender_mark').limit(TOP).execute();
  const topDestinations = await recent.select(({ fn }) => ['destination', fn.countAll<number>().as('messages')]).groupBy('destination').orderBy('messages', 'desc').orderBy('destination').limit(TOP).execute();
  const counts = new Map(perDay.map(({ day, count }) => [day, count]));
  return {
    heldPerDay: daysFrom(since, days).map((day) => ({ day, count: counts.get(day) ?? 0 })),
    byRoute,
    topSenders: senders.map(({ sender_mark, sender, messages }) => ({ sender: sender ?? '', mark: sender_mark ?? undefined, messages })),
    topDestinations,
  };
}

async function findings(db: Db, { scope, since }: Bounds): Promise<Pick<OverviewFigures, 'findingsByType' | 'byChannel'>> {
  const { rows: findingsByType } = await sql<{ detector: string; findings: number; messages: number }>`
    select found.key as detector, sum(found.value::int8)::int8 as findings, count(*) as messages
    from messages cross join lateral jsonb_each_text(finding_counts) as found
    where received_at >= ${since} and ${inScope(scope)} group by found.key order by findings desc, detector limit ${sql.lit(TOP * 2)}`.execute(db);
  const { rows: byChannel } = await sql<{ channel: string; messages: number; findings: number }>`
    select channel, count(*) as messages, coalesce(sum((select sum(found.value::int8) from jsonb_each_text(finding_counts) as found)), 0)::int8 as findings
    from messages where received_at >= ${since} and ${inScope(scope)} group by channel order by messages desc, channel`.execute(db);
  return { findingsByType, byChannel };
}

async function decisions(db: Db, { scope, since, days }: Bounds): Promise<Pick<OverviewFigures, 'decisionsPerDay' | 'falsePositiveRate' | 'releasedUnchangedRate' | 'medianDecisionSeconds'>> {
  const decided = db.selectFrom('messages').where('decision_at', '>=', since).where('state', '<>', 'awaiting-second').where(inScope(scope));
  const perDay = await decided.select(({ fn, eb }) => [
    utcDay('decision_at'),
    fn.countAll<number>().filterWhere(eb.and([eb('decision_kind', '=', 'release'), eb('decision_as', '=', 'original')])).as('released'),
    fn.countAll<number>().filterWhere(eb.and([eb('decision_kind', '=', 'release'), eb('decision_as', '=', 'masked')])).as('masked'),
    fn.countAll<number>().filterWhere('decision_kind', '=', 'reject').as('rejected'),
    fn.countAll<number>().filterWhere('decision_kind', '=', 'expire').as('expired'),
  ]).groupBy('day').execute();
  const whole = await decided.where('decision_kind', 'in', ['release', 'reject']).select((eb) => [
    eb.fn.countAll<number>().as('all'),
    eb.fn.countAll<number>().filterWhere('decision_as', '=', 'original').as('unchanged'),
    eb.fn.countAll<number>().filterWhere(eb.exists(eb.selectFrom('decisions').select(eb.lit(1).as('one')).whereRef('decisions.message_id', '=', 'messages.id').where('decisions.kind', '=', 'false-positive'))).as('false'),
    sql<number | null>`percentile_cont(0.5) within group (order by extract(epoch from decision_at - received_at))`.as('median'),
  ]).executeTakeFirstOrThrow();
  const byDay = new Map(perDay.map(({ day, ...counts }) => [day, counts]));
  const rate = (count: number): number | undefined => (whole.all === 0 ? undefined : count / whole.all);
  return {
    decisionsPerDay: daysFrom(since, days).map((day) => ({ day, ...(byDay.get(day) ?? { released: 0, masked: 0, rejected: 0, expired: 0 }) })),
    falsePositiveRate: rate(whole.false),
    releasedUnchangedRate: rate(whole.unchanged),
    medianDecisionSeconds: whole.median === null ? undefined : Math.max(0, whole.median),
  };
}

function utcDay(column: 'received_at' | 'decision_at') {
  return sql<string>`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD')`.as('day');
}

function daysFrom(since: Date, days: number): readonly string[] {
  return Array.from({ length: days }, (_, i) => new Date(since.getTime() + i * DAY_MS).toISOString().slice(0, 10));
}
