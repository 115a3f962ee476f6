/** Counts, by UTC day, what rules in monitor mode would have done (HC 37); kept across restarts in one small file. */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Action, Log, MonitorReport, MonitorReports, Recorder } from '../ports.js';
import { causeCode } from '../errors.js';

export interface MonitorReportOptions {
  /** `$WEIR_DATA/monitor-report.json` */
  readonly file: string;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Starts the regular save; returns what stops it. */
  readonly every?: (milliseconds: number, act: () => void) => () => void;
}

export interface KeptMonitorReport extends MonitorReports {
  readonly recorder: Recorder;
  /** Writes what is new; a failure is logged and tried again at the next save. */
  save(): Promise<void>;
  /** Last save, and no more. */
  stop(): Promise<void>;
}

/** A month and a bit: the first week is what people read, a month is what they compare it with. */
export const DAYS_KEPT = 35;
/** Rows a day: 500 rules × some routes stay far below; more is folded into one number. */
export const ROWS_PER_DAY = 2_000;
/** At most this much is lost by a crash; these are statistics, decisions are in the audit. */
export const SAVE_EVERY_MS = 60_000;
const DAY_MS = 86_400_000;

type Row = MonitorReport['rows'][number];
interface Kept {
  readonly version: 1;
  readonly since: string;
  readonly rows: readonly Row[];
  readonly folded: number;
}

const ACTIONS: ReadonlySet<unknown> = new Set<Action>(['pass', 'mask', 'block', 'hold']);
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const keyOf = (row: Pick<Row, 'route' | 'rule' | 'action'>): string => `${row.route}\n${row.rule}\n${row.action}`;

function isRow(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null) return false;
  const row = value as Record<keyof Row, unknown>;
  return (
    typeof row.day === 'string' &&
    /^\d{4}-\d\d-\d\d$/.test(row.day) &&
    typeof row.route === 'string' &&
    typeof row.rule === 'string' &&
    ACTIONS.has(row.action) &&
    Number.isSafeInteger(row.exchanges)
  );
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false;
  const kept = value as Record<keyof Kept, unknown>;
  return (
    kept.version === 1 &&
    typeof kept.since === 'string' &&
    typeof kept.folded === 'number' &&
    Array.isArray(kept.rows) &&
    kept.rows.every(isRow)
  );
}

/** What an earlier run left; a file that cannot be read is set aside, so that nobody takes an empty report for a quiet week. */
async function load(file: string, log: Log): Promise<Kept | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (thrown) {
    if (causeCode(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (isKept(parsed)) return parsed;
  } catch (thrown) {
    log.debug('monitor-report.syntax', { cause: causeCode(thrown) });
  }
  await rename(file, `${file}.unreadable`);
  log.warn('monitor-report.set-aside');
  return undefined;
}

async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}

function everyInterval(milliseconds: number, act: () => void): () => void {
  const timer = setInterval(act, milliseconds);
  timer.unref();
  return () => clearInterval(timer);
}

/** Loads what is kept and goes on counting. */
export async function monitorReport(options: MonitorReportOptions): Promise<KeptMonitorReport> {
  const { file, log } = options;
  const now = options.now ?? Date.now;
  const kept = await load(file, log);
  const since = kept?.since ?? dayOf(now());
  let folded = kept?.folded ?? 0;
  const days = new Map<string, Map<string, Row>>();
  const rowsOf = (day: string): Map<string, Row> => {
    const known = days.get(day);
    if (known !== undefined) return known;
    const made = new Map<string, Row>();
    days.set(day, made);
    return made;
  };
  for (const row of kept?.rows ?? []) rowsOf(row.day).set(keyOf(row), row);

  const report = (): MonitorReport => {
    const oldest = dayOf(now() - (DAYS_KEPT - 1) * DAY_MS);
    for (const day of days.keys()) if (day < oldest) days.delete(day);
    const rows = [...days.keys()].sort().flatMap((day) => [...rowsOf(day).values()]);
    return { since: since < oldest ? oldest : since, rows, folded };
  };

  let changed = false;
  const saveNow = async (): Promise<void> => {
    if (!changed) return;
    changed = false;
    const whole: Kept = { version: 1, ...report() };
    try {
      await writeWhole(file, JSON.stringify(whole));
    } catch (thrown) {
      changed = true;
      log.warn('monitor-report.save-failed', { cause: causeCode(thrown) });
    }
  };
  let saving = Promise.resolve();
  const save = (): Promise<void> => (saving = saving.then(saveNow));
  const stopTimer = (options.every ?? everyInterval)(SAVE_EVERY_MS, () => void save());

  return {
    report,
    save,
    async stop() {
      stopTimer();
      await save();
    },
    recorder: {
      exchange({ route, monitored }) {
        if (monitored.length === 0) return;
        changed = true;
        const day = dayOf(now());
        const rows = rowsOf(day);
        for (const { rule, action } of monitored) {
          const key = keyOf({ route, rule, action });
          const known = rows.get(key);
          if (known === undefined && rows.size >= ROWS_PER_DAY) folded += 1;
          else rows.set(key, { day, route, rule, action, exchanges: (known?.exchanges ?? 0) + 1 });
        }
      },
    },
  };
}
