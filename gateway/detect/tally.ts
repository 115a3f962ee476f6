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

export function tally(): Tally {
  const classes = new Map<string, Class>();
  const findings: Finding[] = [];
  return {
    add(finding) {
      const where = finding.part === 'head' || finding.part.startsWith('head/') ? 'head' : 'body';
      const key = [finding.detector, finding.confidence, where, finding.maskable, ...finding.tags].join('|');
      let own = classes.get(key);
      if (own === undefined) {
        const { detector, confidence, tags, maskable } = finding;
        own = { detector, confidence, tags, where, maskable, count: 0, distinct: new Set() };
        classes.set(key, own);
      }
      own.count++;
      if (own.distinct.size < DISTINCT_CAP) own.distinct.add(finding.fingerprint);
      if (findings.length < FINDINGS_KEPT) findings.push(finding);
    },
    get classes() {
      return [...classes.values()];
    },
    findings,
  };
}
