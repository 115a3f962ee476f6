/** What each UTF-16 unit means to the scanner: a digit, a separator between digit groups, something to ignore, or an end. */

export const OTHER = 0;
export const DIGIT = 1;
export const SEPARATOR = 2;
export const IGNORABLE = 3;

/** Spaces, hyphens, dots and brackets that people put between the groups of a number. */
const SEPARATORS =
  ' \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000' +
  '-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d' +
  '.\u00b7\u2024\u2027\u30fb\uff0e()\uff08\uff09';

/** Zero-width, joining and bidi characters: invisible between two digits. */
const IGNORABLES =
  '\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u200b\u200c\u200d\u200e\u200f' +
  '\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f\ufeff' +
  '\ufe00\ufe01\ufe02\ufe03\ufe04\ufe05\ufe06\ufe07\ufe08\ufe09\ufe0a\ufe0b\ufe0c\ufe0d\ufe0e\ufe0f';

/** Class of each unit. */
export const CLASS = new Uint8Array(65536);
/** Value of each unit that is a digit. */
export const VALUE = new Uint8Array(65536);

// Unicode keeps the decimal digits (Nd) of every script in runs of ten, zero first.
for (let unit = 0, run = 0; unit < 65536; unit++) {
  if (unit >= 0xd800 && unit <= 0xdfff) continue;
  if (/^\p{Nd}$/u.test(String.fromCharCode(unit))) {
    CLASS[unit] = DIGIT;
    VALUE[unit] = run % 10;
    run++;
  } else {
    run = 0;
  }
}
for (const one of SEPARATORS) CLASS[one.charCodeAt(0)] = SEPARATOR;
for (const one of IGNORABLES) CLASS[one.charCodeAt(0)] = IGNORABLE;

/** `X` and `x`, ASCII and full-width: the check character that is not a digit. */
export function isCheckX(unit: number): boolean {
  return unit === 0x58 || unit === 0x78 || unit === 0xff38 || unit === 0xff58;
}

/** The mask character that is as wide as the unit it covers: `＊` for full-width, else `*`. */
export function star(unit: number): number {
  return unit >= 0xff01 && unit <= 0xff5e ? 0xff0a : 0x2a;
}

/** A unit as patterns see it: full-width forms and every script's digits become ASCII, one for one. */
export function plain(unit: number): number {
  if (CLASS[unit] === DIGIT) return 0x30 + (VALUE[unit] ?? 0);
  if (unit >= 0xff01 && unit <= 0xff5e) return unit - 0xfee0;
  return unit === 0x3000 || unit === 0xa0 ? 0x20 : unit;
}
