/** The overview's figures: counted in SQL over indexes, each within the caller's scope, none with a value in it. */
import { sql } from 'kysely';
import type { OverviewLedger, OverviewFigures } from '../ports.js';
import type { LedgerDatabase } from './database.js';
import { inScope, isLate, isWaiting } from './queue-filter.js';
import type { Db } from './tables.js';

const DAY_MS = 86_400_000;
/** A picture with more bars than this is a table. */
const TOP = 10;
/** Of each way of counting so many come back: every day of the longest span, and more than any picture shows. */
const GROUPS_MOST = 100;
/** What `grouping` says of each way: a bit for each column that is not in it. */
const KIND = { day: 0b011111, route: 0b101111, channel: 0b110111, destination: 0b111011, mark: 0b111101, detector: 0b111110 } as const;

type Bounds = Parameters<OverviewLedger['figures']>[0] & { readonly since: Date };

export function overviewLedger(options: { readonly database: LedgerDatabase }): OverviewLedger {
  return {
    async figures(query) {
      // Whole days of UTC, today among them.
      const since = new Date(Math.floor(query.now.getTime() / DAY_MS) * DAY_MS - (query.days - 1) * DAY_MS);
      const bounds: Bounds = { ...query, since };
      return await options.database.read(async (db) => {
        const now = await waitingNow(db, bounds);
        return { ...now, ...(await arrivals(db, bounds)), ...(await decisions(db, bounds)) };
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

/** One walk over what came, counted six ways at once: each way by itself would read the same rows again. A message is a row for each kind of finding, or one. */
async function arrivals(db: Db, { scope, since, days }: Bounds): Promise<Pick<OverviewFigures, 'heldPerDay' | 'byRoute' | 'byChannel' | 'topSenders' | 'topDestinations' | 'findingsByType'>> {
  const { rows } = await sql<{ name: string | null; sender: string | null; messages: number; findings: number; kind: number }>`
    select * from (
      select coalesce(day, route, channel, destination, mark, detector) as name, max(sender) as sender, coalesce(sum(found), 0)::int8 as findings,
             case when grouping(detector) = 0 then count(*) else count(*) filter (where is_first) end as messages, grouping(day, route, channel, destination, mark, detector) as kind,
             row_number() over (
               partition by grouping(day, route, channel, destination, mark, detector)
               order by case when grouping(detector) = 0 then count(*) else count(*) filter (where is_first) end desc, coalesce(day, route, channel, destination, mark, detector)
             ) as place
      from (
        select ${utcDay('received_at')} as day, route, channel, destination, sender_mark as mark, coalesce(sender, sender_user) as sender,
               each.key as detector, each.value::int8 as found, coalesce(each.place, 1) = 1 as is_first
        from messages left join lateral jsonb_each_text(finding_counts) with ordinality as each (key, value, place) on true
        where received_at >= ${since} and ${inScope(scope)}
      ) as recent group by grouping sets ((day), (route), (channel), (destination), (mark), (detector))
    ) as counted where place <= ${sql.lit(GROUPS_MOST)} order by kind, place`.execute(db);
  const of = (kind: number) => rows.flatMap((row) => (row.kind === kind && row.name !== null ? [{ ...row, name: row.name }] : []));
  const perDay = new Map(of(KIND.day).map(({ name, messages }) => [name, messages]));
  const senders = rows.flatMap(({ kind, name, sender, messages }) => (kind === KIND.mark && sender !== null ? [{ sender, mark: name ?? undefined, messages }] : []));
  return {
    heldPerDay: daysFrom(since, days).map((day) => ({ day, count: perDay.get(day) ?? 0 })),
    byRoute: of(KIND.route).slice(0, TOP).map(({ name, messages }) => ({ route: name, messages })),
    byChannel: of(KIND.channel).map(({ name, messages, findings }) => ({ channel: name, messages, findings })),
    topSenders: senders.slice(0, TOP),
    topDestinations: of(KIND.destination).slice(0, TOP).map(({ name, messages }) => ({ destination: name, messages })),
    findingsByType: of(KIND.detector).map(({ name, messages, findings }) => ({ detector: name, findings, messages })).sort((one, other) => other.findings - one.findings).slice(0, TOP * 2),
  };
}

interface DecisionCounts {
  readonly day: string | null;
  readonly released: number;
  readonly masked: number;
  readonly rejected: number;
  readonly expired: number;
  readonly mistaken: number;
  readonly median: number | null;
}

async function decisions(db: Db, { scope, since, days }: Bounds): Promise<Pick<OverviewFigures, 'decisionsPerDay' | 'falsePositiveRate' | 'releasedUnchangedRate' | 'medianDecisionSeconds'>> {
  const { rows } = await sql<DecisionCounts>`
    select day,
           count(*) filter (where kind = 'release' and form = 'original') as released, count(*) filter (where kind = 'release' and form = 'masked') as masked,
           count(*) filter (where kind = 'reject') as rejected, count(*) filter (where kind = 'expire') as expired,
           count(*) filter (where kind <> 'expire' and mistaken) as mistaken,
           percentile_cont(0.5) within group (order by seconds) filter (where kind <> 'expire') as median
    from (
      select ${utcDay('decision_at')} as day, decision_kind as kind, decision_as as form, extract(epoch from decision_at - received_at) as seconds,
             id in (select message_id from false_positives) as mistaken
      from messages where decision_at >= ${since} and state <> 'awaiting-second' and ${inScope(scope)}
    ) as decided group by grouping sets ((day), ())`.execute(db);
  const whole = rows.find(({ day }) => day === null);
  const byPeople = whole === undefined ? 0 : whole.released + whole.masked + whole.rejected;
  const byDay = new Map(rows.map(({ day, released, masked, rejected, expired }) => [day, { released, masked, rejected, expired }]));
  const rate = (count: number | undefined): number | undefined => (byPeople === 0 || count === undefined ? undefined : count / byPeople);
  return {
    decisionsPerDay: daysFrom(since, days).map((day) => ({ day, ...(byDay.get(day) ?? { released: 0, masked: 0, rejected: 0, expired: 0 }) })),
    falsePositiveRate: rate(whole?.mistaken),
    releasedUnchangedRate: rate(whole?.released),
    medianDecisionSeconds: whole === undefined || whole.median === null ? undefined : Math.max(0, whole.median),
  };
}

function utcDay(column: 'received_at' | 'decision_at') {
  return sql<string>`(${sql.ref(column)} at time zone 'UTC')::date::text`;
}

function daysFrom(since: Date, days: number): readonly string[] {
  return Array.from({ length: days }, (_, i) => new Date(since.getTime() + i * DAY_MS).toISOString().slice(0, 10));
}
