/** The rows of the bench: what is sent to whom, and what is aimed at. */
import type { BodyId } from './bodies.js';

export interface BodyRow {
  readonly id: string;
  readonly title: string;
  readonly body: BodyId;
  readonly path: '/held' | '/streamed';
  readonly connections: number;
  /** Requests for the same processor time, beside nginx with ModSecurity and beside nginx alone. */
  readonly aims: { readonly modsec?: number; readonly nginx?: number };
  /** MiB while these connections hold a body each. */
  readonly mostMiB?: number;
}

/** Bodies beside all peers. */
export const BODY_ROWS: readonly BodyRow[] = [
  { id: 'json1k', title: '1 KiB JSON', body: 'json1k', path: '/held', connections: 32, aims: { modsec: 2, nginx: 0.4 } },
  { id: 'form64k', title: '64 KiB form', body: 'form64k', path: '/held', connections: 16, aims: { modsec: 6, nginx: 0.4 } },
  { id: 'text1m', title: '1 MiB text', body: 'text1m', path: '/held', connections: 8, aims: { modsec: 4, nginx: 0.45 } },
  { id: 'file16m', title: '16 MiB file, held', body: 'file16m', path: '/held', connections: 4, aims: { modsec: 10, nginx: 0.5 }, mostMiB: 200 },
  { id: 'streamed16m', title: '16 MiB file, streamed', body: 'file16m', path: '/streamed', connections: 4, aims: { modsec: 10, nginx: 0.6 } },
];

/** What a body costs beside another body, each through Weir. */
export interface BesideRow {
  readonly id: string;
  readonly title: string;
  readonly of: BodyId;
  readonly beside: BodyId;
  readonly most?: number;
}
export const BESIDE_ROWS: readonly BesideRow[] = [
  { id: 'near', title: 'one 16-digit near miss at the end of 256 KiB, beside the same without', of: 'near256k', beside: 'plain256k', most: 1.5 },
  { id: 'gzip', title: '1 MiB JSON gzipped, beside the same in clear', of: 'gzip1m', beside: 'json1m' },
  { id: 'parts', title: '1 MiB in ten parts, beside 1 MiB of text', of: 'parts1m', beside: 'text1m' },
];

/** Rows that need a gateway, or a load, of their own. */
export const OTHER_ROWS = ['latency', 'steady', 'spilled', 'processes', 'every', 'tls', 'h2'] as const;
export type OtherRow = (typeof OTHER_ROWS)[number];

export const ROW_IDS: readonly string[] = [...BODY_ROWS, ...BESIDE_ROWS].map(({ id }) => id).concat(OTHER_ROWS);

/** Share of what it answers at most that is asked of it when answers are timed. */
export const STEADY_SHARE = 0.8;
