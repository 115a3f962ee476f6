/** Starts the workers in this process: hands outbox rows to the carrier, runs the handlers it was given, and does what time asks for. */
import { causeCode } from '../gateway/errors.js';
import type { StandingLease } from '../gateway/ledger/leases-ledger.js';
import type { Outbox } from '../gateway/ledger/outbox.js';
import { JOB_KINDS, type JobKind } from '../gateway/ports.js';
import { backOff } from './back-off.js';
import type { Carrier, RowHandler } from './carrier.js';
import { dispatcher } from './dispatch.js';
import type { JobHandler } from './job.js';
import { repeated } from './repeated.js';

/** Done by one process of a fleet, whoever holds the lease. */
export const ONCE = ['reconcile', 'expire', 'alert', 'checkpoint', 'retention', 'tidy'] as const;
export type OnceTask = (typeof ONCE)[number];
/** Done by each process for itself. */
type HereTask = 'dispatch' | 'arrived' | 'drain';
type Task = OnceTask | HereTask;

export interface WorkersOptions {
  readonly carrier: Carrier;
  readonly outbox: Outbox;
  /** What this process works on; `breakOff` aborts when it has to end now. */
  readonly handlers: (breakOff: AbortSignal) => Readonly<Partial<Record<JobKind, JobHandler>>>;
  /** How many jobs of a kind at a time. */
  readonly concurrency?: Readonly<Partial<Record<JobKind, number>>> | undefined;
  readonly once: Readonly<Partial<Record<OnceTask, () => Promise<unknown>>>>;
  /** Undefined: this process is alone. */
  readonly lease?: Pick<StandingLease, 'held' | 'stop'> | undefined;
  /** Brings the audit's journal into the table. */
  readonly drainAudit?: (() => Promise<unknown>) | undefined;
  /** Codes of jobs that wait, at other workers, for what is here: such as the review key. */
  readonly arrived?: readonly string[] | undefined;
  /** Gives a job up, where a person sees it. */
  readonly bury?: ((row: number, code: string) => Promise<void>) | undefined;
  readonly log: (level: 'info' | 'warn' | 'error', code: string, fields?: Readonly<Record<string, string | number>>) => void;
  /** How long running jobs may go on once `stop` was called. */
  readonly stopWithinMs?: number | undefined;
  /** Instead of the usual times between two looks. */
  readonly everyMs?: Partial<Readonly<Record<Task, number>>> | undefined;
}

export interface Workers {
  /** A decision was just made here: look at the outbox now. */
  wake(): void;
  /** No new job is begun; running ones may finish for a while, then releases are broken off and recorded as what they are. */
  stop(): Promise<void>;
}

const EVERY: Readonly<Record<Task, number>> = {
  // A decision made in another process is seen within this time.
  dispatch: 1_000,
  arrived: 5_000,
  drain: 5_000,
  reconcile: 60_000,
  expire: 60_000,
  // The first alert of a calm time goes at once; windows hold back what follows.
  alert: 5_000,
  checkpoint: 3_600_000,
  // The audit goes month by month; a few hours more or less are nothing to it.
  retention: 6 * 3_600_000,
  // Jobs are kept for a month: an hour more or less is nothing to them.
  tidy: 3_600_000,
};
/** Releases mostly wait for upstreams, more would only open more connections; alerts wait for sinks, a few of which may hang; a scan has a core to itself. */
export const CONCURRENCY: Readonly<Record<JobKind, number>> = { release: 8, destroy: 4, notice: 4, alert: 12, rescan: 1 };
/** Rows that waited elsewhere, taken at a time. */
const ARRIVED_ROWS = 8;
/** Most releases end in seconds; one of gigabytes would hold up a stop for an hour and starts anew as well. */
const STOP_WITHIN_MS = 20_000;
/** For releases that were broken off to be recorded, and for connections to close. */
const STOP_GRACE_MS = 10_000;
/** About four hours of failures that nobody foresaw; after that a person looks. A release ends by its own count. */
const UNEXPECTED = { firstMs: 2_000, mostMs: 300_000, most: 60 } as const;

