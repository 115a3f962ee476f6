/** The Alerts port: events wait in bounded memory until they are rows; while the database is away the overflow is counted, never dropped. */
import type { AlertEvent, Alerts, Clock } from '../ports.js';
import { insertAlerts } from './alert-rows.js';
import type { LedgerDatabase } from './database.js';

/** Whole events kept while the database is away: about a minute of a bad day. Beyond it only counts are kept. */
const BUFFER = 1_000;
/** Kinds × severities × routes × rules that overflow may be told apart by; beyond it by kind and severity only. */
const OVERFLOW_KEYS = 1_000;
/** How long an event may wait for company before it is written. */
const FLUSH_MS = 1_000;

export interface BufferedAlerts extends Alerts {
  /** Writes what waits; answers false when the database did not take it. */
  flush(): Promise<boolean>;
  waiting(): number;
  stop(): Promise<void>;
}

export function alertBuffer(options: { readonly database: LedgerDatabase; readonly clock: Clock }): BufferedAlerts {
  const { database, clock } = options;
  let events: AlertEvent[] = [];
  const overflow = new Map<string, { readonly event: AlertEvent; count: number }>();
  let flushing: Promise<boolean> | undefined;

  const count = (event: AlertEvent, times = 1): void => {
    const fine = JSON.stringify([event.kind, event.severity, event.route, event.rule, event.code]);
    const key = overflow.has(fine) || overflow.size < OVERFLOW_KEYS ? fine : JSON.stringify([event.kind, event.severity]);
    const known = overflow.get(key);
    if (known !== undefined) known.count += times;
    else overflow.set(key, { event: key === fine ? event : { ...event, route: undefined, rule: undefined, code: undefined }, count: times });
  };

  const write = async (): Promise<boolean> => {
    const taken = events;
    const folded = [...overflow.values()];
    if (taken.length + folded.length === 0) return true;
    events = [];
    overflow.clear();
    const sums = folded.map(({ event, count: times }): AlertEvent => ({ ...event, at: new Date(clock.now()), incident: undefined, counts: { folded: times } }));
    try {
      await database.transact((trx) => insertAlerts(trx, [...taken, ...sums]));
      return true;
    } catch {
      // Back to where they were; what came meanwhile queues behind them. An insert in doubt may alert twice, never not at all.
      const newer = events;
      events = taken;
      for (const { event, count: times } of folded) count(event, times);
      newer.forEach(raise);
      return false;
    }
  };

  const raise = (event: AlertEvent): void => {
    if (events.length < BUFFER) events.push(event);
    else count(event);
  };
  const flush = async (): Promise<boolean> => {
    flushing ??= write().finally(() => (flushing = undefined));
    return await flushing;
  };
  const timer = setInterval(() => void flush(), FLUSH_MS);
  timer.unref();

  return {
    raise,
    flush,
    waiting: () => events.length + [...overflow.values()].reduce((sum, entry) => sum + entry.count, 0),
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}
