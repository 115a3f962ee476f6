/** The queue of held messages: what may be asked of it, what a row of it tells, and what people do with many at once. */
import type { Severity } from './names.js';
import type { Caller, Scope } from './people.js';
import type { DecisionResult, HeldMessage, HeldState, MaskedRefusal, StoredMessage } from './record.js';

export const QUEUE_ORDERS = ['risk', 'newest', 'oldest', 'expiry'] as const;
export type QueueOrder = (typeof QUEUE_ORDERS)[number];
export const SLA_STATES = ['ok', 'soon', 'late'] as const;
export type SlaState = (typeof SLA_STATES)[number];
/** States in which a message waits for a person. */
export const WAITING_STATES = ['held', 'awaiting-second', 'needs-credentials', 'failed', 'uncertain'] as const satisfies readonly HeldState[];

export const GROUP_REASONS = ['fingerprints', 'file', 'sender'] as const;
/** Why messages are alike: same sender and findings; same content; same sender and subject. */
export type GroupReason = (typeof GROUP_REASONS)[number];

/** Part of a risk score. */
export interface RiskReason {
  readonly code: string;
  readonly points: number;
}
/** What of a message is worked out once, when it is held, so that the queue can sort and search by it. */
export interface QueueFacts {
  /** 0..100, without what waiting adds. */
  readonly risk: number;
  readonly riskReasons: readonly RiskReason[];
  readonly groupKey: string;
  readonly groupReason: GroupReason;
  readonly grades: readonly string[];
  readonly detectors: readonly string[];
  /** What is found by exact match: words of masked texts, marks, detectors, grades; each with its kind before a colon. */
  readonly terms: readonly string[];
}
/** Works them out; `firstSeen`: nothing for any of these recipients was held before. */
export type AssessQueue = (message: HeldMessage, firstSeen: boolean) => QueueFacts;

/** A filter as the ledger takes it: addresses are marks, words are split. Keys are joined by "and", values of one by "or". */
export interface QueueFilter {
  readonly states?: readonly HeldState[] | undefined;
  readonly routes?: readonly string[] | undefined;
  readonly channels?: readonly string[] | undefined;
  readonly severities?: readonly Severity[] | undefined;
  readonly destination?: string | undefined;
  /** `null`: nobody's. */
  readonly assignee?: string | null | undefined;
  readonly id?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly group?: string | undefined;
  /** A message has at least one term of each list. */
  readonly terms: readonly (readonly string[])[];
}
interface QueueQuery {
  readonly filter: QueueFilter;
  readonly scope: ScopeMarks | undefined;
  readonly order: QueueOrder;
  /** 1..200 */
  readonly limit: number;
  readonly after?: string | undefined;
}
/** A Scope with its senders as marks. */
export interface ScopeMarks {
  readonly routes?: readonly string[] | undefined;
  readonly departments?: readonly string[] | undefined;
  readonly senders?: readonly string[] | undefined;
}

/** Lists leave findings and receipt out. */
export interface QueuedMessage extends Omit<StoredMessage, 'findings' | 'receipt'> {
  readonly queue: {
    readonly risk: number;
    readonly riskReasons: readonly RiskReason[];
    readonly groupKey: string;
    readonly groupReason: GroupReason;
    /** Waiting messages of the group within the scope, this one among them, up to GROUP_COUNTED. */
    readonly groupSize: number;
    readonly grades: readonly string[];
    readonly detectors: readonly string[];
    readonly fileNames: readonly string[];
    readonly department: string | undefined;
    readonly senderMark: string | undefined;
    readonly assignee: string | undefined;
    readonly comments: number;
    readonly legalHold: boolean;
  };
}
interface QueueGroup {
  readonly key: string;
  readonly why: GroupReason;
  readonly size: number;
  readonly oldest: Date;
  readonly sample: QueuedMessage;
}
export interface QueueCounts {
  readonly states: Readonly<Partial<Record<HeldState, number>>>;
  /** Of what waits. */
  readonly mine: number;
  readonly unassigned: number;
  readonly late: number;
}

export type AssignResult = { readonly kind: 'done' } | { readonly kind: 'not-found' } | { readonly kind: 'wrong-state'; readonly state: HeldState };

export interface QueueLedger {
  page(query: QueueQuery): Promise<{ readonly messages: readonly QueuedMessage[]; readonly next: string | undefined }>;
  groups(query: Pick<QueueQuery, 'filter' | 'scope' | 'limit'>): Promise<readonly QueueGroup[]>;
  counts(query: { readonly scope: ScopeMarks | undefined; readonly accountId: string | undefined; readonly now: Date; readonly sla: SlaLimits }): Promise<QueueCounts>;
  /** Those of the ids that are within the scope. */
  visible(ids: readonly string[], scope: ScopeMarks | undefined): Promise<ReadonlySet<string>>;
  assign(id: string, assignment: { readonly to: string | null; readonly scope: ScopeMarks | undefined; readonly actor: string }): Promise<AssignResult>;
}

/** Milliseconds within which a message of each severity is to be decided. */
export type SlaLimits = Readonly<Record<Severity, number>>;

/** Someone who may be given a message to decide. */
export interface Decider {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly scope: Scope | undefined;
}
export interface Deciders {
  /** Active people with the right to decide. */
  list(): Promise<readonly Decider[]>;
}

// ---------------------------------------------------------------- many at once

