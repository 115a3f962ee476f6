/** Opening what can only be read whole: a child process looks into a copy of the part and can write the part anew. */
import type { Finding } from './findings.js';
import type { ChildPart, ChildSink } from './inspect.js';
import type { UnscannableReason } from './names.js';
import type { LookAsked, Looked } from './preview.js';

/** Bytes with random access: a spool, or a part of one. */
export interface PartSource {
  readonly size: number;
  /** Exactly `length` bytes: whoever asks stays within `size`. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

export interface PartOpener {
  /** Reads the part to its end, tells `sink` what it showed, and resolves. What it could not read it tells as well: it throws only where nobody can say anything about the part. Whoever sends much waits behind those who send little: `asker` tells them apart. */
  open(child: ChildPart, source: PartSource, sink: ChildSink, signal?: AbortSignal, asker?: string): Promise<OpenedPart>;
  /** For people who decide: looks at one of the parts in it, or at their names. Where there is no such text: undefined. */
  look?(child: ChildPart, source: PartSource, asked: LookAsked, signal?: AbortSignal): Promise<{ readonly looked: Looked | undefined } | { readonly reason: UnscannableReason }>;
  close(): Promise<void>;
}

/** A part that was read; `source` must stay readable until `close`. */
export interface OpenedPart {
  /** Absent: this format cannot be written anew (its findings carry maskable: false). `wanted` is asked for findings as `Plan.masks` is. Nothing: nothing in it was wanted, the bytes stay as they are. */
  rewrite?(wanted: (finding: Finding) => boolean): Promise<AsyncIterable<Uint8Array> | undefined>;
  close(): Promise<void>;
}
