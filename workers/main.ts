/** Starts the workers in this process: hands outbox rows to the carrier, runs their handlers, and does what time asks for. */
import { causeCode } from '../gateway/errors.js';
import type { AlertBatches } from '../gateway/ledger/alert-batches.js';
import type { ExpiryLedger } from '../gateway/ledger/expiry-ledger.js';
import type { DestroyLedger } from '../gateway/ledger/destroy-ledger.js';
import type { Outbox } from '../gateway/ledger/outbox.js';
import type { SweepLedger } from '../gateway/ledger/sweep-ledger.js';
import type { OutboxKind } from '../gateway/ledger/tables.js';
import type { AlertSink, Clock, Vault } from '../gateway/ports.js';
import { alertRun } from './alert.js';
import { backOff } from './back-off.js';
import type { Carrier, JobResult } from './carrier.js';
import { destroyHandler } from './destroy.js';
import { expireRun } from './expire.js';
import { noticeRun, type NoticeRunOptions } from './notice.js';
import { reconciler } from './reconcile.js';
import { releaseHandler, REVIEW_KEY_ABSENT, type ReleaseOptions } from './release.js';

type Task = 'dispatch' | 'reconcile' | 'expire' | 'notice' | 'alert' | 'drain' | 'checkpoint' | 'retention';

export interface WorkersOptions {
  readonly carrier: Carrier;
  readonly outbox: Outbox;
  readonly release: ReleaseOptions;
  readonly destroy: DestroyLedger;
  readonly expiry: ExpiryLedger;
  /** Break-glass ends by itself; this writes it down. */
  readonly bypasses?: { expire(): Promise<number> };
  readonly notices?: NoticeRunOptions;
  readonly sweep: SweepLedger;
  readonly alerts: AlertBatches;
  readonly sinks: readonly AlertSink[];
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: (level: 'info' | 'warn' | 'error', code: string, fields?: Readonly<Record<string, string | number>>) => void;
  /** Takes back first approvals whose time is over; answers how many. */
  readonly lapse?: () => Promise<number>;
  /** Brings the audit's journal into the table. */
  readonly drainAudit?: () => Promise<unknown>;
  /** Cross-anchors the audit's chains. */
  readonly checkpoint?: () => Promise<void>;
  /** Drops audit rows whose time is over. */
  readonly retention?: () => Promise<unknown>;
  readonly concurrency?: number;
  /** How long running jobs may go on once `stop` was called. */
  readonly stopWithinMs?: number;
  /** Instead of the usual times between two looks. */
  readonly everyMs?: Partial<Readonly<Record<Task, number>>>;
}

export interface Workers {
  /** A decision was just made here: look at the outbox now. */
  wake(): void;
  /** No new job is begun; running ones may finish for a while, then releases are broken off and recorded as what they are. */
  stop(): Promise<void>;
}

/** A decision made in another process is seen within this time. */
const DISPATCH_MS = 1_000;
const RECONCILE_MS = 60_000;
const EXPIRE_MS = 60_000;
/** A sender may wait half a minute to hear what took days. */
const NOTICE_MS = 30_000;
/** HC: alike events of one minute are one message. */
const ALERT_MS = 60_000;
const DRAIN_MS = 5_000;
const CHECKPOINT_MS = 3_600_000;
/** The audit goes month by month; a few hours more or less are nothing to it. */
const RETENTION_MS = 6 * 3_600_000;
const DISPATCH_ROWS = 200;
/** Releases mostly wait for upstreams; more would only open more connections. */
const CONCURRENCY = 8;
/** Most releases end in seconds; one of gigabytes would hold up a stop for an hour and starts anew as well. */
const STOP_WITHIN_MS = 20_000;
/** For releases that were broken off to be recorded, and for connections to close. */
const STOP_GRACE_MS = 10_000;
const UNEXPECTED = { firstMs: 2_000, mostMs: 300_000 } as const;

