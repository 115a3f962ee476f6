/** Counts findings by what policy can tell apart; exact up to DISTINCT_CAP distinct values per class, bounded in memory. */
import { DISTINCT_CAP, type Finding, type FindingClass } from '../ports.js';

/** Findings kept one by one for the reviewer; all are counted. */
export const FINDINGS_KEPT = 1000;

interface Class {
  readonly detector: string;
  readonly confidence: number;
  readonly tags: readonly string[];
  readonly where: 'head' | 'body';
  readonly maskable: boolean;
  count: number;
  readonly distinct: Set<string>;
}

export interface Tally {
  add(finding: Finding): void;
  readonly classes: readonly FindingClass[];
  readonly findings: readonly Finding[];
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function tally(): Tally {
  // One detector's confidences are few: compared, not joined to keys, since a text may hold nothing but findings.
  const byDetector = new Map<string, Class[]>();
  const classes: Class[] = [];
  const findings: Finding[] = [];

  function classOf({ detector, confidence, tags, maskable, part }: Finding): Class {
    const where = part === 'head' || part.startsWith('head/') ? 'head' : 'body';
    let own = byDetector.get(detector);
    if (own === undefined) byDetector.set(detector, (own = []));
    for (const one of own) if (one.confidence === confidence && one.where === where && one.maskable === maskable && isSame(one.tags, tags)) return one;
    const added: Class = { detector, confidence, tags, where, maskable, count: 0, distinct: new Set() };
    own.push(added);
    classes.push(added);
    return added;
  }
  return {
    add(finding) {
      const own = classOf(finding);
      own.count++;
      if (own.distinct.size < DISTINCT_CAP) own.distinct.add(finding.fingerprint);
      if (findings.length < FINDINGS_KEPT) findings.push(finding);
    },
    get classes() {
      return [...classes];
    },
    findings,
  };
}
