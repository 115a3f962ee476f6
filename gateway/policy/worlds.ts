/** The two worlds a condition is judged against: what was found (closed), and what may still be found (open). */
import type { Evidence, FindingClass, Sniffed, Unscannable, UnscannableReason } from '../ports.js';
import type { FoundLeaf } from './condition.js';
import type { World } from './judge.js';
import { certain, type Tri } from './tri.js';

/** Distinct values over all chosen classes together: the union, not the sum. */
function reaches(leaf: FoundLeaf, classes: readonly FindingClass[]): boolean {
  const chosen = classes.filter((one) => one.count > 0 && leaf.matches(one));
  if (leaf.distinct === 1) return chosen.length > 0;
  if (chosen.some((one) => one.distinct.size >= leaf.distinct)) return true;
  const union = new Set<string>();
  for (const one of chosen) {
    for (const fingerprint of one.distinct) {
      union.add(fingerprint);
      if (union.size >= leaf.distinct) return true;
    }
  }
  return false;
}

const meets = (reasons: ReadonlySet<UnscannableReason>, known: ReadonlySet<UnscannableReason>): boolean =>
  [...reasons].some((reason) => known.has(reason));

/** Whoever joins evidence may join a part twice: it has its bytes once. */
const unreadBytes = (reasons: ReadonlySet<UnscannableReason>, parts: readonly Unscannable[]): number =>
  [...new Set(parts)].reduce((sum, one) => (reasons.has(one.reason) ? sum + one.bytes : sum), 0);

export function closedWorld(evidence: Evidence): World {
  const met = new Set(evidence.unscannable.map((one) => one.reason));
  // Every item asks the same leaves: each is answered once.
  const answers = new Map<FoundLeaf, Tri>();
  return {
    found: (leaf) => {
      const known = answers.get(leaf);
      if (known !== undefined) return known;
      const answer = certain(reaches(leaf, evidence.classes));
      answers.set(leaf, answer);
      return answer;
    },
    unscannable: (leaf) => certain(meets(leaf.reasons, met) && unreadBytes(leaf.reasons, evidence.unscannable) <= leaf.upTo),
  };
}

/** `midway`: count reasons that can only show while the body is read. They abort a stream and do not change the mode (HC 1). */
export function openWorld(head: Evidence, sniffed: Sniffed, midway: boolean): World {
  const seen = [...head.unscannable, ...sniffed.unscannable];
  const met = new Set(seen.map((one) => one.reason));
  return {
    found: (leaf, item) => {
      if (reaches(leaf, head.classes)) return 'yes';
      if (item.kind === 'finding' && leaf.distinct === 1 && leaf.matches(item.finding)) return 'yes';
      // The head is complete; only a container brings more file names and subjects of its own.
      if (leaf.where === 'head' && !sniffed.container) return 'no';
      return 'maybe';
    },
    unscannable: (leaf, item) => {
      if (leaf.upTo < Infinity && unreadBytes(leaf.reasons, seen) > leaf.upTo) return 'no';
      // What is still to come may be more than the limit allows.
      if (leaf.upTo < Infinity && (meets(leaf.reasons, met) || (item.kind === 'unscannable' && leaf.reasons.has(item.reason)))) return 'maybe';
      if (meets(leaf.reasons, met)) return 'yes';
      if (item.kind === 'unscannable' && leaf.reasons.has(item.reason)) return 'yes';
      return leaf.negated || midway ? 'maybe' : 'no';
    },
  };
}
