/** The ledger's tables as kysely sees them; migrations/ makes them. Nothing here may hold a value (HC 15). */
import type { ColumnType, Generated, Kysely, Transaction } from 'kysely';
import type { HeldState, JobKind, SuiteName } from '../ports.js';
import type { FleetStateTables } from './fleet-tables.js';
import type { AlertTables } from './alert-tables.js';
import type { MailTables } from './mail-tables.js';
import type { PeopleTables } from './people-tables.js';
import type { UploadTables } from './upload-tables.js';

/** Read as the value, written as JSON text. */
type Json<T> = ColumnType<T, string, string>;
type At = ColumnType<Date, Date, Date>;
type MaybeAt = ColumnType<Date | null, Date | null | undefined, Date | null>;

export interface MessagesTable {
  readonly id: string;
  readonly received_at: At;
  readonly channel: string;
  readonly route: string;
  readonly direction: string;
  readonly policy: string;
  readonly rule: string;
  readonly severity: string;
  readonly four_eyes: boolean;
  readonly bytes: number;
  readonly findings: Json<unknown>;
  readonly finding_counts: Json<unknown>;
  readonly unscannable: Json<unknown>;
  readonly receipt: Json<unknown>;
  readonly method: string;
  readonly target: string;
  readonly destination: string;
  readonly sender_user: string | null;
  readonly sender: string | null;
  readonly recipients: Json<unknown>;
  readonly subject: string | null;
  readonly client_address: string | null;
  readonly media_type: string | null;
  readonly body_fingerprint: string;
  readonly permit_fingerprint: string;
  readonly suite: SuiteName;
  readonly expires_at: At;
  readonly state: HeldState;
  readonly joined: Generated<number>;
  readonly decision_kind: 'release' | 'reject' | 'expire' | null;
  readonly decision_as: 'original' | 'masked' | null;
  readonly decision_reason: string | null;
  readonly decision_actor: string | null;
  readonly decision_at: MaybeAt;
  readonly delivery_status: number | null;
  readonly delivery_at: MaybeAt;
  readonly attempts: Generated<number>;
  readonly last_error: string | null;
  /** Grows with every lease: an older holder's writes no longer match. */
  readonly fence: Generated<number>;
  readonly lease_until: MaybeAt;
  /** `all` is written before the last byte of a release is handed over. */
  readonly sent: Generated<'none' | 'all'>;
  /** Percent of its retention the last expiry alert was for. */
  readonly expiry_warned: Generated<number>;
  readonly shredded_at: MaybeAt;
  /** Neither expiry nor shredding while a person keeps it. */
  readonly legal_hold: Generated<boolean>;
  /** Keyed HMAC of a proven sender. */
  readonly sender_key: string | null;
  readonly department: string | null;
  /** Keyed hash of the sender as the route names it. */
  readonly sender_mark: string | null;
  readonly file_names: ColumnType<unknown, string | undefined, string>;
  /** Without what waiting adds. */
  readonly risk: Generated<number>;
  readonly risk_reasons: ColumnType<unknown, string | undefined, string>;
  /** Sorts by risk, waiting included: see `riskRank`. */
  readonly risk_rank: Generated<number>;
  readonly group_key: Generated<string>;
  readonly group_reason: Generated<string>;
  readonly grades: Generated<string[]>;
  readonly detectors: Generated<string[]>;
  /** What the message is found by: see QueueFacts. */
  readonly terms: Generated<string[]>;
  readonly assignee: string | null;
  readonly comments: Generated<number>;
  /** With `awaiting-second`: the account that approved first, if it was one, and until when that stands. */
  readonly first_account: string | null;
  readonly first_until: MaybeAt;
  readonly escalated_at: MaybeAt;
  readonly escalated_by: string | null;
  /** When it was last scanned again, with which revision, and whether that found what the sealed edits do not cover. */
  readonly rescanned_at: MaybeAt;
  readonly rescan_revision: string | null;
  readonly rescan_found_more: Generated<boolean>;
  /** `notice`: a mail of Weir's own, which no person decides about. */
  readonly message_kind: Generated<'message' | 'notice'>;
  /** The id inside a seal that was copied from another message's. */
  readonly sealed_as: string | null;
  /** What a notice tells of. */
  readonly about: string | null;
  /** Where its recipients were before. */
  readonly split_from: string | null;
}

