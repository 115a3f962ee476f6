/** A held message as a row, and back. */
import type { Insertable, Selectable } from 'kysely';
import type { ExchangeId, Finding, HeldMessage, QueueFacts, Receipt, StoredMessage, Unscannable } from '../ports.js';
import type { MessagesTable } from './tables.js';
import { cleanOptional, cleanText, jsonText } from './text.js';

export type MessageRow = Selectable<MessagesTable>;

export function toRow(message: HeldMessage): Insertable<MessagesTable> {
  return {
    id: message.id,
    received_at: message.receivedAt,
    channel: message.channel,
    route: message.route,
    direction: message.direction,
    policy: message.policy,
    rule: message.rule,
    severity: message.severity,
    four_eyes: message.fourEyes,
    bytes: message.bytes,
    findings: jsonText(message.findings),
    finding_counts: jsonText(message.findingCounts),
    unscannable: jsonText(message.unscannable),
    receipt: jsonText(message.receipt),
    method: cleanText(message.method),
    target: cleanText(message.target),
    destination: cleanText(message.destination),
    sender_user: cleanOptional(message.user),
    sender: cleanOptional(message.sender),
    recipients: jsonText(message.recipients),
    subject: cleanOptional(message.subject),
    client_address: cleanOptional(message.clientAddress),
    media_type: cleanOptional(message.mediaType),
    body_fingerprint: message.bodyFingerprint,
    permit_fingerprint: message.permitFingerprint,
    sender_key: message.senderKey ?? null,
    suite: message.suite,
    expires_at: message.expiresAt,
    state: 'held',
    decision_kind: null,
    decision_as: null,
    decision_reason: null,
    decision_actor: null,
    delivery_status: null,
    last_error: null,
    message_kind: message.kind ?? 'message',
    about: message.about ?? null,
    sealed_as: null,
    split_from: null,
  };
}

const DAY_MS = 86_400_000;

/** Grows by a day's milliseconds with each point of risk, and falls with the time of arrival: at any moment its order is that of risk and waiting together. */
export function riskRank(risk: number, receivedAt: Date): number {
  return risk * DAY_MS - receivedAt.getTime();
}

/** What the queue keeps of a message beside the message itself. Without facts it is in the queue by its age alone. */
export function toQueueColumns(message: HeldMessage, facts: QueueFacts | undefined): Partial<Insertable<MessagesTable>> {
  const known = {
    department: cleanOptional(message.department),
    sender_mark: message.marks?.sender?.whole ?? message.marks?.user?.whole ?? null,
    file_names: jsonText(message.fileNames ?? []),
    risk_rank: riskRank(facts?.risk ?? 0, message.receivedAt),
  };
  if (facts === undefined) return known;
  return {
    ...known,
    risk: facts.risk,
    risk_reasons: jsonText(facts.riskReasons),
    group_key: facts.groupKey,
    group_reason: facts.groupReason,
    grades: [...facts.grades],
    detectors: [...facts.detectors],
    terms: facts.terms.map(cleanText),
  };
}

export function fromRow(row: MessageRow): StoredMessage {
  return {
    id: row.id as ExchangeId,
    receivedAt: row.received_at,
    channel: row.channel as StoredMessage['channel'],
    route: row.route,
    direction: row.direction as StoredMessage['direction'],
    policy: row.policy,
    rule: row.rule,
    severity: row.severity as StoredMessage['severity'],
    fourEyes: row.four_eyes,
    bytes: row.bytes,
    findings: row.findings as readonly Finding[],
    findingCounts: row.finding_counts as Readonly<Record<string, number>>,
    unscannable: row.unscannable as readonly Unscannable[],
    receipt: row.receipt as Receipt,
    method: row.method,
    target: row.target,
    destination: row.destination,
    user: row.sender_user ?? undefined,
    sender: row.sender ?? undefined,
    recipients: row.recipients as readonly string[],
    subject: row.subject ?? undefined,
    clientAddress: row.client_address ?? undefined,
    mediaType: row.media_type ?? undefined,
    bodyFingerprint: row.body_fingerprint,
    permitFingerprint: row.permit_fingerprint,
    senderKey: row.sender_key ?? undefined,
    suite: row.suite,
    expiresAt: row.expires_at,
    state: row.state,
    legalHold: row.legal_hold,
    joined: row.joined,
    decision: decisionOf(row),
    delivery: row.delivery_status === null || row.delivery_at === null ? undefined : { status: row.delivery_status, at: row.delivery_at, attempts: row.attempts },
    lastError: row.last_error ?? undefined,
    firstUntil: row.first_until ?? undefined,
    escalated: row.escalated_at === null ? undefined : { at: row.escalated_at, actor: row.escalated_by ?? '' },
    kind: row.message_kind,
    about: (row.about ?? undefined) as ExchangeId | undefined,
    splitFrom: row.split_from ?? undefined,
    rescanned: row.rescanned_at === null ? undefined : { at: row.rescanned_at, revision: row.rescan_revision ?? '', foundMore: row.rescan_found_more },
  };
}

function decisionOf(row: MessageRow): StoredMessage['decision'] {
  if (row.decision_kind === null || row.decision_at === null) return undefined;
  return { kind: row.decision_kind, as: row.decision_as ?? undefined, reason: row.decision_reason ?? '', actor: row.decision_actor ?? '', at: row.decision_at };
}
