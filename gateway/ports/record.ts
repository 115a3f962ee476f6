/** What is written down: the ledger, the audit, alerts, metrics, the log, and what a reviewer may ask of them. */
import type { MarkedAddress } from '../address-mark.js';
import type { Finding, Receipt, Unscannable } from './findings.js';
import type { SuiteName } from './keep.js';
import type { RecipientFate } from './mail-ledger.js';
import type { Action, ChannelName, Direction, ExchangeId, Mode, Severity } from './names.js';

export const HELD_STATES = [
  'held', 'awaiting-second', 'releasing', 'sending', 'released',
  'rejected', 'expired', 'failed', 'uncertain', 'needs-credentials',
] as const;
export type HeldState = (typeof HELD_STATES)[number];

/** What the ledger keeps of a held message: nothing here may hold a value (HC 15). */
export interface HeldMessage {
  readonly id: ExchangeId;
  readonly receivedAt: Date;
  readonly channel: ChannelName;
  readonly route: string;
  readonly direction: Direction;
  readonly policy: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly fourEyes: boolean;
  readonly bytes: number;
  /** Masked previews and counts. */
  readonly findings: readonly Finding[];
  readonly findingCounts: Readonly<Record<string, number>>;
  /** Different values among all that was found; `findings` has the first ones only. */
  readonly distinct?: number | undefined;
  readonly unscannable: readonly Unscannable[];
  readonly receipt: Receipt;
  /** Masked. */
  readonly method: string;
  readonly target: string;
  readonly destination: string;
  readonly user: string | undefined;
  readonly sender: string | undefined;
  readonly recipients: readonly string[];
  readonly subject: string | undefined;
  readonly clientAddress: string | undefined;
  readonly mediaType: string | undefined;
  /** Keyed HMAC over route, target and body: the same again within 24 h joins the incident (HC 19). */
  readonly bodyFingerprint: string;
  /** Keyed HMAC over the same, sender and destination: only this sender's own retry spends the permit of a release (HC 20). */
  readonly permitFingerprint: string;
  /** Keyed HMAC of who sent it, where the route has proof of that. */
  readonly senderKey?: string | undefined;
  readonly suite: SuiteName;
  readonly expiresAt: Date;
  /** From the route's mapping file. */
  readonly department?: string | undefined;
  /** Of the head, masked. */
  readonly fileNames?: readonly string[] | undefined;
  /** Keyed hashes of who sends and who receives: found by them, never read back (HC 15). */
  readonly marks?: { readonly sender: MarkedAddress | undefined; readonly user: MarkedAddress | undefined; readonly recipients: readonly MarkedAddress[] } | undefined;
  /** Keyed HMAC over the body alone: the same content, whoever sends it. */
  readonly contentFingerprint?: string | undefined;
  /** `notice`: a mail of Weir's own; nobody reviews it. Left out: `message`. */
  readonly kind?: 'message' | 'notice' | undefined;
  /** What a notice tells of. */
  readonly about?: ExchangeId | undefined;
}

