/** The monitor report's rows, day by day, for the chart. */
import type { Action } from '../../../../ports/names.js';
import type { MonitorReportAnswer } from '../../api/policy.js';

export const STOPPING = ['mask', 'hold', 'block'] as const satisfies readonly Action[];
export interface MonitorDay {
  readonly day: string;
  readonly counts: Readonly<Record<(typeof STOPPING)[number], number>>;
  readonly total: number;
}
const DAY_MS = 86_400_000;
/** More bars than this cannot be told apart. */
const DAYS_MOST = 60;

/** Every day from the first to the last, days without any too. */
export function monitorDays(rows: MonitorReportAnswer['rows']): readonly MonitorDay[] {
  const days = rows.map(({ day }) => day).sort();
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const result: MonitorDay[] = [];
  for (let at = Math.max(Date.parse(first), Date.parse(last) - (DAYS_MOST - 1) * DAY_MS); at <= Date.parse(last); at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    const count = (action: Action): number => rows.filter((row) => row.day === day && row.action === action).reduce((sum, { exchanges }) => sum + exchanges, 0);
    const counts = { mask: count('mask'), hold: count('hold'), block: count('block') };
    result.push({ day, counts, total: counts.mask + counts.hold + counts.block });
  }
  return result;
}
