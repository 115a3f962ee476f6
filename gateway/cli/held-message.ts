/** One held message as text for a terminal. */
import type { z } from 'zod';
import { FATE_NAMES, STATE_NAMES } from '../console/words.js';
import { BESIDE_FROM } from '../ports.js';
import type { messageAnswer } from '../review/message-schemas.js';
import type { Terminal } from './terminal.js';
import { table } from './terminal-text.js';
import { fill } from './words.js';

export function messageText(message: z.output<typeof messageAnswer>, { words, language }: Terminal): string {
  const { decision, delivery } = message;
  const facts: readonly (readonly [string, string | undefined])[] = [
    [words.id, message.id],
    [words.state, STATE_NAMES[language][message.state]],
    [words.received, message.receivedAt],
    [words.expires, message.expiresAt],
    [words.route, message.route],
    [words.rule, `${message.policy} ${message.rule} (${message.severity})`],
    [words.request, message.mail === undefined ? `${message.method} ${message.target}` : undefined],
    [words.destination, message.destination],
    [words.from, message.sender ?? message.user ?? message.clientAddress],
    [words.splitFrom, message.mail?.splitFrom],
    [words.recipients, message.recipients.length === 0 || message.mail !== undefined ? undefined : message.recipients.join(', ')],
    [words.subject, message.subject],
    [words.size, fill(words.bytes, { n: message.bytes })],
    [words.decision, decision && `${decision.kind}${decision.as === undefined ? '' : ` (${decision.as})`}, ${decision.actor}, ${decision.at}: ${decision.reason}`],
    [words.delivery, delivery && `${delivery.status}, ${delivery.at}`],
    [words.lastError, message.lastError],
  ];
  const sections = [table(facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))];
  if (message.mail !== undefined && message.mail.recipients.length > 0) {
    const rows = message.mail.recipients.map((one) => [
      one.n < BESIDE_FROM ? String(one.n) : '',
      one.address,
      one.outside === true ? words.outside : '',
      `${FATE_NAMES[language][one.fate]}${one.inDoubt ? ` (${words.inDoubt})` : ''}`,
      [one.code, one.enhanced].filter((part) => part !== undefined).join(' '),
      one.hop ?? '',
    ]);
    sections.push(table([['#', words.recipients, '', words.fate, words.reply, words.hop], ...rows]));
  }
  if (message.findings.length > 0) {
    const rows = message.findings.map((one) => [one.preview, one.detector, one.part, `${one.start}–${one.end}`, one.confidence.toFixed(2), one.reasons.join(' ')]);
    sections.push(`${words.findings}\n${table([[words.preview, words.kind, words.part, words.place, words.confidence, words.why], ...rows])}`);
  }
  if (message.unscannable.length > 0) {
    const rows = message.unscannable.map((one) => [one.part, one.reason, fill(words.bytes, { n: one.bytes }), one.detail]);
    sections.push(`${words.unread}\n${table([[words.part, words.why, words.size, ''], ...rows])}`);
  }
  return sections.join('\n\n');
}