/** One act worth keeping. `data` holds codes, counts and masked previews only. */
export interface AuditEntry {
  readonly at: Date;
  /** `gateway`, `worker`, `system`, `token:<name>` or an account. */
  readonly actor: string;
  /** For example `verdict.block`, `message.release`, `policy.reload`. */
  readonly act: string;
  readonly subject: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The gateway's side of the ledger. Errors are LedgerUnavailable: nothing was written, or it is in doubt. */
export interface HoldLedger {
  /** An open incident with the same fingerprint within 24 h: count it there and answer with its id. */
  join(route: string, bodyFingerprint: string): Promise<ExchangeId | undefined>;
  /** Message, audit row and outbox rows (alert) in one transaction. */
  hold(message: HeldMessage, audit: AuditEntry): Promise<void>;
  /** Spends a one-time permit left by a `resubmit` release, where there is one. */
  permit(route: string, permitFingerprint: string): Promise<Permit | undefined>;
}
/** A permit that is spent. */
export interface Permit {
  /** Only where what it was spent on has certainly not arrived. Safe to call twice. */
  back(): Promise<void>;
}

/** Every verdict but pass and every unscanned byte. Never loses an entry: a journal on disk takes over while the database is away. */
export interface AuditTrail {
  append(entry: AuditEntry): Promise<void>;
}

/** Fire-and-forget notices for alerting: grouped, retried and sent by jobs. Never carries a value. */
export interface AlertEvent {
  readonly kind: 'hold' | 'block' | 'mask' | 'unscannable' | 'canary' | 'failure' | 'dead-letter' | 'expiry' | 'health' | 'backup' | 'policy';
  readonly at: Date;
  readonly severity: Severity;
  readonly route: string | undefined;
  readonly incident: string | undefined;
  readonly rule: string | undefined;
  /** Code, never prose with content. */
  readonly code: string | undefined;
  readonly counts: Readonly<Record<string, number>>;
}
export interface Alerts {
  raise(event: AlertEvent): void;
}

/** What a reviewer may do and see; the API and the command sit on this. */
export interface ReviewLedger {
  list(filter: MessageFilter): Promise<{ readonly messages: readonly StoredMessage[]; readonly next: string | undefined }>;
  get(id: string): Promise<StoredMessage | undefined>;
  /** Decision, audit row and outbox row in one transaction. A message of four eyes then waits for another person. */
  release(id: string, decision: Decision & { readonly as: 'original' | 'masked' }): Promise<DecisionResult>;
  /** The second person agrees to what the first chose. */
  approve(id: string, decision: Decision): Promise<DecisionResult | { readonly kind: 'same-person' }>;
  /** Either person takes the first approval back: the message is held as before. */
  refuse(id: string, decision: Decision): Promise<DecisionResult>;
  reject(id: string, decision: Decision & { readonly notify?: boolean | undefined; /** For the sender of a mail to read; whoever takes them in has seen that no number stands in them. */ readonly words?: string | undefined }): Promise<DecisionResult>;
  /** Asks those above: the state stays, an alert is raised. */
  escalate(id: string, decision: Decision): Promise<DecisionResult>;
  /** First approvals whose time is over become held again; answers how many. */
  lapse(): Promise<number>;
  /** Settles an `uncertain` or `failed` release: what did a person find out? */
  settle(id: string, decision: { readonly outcome: 'arrived' | 'retry'; readonly reason: string; readonly actor: string }): Promise<DecisionResult>;
  counts(): Promise<{ readonly states: Readonly<Partial<Record<HeldState, number>>>; readonly oldestHeldAt: Date | undefined }>;
}
export interface Decision {
  readonly reason: string;
  readonly actor: string;
  /** Tells persons apart, whatever their actors are called; undefined for the start-up token. */
  readonly accountId?: string | undefined;
}
export interface MessageFilter {
  readonly state?: HeldState | undefined;
  readonly route?: string | undefined;
  /** 1..200 */
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}
export interface StoredMessage extends HeldMessage {
  readonly state: HeldState;
  /** A person keeps it: neither expiry nor shredding. */
  readonly legalHold?: boolean | undefined;
  /** How often the same message came again while it was held. */
  readonly joined: number;
  readonly decision: { readonly kind: 'release' | 'reject' | 'expire'; readonly as: 'original' | 'masked' | undefined; readonly reason: string; readonly actor: string; readonly at: Date } | undefined;
  /** The next hop's answer, once there was one. */
  readonly delivery: { readonly status: number; readonly at: Date; readonly attempts: number } | undefined;
  /** Stable code of the last failed attempt. */
  readonly lastError: string | undefined;
  /** With `awaiting-second`: until when the first approval stands. */
  readonly firstUntil?: Date | undefined;
  readonly escalated?: { readonly at: Date; readonly actor: string } | undefined;
  /** Scanned again since it was held. `foundMore`: the sealed edits do not cover all of it, so a masked release is refused. */
  readonly rescanned?: { readonly at: Date; readonly revision: string; readonly foundMore: boolean } | undefined;
  /** Of a mail, where one message is asked for: how each recipient fared. */
  readonly mail?: { readonly recipients: readonly RecipientFate[] } | undefined;
  /** Its recipients were this message's before somebody decided about some of them. */
  readonly splitFrom?: string | undefined;
}
/** Why a message does not leave masked: a later scan found what its sealed masks do not cover, or one that might is open or was given up. */
export type MaskedRefusal = 'rescan-found-more' | 'rescan-open' | 'not-maskable';
export type DecisionResult =
  | { readonly kind: 'done'; readonly state: HeldState }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'wrong-state'; readonly state: HeldState }
  | { readonly kind: MaskedRefusal };

