/** Figures made ready for pictures: days without gaps, stacked heights, shares, and ticks that hit whole numbers. */

export const KINDS = ['released', 'masked', 'rejected', 'expired'] as const;
export type Kind = (typeof KINDS)[number];
export type DayRow = Readonly<Record<Kind, number>> & { readonly day: string };

const DAY_MS = 86_400_000;

/** Every day of the span up to `today`, those without decisions too. */
export function everyDay(rows: readonly DayRow[], days: number, today: string): readonly DayRow[] {
  const known = new Map(rows.map((row) => [row.day, row]));
  const end = Date.parse(`${today}T00:00:00Z`);
  return Array.from({ length: days }, (_, at) => {
    const day = new Date(end - (days - 1 - at) * DAY_MS).toISOString().slice(0, 10);
    return known.get(day) ?? { day, released: 0, masked: 0, rejected: 0, expired: 0 };
  });
}

/** For bars drawn over each other, the highest first: each kind's height is the sum of itself and those below it. */
export function stacked(rows: readonly DayRow[]): { readonly seconds: readonly number[]; readonly heights: Readonly<Record<Kind, readonly number[]>> } {
  const heights: Record<Kind, number[]> = { released: [], masked: [], rejected: [], expired: [] };
  for (const row of rows) {
    let sum = 0;
    for (const kind of KINDS) {
      sum += row[kind];
      heights[kind].push(sum);
    }
  }
  return { seconds: rows.map(({ day }) => Date.parse(`${day}T00:00:00Z`) / 1000), heights };
}

export function total(row: DayRow): number {
  return KINDS.reduce((sum, kind) => sum + row[kind], 0);
}

/** Share of the largest, in percent; what is there at all stays visible. */
export function shareOf(count: number, most: number): number {
  if (count <= 0 || most <= 0) return 0;
  return Math.max(1.5, (count / most) * 100);
}

/** Parts of one strip, in percent of the whole. */
export function strip(counts: readonly { readonly key: string; readonly count: number }[]): readonly { readonly key: string; readonly count: number; readonly from: number; readonly width: number }[] {
  const sum = counts.reduce((all, { count }) => all + count, 0);
  let from = 0;
  return counts.flatMap(({ key, count }) => {
    if (count <= 0) return [];
    const part = { key, count, from, width: (count / sum) * 100 };
    from += part.width;
    return [part];
  });
}
