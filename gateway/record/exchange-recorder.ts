/** Tells metrics, the log and the monitor report how each exchange ended: codes and counts, no content. */
import type { Log, LogFields, Outcome, Recorder } from '../ports.js';

export interface ExchangeRecorderOptions {
  readonly metrics: Recorder;
  readonly monitor: Recorder;
  readonly access: Recorder;
  readonly log: Log;
}

/** Nothing found, nothing changed, nothing unread, nothing failed: counted, and logged only when someone debugs. */
function isClean(outcome: Outcome): boolean {
  return (
    outcome.error === undefined &&
    outcome.action === 'pass' &&
    outcome.monitored.length === 0 &&
    (outcome.receipt?.unscanned ?? outcome.bytes) === 0 &&
    Object.keys(outcome.findingCounts).length === 0
  );
}

function fieldsOf(outcome: Outcome): LogFields {
  const would = outcome.monitored[0];
  return {
    exchange: outcome.id,
    channel: outcome.channel,
    route: outcome.route,
    direction: outcome.direction,
    mode: outcome.mode,
    action: outcome.action,
    rule: outcome.rule,
    policy: outcome.policy,
    status: outcome.status,
    error: outcome.error,
    bytes: outcome.bytes,
    scannedBytes: outcome.receipt?.scanned,
    unscannedBytes: outcome.receipt?.unscanned,
    durationMs: Math.round(outcome.durationSeconds * 1_000),
    scanMs: Math.round(outcome.scanSeconds * 1_000),
    monitoredRule: would?.rule,
    monitoredAction: would?.action,
    bypass: outcome.bypass,
    excepted: outcome.excepted?.reduce((sum, { values }) => sum + values, 0),
    ...Object.fromEntries(
      Object.entries(outcome.findingCounts).map(([detector, count]) => [`found.${detector}`, count]),
    ),
  };
}

/** One line an exchange: `debug` when clean, `info` otherwise. What failed has a `warn` of its channel beside it, with the cause. */
export function exchangeRecorder({ metrics, monitor, access, log }: ExchangeRecorderOptions): Recorder {
  return {
    exchange(outcome) {
      metrics.exchange(outcome);
      monitor.exchange(outcome);
      access.exchange(outcome);
      if (isClean(outcome)) log.debug('exchange', fieldsOf(outcome));
      else log.info('exchange', fieldsOf(outcome));
    },
  };
}
