/** The vocabulary the stages share: what flows between them, and the ports they reach the world through. Read this first. */

// ---------------------------------------------------------------- names

/** Also the incident id that senders and reviewers see: `w` + 26 characters, sortable by time, unguessable. */
export type ExchangeId = string & { readonly __exchange: unique symbol };
/** An offset in the bytes of one body as they came over the wire. */
export type WireOffset = number & { readonly __wire: unique symbol };

export type ChannelName = 'http' | 'smtp' | 'icap';
export type Direction = 'request' | 'response';
export type Action = 'pass' | 'mask' | 'block' | 'hold';
export type Mode = 'watch' | 'stream' | 'hold';
export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

/** Why bytes were not read. A closed list: policy, metrics and receipts use exactly these. */
export const UNSCANNABLE_REASONS = [
  'encrypted', 'too-deep', 'too-large', 'too-many-parts', 'bad-charset',
  'malformed', 'timeout', 'unsupported', 'no-text', 'failed',
] as const;
export type UnscannableReason = (typeof UNSCANNABLE_REASONS)[number];

/** One header field as it stood on the wire: order, case and repeats are kept. */
export type Field = readonly [name: string, value: string];

// ---------------------------------------------------------------- an exchange

/** Who sends what to whom, as far as the route can tell; `undefined` is policy's `unknown`. */
export interface Facts {
  readonly channel: ChannelName;
  readonly route: string;
  readonly direction: Direction;
  readonly clientAddress: string | undefined;
  readonly user: string | undefined;
  readonly department: string | undefined;
  readonly sender: string | undefined;
  readonly recipients: readonly string[];
  readonly subject: string | undefined;
  /** Host the bytes go to. */
  readonly destination: string;
  readonly method: string | undefined;
  /** Content-Type without parameters, lower case. */
  readonly mediaType: string | undefined;
  /** File names that the head shows (target's last segment, Content-Disposition). */
  readonly fileNames: readonly string[];
}

/** What is known of an HTTP message before its body: everything a replay needs, so it exists outside the seal only masked. */
export interface HttpHead {
  readonly method: string;
  /** Request target as received (origin form). */
  readonly target: string;
  readonly fields: readonly Field[];
  /** Set for a response head. */
  readonly status?: number;
}

/** What the decoders may know of a body before its first byte. */
export interface BodyHead {
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly contentDisposition: string | undefined;
  /** Declared bytes; `undefined` when chunked. */
  readonly length: number | undefined;
  /** Names of fields that sign or hash the body (Content-MD5, Digest, x-amz-content-sha256 …): a mask would break them. */
  readonly signedBy: readonly string[];
  /** Texts outside the body that are scanned as the part `head` (query, chosen fields, subject, file names). */
  readonly texts: readonly HeadText[];
}

/** A piece of the head that is scanned. Only `query` may be masked in place (HC 15). */
export interface HeadText {
  readonly name: string;
  readonly kind: 'query' | 'path' | 'field' | 'subject' | 'file-name' | 'address';
  readonly text: string;
}

// ---------------------------------------------------------------- findings

/** Where something was found and what kind it is. It never carries the value. */
export interface Finding {
  readonly detector: string;
  /** Path in the tree of parts: `head`, `body`, `body/2:report.txt` … */
  readonly part: string;
  readonly start: number;
  readonly end: number;
  /** 0..1 */
  readonly confidence: number;
  readonly reasons: readonly string[];
  /** Keyed HMAC of the normalised value, 16 hex digits: counts distinct values, tells nothing else. */
  readonly fingerprint: string;
  /** The value behind its default mask. */
  readonly preview: string;
  /** For example `test-number`. */
  readonly tags: readonly string[];
  /** False where no decoder can write (head fields, read-only parts). */
  readonly maskable: boolean;
}

