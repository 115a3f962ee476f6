/** Every metric Weir has, on one registry: the fixed names, bounded labels, and the text that /metrics serves. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { UNSCANNABLE_REASONS, type ChannelName, type Outcome, type Recorder } from '../ports.js';
import { ERRORS } from '../errors.js';
import { pulledGauges, type GaugeSources } from './pulled-gauges.js';

export interface MetricsOptions {
  readonly version: string;
  /** Ids of the routes in force; asked each time, since a reload may change them. Others are counted as `none`. */
  readonly routes: () => readonly string[];
  /** Ids of the detectors in force; others are counted as `other`. */
  readonly detectors: () => readonly string[];
  readonly sources?: GaugeSources;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly sourceTimeoutMs?: number;
}

export interface Metrics {
  readonly recorder: Recorder;
  /** Channels call it for every error that a client was told of, or should have been: they see failures before, in and after the pipeline. */
  countError(channel: ChannelName, route: string | undefined, reason: string): void;
  /** Bytes that a route let through unscanned by configuration (`scan: false`). */
  countUnscanned(bytes: number): void;
  policyReloaded(ok: boolean): void;
  logWithheld(): void;
  logLost(): void;
  /** What /metrics answers, with pulled gauges asked anew; never throws for a source that fails. */
  text(): Promise<string>;
  /** Names of all registered metrics. */
  names(): readonly string[];
}

/** prom-client's defaults that end in `_total` but are gauges: promtool refuses them. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];
/** From a small API call on a local network to a 16 GiB upload. */
const EXCHANGE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** CPU time of scanning alone: 100 µs for a form, seconds for gigabytes. */
const SCAN_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];
/** `unscanned` bytes for which no reason was listed (folded parts of a long receipt). */
const FOLDED = 'other';
/** `unscanned` bytes of routes with `scan: false`. */
const NOT_ASKED = 'route-unscanned';

