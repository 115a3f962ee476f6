/** The content of a part as the page draws it: pages of it joined, lines of marked pieces, cells of a table. */
import type { ContentAnswer, ContentPart, Segment } from '../../../../review/content-schemas.js';

export type Drawn =
  | { readonly kind: 'text' | 'json'; readonly segments: readonly Segment[]; readonly cautions: readonly string[] }
  | { readonly kind: 'form' | 'table'; readonly rows: readonly (readonly (readonly Segment[])[])[]; readonly columns: number; readonly cautions: readonly string[] }
  | { readonly kind: 'mail' }
  | { readonly kind: 'binary'; readonly why: string };

/** Pages of one part in their order; undefined before the first has come. */
export function joined(pages: readonly ContentAnswer[]): Drawn | undefined {
  const [first] = pages;
  if (first === undefined) return undefined;
  const { view } = first;
  const cautions = [...new Set(pages.flatMap(({ view: one }) => ('cautions' in one ? one.cautions : [])))];
  switch (view.kind) {
    case 'text':
    case 'json':
      return { kind: view.kind, segments: merged(pages.flatMap(({ view: one }) => ('segments' in one ? one.segments : []))), cautions };
    case 'form':
    case 'table': {
      const rows = pages.flatMap(({ view: one }) => ('rows' in one ? one.rows : []));
      return { kind: view.kind, rows, columns: Math.max(0, ...rows.map(({ length }) => length)), cautions };
    }
    case 'mail':
      return { kind: 'mail' };
    case 'binary':
      return { kind: 'binary', why: view.why };
  }
}

/** Plain neighbours become one: fewer nodes to draw. */
function merged(segments: readonly Segment[]): readonly Segment[] {
  const out: Segment[] = [];
  for (const segment of segments) {
    const last = out.at(-1);
    if (last !== undefined && isPlain(last) && isPlain(segment)) out[out.length - 1] = { text: last.text + segment.text };
    else out.push(segment);
  }
  return out;
}

export function isPlain({ finding, masked }: Segment): boolean {
  return finding === undefined && masked !== true;
}

export interface PartRow {
  readonly path: string;
  readonly depth: number;
  readonly name: string | undefined;
  readonly mediaType: string | undefined;
  readonly size: number;
  readonly readable: boolean;
  readonly cautions: readonly string[];
  readonly findings: number;
  readonly unscanned: number;
  /** Why bytes of it were not read, or why it cannot be shown. */
  readonly why: string | undefined;
  /** What was undone to read it, outermost first. */
  readonly chain: readonly string[];
  /** Others lie in it, and it has no text of its own. */
  readonly holds: boolean;
  /** The containers it lies in, outermost first. */
  readonly within: readonly string[];
}
interface Coverage {
  readonly part: string;
  readonly scanned: number;
  readonly unscanned: number;
  readonly reason?: string | undefined;
  readonly chain?: readonly string[] | undefined;
}

/** The parts of a message with what was read of each; where the content cannot be had, those of the receipt. */
export function partRows(parts: readonly ContentPart[] | undefined, receipt: readonly Coverage[], findings: readonly { readonly part: string }[]): readonly PartRow[] {
  const found = new Map<string, number>();
  for (const { part } of findings) found.set(part, (found.get(part) ?? 0) + 1);
  const rows = parts?.map(({ holds, ...part }) => ({ ...part, name: part.name, mediaType: part.mediaType, why: part.why, holds: holds === true })) ?? receiptRows(receipt);
  const coverage = new Map(receiptRows(receipt).map((one) => [one.path, one]));
  const holders = rows.filter(({ holds }) => holds).map(({ path }) => path);
  return rows.map(({ path, name, mediaType, size, readable, cautions, why, chain, holds, unscanned }) => {
    const read = coverage.get(path);
    const within = holders.filter((one) => path.startsWith(`${one}/`));
    return { path, name, mediaType, size, readable, cautions, chain, holds, within, depth: path.split('/').length - 1, findings: found.get(path) ?? 0, unscanned: Math.max(unscanned, read?.unscanned ?? 0), why: why ?? read?.why };
  });
}

type Row = Omit<PartRow, 'depth' | 'findings' | 'within'>;

/** A part has a line for each layer around it: the last says what it is itself. */
function receiptRows(receipt: readonly Coverage[]): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const { part, scanned, unscanned, reason, chain = [] } of receipt) {
    const before = rows.get(part);
    const size = scanned + unscanned > 0 ? scanned + unscanned : (before?.size ?? 0);
    rows.set(part, { path: part, name: undefined, mediaType: undefined, size, readable: false, cautions: [], chain: [...new Set([...(before?.chain ?? []), ...chain])], holds: false, unscanned: Math.max(unscanned, before?.unscanned ?? 0), why: before?.why ?? reason });
  }
  return [...rows.values()];
}

/** A container with more parts than this shows those that matter, until it is asked for all. */
const SHOWN_WITHIN = 8;

/** Rows that are drawn: in large containers those with something found or unread in them, unless somebody opened it. */
export function drawnRows(rows: readonly PartRow[], open: ReadonlySet<string>, shown: string | undefined): readonly PartRow[] {
  const counts = new Map<string, number>();
  for (const { within } of rows) for (const holder of within) counts.set(holder, (counts.get(holder) ?? 0) + 1);
  const matters = ({ path }: PartRow): boolean => rows.some((row) => (row.path === path || row.path.startsWith(`${path}/`)) && (row.findings > 0 || row.unscanned > 0 || row.path === shown));
  return rows.filter((row) => row.within.every((holder) => open.has(holder) || (counts.get(holder) ?? 0) <= SHOWN_WITHIN) || matters(row));
}

/** Where several parts are there, the one to begin with: the readable one with the most findings, else the first that holds anything. */
export function firstPart(rows: readonly PartRow[]): string | undefined {
  const readable = rows.filter((row) => row.readable && !row.holds && row.size > 0 && row.path !== 'head' && row.chain[0] !== 'name');
  const most = readable.reduce<PartRow | undefined>((best, row) => (best === undefined || row.findings > best.findings ? row : best), undefined);
  return most !== undefined && most.findings > 0 ? most.path : readable.find((row) => !/\/(header|preamble|epilogue)$/.test(row.path))?.path;
}

/** Whole percents that never claim all or nothing where it is not so. */
export function percent(part: number, whole: number): number {
  if (whole <= 0 || part >= whole) return 100;
  if (part <= 0) return 0;
  return Math.min(99, Math.max(1, Math.round((part / whole) * 100)));
}
