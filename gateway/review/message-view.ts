/** A stored message as the API shows it: masked facts and counts; fingerprints stay inside. */
import type { z } from 'zod';
import type { StoredMessage } from '../ports.js';
import { visibleLine } from '../visible-text.js';
import type { messageAnswer, summaryAnswer } from './schemas.js';

type Summary = z.output<typeof summaryAnswer>;
type Message = z.output<typeof messageAnswer>;

export function summaryView(message: Omit<StoredMessage, 'findings' | 'receipt'>): Summary {
  const { decision, delivery } = message;
  return {
    id: message.id,
    state: message.state,
    receivedAt: message.receivedAt.toISOString(),
    expiresAt: message.expiresAt.toISOString(),
    channel: message.channel,
    route: message.route,
    direction: message.direction,
    policy: message.policy,
    rule: message.rule,
    severity: message.severity,
    fourEyes: message.fourEyes,
    bytes: message.bytes,
    findingCounts: { ...message.findingCounts },
    unscannableReasons: [...new Set(message.unscannable.map(({ reason }) => reason))],
    method: message.method,
    target: message.target,
    destination: message.destination,
    user: message.user,
    sender: message.sender,
    recipients: [...message.recipients],
    subject: message.subject === undefined ? undefined : visibleLine(message.subject),
    clientAddress: message.clientAddress,
    mediaType: message.mediaType,
    joined: message.joined,
    decision: decision && { kind: decision.kind, as: decision.as, reason: decision.reason, actor: decision.actor, at: decision.at.toISOString() },
    delivery: delivery && { status: delivery.status, at: delivery.at.toISOString(), attempts: delivery.attempts },
    lastError: message.lastError,
  };
}

export function messageView(message: StoredMessage): Message {
  const { receipt } = message;
  return {
    ...summaryView(message),
    findings: message.findings.map((finding) => ({
      detector: finding.detector,
      part: finding.part,
      start: finding.start,
      end: finding.end,
      confidence: finding.confidence,
      reasons: [...finding.reasons],
      preview: finding.preview,
      tags: [...finding.tags],
      maskable: finding.maskable,
    })),
    unscannable: message.unscannable.map(({ part, reason, bytes, detail }) => ({ part, reason, bytes, detail })),
    receipt: {
      size: receipt.size,
      wire: receipt.wire,
      scanned: receipt.scanned,
      unscanned: receipt.unscanned,
      parts: receipt.parts.map(({ part, chain, scanned, unscanned, reason, inside }) => ({ part, chain: [...chain], scanned, unscanned, reason, inside })),
      more: receipt.more,
      detectors: receipt.detectors,
      policy: receipt.policy,
      inside: receipt.inside,
    },
    suite: message.suite,
  };
}
