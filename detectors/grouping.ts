/** How a number is written: in one piece, in groups people really use, or in pieces that only chance put side by side. The samples that new-detector.mjs writes use it. */
import type { Candidate } from './contract.js';

/**
 * `whole`: no gap. `usual`: groups of the given list with one kind of small gap. `wide`: the same with two or three blanks.
 * `even`: unknown groups, but one kind of gap. `mixed`: anything else.
 */
export type Grouping = 'whole' | 'usual' | 'wide' | 'even' | 'mixed';

/** Line ends and tabs part cells and lines, not the groups of one number. */
const BLANKS = /^\p{Zs}+$/u;
const HYPHEN = /^[\s\u3000]?[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d][\s\u3000]?$/;
const DOT = /^[.\u00b7\u2024\u2027\u30fb\uff0e]$/;

/** `usual` lists groups as written in sources: `6-8-4`. */
export function groupingOf(candidate: Pick<Candidate, 'groups' | 'gaps'>, usual: ReadonlySet<string>): Grouping {
  if (candidate.gaps.length === 0) return 'whole';
  const kinds = new Set(candidate.gaps.map(kindOf));
  const [kind] = kinds;
  if (kinds.size !== 1 || kind === 'other' || kind === undefined) return 'mixed';
  if (!usual.has(candidate.groups.join('-'))) return 'even';
  return kind === 'wide' ? 'wide' : 'usual';
}

function kindOf(gap: string): 'blank' | 'wide' | 'hyphen' | 'dot' | 'other' {
  if (BLANKS.test(gap)) return gap.length === 1 ? 'blank' : 'wide';
  if (HYPHEN.test(gap)) return 'hyphen';
  return DOT.test(gap) ? 'dot' : 'other';
}
