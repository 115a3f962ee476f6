/** Whether a number is one of many: a window cut out of a list of digits, or a figure among figures. */
import type { Candidate } from './contract.js';
import { CLASS, isAnyDigit } from './scan/characters.js';

/** A masked digit is one too, so that masking a neighbour changes nothing. */
function isDigit(unit: string): boolean {
  return unit === '*' || unit === '＊' || (unit !== '' && isAnyDigit(CLASS[unit.charCodeAt(0)]));
}

/** Fewer figures beside a number belong to it: a phone, an account. */
const LEAST_FIGURES = 3;
/** Digits of a figure; shorter ones count or date things. */
const SHORTEST_FIGURE = 5;

const LETTER = /\p{L}/u;

/** The last texts that were asked for: both sides of a number are asked for again by every rule. */
const asked = ['', '', '', ''];
const answers = [false, false, false, false];
let oldest = 0;

export function hasLetters(text: string): boolean {
  for (let i = 0; i < asked.length; i++) if (asked[i] === text) return answers[i] === true;
  const answer = findsLetters(text);
  asked[oldest] = text;
  answers[oldest] = answer;
  oldest = (oldest + 1) % asked.length;
  return answer;
}

function findsLetters(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80 ? (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) : unit >= 0x4e00 && unit <= 0x9fff) return true;
    // Rarer letters are left to the expression that knows them all.
    if (unit >= 0x80) return LETTER.test(text);
  }
  return false;
}

/** Nothing but numbers of other lengths as far as can be seen. Masked ones are as long as before, so a mask changes nothing. */
export function isAmongFigures({ left, right }: { readonly left: string; readonly right: string }, length: number): boolean {
  return !hasLetters(left) && !hasLetters(right) && figuresIn(left, length) + figuresIn(right, length) >= LEAST_FIGURES;
}

function figuresIn(text: string, length: number): number {
  let figures = 0;
  for (let at = 0, run = 0; at <= text.length; at++) {
    const unit = text.charCodeAt(at);
    if ((unit >= 0x30 && unit <= 0x39) || unit === 0x2a) run++;
    else {
      if (run >= SHORTEST_FIGURE && run !== length) figures++;
      run = 0;
    }
  }
  return figures;
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
