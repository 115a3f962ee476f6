/** Seeded held messages for tests and benches of the queue: a few senders, subjects and findings, so that filters match and groups form. */
import { addressMarks, type MarkAddress } from '../../gateway/address-mark.js';
import type { HeldMessage, QueueFacts, Severity } from '../../gateway/ports.js';
import { queueFacts } from '../../gateway/review/queue-facts.js';
import { DAY_MS, heldMessage } from './held.js';

export const KEY = Buffer.alloc(32, 7);
export const mark: MarkAddress = addressMarks(KEY);

const SENDERS = ['li.wei@corp.example', 'zhang.min@corp.example', 'bob@163.example', 'ann@bank.example', 'wang@sub.corp.example'];
const RECIPIENTS = ['partner@outside.example', 'li.wei@corp.example', 'audit@bank.example'];
const SUBJECTS = ['季度客户名单', 'weekly report', '工资表 salary', 'contract draft', undefined];
const FILES = ['名单.xlsx', 'report-final.pdf', '工资.zip'];
const ROUTES = ['mail', 'share', 'upload'];
const DEPARTMENTS = ['sales', 'finance', undefined];
const SEVERITIES: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];
const DETECTORS = ['cn.phone', 'cn.resident-id', 'bank-card'];

/** A small generator of numbers in [0, 1) that gives the same again for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function queueMessage(random: () => number, change: Partial<HeldMessage> = {}): HeldMessage {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const sender = pick(SENDERS);
  const recipient = pick(RECIPIENTS);
  const detector = pick(DETECTORS);
  const distinct = Math.floor(random() * 5);
  const receivedAt = change.receivedAt ?? new Date(Date.UTC(2026, 0, 1) - Math.floor(random() * 20 * DAY_MS));
  const fileName = pick(FILES);
  return heldMessage({
    receivedAt,
    route: pick(ROUTES),
    severity: pick(SEVERITIES),
    channel: random() < 0.7 ? 'http' : 'smtp',
    fourEyes: random() < 0.1,
    department: pick(DEPARTMENTS),
    target: '/share/a',
    sender: `${sender.slice(0, 1)}***${sender.slice(sender.indexOf('@'))}`,
    recipients: [`${recipient.slice(0, 1)}***${recipient.slice(recipient.indexOf('@'))}`],
    subject: pick(SUBJECTS),
    fileNames: [fileName],
    findings: Array.from({ length: distinct }, (_, i) => ({
      detector, part: 'body', start: i * 20, end: i * 20 + 11, confidence: 0.9, reasons: ['segment'], fingerprint: `f${i}-${sender.length}`, preview: '138****0000', tags: [], maskable: true,
    })),
    findingCounts: distinct === 0 ? {} : { [detector]: distinct },
    unscannable: distinct === 0 ? [{ part: 'body', reason: 'encrypted', bytes: 9, detail: 'zip' }] : [],
    marks: { sender: mark(sender), user: undefined, recipients: [mark(recipient)] },
    contentFingerprint: `c-${fileName}`,
    expiresAt: new Date(receivedAt.getTime() + (10 + Math.floor(random() * 30)) * DAY_MS),
    ...change,
  });
}

export function assess(message: HeldMessage, firstSeen = false): QueueFacts {
  return queueFacts({ gradesOf: (detector) => (detector === 'cn.phone' ? ['C2'] : ['C3']), ownDomains: new Set([mark('@corp.example').whole]) }, message, firstSeen);
}
