/** What alerts are told at the end of an exchange, beside that it was stopped or failed: that it was masked, not read in full, or held a planted number. */
import type { AlertEvent, Evidence, Exchange, Verdict } from '../ports.js';
import { countsOf } from './evidence.js';

/** Fingerprints of planted numbers, and what the configuration calls each. */
export type Canaries = ReadonlyMap<string, string>;

/** Pictures and the like are no news (HC 4), nor is what merely ended early. */
const isNews = ({ reason, detail }: Evidence['unscannable'][number]): boolean => reason !== 'no-text' && detail !== 'incomplete';

export function closingEvents(exchange: Exchange, verdict: Verdict, evidence: Evidence | undefined, canaries: Canaries | undefined, at: Date): readonly AlertEvent[] {
  if (evidence === undefined) return [];
  const event = (kind: AlertEvent['kind'], severity: AlertEvent['severity'], code: string | undefined, counts: AlertEvent['counts']): AlertEvent => ({
    kind, at, severity, route: exchange.route.id, incident: exchange.id, rule: verdict.rule, code, counts,
  });
  const events: AlertEvent[] = [];
  if (verdict.action === 'mask' && verdict.notify) events.push(event('mask', verdict.severity, undefined, countsOf(evidence)));
  const unread = evidence.unscannable.filter(isNews);
  const [first] = unread;
  if (first !== undefined) {
    const reasons: Record<string, number> = {};
    for (const { reason } of unread) reasons[reason] = (reasons[reason] ?? 0) + 1;
    events.push(event('unscannable', verdict.severity === 'info' ? 'medium' : verdict.severity, first.reason, reasons));
  }
  for (const id of planted(evidence, canaries)) events.push(event('canary', 'critical', `canary.${id}`, {}));
  return events;
}

/** What nobody has a reason to send was sent: whatever the verdict, and whether or not it left. */
function planted({ classes }: Evidence, canaries: Canaries | undefined): ReadonlySet<string> {
  const seen = new Set<string>();
  if (canaries === undefined || canaries.size === 0) return seen;
  for (const { distinct } of classes) {
    for (const [fingerprint, id] of canaries) if (distinct.has(fingerprint)) seen.add(id);
  }
  return seen;
}
