/** Where bytes wait: the spool until the verdict, the vault until a person decides. */
import type { Facts, HttpHead } from './exchange.js';
import type { SealedMail } from './mail.js';
import type { ChannelName, Direction, ExchangeId, Field } from './names.js';

/** A body kept until its verdict: memory within a process-wide budget, then a temp file encrypted with a key only this process has. */
export interface Spool {
  readonly size: number;
  write(chunk: Uint8Array): Promise<void>;
  /** Takes the chunk over as it is: nobody writes into it any more. A promise only where it has to be waited for. Absent: `write` it. */
  adopt?(chunk: Uint8Array): Promise<void> | undefined;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** From `offset` to the end, in order. */
  stream(offset?: number): AsyncIterable<Uint8Array>;
  /** All of it as it is kept, where nothing of it is on disk: nobody writes into that. */
  kept?(): readonly Uint8Array[] | undefined;
  /** Frees memory and file; safe to call twice. */
  close(): Promise<void>;
}
export interface SpoolFactory {
  create(): Spool;
  /** Of a body that is in memory as a whole and stays there: its bytes come once more by `adopt` as they are read. Nothing where memory is short; absent: `create` one. */
  hold?(whole: readonly Uint8Array[]): Spool | undefined;
  /** Bytes now in memory and on disk, for metrics. */
  usage(): { readonly memory: number; readonly disk: number };
}

/** The facts sealed with a held body, first in the sealed file, as one JSON line. */
export interface SealedHead {
  /** 2: the edit log replaces parts as well; a reader that knows only 1 must not apply it. */
  readonly version: 1 | 2;
  readonly id: string;
  readonly channel: ChannelName;
  readonly route: string;
  readonly direction: Direction;
  readonly http: HttpHead;
  readonly facts: Facts;
  readonly bodyLength: number;
  /** Bytes of the edit log that follows the body (see body/edit-log.ts). */
  readonly editsLength: number;
  /** Bytes of the body once its edits are applied, where they are another number. */
  readonly maskedLength?: number | undefined;
  /** False: something in the body could not be masked; a masked release would let it out. */
  readonly maskable?: boolean | undefined;
  /** The request target and fields with findings masked; used by a masked release. */
  readonly maskedTarget: string;
  readonly maskedFields: readonly Field[];
  readonly trailers: readonly Field[];
  /** Of a mail: its envelope. `http` then stands for nothing. */
  readonly mail?: SealedMail | undefined;
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
/** Copies of what is sealed, for messages that are split: no key is needed, and the seal still names the message it was made for. */
export interface VaultCopies {
  /** Whole and durable, but unreadable without its key. */
  copyBody(from: ExchangeId, to: ExchangeId): Promise<void>;
  /** Call it while the first message cannot be destroyed or wrapped anew: its row locked and open. */
  copyKey(from: ExchangeId, to: ExchangeId): Promise<void>;
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
  open(id: ExchangeId, /** The id that its seal names, of a message that was split from another. */ sealedAs?: string): Promise<OpenedMessage>;
}
export interface OpenedMessage {
  readonly head: SealedHead;
  /** Both may be read side by side, and again: a preview needs the edits beside the body. */
  body(): AsyncIterable<Uint8Array>;
  edits(): AsyncIterable<Uint8Array>;
  /** Where the body is what its bytes stand for: whether the last reading came to its end. Absent: they are as they came, `head.bodyLength` of them. */
  whole?(): boolean;
  close(): Promise<void>;
}
