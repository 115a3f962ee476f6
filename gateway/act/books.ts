/** What one exchange's end will be told of: filled on its way, given to the recorder once, and to alerts where it matters. */
import type { WeirError } from '../errors.js';
import type { Alerts, Clock, Evidence, Exchange, Inspector, Mode, Progress, Receipt, Recorder, Verdict } from '../ports.js';
import { closingEvents, type Canaries } from './events.js';
import { countsOf, isEmpty } from './evidence.js';

export interface BookPorts {
  readonly alerts: Alerts;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Seconds spent scanning are measured with this; milliseconds. */
  readonly stopwatch: () => number;
  /** Planted numbers, by fingerprint. */
  readonly canaries?: Canaries | undefined;
}

/** What the recorder will be told; filled on the way. */
export interface Books {
  mode: Mode;
  verdict: Verdict | undefined;
  receipt: Receipt | undefined;
  evidence: Evidence | undefined;
  error: WeirError | undefined;
  bytes: number;
  scanMs: number;
  /** A watched body's parts are still being opened: the end is told when that is over. */
  after: Promise<void> | undefined;
}

export function newBooks(): Books {
  return { mode: 'hold', verdict: undefined, receipt: undefined, evidence: undefined, error: undefined, bytes: 0, scanMs: 0, after: undefined };
}

const NONE_FOUND: Readonly<Record<string, number>> = Object.freeze({});

/** While nothing has been judged. */
export const PASSED_SO_FAR: Verdict = { action: 'pass', rule: 'default', policy: '', severity: 'info', notify: false, fourEyes: false, monitored: [] };

export function timed<R>(ports: Pick<BookPorts, 'stopwatch'>, books: Books, work: () => R): R {
  const start = ports.stopwatch();
  try {
    return work();
  } finally {
    books.scanMs += ports.stopwatch() - start;
  }
}

/** One piece of a body looked at, with the time it took. */
export function scanned(ports: Pick<BookPorts, 'stopwatch'>, books: Books, inspector: Pick<Inspector, 'write'>, piece: Uint8Array, last: boolean): Progress {
  const start = ports.stopwatch();
  try {
    return inspector.write(piece, last);
  } finally {
    books.scanMs += ports.stopwatch() - start;
  }
}

export function raise(ports: BookPorts, exchange: Exchange, books: Books, kind: 'block' | 'failure'): void {
  ports.alerts.raise({
    kind,
    at: new Date(ports.clock.now()),
    severity: kind === 'failure' ? 'high' : (books.verdict?.severity ?? 'medium'),
    route: exchange.route.id,
    incident: exchange.id,
    rule: books.verdict?.rule,
    code: books.error?.code,
    counts: books.evidence === undefined ? {} : countsOf(books.evidence),
  });
}

/** Tells the recorder once, whatever happens. */
export function closer(ports: BookPorts, exchange: Exchange, books: Books): (status: number | undefined) => void {
  let closed = false;
  return (status) => {
    if (closed) return;
    closed = true;
    if (books.after === undefined) tell(status);
    else void books.after.then(() => tell(status));
  };

  function tell(status: number | undefined): void {
    const verdict = books.verdict ?? PASSED_SO_FAR;
    const now = ports.clock.now();
    if (books.evidence !== undefined && !isEmpty(books.evidence)) for (const event of closingEvents(exchange, verdict, books.evidence, ports.canaries, new Date(now))) ports.alerts.raise(event);
    ports.recorder.exchange({
      id: exchange.id,
      channel: exchange.facts.channel,
      route: exchange.route.id,
      direction: exchange.facts.direction,
      mode: books.mode,
      action: verdict.action,
      rule: verdict.rule,
      policy: verdict.policy,
      monitored: verdict.monitored,
      excepted: verdict.excepted,
      bypass: verdict.bypass,
      bytes: books.bytes,
      receipt: books.receipt,
      findingCounts: books.evidence === undefined || isEmpty(books.evidence) ? NONE_FOUND : countsOf(books.evidence),
      durationSeconds: Math.max(0, now - exchange.receivedAt) / 1000,
      scanSeconds: books.scanMs / 1000,
      status,
      error: books.error?.code,
    });
  }
}
