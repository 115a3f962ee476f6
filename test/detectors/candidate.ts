/** Builds the candidate that the scanner would cut out of a text, for tests of one verdict. */
import type { Candidate } from '../../detectors/contract.js';

/** `«…»` marks the candidate: groups of ASCII digits with what stands between them. */
export function candidate(marked: string): Candidate {
  const [before = '', rest = ''] = marked.split('«');
  const [own = '', after = ''] = rest.split('»');
  const groups = own.match(/[0-9]+[Xx]?/g) ?? [];
  return {
    digits: groups.join('').toUpperCase(),
    groups: groups.map((group) => group.length),
    gaps: own.split(/[0-9]+[Xx]?/).slice(1, -1),
    before: before.slice(-64),
    after: after.slice(0, 64),
    ignored: 0,
    foreignDigits: 0,
    numerals: 0,
  };
}
