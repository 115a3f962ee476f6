/** Works out, once, what the queue sorts, groups and searches a held message by; everything comes from its masked facts and marks. */
import { createHash } from 'node:crypto';
import { letters } from '../address-mark.js';
import type { GroupReason, HeldMessage, QueueFacts } from '../ports.js';
import { wordsOf, WORDS_MOST } from './queue-words.js';
import { keepsAll, riskOf } from './risk.js';

/** The kinds of terms a message is found by. */
export const TERM = { word: 'w:', sender: 's:', recipient: 'r:', detector: 'd:', grade: 'g:', destination: 'h:' } as const;

export interface QueueRules {
  /** The grades a detector's findings have. */
  readonly gradesOf: (detector: string) => readonly string[];
  /** Marks of domains (`@domain`) that are one's own; without any, a sender's own domain is. */
  readonly ownDomains: ReadonlySet<string>;
}

export function queueFacts(rules: QueueRules, message: HeldMessage, firstSeen: boolean): QueueFacts {
  const detectors = Object.keys(message.findingCounts).sort();
  const grades = [...new Set(detectors.flatMap(rules.gradesOf))].sort();
  const { score, reasons } = riskOf({ message, grades, recipientOutside: goesOutside(message, rules.ownDomains), recipientFirstSeen: firstSeen });
  const { key, why } = groupOf(message);
  return { risk: score, riskReasons: reasons, groupKey: key, groupReason: why, grades, detectors, terms: termsOf(message, detectors, grades) };
}

function goesOutside({ marks }: HeldMessage, own: ReadonlySet<string>): boolean {
  const home = marks?.sender?.domain ?? marks?.user?.domain;
  const isOwn = (domain: string): boolean => (own.size > 0 ? own.has(domain) : home === undefined || domain === home);
  return marks?.recipients.some(({ domain }) => domain !== undefined && !isOwn(domain)) ?? false;
}

/**
 * Alike are: the same findings from the same sender; without findings the same subject from the same sender; else the same content.
 * And never what goes elsewhere, was stopped by another rule, or could not be read in another way: one decision may be about all of a group.
 */
export function groupOf(message: HeldMessage): { readonly key: string; readonly why: GroupReason } {
  const who = message.marks?.sender?.whole ?? message.marks?.user?.whole ?? message.clientAddress ?? '';
  const weight = JSON.stringify([
    message.rule, message.severity, message.fourEyes, message.destination,
    distinctly(message.marks?.recipients.map(({ whole, domain }) => domain ?? whole)), distinctly(message.unscannable.map(({ reason }) => reason)),
  ]);
  const found = distinctly(message.findings.map(({ detector, fingerprint }) => `${detector} ${fingerprint}`));
  // What was found beyond those kept is not known here, so that alike means the same bytes.
  if (found.length > 0 && keepsAll(message)) return { key: keyOf('fingerprints', [message.route, who, weight, ...found]), why: 'fingerprints' };
  if (found.length === 0 && who !== '' && message.subject !== undefined && message.subject !== '') return { key: keyOf('sender', [message.route, who, weight, message.subject]), why: 'sender' };
  return { key: keyOf('file', [weight, message.contentFingerprint ?? message.bodyFingerprint]), why: 'file' };
}

function distinctly(texts: readonly string[] = []): readonly string[] {
  return [...new Set(texts)].sort();
}

/** 96 bits in letters: see address-mark.ts. */
function keyOf(why: GroupReason, parts: readonly string[]): string {
  return letters(createHash('sha256').update(JSON.stringify([why, ...parts])).digest().subarray(0, 12));
}

function termsOf(message: HeldMessage, detectors: readonly string[], grades: readonly string[]): readonly string[] {
  const { marks } = message;
  const senders = [marks?.sender, marks?.user].flatMap((one) => (one === undefined ? [] : [one.whole, one.domain]));
  const recipients = marks?.recipients.flatMap(({ whole, domain }) => [whole, domain]) ?? [];
  const texts = [
    message.subject, ...(message.fileNames ?? []), message.target, message.destination, message.sender, message.user,
    ...message.receipt.parts.map(({ part }) => part.slice(part.indexOf(':') + 1)), ...message.recipients,
  ];
  const words = [...new Set(texts.flatMap((text) => (text === undefined ? [] : wordsOf(text))))].slice(0, WORDS_MOST);
  return [
    ...new Set([
      ...words.map((word) => TERM.word + word),
      ...present(senders).map((mark) => TERM.sender + mark),
      ...present(recipients).map((mark) => TERM.recipient + mark),
      ...detectors.map((detector) => TERM.detector + detector),
      ...grades.map((grade) => TERM.grade + grade),
      TERM.destination + message.destination.toLowerCase(),
    ]),
  ];
}

function present(marks: readonly (string | undefined)[]): readonly string[] {
  return marks.filter((mark) => mark !== undefined);
}