export interface KnownRecipientsTable {
  readonly mark: string;
  readonly first_at: At;
}

export interface CommentsTable {
  readonly n: Generated<number>;
  readonly message_id: string;
  readonly account_id: string | null;
  readonly actor: string;
  readonly at: At;
  readonly words: string;
}

export interface SavedFiltersTable {
  readonly n: Generated<number>;
  readonly account_id: string;
  readonly name: string;
  readonly filter: Json<unknown>;
  readonly labels: Json<unknown>;
  readonly sort: string | null;
  readonly shared: boolean;
  readonly created_at: At;
}

export interface BulkPlansTable {
  readonly token_hash: string;
  readonly actor: string;
  readonly action: string;
  readonly plan: Json<unknown>;
  readonly digest: string;
  readonly expires_at: At;
}

/** Looks at originals: the token is known to whoever opened it alone. */
export interface OpeningsTable {
  readonly token_hash: string;
  readonly message_id: string;
  readonly account_id: string;
  readonly actor: string;
  readonly what: 'values' | 'file';
  readonly reason: string;
  readonly opened_at: At;
  readonly expires_at: At;
  readonly reads: Generated<number>;
}

/** Findings that somebody called false positives; one mark each. */
export interface FalsePositivesTable {
  readonly message_id: string;
  readonly finding: number;
  readonly detector: string;
  readonly actor: string;
  readonly at: At;
  readonly exception_id: string;
}

export interface DecisionsTable {
  readonly n: Generated<number>;
  readonly message_id: string;
  readonly kind: string;
  readonly as_form: string | null;
  readonly reason: string;
  readonly actor: string;
  readonly at: At;
}

export type OutboxKind = JobKind;
export interface OutboxTable {
  readonly n: Generated<number>;
  readonly kind: OutboxKind;
  /** The message a job is about; null for `alert`. */
  readonly message_id: string | null;
  /** What else it is about: the number of a notice or of a delivery, the revision to scan with. */
  readonly ref: string | null;
  /** Why, for `destroy`: released, rejected or expired. */
  readonly why: string | null;
  readonly created_at: At;
  readonly due_at: At;
  /** When it was last handed to the carrier. */
  readonly carried_at: MaybeAt;
  readonly closed_at: MaybeAt;
  readonly outcome: 'done' | 'dead' | 'moot' | null;
  readonly attempts: Generated<number>;
  readonly last_error: string | null;
}

/** Who does for a whole fleet what one process is to do; by the server's clock. */
export interface LeasesTable {
  readonly name: string;
  readonly holder: string;
  readonly until: At;
}

/** Each time that held messages were to be scanned again. */
export interface RescanRunsTable {
  readonly n: Generated<number>;
  readonly revision: string;
  readonly cause: 'revision' | 'asked';
  readonly actor: string;
  readonly reason: string | null;
  readonly messages: number;
  readonly at: At;
}

export interface PermitsTable {
  readonly n: Generated<number>;
  readonly route: string;
  readonly permit_fingerprint: string;
  readonly message_id: string;
  readonly expires_at: At;
  readonly spent_at: MaybeAt;
}

export interface AlertEventsTable {
  readonly n: Generated<number>;
  readonly at: At;
  readonly kind: string;
  readonly severity: string;
  readonly route: string | null;
  readonly incident: string | null;
  readonly rule: string | null;
  readonly code: string | null;
  readonly counts: Json<Record<string, number>>;
  readonly batched_at: MaybeAt;
  /** The same event written twice is one. */
  readonly event_id: ColumnType<string | null, string | null | undefined, never>;
}

export interface AlertBatchesTable {
  readonly n: Generated<number>;
  readonly sink: string;
  readonly batch: Json<unknown>;
  readonly created_at: At;
  readonly due_at: At;
  readonly attempts: Generated<number>;
  readonly state: Generated<'open' | 'sent' | 'dead'>;
  readonly last_error: string | null;
}

/** Every id the vault may have files for is claimed once: by its message, or by the sweep that destroys an orphan. */
export interface VaultClaimsTable {
  readonly id: string;
  readonly claim: 'message' | 'orphan' | 'destroyed';
  readonly at: At;
}

