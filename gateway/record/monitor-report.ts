/** Counts, by UTC day, what rules in monitor mode would have done (HC 37): gathered here, added up in the ledger for the whole fleet. */
import { createHash } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import type { Log, MonitorCounts, MonitorReports, MonitorRow, Recorder } from '../ports.js';
import { causeCode } from '../errors.js';

export interface MonitorReportOptions {
  readonly counts: MonitorCounts;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Starts the regular flush; returns what stops it. */
  readonly every?: (milliseconds: number, act: () => void) => () => void;
  /** What has to be in the ledger before it is read: counts of this node's other processes. */
  readonly others?: () => Promise<void>;
}

export interface KeptMonitorReport extends MonitorReports {
  readonly recorder: Recorder;
  /** Adds what is new; a failure is logged and tried again with the next. */
  flush(): Promise<void>;
  /** Last flush, and no more. */
  stop(): Promise<void>;
}

/** A month and a bit: the first week is what people read, a month is what they compare it with. */
export const DAYS_KEPT = 35;
/** At most this much is lost by a crash; these are statistics, decisions are in the audit. */
export const FLUSH_EVERY_MS = 15_000;
/** Rows gathered while the ledger is away; more is folded there anyway. */
const WAITING_MOST = 10_000;
const DAY_MS = 86_400_000;

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const oldestKept = (at: number): string => dayOf(at - (DAYS_KEPT - 1) * DAY_MS);

function everyInterval(milliseconds: number, act: () => void): () => void {
  const timer = setInterval(act, milliseconds);
  timer.unref();
  return () => clearInterval(timer);
}

export function monitorReport(options: MonitorReportOptions): KeptMonitorReport {
  const { counts, log } = options;
  const now = options.now ?? Date.now;
  let gathered = new Map<string, MonitorRow>();
  const gather = (row: MonitorRow): void => {
    const key = `${row.day}\n${row.route}\n${row.rule}\n${row.action}`;
    const known = gathered.get(key);
    if (known === undefined && gathered.size >= WAITING_MOST) return;
    gathered.set(key, { ...row, exchanges: row.exchanges + (known?.exchanges ?? 0) });
  };

  let begun: string | undefined;
  const flushNow = async (): Promise<void> => {
    const today = dayOf(now());
    const taken = gathered;
    if (taken.size === 0 && begun === today) return;
    gathered = new Map();
    try {
      if (begun !== today) {
        await counts.begin(today);
        await counts.forget(oldestKept(now()));
      }
      begun = today;
      if (taken.size > 0) await counts.add([...taken.values()]);
    } catch (thrown) {
      // Back to where they were. A write in doubt may count twice: these are statistics.
      for (const row of taken.values()) gather(row);
      log.warn('monitor-report.waiting', { cause: causeCode(thrown) });
    }
  };
  let flushing = Promise.resolve();
  const flush = (): Promise<void> => (flushing = flushing.then(flushNow));
  const stopTimer = (options.every ?? everyInterval)(FLUSH_EVERY_MS, () => void flush());

  return {
    async report() {
      await Promise.all([flush(), options.others?.()]);
      const oldest = oldestKept(now());
      const { since = dayOf(now()), rows, folded } = await counts.report(oldest);
      return { since: since < oldest ? oldest : since, rows, folded };
    },
    flush,
    async stop() {
      stopTimer();
      await flush();
    },
    recorder: {
      exchange({ route, monitored }) {
        for (const { rule, action } of monitored) gather({ day: dayOf(now()), route, rule, action, exchanges: 1 });
      },
    },
  };
}

const keptFile = z.object({
  since: z.iso.date(),
  rows: z.array(z.object({ day: z.iso.date(), route: z.string(), rule: z.string(), action: z.enum(['pass', 'mask', 'block', 'hold']), exchanges: z.int().min(0) })),
});

/** Takes in what an earlier Weir counted into `$WEIR_DATA/monitor-report.json`; a file that cannot be read is set aside, so that nobody takes an empty report for a quiet week. */
export async function takeInMonitorFile({ file, counts, log, now }: { readonly file: string; readonly counts: MonitorCounts; readonly log: Log; readonly now: () => number }): Promise<void> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (thrown) {
    if (causeCode(thrown) === 'ENOENT') return;
    throw thrown;
  }
  const kept = keptFile.safeParse(parsed(text));
  if (!kept.success) {
    await rename(file, `${file}.unreadable`);
    log.warn('monitor-report.set-aside');
    return;
  }
  const oldest = oldestKept(now());
  await counts.takeIn(createHash('sha256').update(text).digest('hex'), kept.data.since, kept.data.rows.filter(({ day }) => day >= oldest));
  await rename(file, `${file}.taken-in`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON does not fit the shape either, and that is what is said of it.
    return undefined;
  }
}
