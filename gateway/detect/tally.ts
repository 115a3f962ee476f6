/** Counts findings by what policy can tell apart; exact up to DISTINCT_CAP distinct values per class, bounded in memory. */
import { DISTINCT_CAP, type Finding, type FindingClass } from '../ports.js';

/** Findings kept one by one for the reviewer; all are counted. */
export const FINDINGS_KEPT = 1000;

const NO_CLASSES: readonly FindingClass[] = [];

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
  return new Counts();
}

/** A class, not an object of functions: two are made for each exchange, most of which hold nothing. */
class Counts implements Tally {
  // One detector's confidences are few: compared, not joined to keys, since a text may hold nothing but findings.
  #byDetector: Map<string, Class[]> | undefined;
  readonly #classes: Class[] = [];
  readonly findings: Finding[] = [];

  #classOf({ detector, confidence, tags, maskable, part }: Finding): Class {
    const where = part === 'head' || part.startsWith('head/') ? 'head' : 'body';
    const byDetector = (this.#byDetector ??= new Map<string, Class[]>());
    let own = byDetector.get(detector);
    if (own === undefined) byDetector.set(detector, (own = []));
    for (const one of own) if (one.confidence === confidence && one.where === where && one.maskable === maskable && isSame(one.tags, tags)) return one;
    const added: Class = { detector, confidence, tags, where, maskable, count: 0, distinct: new Set() };
    own.push(added);
    this.#classes.push(added);
    return added;
  }

  add(finding: Finding): void {
    const own = this.#classOf(finding);
    own.count++;
    if (own.distinct.size < DISTINCT_CAP) own.distinct.add(finding.fingerprint);
    if (this.findings.length < FINDINGS_KEPT) this.findings.push(finding);
  }

  get classes(): readonly FindingClass[] {
    return this.#classes.length === 0 ? NO_CLASSES : [...this.#classes];
  }
}
