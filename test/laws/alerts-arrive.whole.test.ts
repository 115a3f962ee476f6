/** No alert is lost: what arrives, summed up, is what happened and a rule wanted, whatever fails, restarts, is full or quiet meanwhile. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { auditWriter } from '../../gateway/ledger/audit-writer.js';
import { insertAlerts } from '../../gateway/ledger/alert-rows.js';
import { ledgerDatabase, type LedgerDatabase } from '../../gateway/ledger/database.js';
import { migrateLedger } from '../../gateway/ledger/migrate.js';
import { SinkFailed, type AlertEvent, type AlertRule, type Severity } from '../../gateway/ports.js';
import type { AlertWork } from '../../workers/alert.js';
import { alertOf, alertStand, ruleOf, toldSink, type AlertStand, type RuleSpec, type ToldSink } from '../kit/alerting.js';
import { manualClock } from '../kit/clock.js';
import { testPostgres } from '../kit/database.js';
import { runs } from './runs.js';

const server = testPostgres();
const audit = auditWriter('test');
const MINUTE_MS = 60_000;
const PER_MINUTE = 3;
let database: LedgerDatabase;
beforeAll(async () => {
  database = ledgerDatabase(await migrateLedger(server().connection, { separateRole: true }));
});
afterAll(() => database.close());

/** Three rules: everything, with what is told about the sinks themselves; quiet hours that the worst passes; one kind alone with a long window. */
const RULES: readonly RuleSpec[] = [
  { id: 'all', to: ['one', 'two'] },
  { id: 'night', to: ['one', 'two'], when: { routes: ['mail', 'share'] }, quiet: { from: '22:00', to: '08:00', zone: 'Asia/Shanghai', except: 'critical' } },
  { id: 'blocks', to: ['two'], when: { events: ['block'], severity: 'high' }, window: 10 * MINUTE_MS },
];
/** 20:00 in Shanghai: quiet hours come soon. */
const EVENING = Date.UTC(2026, 0, 1, 12);

type Answer = 'ok' | 'again' | 'later' | 'never' | 'lost';
type Step =
  | { readonly do: 'raise'; readonly count: number; readonly kind: AlertEvent['kind']; readonly severity: Severity; readonly route: string; readonly folded: number }
  | { readonly do: 'collect'; readonly node: 0 | 1; readonly both: boolean }
  | { readonly do: 'deliver'; readonly node: 0 | 1; readonly both: boolean; readonly answers: readonly Answer[] }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'retry-dead' }
  | { readonly do: 'restart'; readonly without: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('raise' as const), count: fc.integer({ min: 1, max: 40 }), kind: fc.constantFrom('hold', 'block', 'health'), severity: fc.constantFrom('low', 'high', 'critical'), route: fc.constantFrom('mail', 'share'), folded: fc.constantFrom(1, 1, 7) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('collect' as const), node: fc.constantFrom(0, 1), both: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), node: fc.constantFrom(0, 1), both: fc.boolean(), answers: fc.array(fc.constantFrom<Answer>('ok', 'ok', 'ok', 'again', 'later', 'never', 'lost'), { minLength: 1, maxLength: 6 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1_000, 20_000, MINUTE_MS, 5 * MINUTE_MS, 60 * MINUTE_MS, 7 * 60 * MINUTE_MS) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'retry-dead' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), without: fc.integer({ min: -1, max: 2 }) }) },
);