export interface AuditTable {
  readonly writer: string;
  readonly seq: number;
  readonly entry_id: string;
  readonly at: At;
  readonly actor: string;
  readonly act: string;
  readonly subject: string | null;
  /** Canonical JSON as text: what was hashed is what is stored. */
  readonly data: string;
  readonly prev: string;
  readonly hash: string;
  /** By the server's clock; says which monthly partition the row lies in. */
  readonly recorded_at: ColumnType<Date, never, never>;
}

export interface ExceptionsTable {
  readonly id: string;
  readonly state: 'proposed' | 'active' | 'refused' | 'ended';
  readonly sender_key: string | null;
  /** Masked. */
  readonly sender: string | null;
  readonly destination: string | null;
  readonly detectors: ColumnType<readonly string[] | null, string | null, string | null>;
  readonly fingerprints: ColumnType<readonly string[] | null, string | null, string | null>;
  readonly conclusive: Generated<boolean>;
  readonly reason: string;
  readonly owner: string;
  readonly message_id: string;
  readonly proposed_by: string;
  readonly proposed_at: At;
  readonly decided_by: string | null;
  readonly decided_at: MaybeAt;
  readonly decision_reason: string | null;
  readonly expires_at: At;
}

export interface BypassesTable {
  readonly id: string;
  readonly state: 'proposed' | 'active' | 'refused' | 'ended' | 'expired';
  readonly route: string;
  readonly reason: string;
  readonly hours: number;
  readonly proposed_by: string;
  readonly proposed_at: At;
  readonly decided_by: string | null;
  readonly decided_at: MaybeAt;
  readonly decision_reason: string | null;
  readonly ends_at: MaybeAt;
}

export interface PolicyRevisionsTable {
  readonly revision: string;
  readonly digest: string;
  /** The file without credentials. */
  readonly yaml: string;
  readonly first_at: At;
}

export interface PolicyRunsTable {
  readonly n: Generated<number>;
  readonly revision: string;
  readonly node: string;
  readonly how: 'start' | 'reload';
  readonly version: string;
  readonly at: At;
}

export interface LegalHoldsTable {
  readonly n: Generated<number>;
  readonly message_id: string;
  readonly on_hold: boolean;
  readonly reason: string;
  readonly actor: string;
  readonly at: At;
}

export interface NoticesTable {
  readonly n: Generated<number>;
  readonly message_id: string;
  readonly kind: 'rejected' | 'expired' | 'held';
  readonly created_at: At;
  readonly due_at: At;
  readonly attempts: Generated<number>;
  /** `none`: the route names nobody who could tell the sender. */
  readonly state: Generated<'open' | 'sent' | 'dead' | 'none'>;
  readonly last_error: string | null;
  /** A reviewer's, for the sender. */
  readonly words: string | null;
}

/** One row: which vault and which keys are this ledger's. */
export interface FleetTable {
  readonly id: number;
  readonly vault: string;
  readonly vault_marked: boolean;
  readonly fingerprint_check: string;
  readonly accounts_check: string;
  readonly audit_check: string;
  readonly adopted_at: At;
}

export interface Tables extends PeopleTables, FleetStateTables, AlertTables, UploadTables, MailTables {
  readonly messages: MessagesTable;
  readonly known_recipients: KnownRecipientsTable;
  readonly comments: CommentsTable;
  readonly saved_filters: SavedFiltersTable;
  readonly bulk_plans: BulkPlansTable;
  readonly decisions: DecisionsTable;
  readonly openings: OpeningsTable;
  readonly false_positives: FalsePositivesTable;
  readonly outbox: OutboxTable;
  readonly leases: LeasesTable;
  readonly rescan_runs: RescanRunsTable;
  readonly permits: PermitsTable;
  readonly alert_events: AlertEventsTable;
  readonly alert_batches: AlertBatchesTable;
  readonly vault_claims: VaultClaimsTable;
  readonly audit: AuditTable;
  readonly exceptions: ExceptionsTable;
  readonly bypasses: BypassesTable;
  readonly policy_revisions: PolicyRevisionsTable;
  readonly policy_runs: PolicyRunsTable;
  readonly legal_holds: LegalHoldsTable;
  readonly notices: NoticesTable;
  readonly fleet: FleetTable;
}

export type Db = Kysely<Tables>;
export type Trx = Transaction<Tables>;
