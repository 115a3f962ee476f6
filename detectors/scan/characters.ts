/** What each UTF-16 unit means to the scanner: a digit, a separator between digit groups, something to ignore, or an end. */

export const OTHER = 0;
export const DIGIT = 1;
export const SEPARATOR = 2;
export const IGNORABLE = 3;
/** A digit in words or in a ring: never part of a group of decimal digits, since `第一138…` is a count and a number. */
export const NUMERAL = 4;

/** Spaces, hyphens, dots and brackets that people put between the groups of a number, and what parts words: detectors judge by the gap. */
const SEPARATORS =
  ' \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000' +
  '-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d' +
  '.\u00b7\u2024\u2027\u2022\u30fb\uff0e()\uff08\uff09' +
  '\t\n\v\f\r\u0085\u2028\u2029' +
  '/\uff0f\u2044_\uff3f,\uff0c\ufe50\u3001\uff64;\uff1b:\uff1a|\uff5c~\uff5e\u3002\u2026';

/** Digits 0 to 9 in other dress: Han numerals (everyday, formal, older and spoken forms), Suzhou numerals, circled and raised digits. */
const NUMERALS = [
  '零〇○⓪⓿⁰₀',
  '一壹弌幺〡①⑴⒈❶➀➊⓵㈠㊀¹₁',
  '二贰貳弍两兩〢②⑵⒉❷➁➋⓶㈡㊁²₂',
  '三叁參叄弎〣③⑶⒊❸➂➌⓷㈢㊂³₃',
  '四肆〤④⑷⒋❹➃➍⓸㈣㊃⁴₄',
  '五伍〥⑤⑸⒌❺➄➎⓹㈤㊄⁵₅',
  '六陆陸〦⑥⑹⒍❻➅➏⓺㈥㊅⁶₆',
  '七柒〧⑦⑺⒎❼➆➐⓻㈦㊆⁷₇',
  '八捌〨⑧⑻⒏❽➇➑⓼㈧㊇⁸₈',
  '九玖〩⑨⑼⒐❾➈➒⓽㈨㊈⁹₉',
];

/** Characters that leave no mark of their own between two digits: what Unicode calls default-ignorable, combining, or a direction. */
const UNSEEN = /^(?:\p{Default_Ignorable_Code_Point}|\p{Mn}|\p{Me}|\p{Bidi_Control})$/u;

/** Controls that are neither white space nor one of ASCII's four separators of data: they leave no mark either. */
export function isUnseenControl(unit: number): boolean {
  return unit < 0x1c ? unit < 0x09 || unit > 0x0d : unit >= 0x7f && unit <= 0x9f && unit !== 0x85;
}

/** Class of each unit. */
export const CLASS = new Uint8Array(65536);
/** Value of each unit that is a digit; 1 for marks that enclose the character before them, as in `1️⃣`. */
export const VALUE = new Uint8Array(65536);

// Unicode keeps the decimal digits (Nd) of every script in runs of ten, zero first.
for (let unit = 0, run = 0; unit < 65536; unit++) {
  if (unit >= 0xd800 && unit <= 0xdfff) continue;
  const character = String.fromCharCode(unit);
  if (/^\p{Nd}$/u.test(character)) {
    CLASS[unit] = DIGIT;
    VALUE[unit] = run % 10;
    run++;
  } else {
    run = 0;
    if (UNSEEN.test(character) || isUnseenControl(unit)) CLASS[unit] = IGNORABLE;
    if (/^\p{Me}$/u.test(character)) VALUE[unit] = 1;
  }
}
for (const one of SEPARATORS) CLASS[one.charCodeAt(0)] = SEPARATOR;
for (const [value, forms] of NUMERALS.entries()) {
  for (const form of forms) {
    CLASS[form.charCodeAt(0)] = NUMERAL;
    VALUE[form.charCodeAt(0)] = value;
  }
}

/** A mark around the character before it: a digit in it counts or is a numeral, and what follows it is another group. */
export function encloses(unit: number): boolean {
  return CLASS[unit] === IGNORABLE && VALUE[unit] === 1;
}

/** A digit of either kind. */
export function isAnyDigit(kind: number | undefined): boolean {
  return kind === DIGIT || kind === NUMERAL;
}

/** An ignorable character that stands for any other. */
export const UNSEEN_UNIT = 0x2060;

// Planes 1 and 14 hold digits in other letter forms, and tags and selectors that nobody sees.
const STAND_INS = new Map<number, number>();
for (let point = 0x10000, run = 0; point < 0xe1000; point = point === 0x1ffff ? 0xe0000 : point + 1) {
  const character = String.fromCodePoint(point);
  if (/^\p{Nd}$/u.test(character)) {
    STAND_INS.set(point, 0xff10 + (run % 10));
    run++;
  } else {
    run = 0;
    if (UNSEEN.test(character)) STAND_INS.set(point, UNSEEN_UNIT);
  }
}

/** The one unit that says what a character beyond U+FFFF is to a number, for those that are a digit or ignorable. */
export function standIn(point: number): number | undefined {
  return STAND_INS.get(point);
}

/** `X` and `x`, ASCII and full-width: the check character that is not a digit. */
export function isCheckX(unit: number): boolean {
  return unit === 0x58 || unit === 0x78 || unit === 0xff38 || unit === 0xff58;
}

/** The mask character that is as wide as the unit it covers: `＊` for full-width forms, Han numerals and ringed digits, else `*`. */
export function star(unit: number): number {
  return (unit >= 0xff01 && unit <= 0xff5e) || (unit >= 0x2460 && CLASS[unit] === NUMERAL) ? 0xff0a : 0x2a;
}

/** A unit as patterns see it: full-width forms and every script's digits become ASCII, one for one. */
export function plain(unit: number): number {
  if (CLASS[unit] === DIGIT) return 0x30 + (VALUE[unit] ?? 0);
  if (unit >= 0xff01 && unit <= 0xff5e) return unit - 0xfee0;
  return unit === 0x3000 || unit === 0xa0 ? 0x20 : unit;
}