export const BULK_ACTIONS = ['release', 'release-masked', 'reject', 'assign'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];
export const BULK_SKIPS = ['not-found', 'four-eyes', 'wrong-state', 'legal-hold', 'leaves-unmasked', 'rescan-found-more', 'rescan-open', 'not-maskable'] as const;
export type BulkSkip = (typeof BULK_SKIPS)[number];
export const BULK_RESULTS = ['done', 'not-found', 'wrong-state', 'four-eyes', 'legal-hold', 'leaves-unmasked', 'rescan-found-more', 'rescan-open', 'not-maskable', 'failed'] as const;
export type BulkResult = (typeof BULK_RESULTS)[number];

export interface BulkCandidate {
  readonly id: string;
  readonly state: HeldState;
  readonly fourEyes: boolean;
  readonly legalHold: boolean;
  /** Something in it would leave as it came even when it is released masked: unread, not maskable, or found beyond what is kept. */
  readonly leavesUnmasked?: boolean | undefined;
  /** What a later scan has to do with a masked release of it. */
  readonly maskedRefusal?: MaskedRefusal | undefined;
  readonly route: string;
  readonly sender: string | undefined;
  readonly findingCounts: Readonly<Record<string, number>>;
}
/** What a preview promised: kept until it is carried out or five minutes are over. */
export interface BulkPlan {
  readonly actor: string;
  readonly action: BulkAction;
  readonly accountId: string | null | undefined;
  readonly ids: readonly string[];
  /** SHA-256 over filter and ids. */
  readonly digest: string;
  readonly expiresAt: Date;
}
export interface BulkLedger {
  candidates(pick: { readonly filter: QueueFilter } | { readonly ids: readonly string[] }, scope: ScopeMarks | undefined, limit: number): Promise<readonly BulkCandidate[]>;
  /** Plan and audit row together. */
  plan(tokenHash: string, plan: BulkPlan, audit: Readonly<Record<string, unknown>>): Promise<void>;
  /** Once, for its actor, before its expiry; spends it and writes the audit row of the act. */
  take(tokenHash: string, by: { readonly actor: string; readonly action: BulkAction }): Promise<BulkPlan | undefined>;
  finished(actor: string, digest: string, data: Readonly<Record<string, unknown>>): Promise<void>;
}
/** A decision about one message, in its own transaction. */
export type DecideOne = (id: string, action: Exclude<BulkAction, 'assign'>, reason: string, caller: Caller) => Promise<DecisionResult>;

// ---------------------------------------------------------------- talking about it

export interface MessageComment {
  readonly n: number;
  readonly at: Date;
  readonly actor: string;
  readonly accountId: string | undefined;
  readonly text: string;
}
export interface CommentsLedger {
  add(messageId: string, comment: { readonly actor: string; readonly accountId: string | undefined; readonly text: string }): Promise<MessageComment | 'not-found' | 'too-many'>;
  list(messageId: string): Promise<readonly MessageComment[]>;
}

export interface SavedFilter {
  readonly id: string;
  readonly name: string;
  /** As the API takes it, addresses as marks. */
  readonly filter: unknown;
  readonly labels: { readonly sender?: string | undefined; readonly recipient?: string | undefined };
  readonly order: QueueOrder | undefined;
  readonly shared: boolean;
  readonly accountId: string;
  readonly createdAt: Date;
}
export interface FiltersLedger {
  /** One's own and the shared ones. */
  list(accountId: string): Promise<readonly SavedFilter[]>;
  save(accountId: string, actor: string, filter: Pick<SavedFilter, 'name' | 'filter' | 'labels' | 'order' | 'shared'>): Promise<SavedFilter | 'too-many'>;
  /** Only one's own. */
  remove(accountId: string, actor: string, id: string): Promise<boolean>;
}

// ---------------------------------------------------------------- figures and changes

export interface OverviewFigures {
  readonly held: number;
  readonly oldestHeldAt: Date | undefined;
  readonly late: number;
  readonly byState: Readonly<Partial<Record<HeldState, number>>>;
  readonly bySeverity: Readonly<Record<string, number>>;
  readonly heldPerDay: readonly { readonly day: string; readonly count: number }[];
  readonly decisionsPerDay: readonly { readonly day: string; readonly released: number; readonly masked: number; readonly rejected: number; readonly expired: number }[];
  readonly findingsByType: readonly { readonly detector: string; readonly findings: number; readonly messages: number }[];
  readonly byChannel: readonly { readonly channel: string; readonly messages: number; readonly findings: number }[];
  readonly byRoute: readonly { readonly route: string; readonly messages: number }[];
  readonly topSenders: readonly { readonly sender: string; readonly mark: string | undefined; readonly messages: number }[];
  readonly topDestinations: readonly { readonly destination: string; readonly messages: number }[];
  readonly falsePositiveRate: number | undefined;
  readonly releasedUnchangedRate: number | undefined;
  readonly medianDecisionSeconds: number | undefined;
}
export interface OverviewLedger {
  figures(query: { readonly days: number; readonly scope: ScopeMarks | undefined; readonly now: Date; readonly sla: SlaLimits }): Promise<OverviewFigures>;
}

/** Something about a message is different now. */
export interface MessageChange {
  readonly id: string;
  readonly state: HeldState;
}
export interface ChangeFeed {
  /** `undefined`: changes may have been missed, look again. Answers with how to stop listening. */
  subscribe(listener: (change: MessageChange | undefined) => void): () => void;
}
