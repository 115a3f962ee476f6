/** Alerts in the API: how each sink is doing, a test message, and what was delivered. */
import type { AlertRuleConfig, AlertsConfig } from '../../config/alerts-schema.js';
import type { AlertRule, Clock, DeliveryState, DeliveryView, SinkKind, SinkState } from '../ports.js';
import { deliveriesAnswer, deliveriesQuery, deliveryAnswer, deliveryParams, sinkParams, sinksAnswer, testAnswer, testBody, type DeliveryAnswer, type SinksAnswer } from './alerts-schemas.js';
import { away } from './away.js';
import { operation, type Operation } from './operation.js';
import { ApiProblem } from './problem.js';
import { noBody, noParams, noQuery } from './schemas.js';

export interface AlertsPorts {
  readonly alerts: {
    readonly config: AlertsConfig;
    readonly language: 'zh' | 'en';
    readonly hasLinks: boolean;
    /** As configured, plain webhooks among them. */
    readonly sinks: readonly { readonly id: string; readonly kind: SinkKind; readonly language?: 'zh' | 'en' | undefined; readonly perMinute: number }[];
    readonly rules: readonly AlertRule[];
    readonly clock: Clock;
    states(): Promise<readonly SinkState[]>;
    deliveries(asked: { readonly sink?: string | undefined; readonly state?: DeliveryState | undefined; readonly limit: number; readonly after?: number | undefined }): Promise<{ readonly deliveries: readonly DeliveryView[]; readonly next: number | undefined }>;
    delivery(n: number): Promise<DeliveryView | undefined>;
    /** Undefined: there were too many lately. */
    test(sink: string, actor: string): Promise<number | undefined>;
    /** A job was just made. */
    onJob(): void;
  };
}

export function alertsOperations({ alerts }: AlertsPorts): readonly Operation[] {
  return [
    operation({
      id: 'listAlertSinks', method: 'get', right: 'settings.read', path: '/alerts/sinks',
      summary: 'Where alerts go, by which rules, and how each sink is doing. No secret and no address.',
      params: noParams, query: noQuery, body: noBody, status: 200, answer: sinksAnswer, problems: ['ledger-unavailable'],
      run: () => away(() => sinksView(alerts)),
    }),
    operation({
      id: 'testAlertSink', method: 'post', right: 'alerts.test', path: '/alerts/sinks/{id}/test',
      summary: 'Send a test message to a sink, as a job like every other message.',
      params: sinkParams, query: noQuery, body: testBody, status: 202, answer: testAnswer, problems: ['not-found', 'too-many-tests', 'ledger-unavailable'],
      async run({ params, caller }) {
        if (!alerts.sinks.some(({ id }) => id === params.id)) throw new ApiProblem('not-found');
        const delivery = await away(() => alerts.test(params.id, caller.actor));
        if (delivery === undefined) throw new ApiProblem('too-many-tests');
        alerts.onJob();
        return { delivery };
      },
    }),
    operation({
      id: 'listAlertDeliveries', method: 'get', right: 'settings.read', path: '/alerts/deliveries',
      summary: 'Messages to sinks, newest first: sent, on their way, given up.',
      params: noParams, query: deliveriesQuery, body: noBody, status: 200, answer: deliveriesAnswer, problems: ['ledger-unavailable'],
      async run({ query }) {
        const page = await away(() => alerts.deliveries(query));
        return { deliveries: page.deliveries.map(deliveryView), next: page.next };
      },
    }),
    operation({
      id: 'getAlertDelivery', method: 'get', right: 'settings.read', path: '/alerts/deliveries/{n}',
      summary: 'One message to a sink.',
      params: deliveryParams, query: noQuery, body: noBody, status: 200, answer: deliveryAnswer, problems: ['not-found', 'ledger-unavailable'],
      async run({ params }) {
        const delivery = await away(() => alerts.delivery(params.n));
        if (delivery === undefined) throw new ApiProblem('not-found');
        return deliveryView(delivery);
      },
    }),
  ];
}

function deliveryView({ from, to, createdAt, dueAt, sentAt, ...rest }: DeliveryView): DeliveryAnswer {
  return { ...rest, from: from.toISOString(), to: to.toISOString(), createdAt: createdAt.toISOString(), dueAt: dueAt?.toISOString(), sentAt: sentAt?.toISOString() };
}

async function sinksView(alerts: AlertsPorts['alerts']): Promise<SinksAnswer> {
  const states = await alerts.states();
  const now = alerts.clock.now();
  const of = (id: string): Omit<SinksAnswer['sinks'][number], 'id' | 'rules'> => {
    const state = states.find(({ sink }) => sink === id);
    const isPaused = (state?.pausedUntil?.getTime() ?? 0) > now;
    return {
      state: isPaused ? 'paused' : state?.failingSince === undefined ? 'ok' : 'failing',
      failingSince: state?.failingSince?.toISOString(),
      pausedUntil: isPaused ? state?.pausedUntil?.toISOString() : undefined,
      lastSentAt: state?.lastSentAt?.toISOString(),
      lastError: state?.lastError,
      waiting: state?.waiting ?? 0,
      oldest: state?.oldest?.toISOString(),
      dead: state?.dead ?? 0,
    };
  };
  const known = new Set(alerts.sinks.map(({ id }) => id));
  const gone = states.filter(({ sink, waiting, dead }) => !known.has(sink) && waiting + dead > 0);
  return {
    sinks: [
      ...alerts.sinks.map((sink) => ({ ...sink, rules: alerts.rules.filter(({ to }) => to.includes(sink.id)).map(({ id }) => id), ...of(sink.id) })),
      ...gone.map(({ sink }) => ({ id: sink, rules: [], ...of(sink), state: 'gone' as const })),
    ],
    rules: alerts.config.rules.map((rule) => ruleView(rule, alerts)),
    zone: alerts.config.zone,
    language: alerts.language,
    links: alerts.hasLinks,
  };
}

function ruleView(rule: AlertRuleConfig, { config, rules, clock }: AlertsPorts['alerts']): SinksAnswer['rules'][number] {
  const { countOver, ...when } = rule.when;
  const { quiet } = rule;
  const isQuiet = rules.find(({ id }) => id === rule.id)?.quietUntil(new Date(clock.now())) !== undefined;
  return {
    id: rule.id, to: rule.to, ...when, windowSeconds: rule.window / 1_000, language: rule.language,
    ...(countOver === undefined ? {} : { countOver: { count: countOver.count, withinSeconds: countOver.within / 1_000 } }),
    ...(quiet === undefined ? {} : { quiet: { ...quiet, zone: quiet.zone ?? config.zone, now: isQuiet } }),
  };
}
