/** Tells whether a text that will be stored unsealed looks as if a number of a person stood in it. */

/** The shortest number Weir guards, a mobile number, has eleven digits. */
const LEAST_DIGITS = 11;
/** Written-out numbers are grouped with at most this much between two digits. */
const DIGIT = '[\\p{Nd}〇零一二三四五六七八九]';
const SHAPE = new RegExp(`${DIGIT}(?:[\\s\\-‐-―_.,·/]{0,2}${DIGIT}){${String(LEAST_DIGITS - 1)},}`, 'u');

export function hasNumberShape(text: string): boolean {
  // Full-width and circled digits become plain ones; zero-width characters cannot hide a number.
  return SHAPE.test(text.normalize('NFKC').replace(/\p{Cf}/gu, ''));
}
