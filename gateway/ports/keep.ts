/** Where bytes wait: the spool until the verdict, the vault until a person decides. */
import type { Facts, HttpHead } from './exchange.js';
import type { ChannelName, Direction, ExchangeId, Field } from './names.js';

/** A body kept until its verdict: memory within a process-wide budget, then a temp file encrypted with a key only this process has. */
export interface Spool {
  readonly size: number;
  write(chunk: Uint8Array): Promise<void>;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** From `offset` to the end, in order. */
  stream(offset?: number): AsyncIterable<Uint8Array>;
  /** Frees memory and file; safe to call twice. */
  close(): Promise<void>;
}
export interface SpoolFactory {
  create(): Spool;
  /** Bytes now in memory and on disk, for metrics. */
  usage(): { readonly memory: number; readonly disk: number };
}

/** The facts sealed with a held body, first in the sealed file, as one JSON line. */
export interface SealedHead {
  readonly version: 1;
  readonly id: string;
  readonly channel: ChannelName;
  readonly route: string;
  readonly direction: Direction;
  readonly http: HttpHead;
  readonly facts: Facts;
  readonly bodyLength: number;
  /** Bytes of the edit log that follows the body (see body/edit-log.ts). */
  readonly editsLength: number;
  /** The request target and fields with findings masked; used by a masked release. */
  readonly maskedTarget: string;
  readonly maskedFields: readonly Field[];
  readonly trailers: readonly Field[];
}

/** Write-only side: everything a gateway without the review key can do. */
export interface Vault {
  /** Seals head, body and edits; resolves only when both files and their folder are fsynced. Nothing remains of a seal that fails. */
  seal(id: ExchangeId, head: SealedHead, body: AsyncIterable<Uint8Array>, edits: AsyncIterable<Uint8Array>): Promise<SealReceipt>;
  /** Destroys the key, then the body. Idempotent. */
  shred(id: ExchangeId): Promise<void>;
  /** Ids that have files, for reconcile. */
  list(): AsyncIterable<ExchangeId>;
  space(): Promise<{ readonly usedBytes: number; readonly freeBytes: number; readonly limitBytes: number }>;
}
/** How a message was sealed (HC 28). */
export const SUITES = ['age-v1', 'gm-1'] as const;
export type SuiteName = (typeof SUITES)[number];

export interface SealReceipt {
  readonly suite: SuiteName;
  readonly recipient: string;
  readonly sealedBytes: number;
}
/** Reading side: exists only where the review key is. */
export interface VaultReader {
  /** Every byte handed out has been authenticated. */
  open(id: ExchangeId): Promise<OpenedMessage>;
}
export interface OpenedMessage {
  readonly head: SealedHead;
  /** Both may be read side by side, and again: a preview needs the edits beside the body. */
  body(): AsyncIterable<Uint8Array>;
  edits(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
