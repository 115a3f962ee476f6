/** Held messages for tests: everything a hold needs, with what matters to a test replaced. */
import type { AuditEntry, ExchangeId, HeldMessage } from '../../gateway/ports.js';

let made = 0;

/** Ids sort by the order of making, as real ones do by time. */
export function testId(): ExchangeId {
  return `w${String(++made).padStart(26, '0')}` as ExchangeId;
}

export const DAY_MS = 24 * 3_600_000;

export function heldMessage(change: Partial<HeldMessage> = {}): HeldMessage {
  const receivedAt = change.receivedAt ?? new Date(Date.UTC(2026, 0, 1));
  const id = change.id ?? testId();
  return {
    id,
    receivedAt,
    channel: 'http',
    route: 'share',
    direction: 'request',
    policy: 'default@1',
    rule: 'hold-ids',
    severity: 'high',
    fourEyes: false,
    bytes: 5_000_000_000,
    findings: [{ detector: 'cn.phone', part: 'body', start: 0, end: 11, confidence: 0.9, reasons: ['segment'], fingerprint: '0123456789abcdef', preview: '138****0000', tags: [], maskable: true }],
    findingCounts: { 'cn.phone': 1 },
    unscannable: [],
    receipt: { size: 11, scanned: 11, unscanned: 0, parts: [], more: 0, detectors: 'd1', policy: 'default@1' },
    method: 'POST',
    target: '/share/a?b=\0',
    destination: 'upstream.example',
    user: undefined,
    sender: 'a***@b.example',
    recipients: ['c***@d.example'],
    subject: 'half \ud800 a surrogate',
    clientAddress: '127.0.0.1',
    mediaType: 'text/plain',
    bodyFingerprint: `fp-${id}`,
    permitFingerprint: `pf-${id}`,
    suite: 'age-v1',
    expiresAt: new Date(receivedAt.getTime() + 30 * DAY_MS),
    ...change,
  };
}

export function heldEntry(message: HeldMessage): AuditEntry {
  return { at: message.receivedAt, actor: 'gateway', act: 'verdict.hold', subject: message.id, data: { route: message.route, rule: message.rule } };
}
