/** Finds which word of a list stands nearest to a number; words only ever raise or lower what the number itself shows. */

/** A word that speaks against a number must be its label, so it must stand this close (characters, after folding). */
const LABEL_REACH = 16;
/** A word behind the number belongs to it only when it follows at once: `6222… 是我的卡号`. */
const AFTER_REACH = 12;

export interface Words {
  readonly raise: WordList;
  readonly lower: WordList;
}
export type Hint = 'raise' | 'lower' | 'none';

/** Where a word stands: half open. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

const BLANK = 0x20;
const HYPHEN = 0x2d;
const DOT = 0x2e;
const UNDERSCORE = 0x5f;
const SMALL_S = 0x73;
/** Han numeral zero: stands for what counts things (surroundings.ts). */
const ZERO = 0x3007;

const isSmall = (unit: number): boolean => unit >= 0x61 && unit <= 0x7a;
const isLarge = (unit: number): boolean => unit >= 0x41 && unit <= 0x5a;
const isHan = (unit: number): boolean => (unit >= 0x4e00 && unit <= 0x9fff) || unit === ZERO;
/** Punctuation of Chinese text that has no other form. */
const isMark = (unit: number): boolean => unit === 0x3001 || unit === 0x3002 || (unit >= 0x3008 && unit <= 0x3011) || unit === 0x2014 || (unit >= 0x2018 && unit <= 0x201d);

/** Room for one context as it is folded; texts are folded one after the other. */
const folded = new Uint16Array(512);
const foldedBytes = Buffer.from(folded.buffer);
const narrow = Buffer.alloc(folded.length);
/** The last texts that were folded. */
const asked = ['', '', '', ''];
const answers = ['', '', '', ''];
let oldest = 0;

/** `cardNo`, `card_no`, `CARD-NO` and `card no` become one; blanks between Chinese characters go. */
export function fold(text: string): string {
  // Overlapping candidates look at the same text, and so do several lists of words.
  for (let i = 0; i < asked.length; i++) if (asked[i] === text) return answers[i] ?? '';
  const answer = foldSimple(text) ?? foldAny(text);
  asked[oldest] = text;
  answers[oldest] = answer;
  oldest = (oldest + 1) % asked.length;
  return answer;
}

/** For letters whose case is plain to see: nearly all text; `undefined` for any other. */
function foldSimple(text: string): string | undefined {
  if (text.length * 2 > folded.length) return undefined;
  let size = 0;
  let before = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (isSmall(unit)) folded[size++] = unit;
    else if (isLarge(unit)) {
      if (isSmall(before)) folded[size++] = BLANK;
      folded[size++] = unit + 0x20;
    } else if (unit === BLANK || unit === HYPHEN || unit === DOT || unit === UNDERSCORE || (unit >= 0x09 && unit <= 0x0d)) {
      if (size === 0 || folded[size - 1] !== BLANK) folded[size++] = BLANK;
    } else if (unit < 0x80 || isMark(unit)) folded[size++] = unit;
    else if (isHan(unit)) {
      if (size > 1 && folded[size - 1] === BLANK && isHan(folded[size - 2] ?? 0)) size--;
      folded[size++] = unit;
    } else return undefined;
    before = unit;
  }
  let all = 0;
  for (let at = 0; at < size; at++) {
    const unit = folded[at] ?? 0;
    narrow[at] = unit;
    all |= unit;
  }
  return all < 256 ? narrow.toString('latin1', 0, size) : foldedBytes.toString('utf16le', 0, size * 2);
}

function foldAny(text: string): string {
  return text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[_\-.\s]+/g, ' ')
    .replace(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, '');
}

const NOWHERE: readonly Place[] = [];
/** First units are told apart by their lowest bits before a list is asked. */
const FIRST_BITS = 1023;

/** A list of words looked for in folded text: Chinese words match anywhere, Latin ones as whole words with or without a plural's s, a blank in them is optional. */
export class WordList {
  readonly #first = new Uint8Array(FIRST_BITS + 1);
  readonly #words = new Map<number, { readonly word: string; readonly latin: boolean }[]>();
  #text = '';
  #places = NOWHERE;

  constructor(list: readonly string[]) {
    // Chinese words first, then the longest, so that `card no` is not cut short by `card`.
    const isLatin = (word: string): boolean => /^[a-z ]+$/.test(word);
    const words = list.map((word) => ({ word, latin: isLatin(word) })).sort((a, b) => Number(a.latin) - Number(b.latin) || b.word.length - a.word.length);
    for (const one of words) {
      const unit = one.word.charCodeAt(0);
      this.#first[unit & FIRST_BITS] = 1;
      this.#words.set(unit, [...(this.#words.get(unit) ?? []), one]);
    }
  }

  /** All places from left to right that do not overlap. */
  placesIn(text: string): readonly Place[] {
    if (text === this.#text) return this.#places;
    let found: Place[] | undefined;
    let before = 0;
    for (let at = 0; at < text.length; ) {
      const unit = text.charCodeAt(at);
      const end = this.#first[unit & FIRST_BITS] === 1 && !(isSmall(unit) && isSmall(before)) ? this.#endAt(text, at, unit) : -1;
      if (end < 0) {
        before = unit;
        at++;
        continue;
      }
      (found ??= []).push({ start: at, end });
      before = text.charCodeAt(end - 1);
      at = end;
    }
    this.#text = text;
    return (this.#places = found ?? NOWHERE);
  }

  #endAt(text: string, start: number, unit: number): number {
    const words = this.#words.get(unit);
    if (words === undefined) return -1;
    for (const { word, latin } of words) {
      const end = latin ? latinEnd(text, start, word) : text.startsWith(word, start) ? start + word.length : -1;
      if (end >= 0) return end;
    }
    return -1;
  }
}

function latinEnd(text: string, start: number, word: string): number {
  let at = start + 1;
  for (let i = 1; i < word.length; i++) {
    const unit = word.charCodeAt(i);
    if (text.charCodeAt(at) === unit) at++;
    else if (unit !== BLANK) return -1;
  }
  if (text.charCodeAt(at) === SMALL_S) at++;
  return isSmall(text.charCodeAt(at)) ? -1 : at;
}

export function anyOf(list: readonly string[]): WordList {
  return new WordList(list);
}

/** Characters between the last word and the end of `text`. */
function distance(text: string, words: WordList): number | undefined {
  const end = words.placesIn(text).at(-1)?.end;
  return end === undefined ? undefined : text.length - end;
}

export function hintOf(left: string, right: string, words: Words): Hint {
  const before = fold(left);
  const raise = distance(before, words.raise);
  const lower = distance(before, words.lower);
  if (lower !== undefined && lower <= LABEL_REACH && (raise === undefined || lower < raise)) return 'lower';
  if (raise !== undefined) return 'raise';
  const first = words.raise.placesIn(fold(right).slice(0, AFTER_REACH * 2))[0];
  return first !== undefined && first.start <= AFTER_REACH ? 'raise' : 'none';
}