async function program(steps: readonly Step[]): Promise<void> {
  for (const table of ['alert_events', 'alert_groups', 'alert_counting', 'alert_deliveries', 'alert_sinks', 'alert_sends', 'outbox'] as const) await database.db.deleteFrom(table).execute();
  const clock = manualClock(EVENING);
  let answers: Answer[] = [];
  const answer = (): void => {
    const now = answers.shift() ?? 'ok';
    if (now === 'again') throw new SinkFailed('HTTP_500', 'again');
    if (now === 'later') throw new SinkFailed('RATE', 'again', 120_000);
    if (now === 'never') throw new SinkFailed('SIGNATURE', 'never');
    if (now === 'lost') lose = true;
  };
  /** The next delivery arrives, and its node dies before it has written that down. */
  let lose = false;
  const dying = (work: AlertWork): AlertWork => ({
    ...work,
    deliveries: {
      ...work.deliveries,
      sent: async (job, delivery) => {
        if (lose) {
          lose = false;
          throw new Error('died');
        }
        await work.deliveries.sent(job, delivery);
      },
    },
  });
  const sinks: readonly ToldSink[] = [toldSink('one', PER_MINUTE, clock, answer), toldSink('two', PER_MINUTE, clock, answer)];
  const nodes = (rules: readonly AlertRule[]): AlertStand[] => [0, 1].map(() => alertStand({ database, audit, clock, rules, sinks, change: dying }));
  const all = ruleOf(...RULES);
  let [rules, stands] = [all, nodes(all)];
  const wanted = new Map<string, number>();
  const collectAll = async (): Promise<void> => {
    for (const stand of stands) await stand.collect();
  };

  for (const one of steps) {
    if (one.do === 'pass') clock.advance(one.ms);
    if (one.do === 'raise') {
      const event = alertOf({ at: new Date(clock.now()), kind: one.kind, severity: one.severity, route: one.route, counts: one.folded === 1 ? { 'cn.phone': 1 } : { folded: one.folded } });
      await database.transact((trx) => insertAlerts(trx, Array.from({ length: one.count }, () => event)));
      for (const rule of rules) if (rule.wants(event)) for (const sink of rule.to) wanted.set(`${rule.id} ${sink}`, (wanted.get(`${rule.id} ${sink}`) ?? 0) + one.count * one.folded);
    }
    if (one.do === 'collect') await Promise.all(stands.filter((_, at) => one.both || at === one.node).map((stand) => stand.collect()));
    if (one.do === 'deliver') {
      answers = [...one.answers];
      await Promise.all(stands.filter((_, at) => one.both || at === one.node).map((stand) => stand.deliver()));
      answers = [];
    }
    if (one.do === 'retry-dead') await sql`update outbox set outcome = null, closed_at = null, due_at = ${new Date(clock.now())}, attempts = 0 where outcome = 'dead'`.execute(database.db);
    if (one.do === 'restart') {
      // What a rule wanted while it was there is its own, also once it is gone.
      await collectAll();
      rules = all.filter((_, at) => at !== one.without);
      stands = nodes(rules);
    }
  }

  // Everything works again, somebody retries what was given up, and days pass.
  await collectAll();
  stands = nodes(all);
  for (let minute = 0; minute < 200; minute++) {
    await sql`update outbox set outcome = null, closed_at = null, due_at = ${new Date(clock.now())}, attempts = 0 where outcome = 'dead'`.execute(database.db);
    await collectAll();
    await stands[0]?.deliver();
    const { rows } = await sql<{ waiting: number }>`select (select count(*) from alert_events where batched_at is null) + (select count(*) from alert_groups) + (select count(*) from outbox where closed_at is null) as waiting`.execute(database.db);
    if (rows[0]?.waiting === 0) break;
    clock.advance(10 * MINUTE_MS);
  }

  const rows = await database.db.selectFrom('alert_deliveries').select(['n', 'rule', 'sink', 'lane', 'total']).execute();
  const arrived = new Map<string, number>();
  for (const sink of sinks) {
    const seen = new Map(sink.got.map(({ message }) => [message.deliveryId, message]));
    for (const [id, message] of seen) {
      const row = rows.find(({ n }) => id.startsWith(`al-${n}-`));
      expect(row?.sink).toBe(sink.id);
      const key = `${row?.rule ?? ''} ${sink.id}`;
      arrived.set(key, (arrived.get(key) ?? 0) + message.total);
    }
    // The budget holds for every minute, over all nodes and tries.
    sink.calls.forEach((at, index) => {
      const before = sink.calls[index - PER_MINUTE];
      if (before !== undefined) expect(at - before).toBeGreaterThanOrEqual(MINUTE_MS);
    });
    for (const { message, at } of sink.got) {
      const row = rows.find(({ n }) => message.deliveryId.startsWith(`al-${n}-`));
      const hour = (new Date(at).getUTCHours() + 8) % 24;
      if (row?.rule === 'night' && row.lane === 'usual' && rules.some(({ id }) => id === 'night')) expect([hour, hour >= 8 && hour < 22]).toEqual([hour, true]);
    }
  }
  // Rules about alerts that could not be sent are extra events of their own.
  const extra = await database.db.selectFrom('alert_events').selectAll().where('code', 'like', 'alert-%').execute();
  for (const row of extra) {
    const event = alertOf({ at: row.at, kind: row.kind as AlertEvent['kind'], severity: row.severity as Severity, route: undefined, rule: undefined, code: row.code ?? undefined });
    expect(event.code).toMatch(/^alert-(dead|sink-down|sink-up)\.(one|two)$/);
  }
  const about = (sink: string): number => extra.filter(({ code }) => code !== `alert-dead.${sink}` && code !== `alert-sink-down.${sink}`).length;
  for (const rule of all) {
    for (const sink of rule.to) {
      const key = `${rule.id} ${sink}`;
      const [whole, came] = [wanted.get(key) ?? 0, arrived.get(key) ?? 0];
      // The first rule wants events about sinks too, if it was there when they were collected; the others have no use for what has no route.
      if (rule.id === 'all' && steps.some((one) => one.do === 'restart')) expect([key, came >= whole && came <= whole + about(sink)]).toEqual([key, true]);
      else expect([key, came]).toEqual([key, whole + (rule.id === 'all' ? about(sink) : 0)]);
    }
  }
}

describe('alerts', () => {
  it('arrive in full, within budgets and out of quiet hours, under any interleaving of failures, deaths, restarts and changed rules', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), program), { ...runs(30), endOnFailure: true });
  });
});
