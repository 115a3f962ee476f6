/** Whether digits that stand one by one go on beyond the number: then it is a window cut out of a list. */
import type { Candidate } from './contract.js';
import { CLASS, isAnyDigit } from './scan/characters.js';

/** A masked digit is one too, so that masking a neighbour changes nothing. */
function isDigit(unit: string): boolean {
  return unit === '*' || unit === '＊' || (unit !== '' && isAnyDigit(CLASS[unit.charCodeAt(0)]));
}

export function isInDigitList({ gaps, before, after }: Candidate): boolean {
  const gap = gaps[0];
  if (gap === undefined || gap === '') return false;
  const next = gap.length;
  const last = before.length - gap.length - 1;
  return (
    (after.startsWith(gap) && isDigit(after.charAt(next)) && !isDigit(after.charAt(next + 1))) ||
    (before.endsWith(gap) && isDigit(before.charAt(last)) && !isDigit(before.charAt(last - 1)))
  );
}
