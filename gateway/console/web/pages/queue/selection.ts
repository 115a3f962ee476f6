/** Which row the keys act on and which rows are chosen: what each key and click does to both. */

export interface Selection {
  /** The row that J and K move from. */
  readonly cursor: string | undefined;
  /** Where a range begins. */
  readonly anchor: string | undefined;
  readonly chosen: ReadonlySet<string>;
}
export type Step =
  | { readonly kind: 'move'; readonly by: number; readonly extend?: boolean }
  | { readonly kind: 'place'; readonly row: string }
  | { readonly kind: 'toggle'; readonly row: string | undefined }
  | { readonly kind: 'range'; readonly row: string | undefined }
  | { readonly kind: 'add'; readonly rows: readonly string[] }
  | { readonly kind: 'all' }
  | { readonly kind: 'none' };

export const NOTHING: Selection = { cursor: undefined, anchor: undefined, chosen: new Set() };

/** `rows` as they stand on the page, top to bottom. */
export function stepped(was: Selection, step: Step, rows: readonly string[]): Selection {
  switch (step.kind) {
    case 'move': {
      const at = was.cursor === undefined ? -1 : rows.indexOf(was.cursor);
      const cursor = rows[at === -1 ? (step.by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step.by))];
      if (cursor === undefined) return was;
      if (step.extend !== true) return { ...was, cursor, anchor: cursor };
      const anchor = was.anchor ?? was.cursor ?? cursor;
      return { cursor, anchor, chosen: new Set([...was.chosen, ...between(anchor, cursor, rows)]) };
    }
    case 'place':
      return { ...was, cursor: step.row, anchor: step.row };
    case 'toggle': {
      if (step.row === undefined) return was;
      const chosen = new Set(was.chosen);
      if (!chosen.delete(step.row)) chosen.add(step.row);
      return { cursor: step.row, anchor: step.row, chosen };
    }
    case 'range': {
      if (step.row === undefined) return was;
      const anchor = was.anchor ?? step.row;
      return { cursor: step.row, anchor, chosen: new Set([...was.chosen, ...between(anchor, step.row, rows)]) };
    }
    case 'add':
      return { ...was, chosen: new Set([...was.chosen, ...step.rows]) };
    case 'all':
      return { ...was, chosen: rows.length > 0 && rows.every((row) => was.chosen.has(row)) ? new Set() : new Set(rows) };
    case 'none':
      return { ...was, chosen: new Set() };
  }
}

/** Rows that have gone are neither chosen nor under the cursor; the cursor stays at its height. */
export function keptIn(was: Selection, rows: readonly string[], before: readonly string[]): Selection {
  const there = new Set(rows);
  const chosen = new Set([...was.chosen].filter((row) => there.has(row)));
  if (was.cursor === undefined || there.has(was.cursor)) return { ...was, chosen };
  const height = before.indexOf(was.cursor);
  const cursor = height === -1 ? undefined : (before.slice(height).find((row) => there.has(row)) ?? rows[Math.min(height, rows.length - 1)]);
  return { cursor, anchor: cursor, chosen };
}

/** What a decision is about: the chosen rows, else the one under the cursor. */
export function actedOn({ chosen, cursor }: Selection, rows: readonly string[]): readonly string[] {
  if (chosen.size > 0) return rows.filter((row) => chosen.has(row));
  return cursor === undefined || !rows.includes(cursor) ? [] : [cursor];
}

function between(one: string, other: string, rows: readonly string[]): readonly string[] {
  const places = [rows.indexOf(one), rows.indexOf(other)].filter((at) => at !== -1);
  return places.length === 0 ? [] : rows.slice(Math.min(...places), Math.max(...places) + 1);
}
