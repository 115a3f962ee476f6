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
}
interface Coverage {
  readonly part: string;
  readonly scanned: number;
  readonly unscanned: number;
  readonly reason?: string | undefined;
}

/** The parts of a message with what was read of each; where the content cannot be had, those of the receipt. */
export function partRows(parts: readonly ContentPart[] | undefined, receipt: readonly Coverage[], findings: readonly { readonly part: string }[]): readonly PartRow[] {
  const coverage = new Map(receipt.map((one) => [one.part, one]));
  const found = new Map<string, number>();
  for (const { part } of findings) found.set(part, (found.get(part) ?? 0) + 1);
  const rows: readonly Pick<PartRow, 'path' | 'name' | 'mediaType' | 'size' | 'readable' | 'cautions' | 'why'>[] =
    parts?.map(({ path, name, mediaType, size, readable, cautions, why }) => ({ path, name, mediaType, size, readable, cautions, why })) ??
    receipt.map(({ part, scanned, unscanned }) => ({ path: part, name: undefined, mediaType: undefined, size: scanned + unscanned, readable: false, cautions: [], why: undefined }));
  return rows.map((row) => {
    const read = coverage.get(row.path);
    return { ...row, depth: row.path.split('/').length - 1, findings: found.get(row.path) ?? 0, unscanned: read?.unscanned ?? 0, why: read?.reason ?? row.why };
  });
}

/** Where several parts are there, the one to begin with: the readable one with the most findings, else the first that holds anything. */
export function firstPart(rows: readonly PartRow[]): string | undefined {
  const readable = rows.filter((row) => row.readable && row.size > 0 && row.path !== 'head');
  const most = readable.reduce<PartRow | undefined>((best, row) => (best === undefined || row.findings > best.findings ? row : best), undefined);
  return most !== undefined && most.findings > 0 ? most.path : readable.find((row) => !/\/(header|preamble|epilogue)$/.test(row.path))?.path;
}

/** Whole percents that never claim all or nothing where it is not so. */
export function percent(part: number, whole: number): number {
  if (whole <= 0 || part >= whole) return 100;
  if (part <= 0) return 0;
  return Math.min(99, Math.max(1, Math.round((part / whole) * 100)));
}