export function startWorkers(options: WorkersOptions): Workers {
  const { carrier, outbox, log } = options;
  const breakOff = new AbortController();
  const handlers: Readonly<Record<OutboxKind, (row: number) => Promise<JobResult>>> = {
    release: releaseHandler({ ...options.release, breakOff: breakOff.signal }),
    destroy: destroyHandler({ ledger: options.destroy, vault: options.vault }),
  };
  carrier.work(handled(handlers, outbox, log), { concurrency: options.concurrency ?? CONCURRENCY });

  const reconcile = reconciler({ outbox, carrier, ledger: options.sweep, vault: options.vault, clock: options.clock });
  /** What waited for the review key, here or at a worker without it, goes on where it is. */
  const withKey = async (): Promise<void> => {
    if (options.release.vault === undefined) return;
    for (const row of await outbox.hurry(REVIEW_KEY_ABSENT, DISPATCH_ROWS)) await carrier.hurry(row);
  };
  const dispatch = async (): Promise<void> => {
    for (;;) {
      const rows = await outbox.due(DISPATCH_ROWS);
      for (const row of rows) await carrier.enqueue(row);
      await outbox.carried(rows);
      if (rows.length < DISPATCH_ROWS) return;
    }
  };
  const every = options.everyMs ?? {};
  const tasks = [
    repeated('dispatch', every.dispatch ?? DISPATCH_MS, dispatch, log),
    repeated('reconcile', every.reconcile ?? RECONCILE_MS, () => withKey().then(reconcile), log),
    repeated('expire', every.expire ?? EXPIRE_MS, () => expireRun(options.expiry, options.bypasses, options.lapse), log),
    repeated('notice', every.notice ?? NOTICE_MS, () => (options.notices === undefined ? Promise.resolve() : noticeRun(options.notices)), log),
    repeated('alert', every.alert ?? ALERT_MS, () => alertRun({ batches: options.alerts, sinks: options.sinks }), log),
    repeated('drain', every.drain ?? DRAIN_MS, () => options.drainAudit?.() ?? Promise.resolve(), log),
    repeated('checkpoint', every.checkpoint ?? CHECKPOINT_MS, () => options.checkpoint?.() ?? Promise.resolve(), log),
    repeated('retention', every.retention ?? RETENTION_MS, () => options.retention?.() ?? Promise.resolve(), log),
  ];
  return {
    wake: () => tasks[0]?.now(),
    async stop() {
      const within = options.stopWithinMs ?? STOP_WITHIN_MS;
      const patience = setTimeout(() => breakOff.abort(), within);
      let giveUp: NodeJS.Timeout | undefined;
      // A store of jobs that is away would be waited for without end; what is open stays open in the outbox.
      const late = new Promise<'late'>((resolve) => (giveUp = setTimeout(() => resolve('late'), within + STOP_GRACE_MS)));
      const ended = Promise.all(tasks.map((task) => task.stop())).then(() => carrier.close());
      try {
        if ((await Promise.race([ended, late])) === 'late') log('warn', 'STOP_LATE');
      } finally {
        clearTimeout(patience);
        clearTimeout(giveUp);
      }
    },
  };
}

/** Finds the row's handler; a failure nobody foresaw is noted on the row and tried again. */
function handled(handlers: Readonly<Record<OutboxKind, (row: number) => Promise<JobResult>>>, outbox: Outbox, log: WorkersOptions['log']): (row: number) => Promise<JobResult> {
  return async (row) => {
    const job = await outbox.open(row);
    if (job === undefined) return { kind: 'done' };
    try {
      return await handlers[job.kind](row);
    } catch (error) {
      const code = causeCode(error);
      const delayMs = backOff(job.attempts, UNEXPECTED);
      log('error', 'JOB_FAILED', { kind: job.kind, row, code });
      await outbox.retry(row, code, delayMs);
      return { kind: 'again', delayMs };
    }
  };
}

interface Repeated {
  now(): void;
  stop(): Promise<void>;
}

/** Runs at once and then every so often, never twice at a time; a failing run is logged and the next one comes. */
function repeated(name: string, everyMs: number, run: () => Promise<unknown>, log: WorkersOptions['log']): Repeated {
  let running: Promise<void> | undefined;
  let wanted = false;
  let stopped = false;
  const once = async (): Promise<void> => {
    do {
      wanted = false;
      try {
        await run();
      } catch (error) {
        log('warn', 'TASK_FAILED', { task: name, code: causeCode(error) });
      }
      // `now` may have been called while it ran.
    } while (asked());
  };
  const asked = (): boolean => wanted && !stopped;
  const now = (): void => {
    wanted = true;
    if (stopped) return;
    running ??= once().finally(() => (running = undefined));
  };
  const timer = setInterval(now, everyMs);
  timer.unref();
  now();
  return {
    now,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