export function startWorkers(options: WorkersOptions): Workers {
  const { carrier, outbox, log } = options;
  const breakOff = new AbortController();
  const handlers = options.handlers(breakOff.signal);
  const every = { ...EVERY, ...options.everyMs };
  let stopping = false;
  const work = handling(handlers, options);
  const kinds = JOB_KINDS.filter((kind) => handlers[kind] !== undefined);
  for (const kind of kinds) carrier.work(kind, work, { concurrency: options.concurrency?.[kind] ?? CONCURRENCY[kind] });

  /** What waited for something that is here goes on here: handed to the carrier, a worker without it might get it again. */
  const arrived = async (): Promise<void> => {
    for (const code of options.arrived ?? []) {
      const seen = new Set<number>();
      for (;;) {
        const rows = await outbox.hurry(code, kinds, ARRIVED_ROWS);
        await Promise.all(rows.map(({ n }) => work(n)));
        // One that comes again waits for something else under the same name; the latest tried come last.
        if (stopping || rows.length === 0 || rows.some(({ n }) => seen.has(n))) break;
        for (const { n } of rows) seen.add(n);
      }
    }
  };
  const task = (name: Task, run: () => Promise<unknown>): ReturnType<typeof repeated> => repeated(every[name], run, (error) => log('warn', 'TASK_FAILED', { task: name, code: causeCode(error) }));
  const dispatch = task('dispatch', dispatcher({ outbox, carrier }));
  const tasks = [
    dispatch,
    ...(options.arrived === undefined || options.arrived.length === 0 ? [] : [task('arrived', arrived)]),
    ...(options.drainAudit === undefined ? [] : [task('drain', options.drainAudit)]),
    ...ONCE.flatMap((name) => {
      const run = options.once[name];
      return run === undefined ? [] : [task(name, () => (options.lease?.held() ?? true ? run() : Promise.resolve()))];
    }),
  ];
  const stop = async (): Promise<void> => {
    stopping = true;
    const within = options.stopWithinMs ?? STOP_WITHIN_MS;
    const patience = setTimeout(() => breakOff.abort(), within);
    let giveUp: NodeJS.Timeout | undefined;
    // A store of jobs that is away would be waited for without end; what is open stays open in the outbox.
    const late = new Promise<'late'>((resolve) => (giveUp = setTimeout(() => resolve('late'), within + STOP_GRACE_MS)));
    const ended = Promise.all([carrier.drain(), ...tasks.map((one) => one.stop()), options.lease?.stop()]).then(() => carrier.close());
    try {
      if ((await Promise.race([ended, late])) === 'late') {
        log('warn', 'STOP_LATE');
        ended.catch(() => undefined);
        void carrier.close(true).catch(() => undefined);
      }
    } finally {
      clearTimeout(patience);
      clearTimeout(giveUp);
    }
  };
  return { wake: () => dispatch.now(), stop };
}

/** Finds the row's handler; a failure nobody foresaw is noted on the row and tried again, and in the end a person is asked. */
function handling(handlers: Readonly<Partial<Record<JobKind, JobHandler>>>, { outbox, log, bury }: WorkersOptions): RowHandler {
  return async (row) => {
    const job = await outbox.open(row);
    if (job === undefined) return { kind: 'done' };
    const handle = handlers[job.kind];
    if (handle === undefined) return { kind: 'again', delayMs: UNEXPECTED.mostMs };
    try {
      return await handle(job);
    } catch (error) {
      const code = causeCode(error);
      log('error', 'JOB_FAILED', { kind: job.kind, row, code });
      if (bury !== undefined && job.kind !== 'release' && job.attempts + 1 >= UNEXPECTED.most) {
        await bury(row, code);
        return { kind: 'done' };
      }
      const delayMs = backOff(job.attempts, UNEXPECTED);
      await outbox.retry(row, code, delayMs);
      return { kind: 'again', delayMs };
    }
  };
}