/** All findings that policy cannot tell apart, with how many there were. Bounded: see DISTINCT_CAP. */
export interface FindingClass {
  readonly detector: string;
  readonly confidence: number;
  readonly tags: readonly string[];
  readonly where: 'head' | 'body';
  readonly maskable: boolean;
  readonly count: number;
  /** Fingerprints, at most DISTINCT_CAP of them. */
  readonly distinct: ReadonlySet<string>;
}

/** Distinct values remembered per class; policy thresholds may not exceed it, so counting stays exact where it matters. */
export const DISTINCT_CAP = 10_000;

export interface Unscannable {
  readonly part: string;
  readonly reason: UnscannableReason;
  readonly bytes: number;
  /** What a person may read about it; never content. */
  readonly detail: string;
}

/** One line of the coverage receipt. For every part: scanned + unscanned = its size. */
export interface PartReceipt {
  readonly part: string;
  /** For example ['multipart', 'utf-8', 'json']. */
  readonly chain: readonly string[];
  readonly scanned: number;
  readonly unscanned: number;
  readonly reason?: UnscannableReason;
}

export interface Receipt {
  readonly size: number;
  readonly scanned: number;
  readonly unscanned: number;
  readonly parts: readonly PartReceipt[];
  /** Parts beyond the listed ones, folded. */
  readonly more: number;
  readonly detectors: string;
  readonly policy: string;
}

/** What policy decides from. */
export interface Evidence {
  readonly classes: readonly FindingClass[];
  readonly unscannable: readonly Unscannable[];
}

// ---------------------------------------------------------------- detect: one body, first byte to last

