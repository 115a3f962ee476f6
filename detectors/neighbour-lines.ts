/** The numbers on the lines above and below, when they are grouped exactly like this one: a list of cards, or the rows of a table. */
import type { Candidate } from './contract.js';

const ABOVE = /(?:^|\n)[ \t]*([0-9*]+(?:[ \t-]+[0-9*]+)+)[ \t]*\r?\n[ \t]*$/;
const BELOW = /^[ \t]*\r?\n[ \t]*([0-9*]+(?:[ \t-]+[0-9*]+)+)[ \t]*(?:\r?\n|$)/;

/** Digits of each neighbour in the candidate's own groups; one that is masked is left out, as somebody has vouched for it. */
export function neighbourLines(candidate: Candidate, left: string, right: string): string[] {
  if (candidate.gaps.length === 0 || !(left.includes('\n') || right.includes('\n'))) return [];
  const shape = candidate.groups.join('-');
  return [ABOVE.exec(left)?.[1], BELOW.exec(right)?.[1]].flatMap((line) => {
    if (line === undefined || line.includes('*')) return [];
    const groups = line.split(/[ \t-]+/);
    return groups.map((group) => group.length).join('-') === shape ? [groups.join('')] : [];
  });
}
