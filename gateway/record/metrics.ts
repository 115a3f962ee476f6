/** Every metric Weir has, on one registry: the fixed names, bounded labels, and the text that /metrics serves. */
import { unscannedBytes } from '../coverage.js';
import { UNSCANNABLE_REASONS, type ChannelName, type Outcome, type Recorder } from '../ports.js';
import { ERRORS } from '../errors.js';
import { exposed, type Exposition, type MetricFamily } from './exposition.js';
import { instruments } from './instruments.js';
import { mailMetrics, type MailMetrics } from './mail-metrics.js';
import { pulledGauges, type GaugeSources } from './pulled-gauges.js';
import { workMetrics, type WorkMetrics } from './work-metrics.js';

export interface MetricsOptions {
  readonly version: string;
  /** Ids of the routes in force; asked each time, since a reload may change them. Others are counted as `none`. */
  readonly routes: () => readonly string[];
  /** Ids of the detectors in force; others are counted as `other`. */
  readonly detectors: () => readonly string[];
  /** Ids of the sinks that alerts go to; others are counted as `other`. */
  readonly sinks?: () => readonly string[];
  readonly sources?: GaugeSources;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly sourceTimeoutMs?: number;
}

export interface Metrics {
  readonly recorder: Recorder;
  /** What stands behind an exchange. */
  readonly work: WorkMetrics;
  readonly mail: MailMetrics;
  /** Channels call it for every error that a client was told of, or should have been: they see failures before, in and after the pipeline. */
  countError(channel: ChannelName, route: string | undefined, reason: string): void;
  /** Bytes that a route let through unscanned by configuration (`scan: false`). */
  countUnscanned(bytes: number): void;
  /** With `revision` when one is in force that was not. */
  policyReloaded(ok: boolean, revision?: string): void;
  logWithheld(): void;
  logLost(): void;
  /** What /metrics answers, in the form that the reader's Accept asks for, with pulled gauges asked anew; never throws for a source that fails. */
  expose(accept?: string): Promise<Exposition>;
  /** The same as plain data, for a primary that adds up its children (`mergedFamilies`, then `exposed`). */
  json(): Promise<readonly MetricFamily[]>;
  /** The plain text form. */
  text(): Promise<string>;
  /** Names of all registered metrics. */
  names(): readonly string[];
}

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
  const make = instruments();
  const { counter } = make;

  const exchanges = make.tally('weir_exchanges_total', 'Exchanges that ended with a verdict.', [
    'channel',
    'route',
    'action',
  ]);
  const findings = counter('weir_findings_total', 'Findings, by detector and by what became of their exchange.', [
    'detector',
    'action',
  ]);
  const scanned = make.tally('weir_scanned_bytes_total', 'Bytes of bodies, and of parts inside their wrappings, that were scanned.', ['channel']);
  const unscanned = counter('weir_unscanned_bytes_total', 'Bytes of bodies, and of parts inside their wrappings, that were not scanned, and why.', [
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
  const duration = make.spread('weir_exchange_duration_seconds', 'From the first byte of the head to the end of the exchange.', EXCHANGE_BUCKETS, ['channel', 'mode']);
  const scan = make.spread('weir_scan_duration_seconds', 'Time spent scanning one exchange.', SCAN_BUCKETS);
  const withheld = counter(
    'weir_log_withheld_total',
    'Log fields that looked like a number of a person or an account and were not written: a defect to report.',
  );
  const lost = counter('weir_log_lost_total', 'Log lines that the output did not take.');
  const scrapeErrors = counter('weir_scrape_errors_total', 'Gauges that could not be read at scrape time.', ['source']);
  const reloadOk = make.gauge('weir_policy_last_reload_success', '1 when the newest configuration is in force, 0 when it was refused.', 'min');
  const reloadAt = make.gauge('weir_policy_last_reload_success_timestamp_seconds', 'When the configuration in force was loaded.', 'min');
  const build = make.gauge('weir_build_info', 'Always 1; the labels say what runs.', 'first', ['version', 'node']);
  build.set({ version: options.version, node: process.version }, 1);
  const policy = make.gauge('weir_policy_info', 'Always 1; the label is the revision of the configuration in force.', 'max', ['revision']);
  reloadAt.remove();
  reloadOk.remove();

  // Reasons are a closed list: starting each at 0 lets a first increase be seen.
  for (const reason of [...UNSCANNABLE_REASONS, NOT_ASKED]) unscanned.inc({ reason }, 0);

  const routeLabel = (route: string | undefined): string =>
    route !== undefined && options.routes().includes(route) ? route : 'none';
  const work = workMetrics(make, { route: routeLabel, sinks: options.sinks ?? (() => []) });
  const mail = mailMetrics(make, { route: routeLabel });
  const refresh = pulledGauges({
    reviewed: (times) => work.reviewed(times),
    make,
    sources: options.sources ?? {},
    errors: scrapeErrors,
    now,
    ...(options.sourceTimeoutMs === undefined ? {} : { timeoutMs: options.sourceTimeoutMs }),
  });

  const countError = (channel: ChannelName, route: string | undefined, reason: string): void =>
    errors.inc({ channel, route: routeLabel(route), reason: Object.hasOwn(ERRORS, reason) ? reason : 'internal' });

  const countBytes = (outcome: Outcome): void => {
    const { receipt } = outcome;
    if (receipt === undefined) {
      if (outcome.bytes > 0) unscanned.inc({ reason: 'failed' }, outcome.bytes);
      return;
    }
    // Both counts go into the insides of wrappings, so that their share is true.
    scanned.cell(outcome.channel).add(receipt.scanned + (receipt.inside?.scanned ?? 0));
    let explained = 0;
    for (const part of receipt.parts) {
      if (part.reason === undefined || part.unscanned <= 0) continue;
      unscanned.inc({ reason: part.reason }, part.unscanned);
      explained += part.unscanned;
    }
    const unread = unscannedBytes(receipt);
    if (unread > explained) unscanned.inc({ reason: FOLDED }, unread - explained);
  };

  const recorder: Recorder = {
    exchange(outcome) {
      const route = routeLabel(outcome.route);
      // A failed one is counted by its channel, which also knows those that the pipeline never saw.
      if (outcome.error === undefined) exchanges.cell(outcome.channel, route, outcome.action).add(1, outcome.id);
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
      duration.cell(outcome.channel, outcome.mode).observe(outcome.durationSeconds, outcome.id);
      scan.cell().observe(outcome.scanSeconds, outcome.id);
    },
  };

  let scraping: Promise<void> | undefined;
  const collected = async (): Promise<readonly MetricFamily[]> => {
    scraping ??= refresh().finally(() => (scraping = undefined));
    await scraping;
    return make.families();
  };
  return {
    recorder,
    work,
    mail,
    countError,
    countUnscanned: (bytes) => unscanned.inc({ reason: NOT_ASKED }, bytes),
    policyReloaded(ok, revision) {
      reloadOk.set(ok ? 1 : 0);
      if (ok && revision !== undefined) {
        policy.reset();
        policy.set({ revision }, 1);
      }
      if (ok) reloadAt.set(now() / 1000);
    },
    logWithheld: () => withheld.inc(),
    logLost: () => lost.inc(),
    expose: async (accept) => exposed(await collected(), accept),
    json: collected,
    text: async () => exposed(await collected(), undefined).text,
    names: () => make.names(),
  };
}
