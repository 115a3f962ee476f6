/** Whether a number is one of many: a window cut out of a list of digits, or a figure among figures. */
import type { Candidate } from './contract.js';
import { CLASS, isAnyDigit } from './scan/characters.js';

/** A masked digit is one too, so that masking a neighbour changes nothing. */
function isDigit(unit: string): boolean {
  return unit === '*' || unit === '＊' || (unit !== '' && isAnyDigit(CLASS[unit.charCodeAt(0)]));
}

/** Fewer figures beside a number belong to it: a phone, an account. */
const LEAST_FIGURES = 3;

export function hasLetters(text: string): boolean {
  return /\p{L}/u.test(text);
}

/** Nothing but numbers of other lengths as far as can be seen. Masked ones are as long as before, so a mask changes nothing. */
export function isAmongFigures({ left, right }: { readonly left: string; readonly right: string }, length: number): boolean {
  const text = `${left}|${right}`;
  if (hasLetters(text)) return false;
  return (text.match(/[0-9*]{5,}/g) ?? []).filter((run) => run.length !== length).length >= LEAST_FIGURES;
}

/** Digits that stand one by one go on beyond the number. */
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
