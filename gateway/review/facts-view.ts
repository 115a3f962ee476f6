/** The facts of a message as the API gives them: counted from findings that carry no value, and from the ledger. */
import type { MessageFacts, Region, StoredMessage } from '../ports.js';
import type { FactsAnswer } from './facts-schemas.js';

const RESIDENT_ID = 'cn.resident-id';

export function messageFacts(message: StoredMessage, known: MessageFacts, regions: readonly Region[] | undefined): FactsAnswer {
  const distinct = new Map<string, Set<string>>();
  for (const { detector, fingerprint } of message.findings) {
    const own = distinct.get(detector) ?? new Set<string>();
    distinct.set(detector, own.add(fingerprint));
  }
  const found = Object.values(message.findingCounts).reduce((sum, count) => sum + count, 0);
  return {
    distinctNumbers: Object.fromEntries([...distinct].map(([detector, values]) => [detector, values.size])),
    atLeast: found > message.findings.length,
    distinctPeople: distinct.get(RESIDENT_ID)?.size ?? 0,
    regions: regions?.map(({ code, zh, en, count }) => ({ code, zh, en, count })),
    senderHistory: { ...known.senderHistory },
    recipientFirstSeen: known.recipientFirstSeen?.toISOString(),
    destinationFirstSeen: known.destinationFirstSeen?.toISOString(),
  };
}
