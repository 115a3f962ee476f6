/** What the ledger tells of one message beside the message itself: facts, what has happened, openings, and false positives. */
import type { StoredMessage } from './record.js';

export interface MessageFacts {
  readonly senderHistory: { readonly held30d: number; readonly released30d: number; readonly rejected30d: number };
  /** When the newest of its recipients first occurred; undefined when this message was the first for one of them, or nothing is known. */
  readonly recipientFirstSeen: Date | undefined;
  readonly destinationFirstSeen: Date | undefined;
}
export interface FactsLedger {
  facts(message: StoredMessage): Promise<MessageFacts>;
}

export interface TimelineEvent {
  readonly at: Date;
  readonly actor: string;
  readonly act: string;
  /** What somebody wrote. */
  readonly text: string | undefined;
  /** Codes and counts. */
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}
export interface TimelineLedger {
  /** Oldest first. */
  timeline(id: string): Promise<readonly TimelineEvent[]>;
}

export type OpenedWhat = 'values' | 'file';
export interface OpeningRequest {
  /** SHA-256, hex. */
  readonly tokenHash: string;
  readonly messageId: string;
  readonly accountId: string;
  readonly actor: string;
  readonly what: OpenedWhat;
  readonly reason: string;
}
export interface OpeningsLedger {
  /** The opening and its audit row are one transaction: nothing is shown without it. */
  open(request: OpeningRequest): Promise<{ readonly kind: 'opened'; readonly expiresAt: Date } | { readonly kind: 'not-found' } | { readonly kind: 'too-many' }>;
  /** Each look is a row of its own in the audit. Undefined: no such opening for this account and message, or its time is over. */
  read(look: Omit<OpeningRequest, 'reason'>): Promise<{ readonly expiresAt: Date } | undefined>;
}

export interface FalsePositiveMark {
  readonly messageId: string;
  readonly findings: readonly { readonly index: number; readonly detector: string }[];
  readonly exception: string;
  readonly reason: string;
  readonly actor: string;
}
export interface FalsePositives {
  marked(messageId: string): Promise<readonly number[]>;
  /** The exception of an earlier request that said just this. */
  repeated(mark: Omit<FalsePositiveMark, 'exception'>): Promise<string | undefined>;
  mark(mark: FalsePositiveMark): Promise<void>;
}