/** Counts exchanges, and answers scrapes with `sources` asked anew. */
export function metrics(options: MetricsOptions): Metrics {
  const now = options.now ?? Date.now;
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name, help, labelNames: [...labelNames], registers });

  const exchanges = counter('weir_exchanges_total', 'Exchanges that ended with a verdict.', [
    'channel',
    'route',
    'action',
  ]);
  const findings = counter('weir_findings_total', 'Findings, by detector and by what became of their exchange.', [
    'detector',
    'action',
  ]);
  const scanned = counter('weir_scanned_bytes_total', 'Bytes of bodies that were scanned.', ['channel']);
  const unscanned = counter('weir_unscanned_bytes_total', 'Bytes of bodies that were not scanned, and why.', [
    'reason',
  ]);
  const errors = counter('weir_exchange_errors_total', 'Exchanges that failed, by stable error code.', [
    'channel',
    'route',
    'reason',
  ]);
  const monitored = counter(
    'weir_monitored_total',
    'Exchanges that rules in monitor mode would have ended otherwise.',
    ['route', 'action'],
  );
  const excepted = counter('weir_exceptions_total', 'Distinct values of an exchange that an approved exception let through.', ['route', 'detector']);
  const bypassed = counter('weir_bypassed_total', 'Exchanges that break-glass let through, by what would have become of them.', ['route', 'action']);
  const duration = new Histogram({
    name: 'weir_exchange_duration_seconds',
    help: 'From the first byte of the head to the end of the exchange.',
    labelNames: ['channel', 'mode'],
    buckets: EXCHANGE_BUCKETS,
    registers,
  });
  const scan = new Histogram({
    name: 'weir_scan_duration_seconds',
    help: 'Time spent scanning one exchange.',
    buckets: SCAN_BUCKETS,
    registers,
  });
  const withheld = counter(
    'weir_log_withheld_total',
    'Log fields that looked like a number of a person or an account and were not written: a defect to report.',
  );
  const lost = counter('weir_log_lost_total', 'Log lines that the output did not take.');
  const scrapeErrors = counter('weir_scrape_errors_total', 'Gauges that could not be read at scrape time.', ['source']);
  const reloadOk = new Gauge({
    name: 'weir_policy_last_reload_success',
    help: '1 when the newest configuration is in force, 0 when it was refused.',
    registers,
  });
  const reloadAt = new Gauge({
    name: 'weir_policy_last_reload_success_timestamp_seconds',
    help: 'When the configuration in force was loaded.',
    registers,
  });
  const build = new Gauge({
    name: 'weir_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node'],
    registers,
  });
  build.set({ version: options.version, node: process.version }, 1);
  reloadAt.remove();
  reloadOk.remove();

  // Reasons are a closed list: starting each at 0 lets a first increase be seen.
  for (const reason of [...UNSCANNABLE_REASONS, NOT_ASKED]) unscanned.inc({ reason }, 0);

  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const refresh = pulledGauges({
    registry,
    sources: options.sources ?? {},
    errors: scrapeErrors,
    now,
    ...(options.sourceTimeoutMs === undefined ? {} : { timeoutMs: options.sourceTimeoutMs }),
  });

  const routeLabel = (route: string | undefined): string =>
    route !== undefined && options.routes().includes(route) ? route : 'none';
  const countError = (channel: ChannelName, route: string | undefined, reason: string): void =>
    errors.inc({ channel, route: routeLabel(route), reason: Object.hasOwn(ERRORS, reason) ? reason : 'internal' });

  const countBytes = (outcome: Outcome): void => {
    const { receipt } = outcome;
    if (receipt === undefined) {
      if (outcome.bytes > 0) unscanned.inc({ reason: 'failed' }, outcome.bytes);
      return;
    }
    scanned.inc({ channel: outcome.channel }, receipt.scanned);
    let explained = 0;
    for (const part of receipt.parts) {
      if (part.reason === undefined || part.unscanned <= 0) continue;
      unscanned.inc({ reason: part.reason }, part.unscanned);
      explained += part.unscanned;
    }
    if (receipt.unscanned > explained) unscanned.inc({ reason: FOLDED }, receipt.unscanned - explained);
  };

  const recorder: Recorder = {
    exchange(outcome) {
      const route = routeLabel(outcome.route);
      // A failed one is counted by its channel, which also knows those that the pipeline never saw.
      if (outcome.error === undefined) exchanges.inc({ channel: outcome.channel, route, action: outcome.action });
      for (const [detector, count] of Object.entries(outcome.findingCounts)) {
        findings.inc(
          { detector: options.detectors().includes(detector) ? detector : 'other', action: outcome.action },
          count,
        );
      }
      countBytes(outcome);
      // Strictest first: an exchange counts once, as what would have happened to it.
      const would = outcome.monitored[0];
      if (would !== undefined) monitored.inc({ route, action: would.action });
      if (would !== undefined && outcome.bypass !== undefined) bypassed.inc({ route, action: would.action });
      for (const { detector, values } of outcome.excepted ?? []) excepted.inc({ route, detector: options.detectors().includes(detector) ? detector : 'other' }, values);
      duration.observe({ channel: outcome.channel, mode: outcome.mode }, outcome.durationSeconds);
      scan.observe(outcome.scanSeconds);
    },
  };

  let scraping: Promise<void> | undefined;
  return {
    recorder,
    countError,
    countUnscanned: (bytes) => unscanned.inc({ reason: NOT_ASKED }, bytes),
    policyReloaded(ok) {
      reloadOk.set(ok ? 1 : 0);
      if (ok) reloadAt.set(now() / 1000);
    },
    logWithheld: () => withheld.inc(),
    logLost: () => lost.inc(),
    async text() {
      scraping ??= refresh().finally(() => (scraping = undefined));
      await scraping;
      return registry.metrics();
    },
    names: () => registry.getMetricsAsArray().map((metric) => metric.name),
  };
}
