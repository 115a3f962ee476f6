/** Alerts of this process: rules and sinks from the configuration, what collects events for them, and the handler of their jobs. */
import type { Config } from '../../config/schema.js';
import { alertCollect, alertHandler, type AlertWork } from '../../workers/alert.js';
import type { JobHandler } from '../../workers/job.js';
import { alertMessage } from '../alerting/wording.js';
import { backupAlert } from '../ledger/alert-backup.js';
import { alertCollector } from '../ledger/alert-collect.js';
import { alertDeliveries } from '../ledger/alert-deliveries.js';
import { alertReading } from '../ledger/alert-reading.js';
import { alertRelease } from '../ledger/alert-release.js';
import type { Clock, Sink, WrapPort } from '../ports.js';
import { sinkFrom } from '../record/alert-sinks/sink-from.js';
import { measuredSink } from '../record/measured-ports.js';
import type { WorkMetrics } from '../record/work-metrics.js';
import { alertsOperations, type AlertsPorts } from '../review/alerts-operations.js';
import type { Operation } from '../review/operation.js';
import { rulesFrom } from './alert-rules.js';
import type { Pace } from './jobs.js';
import { secretValue } from './secret-value.js';
import type { Storage } from './storage.js';
import { version } from './version.js';

/** Plain webhooks had no budget but their window. */
const WEBHOOK_PER_MINUTE = 1_000;

/** A backup is hours old before anybody is told. */
const BACKUP_LOOK_MS = 10 * 60_000;

type SinkConfig = Config['alerts']['sinks'][number];
const sinkConfigs = ({ alerts }: Config): readonly SinkConfig[] => [
  ...alerts.sinks,
  ...alerts.webhooks.map(({ id, url, secret }): SinkConfig => ({ id, kind: 'webhook', url, secret, perMinute: WEBHOOK_PER_MINUTE })),
];

const languageOf = ({ alerts, language }: Config): 'zh' | 'en' => alerts.language ?? (language === 'en' ? 'en' : 'zh');

export interface AlertingOptions {
  readonly config: Config;
  readonly storage: Pick<Storage, 'database' | 'writer'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly wrap: WrapPort;
  readonly pace?: Pace | undefined;
  /** Counts what each sink answers. */
  readonly work?: WorkMetrics | undefined;
  /** Told for each text that a sink withheld because a number stood in it: a defect to report. */
  readonly onWithheld?: ((sink: string) => void) | undefined;
}

export interface Alerting {
  /** For the workers of this process. */
  readonly jobs: { readonly handlers: { readonly alert: JobHandler }; readonly collectAlerts: () => Promise<void> };
  close(): Promise<void>;
}

/** Rejects when a sink cannot be made: a wrong address is found at the start, not with the first alert. */
export async function alerting(options: AlertingOptions): Promise<Alerting> {
  const { config, storage, env, clock, wrap, work: metrics } = options;
  const parts = { database: storage.database, audit: storage.writer, clock };
  const measured = (sink: Sink): Sink => (metrics === undefined ? sink : measuredSink(sink, metrics));
  const sinks: Sink[] = [];
  for (const one of sinkConfigs(config)) {
    const sink = await sinkFrom(one, (secret) => secretValue(secret, env), { now: clock.now, version: version(), onWithheld: () => options.onWithheld?.(one.id) });
    sinks.push(wrap('alert-sink', measured(sink)));
  }
  const rules = rulesFrom(config, options.pace?.everyMs?.alert);
  const sinkLanguage = new Map(config.alerts.sinks.map(({ id, language }) => [id, language]));
  const work: AlertWork = {
    collector: wrap('alert-collector', alertCollector(parts)),
    releases: wrap('alert-release', alertRelease(parts)),
    deliveries: wrap('alert-deliveries', alertDeliveries(parts)),
    rules,
    sinks,
    compose: (delivery) =>
      alertMessage(delivery, {
        language: rules.find(({ id }) => id === delivery.rule)?.language ?? sinkLanguage.get(delivery.sink) ?? languageOf(config),
        zone: config.alerts.zone,
        console: config.people.url,
      }),
  };
  const { backupWithin } = config.alerts;
  const lookAtBackup = backupWithin === undefined ? undefined : backupAlert({ ...parts, withinMs: backupWithin });
  let lookedAt = -Infinity;
  return {
    jobs: {
      handlers: { alert: alertHandler(work) },
      async collectAlerts() {
        if (lookAtBackup !== undefined && clock.now() - lookedAt >= BACKUP_LOOK_MS) {
          lookedAt = clock.now();
          await lookAtBackup();
        }
        await alertCollect(work);
      },
    },
    async close() {
      await Promise.all(sinks.map((sink) => sink.close()));
    },
  };
}

/** What the API shows and does of alerts; it needs neither sinks nor their secrets. */
export function alertsApi({ config, storage, clock, onJob }: Pick<AlertingOptions, 'config' | 'storage' | 'clock'> & { readonly onJob: () => void }): readonly Operation[] {
  const parts = { database: storage.database, audit: storage.writer, clock };
  const reading = alertReading(parts);
  const deliveries = alertDeliveries(parts);
  const alerts: AlertsPorts['alerts'] = {
    config: config.alerts,
    language: languageOf(config),
    hasLinks: config.people.url !== undefined,
    sinks: sinkConfigs(config).map(({ id, kind, language, perMinute }) => ({ id, kind, language, perMinute })),
    rules: rulesFrom(config),
    clock,
    states: () => reading.sinks(),
    deliveries: (asked) => reading.deliveries(asked),
    delivery: (n) => reading.delivery(n),
    test: (sink, actor) => deliveries.test(sink, actor),
    onJob,
  };
  return alertsOperations({ alerts });
}
