/** Tells metrics, the log and the monitor report how each exchange ended: codes and counts, no content. */
import { unscannedBytes } from '../coverage.js';
import type { Log, LogFields, Outcome, Recorder } from '../ports.js';
import type { AccessRecorder } from './access-log.js';

export type CleanExchanges = 'all' | 'none' | { readonly oneOf: number };

export interface ExchangeRecorderOptions {
  readonly metrics: Recorder;
  readonly monitor: Recorder;
  readonly access: AccessRecorder;
  readonly log: Log;
  /** Which clean exchanges have a line in the access log; left out: all. */
  readonly cleanExchanges?: CleanExchanges | undefined;
}

/** Nothing found, nothing changed, nothing unread, nothing failed: counted, and logged only when someone debugs. */
function isClean(outcome: Outcome): boolean {
  return (
    outcome.error === undefined &&
    outcome.action === 'pass' &&
    outcome.monitored.length === 0 &&
    (outcome.receipt === undefined ? outcome.bytes : unscannedBytes(outcome.receipt)) === 0 &&
    isEmpty(outcome.findingCounts)
  );
}

function isEmpty(counts: Outcome['findingCounts']): boolean {
  for (const _ in counts) return false;
  return true;
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
    unscannedInside: outcome.receipt?.inside?.unscanned,
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
export function exchangeRecorder({ metrics, monitor, access, log, cleanExchanges = 'all' }: ExchangeRecorderOptions): Recorder {
  const counting = cleanExchanges !== 'all';
  const every = cleanExchanges === 'all' ? 1 : cleanExchanges === 'none' ? 0 : cleanExchanges.oneOf;
  let passed = 0;
  /** For how many of them a line stands; 0 without one. The first of each so many has it, so that a quiet route is seen as well. */
  const sampled = (): number => (every > 0 && passed++ % every === 0 ? every : 0);
  return {
    exchange(outcome) {
      metrics.exchange(outcome);
      monitor.exchange(outcome);
      const clean = isClean(outcome);
      const every = clean && counting ? sampled() : 1;
      if (every > 0) access.exchange(outcome, every);
      if (clean && log.silent?.('debug') === true) return;
      if (clean) log.debug('exchange', fieldsOf(outcome));
      else log.info('exchange', fieldsOf(outcome));
    },
  };
}