/** A change of bytes in place: `bytes` replace as many at `at`. */
export interface Edit {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** An edit and the finding it covers. */
export interface MaskEdit extends Edit {
  readonly finding: Finding;
}

/** What the inspector knows after a chunk: everything before `settled` has been judged; `edits` all lie before it, to be applied in this order. */
export interface Progress {
  readonly settled: number;
  readonly edits: readonly MaskEdit[];
}

/** Looks at one body, chunk by chunk; synchronous, so that it can be called plainly and moved to another thread. */
export interface Inspector {
  write(chunk: Uint8Array): Progress;
  /** Call once, after the last byte. `complete: false` when the sender left early. */
  end(complete: boolean): Progress;
  /** Grows while writing: a reason that shows midway is here as soon as it is known. */
  readonly unscannable: readonly Unscannable[];
  evidence(): Evidence;
  /** At most FINDINGS_KEPT of them, for the reviewer; counts are in the evidence. */
  findings(): readonly Finding[];
  receipt(): Receipt;
}

/** What is visible before the mode is chosen: declared type and sniffed prefix, settled into one answer. */
export interface Sniffed {
  /** For example `json`, `text`, `form`, `multipart`, `zip`, `unknown`. */
  readonly syntax: string;
  /** Multipart with files, archives, documents, messages: must be held if anything may stop it. */
  readonly container: boolean;
  /** Reasons already certain from the head and prefix. */
  readonly unscannable: readonly Unscannable[];
  /** False when the head makes masking impossible (signed or hashed body). */
  readonly maskable: boolean;
}

export interface InspectorFactory {
  /** Bytes that `sniff` wants to see, at most. */
  readonly prefixLength: number;
  sniff(head: BodyHead, prefix: Uint8Array): Sniffed;
  /** `masks` answers for each finding whether policy wants it masked. */
  inspect(head: BodyHead, prefix: Uint8Array, masks: (finding: Finding) => boolean): Inspector;
  /** Scans the head's texts; for `query` returns the masked text of the same length when anything in it is to be masked. */
  inspectHead(texts: readonly HeadText[], masks: (finding: Finding) => boolean): HeadInspection;
}

export interface HeadInspection {
  readonly evidence: Evidence;
  readonly findings: readonly Finding[];
  /** Masked replacements by HeadText name (only kind `query`). */
  readonly masked: ReadonlyMap<string, string>;
  /** Every text with everything found in it masked, whatever policy says: the only form that may be stored or shown unsealed. */
  readonly safe: ReadonlyMap<string, string>;
}

/** Decoded UTF-16 units, each with the bytes it was read from (offsets in the bytes that were given). */
export interface Decoded {
  readonly units: Uint16Array;
  readonly length: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Bytes read; the rest is the beginning of a unit that more bytes will complete. */
  readonly consumed: number;
  /** Sequences that were no valid text; each byte of them stands as U+FFFD. */
  readonly invalid: number;
  /** An escape was longer than anyone writes one: what it stands for was not read. */
  readonly endless?: boolean;
}

/** A way of reading bytes as text that can also write: a stack of layers (charset, escapes). */
export interface View {
  /** Names of the layers, outermost first, for the receipt. */
  readonly chain: readonly string[];
  /** Without these bytes in a text this view reads the same as the plain one; `undefined` for the plain view itself. */
  readonly trigger: readonly number[] | undefined;
  /** Most bytes one unit can take. */
  readonly widest: number;
  /** `bytes` begin at a unit's first byte. With `last`, an unfinished unit at the end is read as invalid. */
  decode(bytes: Uint8Array, last: boolean): Decoded;
  /** Writes `unit` over the bytes of one unit, keeping their number. Fits for `*`, `_`, ASCII digits and, over full-width, `＊`. */
  poke(bytes: Uint8Array, from: number, to: number, unit: number): void;
}

/** One stretch of text of a body: scanned as it comes, in all its views. */
export interface Leaf {
  /** `at` is the wire offset of the first byte; calls are contiguous. Returns the settled wire offset. */
  write(bytes: Uint8Array, at: number, last: boolean): number;
  /** Set when text turned out to hide more than it shows; nothing after it was scanned. */
  readonly problem: UnscannableReason | undefined;
}
export interface LeafOptions {
  readonly part: string;
  readonly views: readonly View[];
  /** The first is the fill of masks here: `*`, or `_` in file names. */
  readonly fill: '*' | '_';
  /** A JSON text: numbers outside strings are masked as 1 and zeros (HC 8). */
  readonly json: boolean;
}
/** Receives what leaves find, in an order that does not depend on how the bytes were cut. */
export interface LeafSink {
  /** Policy's wish for this finding. */
  masks(finding: Finding): boolean;
  edit(edit: MaskEdit): void;
  found(finding: Finding): void;
}
export type LeafFactory = (options: LeafOptions, sink: LeafSink) => Leaf;

// ---------------------------------------------------------------- decide

export interface Verdict {
  readonly action: Action;
  /** Id of the rule that decided; `default` when none did. */
  readonly rule: string;
  /** `<policy name>@<revision>` */
  readonly policy: string;
  readonly severity: Severity;
  readonly notify: boolean;
  /** A second person must agree to a release. */
  readonly fourEyes: boolean;
  /** What rules, routes or the gateway in monitor mode would have done instead, strictest first. */
  readonly monitored: readonly { readonly rule: string; readonly action: Action }[];
}

/** A policy applied to one exchange's head: which mode it needs, and what it will decide. Pure. */
export interface Plan {
  readonly mode: Mode;
  /** True when this finding is to be masked if the verdict turns out to be `mask`. */
  masks(finding: Finding): boolean;
  decide(evidence: Evidence): Verdict;
  /** After `decide` said `mask`: which findings it covers. */
  maskedBy(evidence: Evidence): (finding: Finding) => boolean;
  /** In stream mode: true when this reason, met midway, must abort the exchange. */
  aborts(reason: UnscannableReason): boolean;
}

export interface Policy {
  /** `<policy name>@<revision>` */
  readonly revision: string;
  plan(facts: Facts, sniffed: Sniffed, head: Evidence): Plan;
}

/** The policies in force now; `current` changes on reload, an exchange keeps the one it began with. */
export interface PolicySource {
  forRoute(route: string): Policy;
}

// ---------------------------------------------------------------- act: spool and vault

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
export interface SealReceipt {
  readonly suite: 'age-v1';
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
  /** Read in this order: body, then edits; each at most once. */
  body(): AsyncIterable<Uint8Array>;
  edits(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

// ---------------------------------------------------------------- record: ledger, audit, metrics

export type HeldState =
  | 'held' | 'awaiting-second' | 'releasing' | 'sending' | 'released'
  | 'rejected' | 'expired' | 'failed' | 'uncertain' | 'needs-credentials';

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
  readonly suite: 'age-v1';
  readonly expiresAt: Date;
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
  /** Spends a one-time permit left by a `resubmit` release; true when there was one. */
  permit(route: string, permitFingerprint: string): Promise<boolean>;
}

/** Every verdict but pass and every unscanned byte. Never loses an entry: a journal on disk takes over while the database is away. */
export interface AuditTrail {
  append(entry: AuditEntry): Promise<void>;
}

/** Fire-and-forget notices for alerting: grouped, retried and sent by jobs. Never carries a value. */
export interface AlertEvent {
  readonly kind: 'hold' | 'block' | 'failure' | 'dead-letter' | 'expiry' | 'health';
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
/** What one message to a sink says: events of one minute, alike ones counted together. */
export interface AlertBatch {
  readonly from: Date;
  readonly to: Date;
  readonly total: number;
  /** Worst first, bounded; `total` counts all. */
  readonly items: readonly { readonly event: AlertEvent; readonly count: number }[];
}
export interface AlertSink {
  readonly id: string;
  wants(event: AlertEvent): boolean;
  /** `deliveryId` is the same on a retry. Throws when the far side did not say 2xx. */
  send(batch: AlertBatch, deliveryId: string): Promise<void>;
}

/** What a reviewer may do and see; the API and the command sit on this. */
export interface ReviewLedger {
  list(filter: MessageFilter): Promise<{ readonly messages: readonly StoredMessage[]; readonly next: string | undefined }>;
  get(id: string): Promise<StoredMessage | undefined>;
  /** Decision, audit row and outbox row in one transaction. */
  release(id: string, decision: { readonly as: 'original' | 'masked'; readonly reason: string; readonly actor: string }): Promise<DecisionResult>;
  reject(id: string, decision: { readonly reason: string; readonly actor: string }): Promise<DecisionResult>;
  /** Settles an `uncertain` or `failed` release: what did a person find out? */
  settle(id: string, decision: { readonly outcome: 'arrived' | 'retry'; readonly reason: string; readonly actor: string }): Promise<DecisionResult>;
  counts(): Promise<{ readonly states: Readonly<Partial<Record<HeldState, number>>>; readonly oldestHeldAt: Date | undefined }>;
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
  /** How often the same message came again while it was held. */
  readonly joined: number;
  readonly decision: { readonly kind: 'release' | 'reject' | 'expire'; readonly as: 'original' | 'masked' | undefined; readonly reason: string; readonly actor: string; readonly at: Date } | undefined;
  /** The next hop's answer, once there was one. */
  readonly delivery: { readonly status: number; readonly at: Date; readonly attempts: number } | undefined;
  /** Stable code of the last failed attempt. */
  readonly lastError: string | undefined;
}
export type DecisionResult =
  | { readonly kind: 'done'; readonly state: HeldState }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'wrong-state'; readonly state: HeldState };

/** One component of /readyz. */
export interface Health {
  readonly component: string;
  check(): Promise<{ readonly ok: boolean; readonly neededFor: 'all' | 'hold'; readonly detail: string }>;
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
}

/** What rules, routes or the whole gateway in monitor mode would have done, counted per UTC day (HC 37). */
export interface MonitorReport {
  /** First day counted, `YYYY-MM-DD`. */
  readonly since: string;
  readonly rows: readonly {
    readonly day: string;
    readonly route: string;
    readonly rule: string;
    readonly action: Action;
    readonly exchanges: number;
  }[];
  /** Counts that had no room of their own. */
  readonly folded: number;
}
export interface MonitorReports {
  report(): MonitorReport;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a port wrapper sees: crash tests name every awaited port call with it. */
export type WrapPort = <T extends object>(name: string, port: T) => T;

// ---------------------------------------------------------------- the pipeline, as channels see it

/** One message in one direction, handed to the pipeline with its body unread. */
export interface Exchange {
  readonly id: ExchangeId;
  readonly receivedAt: number;
  readonly facts: Facts;
  readonly http: HttpHead;
  readonly body: BodyHead;
  /** Pulled once; throws WeirError('client-aborted' …) when the sender leaves or lies about the length. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Valid after the last chunk. */
  trailers(): readonly Field[];
  readonly route: RouteRules;
}

/** What of a route's configuration the pipeline acts on. */
export interface RouteRules {
  readonly id: string;
  /** `stream-with-abort`: server-sent events may stream on a route that derives hold (HC 3). */
  readonly streamWithAbort: boolean;
  /** Query, path, subject … are in `body.texts`; masking them is possible only when the head is still ours to write. */
  readonly maskQuery: boolean;
}

/** What may leave: a head to build and bytes that are already judged. */
export interface Outbound {
  /** Request target, possibly with its query masked. */
  readonly target: string;
  readonly change: 'none' | 'same-length' | 'recoded';
  /** Bytes that will come, where known: the declared length in stream mode, the spooled size in hold mode. */
  readonly length: number | undefined;
  /** The final verdict, where it is known before the first byte leaves (hold mode): a response's head can then name it. */
  readonly verdict?: Verdict | undefined;
  /** Throws when the exchange is aborted: the far side must then see an incomplete body, never a complete one. */
  readonly body: AsyncIterable<Uint8Array>;
  trailers(): readonly Field[];
}

/** How an exchange ended. `close` is called by the channel once, with what the client was told: it writes metrics and log. */
export type Ended<T> = (
  | { readonly kind: 'forwarded'; readonly sent: T; /** Verdict so far; final once the body has been read. */ verdict(): Verdict }
  | { readonly kind: 'blocked'; verdict(): Verdict }
  | { readonly kind: 'held'; verdict(): Verdict; /** The incident to name: an older one when the same was held before. */ readonly incident: ExchangeId }
  | { readonly kind: 'failed'; readonly error: import('./errors.js').WeirError }
) & { close(status: number | undefined): void };

export interface Pipeline {
  /** `forward` is called at most once, and only with bytes that policy lets go. */
  run<T>(exchange: Exchange, forward: (outbound: Outbound) => Promise<T>): Promise<Ended<T>>;
}

// ---------------------------------------------------------------- deliver

/** A request to a route's upstream, built anew from parsed fields. */
export interface UpstreamRequest {
  readonly method: string;
  /** As the sender wrote them; deliver drops and adds what a proxy must (HC 10, 18). */
  readonly fields: readonly Field[];
  /** How the sender reached us: for Forwarded, X-Forwarded-* and the rewriting of answers. */
  readonly via: { readonly clientAddress: string | undefined; readonly scheme: 'http' | 'https'; readonly host: string | undefined; readonly fromTrustedProxy: boolean };
  readonly outbound: Outbound;
  /** Aborts when the client leaves. */
  readonly signal?: AbortSignal;
  /** Called when the last byte of the request has been handed to the system, and when any byte has. */
  readonly onProgress?: (sent: 'some' | 'all') => void;
}
export interface UpstreamReply {
  readonly status: number;
  readonly statusText: string;
  readonly fields: readonly Field[];
  readonly body: AsyncIterable<Uint8Array>;
  trailers(): readonly Field[];
  /** True when the answer came before the whole request was sent. */
  readonly early: boolean;
}
/** One per route: connection pool, TLS, timeouts. Fails with WeirError upstream-*. */
export interface Upstream {
  request(request: UpstreamRequest): Promise<UpstreamReply>;
  close(): Promise<void>;
}