/** One component of /readyz. */
export type NeededFor = 'all' | 'hold' | 'nothing';
export interface Health {
  readonly component: string;
  /** `nothing`: shown, and told of when it fails, but this node carries its routes without it (HC 24). */
  check(): Promise<{ readonly ok: boolean; readonly neededFor: NeededFor; readonly detail: string }>;
}

/** How one exchange ended, for metrics and the log. */
export interface Outcome {
  readonly id: ExchangeId;
  readonly channel: ChannelName;
  readonly route: string;
  readonly direction: Direction;
  readonly mode: Mode;
  readonly action: Action;
  readonly rule: string;
  readonly policy: string;
  readonly monitored: readonly { readonly rule: string; readonly action: Action }[];
  /** See Verdict. */
  readonly excepted?: readonly { readonly exception: string; readonly detector: string; readonly values: number }[] | undefined;
  readonly bypass?: string | undefined;
  readonly bytes: number;
  readonly receipt: Receipt | undefined;
  readonly findingCounts: Readonly<Record<string, number>>;
  readonly durationSeconds: number;
  readonly scanSeconds: number;
  /** Status sent to the client, when one was. */
  readonly status: number | undefined;
  /** Stable error code when the exchange failed. */
  readonly error: string | undefined;
}
export interface Recorder {
  exchange(outcome: Outcome): void;
}

/** The structured log: a stable event code and scalar fields, never content. `exchange` is the field that names an exchange. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
export interface Log {
  error(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  debug(event: string, fields?: LogFields): void;
  /** Lines of this level go nowhere: whoever would have to gather fields for one need not. Absent: they may. */
  readonly silent?: ((level: 'error' | 'warn' | 'info' | 'debug') => boolean) | undefined;
}

/** What rules, routes or the whole gateway in monitor mode would have done, counted per UTC day (HC 37). */
export interface MonitorReport {
  /** First day counted, `YYYY-MM-DD`. */
  readonly since: string;
  readonly rows: readonly MonitorRow[];
  /** Counts that had no room of their own. */
  readonly folded: number;
}
export interface MonitorRow {
  readonly day: string;
  readonly route: string;
  readonly rule: string;
  readonly action: Action;
  readonly exchanges: number;
}
export interface MonitorReports {
  /** Of the whole fleet. */
  report(): Promise<MonitorReport>;
}
/** Where the processes of a fleet add up what they counted. */
export interface MonitorCounts {
  add(rows: readonly MonitorRow[]): Promise<void>;
  /** Counts that an earlier Weir kept in a file: once for each `digest`. */
  takeIn(digest: string, since: string, rows: readonly MonitorRow[]): Promise<void>;
  /** Counting goes on from this day, or began before it. */
  begin(day: string): Promise<void>;
  report(from: string): Promise<{ readonly since: string | undefined; readonly rows: readonly MonitorRow[]; readonly folded: number }>;
  /** Days before are over. */
  forget(before: string): Promise<void>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a port wrapper sees: crash tests name every awaited port call with it. */
export type WrapPort = <T extends object>(name: string, port: T) => T;

/** What a sender may be told of a held message that has ended: that it did, and how to ask. Neither findings nor detectors. */
export interface SenderNotice {
  readonly kind: 'rejected' | 'expired';
  readonly incident: string;
  readonly route: string;
  readonly direction: Direction;
  readonly receivedAt: Date;
  readonly at: Date;
  /** Masked. */
  readonly sender: string | undefined;
}
