/** Alert rules, a sink that does as it is told, and the parts that carry alerts, for tests. */
import { alertMessage } from '../../gateway/alerting/wording.js';
import { alertRules } from '../../gateway/alerting/rules.js';
import type { AlertsConfig } from '../../config/alerts-schema.js';
import { alertCollector, ruleOfWebhook } from '../../gateway/ledger/alert-collect.js';
import { alertDeliveries } from '../../gateway/ledger/alert-deliveries.js';
import { alertRelease } from '../../gateway/ledger/alert-release.js';
import type { AuditWriter } from '../../gateway/ledger/audit-writer.js';
import type { LedgerDatabase } from '../../gateway/ledger/database.js';
import { glob } from '../../gateway/policy/glob.js';
import type { AlertEvent, AlertMessage, AlertRule, Clock, Sink } from '../../gateway/ports.js';
import { alertCollect, alertHandler, type AlertWork } from '../../workers/alert.js';

const MINUTE_MS = 60_000;
export type RuleSpec = Omit<AlertsConfig['rules'][number], 'when' | 'window'> & { readonly when?: AlertsConfig['rules'][number]['when']; readonly window?: number };

export const ruleOf = (...rules: readonly RuleSpec[]): readonly AlertRule[] =>
  alertRules({ alerts: { zone: 'Asia/Shanghai', webhooks: [], rules: rules.map((rule) => ({ when: {}, window: MINUTE_MS, ...rule })) }, grades: { C2: ['cn.phone'], C3: ['bank-card'] }, glob, webhookWindowMs: MINUTE_MS, ruleOfWebhook });

export const alertOf = (change: Partial<AlertEvent> & { readonly at: Date }): AlertEvent => ({ kind: 'hold', severity: 'medium', route: 'mail', incident: undefined, rule: 'r', code: undefined, counts: {}, ...change });

export interface ToldSink extends Sink {
  /** What arrived, each with its time; a retry of what had arrived comes again. */
  readonly got: { readonly message: AlertMessage; readonly at: number }[];
  /** Tries of any outcome. */
  readonly calls: number[];
}

/** `answer` is asked before each message is taken; what it throws is the sink's answer. */
export function toldSink(id: string, perMinute: number, clock: Clock, answer: (message: AlertMessage) => void = () => undefined): ToldSink {
  const got: ToldSink['got'] = [];
  const calls: number[] = [];
  return {
    id, kind: 'webhook', limits: { perMinute, maxBytes: 20_000 }, got, calls,
    async send(message) {
      calls.push(clock.now());
      answer(message);
      got.push({ message, at: clock.now() });
    },
    close: () => Promise.resolve(),
  };
}

export interface AlertStand {
  readonly work: AlertWork;
  collect(): Promise<void>;
  /** Runs every job that is due, once. Answers how many there were. */
  deliver(): Promise<number>;
}

export function alertStand(options: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock; readonly rules: readonly AlertRule[]; readonly sinks: readonly Sink[]; readonly change?: (work: AlertWork) => AlertWork }): AlertStand {
  const { database, clock, rules, sinks } = options;
  const whole: AlertWork = {
    collector: alertCollector(options), releases: alertRelease(options), deliveries: alertDeliveries(options), rules, sinks, random: () => 1,
    compose: (delivery) => alertMessage(delivery, { language: 'en', zone: 'Asia/Shanghai', console: 'https://weir.example' }),
  };
  const work = options.change?.(whole) ?? whole;
  const handler = alertHandler(work);
  return {
    work,
    collect: () => alertCollect(work),
    async deliver() {
      const due = await database.db.selectFrom('outbox').select(['n', 'kind', 'message_id', 'ref', 'attempts']).where('kind', '=', 'alert').where('closed_at', 'is', null).where('due_at', '<=', new Date(clock.now())).orderBy('n').execute();
      // A handler that throws is called again, as the workers do.
      for (const { n, kind, ref, attempts } of due) await handler({ n, kind, messageId: undefined, ref: ref ?? undefined, attempts }).catch(() => undefined);
      return due.length;
    },
  };
}
