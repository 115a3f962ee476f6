/** The verdict: each class of findings, each unscannable reason and the exchange itself is decided by the first rule that covers it; the strictest wins. */
import type { Action, Evidence, Finding, Severity, Sniffed, Unscannable, UnscannableReason, Verdict } from '../ports.js';
import { whereOf } from './condition.js';
import { covers, type Item } from './judge.js';
import { byStrictness, effect, stops, type BoundRule } from './rule.js';
import { closedWorld } from './worlds.js';

export interface Terms {
  /** `<policy name>@<revision>` */
  readonly revision: string;
  /** All rules, those in monitor mode included, in order. */
  readonly rules: readonly BoundRule[];
  /** Answer to unscannable parts that no rule covers. */
  readonly unscannable: 'hold' | 'block' | 'pass';
  readonly syncClient: boolean;
  /** Route or gateway in monitor mode: nothing is changed or stopped. */
  readonly monitor: boolean;
  readonly sniffed: Sniffed;
  readonly head: Evidence;
}

/** Named in a verdict that no rule decided. */
export const DEFAULT_RULE = 'default';

interface Decision {
  readonly rule: string;
  readonly action: Action;
  readonly severity: Severity;
  readonly notify: boolean;
  readonly fourEyes: boolean;
}

const passed: Decision = { rule: DEFAULT_RULE, action: 'pass', severity: 'info', notify: false, fourEyes: false };

export function unruled(item: Item, terms: Pick<Terms, 'unscannable'>): Decision {
  if (item.kind !== 'unscannable' || terms.unscannable === 'pass') return passed;
  return { rule: DEFAULT_RULE, action: terms.unscannable, severity: 'medium', notify: true, fourEyes: false };
}

/** What there is to decide on: each of these is settled by itself. */
function itemsOf(evidence: Evidence, sniffed: Sniffed): Item[] {
  const reasons = new Set<UnscannableReason>(evidence.unscannable.map((one) => one.reason));
  return [
    { kind: 'exchange' },
    ...evidence.classes
      .filter((one) => one.count > 0)
      .map((one): Item => ({ kind: 'finding', finding: one, maskable: one.maskable && sniffed.maskable })),
    ...[...reasons].map((reason): Item => ({ kind: 'unscannable', reason })),
  ];
}

/** The head's evidence counts whether or not the caller has joined it to the body's: sets do not grow by being joined twice. */
const joined = (terms: Terms, evidence: Evidence): Evidence => ({
  classes: [...terms.head.classes, ...evidence.classes],
  unscannable: [...terms.head.unscannable, ...terms.sniffed.unscannable.filter((early) => !evidence.unscannable.some((one) => isSamePart(one, early))), ...evidence.unscannable],
});
/** What the first bytes showed is said again when all were read. */
const isSamePart = (one: Unscannable, other: Unscannable): boolean => one.part === other.part && one.reason === other.reason;

interface WouldBe {
  readonly rule: string;
  readonly action: Action;
}

export function decide(terms: Terms, given: Evidence): Verdict {
  const evidence = joined(terms, given);
  const world = closedWorld(evidence);
  /** Strictest decision per rule position; the policy's own default stands behind all rules. */
  const decided = new Map<number, Decision>();
  const monitored = new Map<number, Action>();

  const note = (at: number, decision: Decision): void => {
    const known = decided.get(at);
    if (known === undefined || byStrictness(decision.action, known.action) < 0) decided.set(at, decision);
  };
  const noteMonitored = (at: number, item: Item, action: Action | undefined): void => {
    // A monitored exemption on an exchange in which there was nothing to exempt is no news.
    if (action === undefined || (item.kind === 'exchange' && action === 'pass')) return;
    const known = monitored.get(at);
    if (known === undefined || byStrictness(action, known) < 0) monitored.set(at, action);
  };
  const settle = (item: Item): void => {
    for (const [at, rule] of terms.rules.entries()) {
      if (covers(rule.when, world, item) !== 'yes') continue;
      const action = effect(rule, item, terms.syncClient);
      if (rule.monitor) {
        noteMonitored(at, item, action);
        continue;
      }
      if (action !== undefined) note(at, { rule: rule.id, action, severity: rule.severity, notify: rule.notify, fourEyes: rule.fourEyes });
      return;
    }
    note(terms.rules.length, unruled(item, terms));
  };
  for (const item of itemsOf(evidence, terms.sniffed)) settle(item);

  const inOrder = [...decided.entries()].sort(([a], [b]) => a - b).map(([, decision]) => decision);
  const verdict = inOrder.sort((a, b) => byStrictness(a.action, b.action))[0] ?? passed;
  const wouldBe: WouldBe[] = [...monitored.entries()]
    .sort(([a], [b]) => a - b)
    .map(([at, action]) => ({ rule: terms.rules[at]?.id ?? DEFAULT_RULE, action }));
  if (terms.monitor && (stops(verdict.action) || verdict.action === 'mask')) wouldBe.unshift({ rule: verdict.rule, action: verdict.action });
  return {
    ...(terms.monitor ? passed : verdict),
    policy: terms.revision,
    monitored: wouldBe.sort((a, b) => byStrictness(a.action, b.action)),
  };
}

/** With everything known: the findings whose own rule masks them. */
export function maskedBy(terms: Terms, given: Evidence): (finding: Finding) => boolean {
  if (terms.monitor) return () => false;
  const world = closedWorld(joined(terms, given));
  const rules = terms.rules.filter((rule) => !rule.monitor);
  return (finding) => {
    const item: Item = { kind: 'finding', finding: { ...finding, where: whereOf(finding) }, maskable: finding.maskable && terms.sniffed.maskable };
    const rule = rules.find((one) => covers(one.when, world, item) === 'yes');
    return rule !== undefined && effect(rule, item, terms.syncClient) === 'mask';
  };
}
