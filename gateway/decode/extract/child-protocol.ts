/** What the gateway and a process that opens files say to each other. A file may have taken the process over: what comes from there is checked like any other input. */
import { z } from 'zod';
import { UNSCANNABLE_REASONS, type ChildPart, type Finding, type LookAsked, type Looked, type PartReceipt, type Unscannable, type UnscannableReason } from '../../ports.js';
import { VALUES_MOST, type ContainerMemo } from './child-run.js';
import { EXTRACT_MEMBERS, type ExtractLimits } from './limits.js';

/** Bytes asked for, or told, at once. */
export const MOST_BYTES = 2 ** 20;
/** Findings, lines and reasons told at once. */
export const MOST_TOLD = 500;
/** Of a path in the tree of parts: sixteen levels of short labels stay far below. */
const LONGEST_PATH = 1000;
/** Members and those around them; a configuration may allow more of them than the default. */
const TOUCHED_MOST = 16 * EXTRACT_MEMBERS;

/** Given once, at the start. */
export interface ChildSettings {
  /** As the configuration has them. */
  readonly detectors: unknown;
  readonly fingerprintKey: Uint8Array;
  readonly limits: ExtractLimits;
  /** Bytes that it may keep between one container and the next, before they go to the gateway's spool. */
  readonly keeps: number;
}

export type ToChild =
  | { readonly kind: 'begin'; readonly settings: ChildSettings }
  | { readonly kind: 'read'; readonly child: ChildPart; readonly size: number }
  | { readonly kind: 'rewrite'; readonly child: ChildPart; readonly size: number; readonly memo: ContainerMemo; readonly wanted: readonly boolean[] }
  /** A person looks into it. */
  | { readonly kind: 'look'; readonly child: ChildPart; readonly size: number; readonly asked: LookAsked }
  /** Answers the request of this number: bytes where they were asked for. */
  | { readonly kind: 'answer'; readonly request: number; readonly bytes?: Uint8Array };

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const path = z.string().min(1).max(LONGEST_PATH);
const word = z.string().max(200);
/** A word or two for people: whatever it is made from, no number is in it. */
const detail = word.transform((text) => text.replace(/\d{5,}/g, '#'));
const bytes = z.custom<Uint8Array>((value) => ArrayBuffer.isView(value) && value.byteLength <= MOST_BYTES);
const reason = z.enum(UNSCANNABLE_REASONS);
const finding = z.strictObject({
  detector: z.string().max(64),
  part: path,
  start: count,
  end: count,
  confidence: z.number().min(0).max(1),
  reasons: z.array(word).max(64),
  fingerprint: z.string().regex(/^[0-9a-f]{16}$/),
  preview: z.string().max(1000),
  tags: z.array(z.string().max(64)).max(16),
  maskable: z.boolean(),
});
const unscannable = z.strictObject({ part: path, reason, bytes: count, detail });
const line = z
  .strictObject({ part: path, chain: z.array(z.string().max(100)).max(40), scanned: count, unscanned: count, reason: reason.optional(), inside: path.optional() })
  .transform(({ reason: why, inside, ...rest }) => ({ ...rest, ...(why === undefined ? {} : { reason: why }), ...(inside === undefined ? {} : { inside }) }));
const told = z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('found'), one: finding }), z.strictObject({ kind: z.literal('unscannable'), one: unscannable }), z.strictObject({ kind: z.literal('line'), one: line })]);

/** What one page and its names may be at most; a page's runs are cut at each of its findings. */
const PAGE_RUNS = 40_000;
const PAGE_FOUND = 4_000;
const NAMES = 1_000;
const place = z.strictObject({ depth: count, inString: z.boolean(), escaped: z.boolean(), justOpened: z.boolean(), word: z.enum(['none', 'begun', 'parted']) });
const page = z.strictObject({
  kind: z.enum(['text', 'json', 'form', 'table']),
  runs: z.array(z.strictObject({ text: z.string().max(70_000), found: count.optional(), hidden: z.literal(true).optional() })).max(PAGE_RUNS).refine((runs) => runs.reduce((sum, { text }) => sum + text.length, 0) <= 70_000),
  found: z.array(z.strictObject({ start: count, end: count, finding })).max(PAGE_FOUND),
  continued: z.boolean(),
  json: place.optional(),
  more: count.optional(),
});
const names = z.strictObject({
  kind: z.literal('names'),
  names: z.array(z.strictObject({ part: path, name: z.string().max(300).optional(), mediaType: z.string().max(300).optional(), inline: z.literal(true).optional(), cautions: z.array(z.enum(['control', 'direction', 'invisible', 'mixed-script', 'two-extensions'])).max(5) })).max(NAMES),
});

/** Which of the child's own spools in the gateway. */
const spool = z.number().int().min(0).max(1_000_000);
const request = count;

const fromChild = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  /** Bytes of the file. */
  z.strictObject({ kind: z.literal('range'), request, offset: count, length: z.number().int().min(0).max(MOST_BYTES) }),
  z.strictObject({ kind: z.literal('told'), told: z.array(told).max(MOST_TOLD) }),
  z.strictObject({ kind: z.literal('append'), request, spool, bytes }),
  z.strictObject({ kind: z.literal('fetch'), request, spool, offset: count, length: z.number().int().min(0).max(MOST_BYTES) }),
  z.strictObject({ kind: z.literal('drop'), request, spool }),
  z.strictObject({ kind: z.literal('piece'), request, bytes }),
  /** The file was read, or written; `code` names an error for the log. */
  z.strictObject({ kind: z.literal('done'), memo: z.strictObject({ touched: z.array(path).max(TOUCHED_MOST), samples: z.array(finding).max(VALUES_MOST + 1000) }).optional() }),
  z.strictObject({ kind: z.literal('failed'), reason, code: detail }),
  /** What a person is shown; nothing where there is no such text. */
  z.strictObject({ kind: z.literal('looked'), looked: z.union([page, names]).optional() }),
  /** Something threw that no reason stands for. */
  z.strictObject({ kind: z.literal('threw'), code: z.string().regex(/^[A-Za-z0-9_]{1,40}$/) }),
]);

export type Told = { readonly kind: 'found'; readonly one: Finding } | { readonly kind: 'unscannable'; readonly one: Unscannable } | { readonly kind: 'line'; readonly one: PartReceipt };

export type FromChild =
  | { readonly kind: 'ready' }
  | { readonly kind: 'range'; readonly request: number; readonly offset: number; readonly length: number }
  | { readonly kind: 'told'; readonly told: readonly Told[] }
  | { readonly kind: 'append'; readonly request: number; readonly spool: number; readonly bytes: Uint8Array }
  | { readonly kind: 'fetch'; readonly request: number; readonly spool: number; readonly offset: number; readonly length: number }
  | { readonly kind: 'drop'; readonly request: number; readonly spool: number }
  | { readonly kind: 'piece'; readonly request: number; readonly bytes: Uint8Array }
  | { readonly kind: 'done'; readonly memo?: ContainerMemo }
  | { readonly kind: 'looked'; readonly looked?: Looked | undefined }
  | { readonly kind: 'failed'; readonly reason: UnscannableReason; readonly code: string }
  | { readonly kind: 'threw'; readonly code: string };

/** Undefined where it is none. */
export function checkedMessage(message: unknown): FromChild | undefined {
  const { data } = fromChild.safeParse(message);
  if (data?.kind !== 'done') return data;
  return data.memo === undefined ? { kind: 'done' } : { kind: 'done', memo: data.memo };
}
