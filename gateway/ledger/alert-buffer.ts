/** The Alerts port: events wait in bounded memory until they are rows; while the database is away the overflow is counted, never dropped. */
import { randomUUID } from 'node:crypto';
import { LedgerFailure } from '../errors.js';
import type { AlertEvent, Alerts, Clock } from '../ports.js';
import { insertAlertsOnce } from './alert-rows.js';
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
  /** Writes what there is, once. Answers how many events the database did not take: they end with the process. */
  stop(): Promise<number>;
}

interface Named {
  readonly id: string;
  readonly event: AlertEvent;
}

/** `wanted`: what no rule asks for and nothing else reads need not be written. */
export function alertBuffer(options: { readonly database: LedgerDatabase; readonly clock: Clock; readonly wanted?: ((event: AlertEvent) => boolean) | undefined }): BufferedAlerts {
  const { database, clock, wanted = () => true } = options;
  let events: Named[] = [];
  /** Counts whose insert is in doubt: they are written again as they were. */
  let doubted: Named[] = [];
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
    if (taken.length + folded.length + doubted.length === 0) return true;
    events = [];
    overflow.clear();
    const sums = folded.map(({ event, count: times }): Named => ({ id: randomUUID(), event: { ...event, at: new Date(clock.now()), incident: undefined, counts: { folded: times } } }));
    try {
      await database.transact((trx) => insertAlertsOnce(trx, [...taken, ...doubted, ...sums]));
      doubted = [];
      return true;
    } catch (error) {
      // Back to where they were; what came meanwhile queues behind them.
      const newer = events;
      events = taken;
      // Written or not, under these ids they are counted once.
      if (doubted.length < OVERFLOW_KEYS && error instanceof LedgerFailure && error.kind === 'in-doubt') doubted = [...doubted, ...sums];
      else for (const { event, count: times } of folded) count(event, times);
      newer.forEach(keep);
      return false;
    }
  };

  const keep = (named: Named): void => {
    if (events.length < BUFFER) events.push(named);
    else count(named.event, named.event.counts['folded'] ?? 1);
  };
  const flush = async (): Promise<boolean> => {
    flushing ??= write().finally(() => (flushing = undefined));
    return await flushing;
  };
  const waiting = (): number => events.length + [...overflow.values()].reduce((sum, entry) => sum + entry.count, 0) + doubted.reduce((sum, { event }) => sum + (event.counts['folded'] ?? 1), 0);
  const timer = setInterval(() => void flush(), FLUSH_MS);
  timer.unref();

  return {
    raise: (event) => {
      if (wanted(event)) keep({ id: randomUUID(), event });
    },
    flush,
    waiting,
    async stop() {
      clearInterval(timer);
      // What came while others were being written is not among them.
      if (await flush()) await flush();
      return waiting();
    },
  };
}
