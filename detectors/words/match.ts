/** Finds which word of a list stands nearest to a number; words only ever raise or lower what the number itself shows. */

/** A word that speaks against a number must be its label, so it must stand this close (characters, after folding). */
const LABEL_REACH = 16;
/** A word behind the number belongs to it only when it follows at once: `6222… 是我的卡号`. */
const AFTER_REACH = 12;

export interface Words {
  readonly raise: RegExp;
  readonly lower: RegExp;
}
export type Hint = 'raise' | 'lower' | 'none';

/** `cardNo`, `card_no`, `CARD-NO` and `card no` become one; blanks between Chinese characters go. */
export function fold(text: string): string {
  return text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[_\-.\s]+/g, ' ')
    .replace(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, '');
}

/** One expression for a list: Chinese words match anywhere, Latin ones as whole words, a blank in them is optional. */
export function anyOf(list: readonly string[]): RegExp {
  // Longest first, so that `card no` is not cut short by `card`.
  const words = [...list].sort((a, b) => b.length - a.length);
  const chinese = words.filter((word) => !/^[a-z ]+$/.test(word));
  const latin = words.filter((word) => /^[a-z ]+$/.test(word)).map((word) => word.replaceAll(' ', ' ?'));
  const parts = [...chinese, ...(latin.length > 0 ? [`(?<![a-z])(?:${latin.join('|')})s?(?![a-z])`] : [])];
  return new RegExp(parts.join('|'), 'g');
}

/** Characters between the last match and the end of `text`. */
function distance(text: string, words: RegExp): number | undefined {
  let end: number | undefined;
  for (const match of text.matchAll(words)) end = match.index + match[0].length;
  return end === undefined ? undefined : text.length - end;
}

export function hintOf(left: string, right: string, words: Words): Hint {
  const before = fold(left);
  const raise = distance(before, words.raise);
  const lower = distance(before, words.lower);
  if (lower !== undefined && lower <= LABEL_REACH && (raise === undefined || lower < raise)) return 'lower';
  if (raise !== undefined) return 'raise';
  const after = fold(right).slice(0, AFTER_REACH * 2);
  const first = after.matchAll(words.raise).next().value;
  return first !== undefined && first.index <= AFTER_REACH ? 'raise' : 'none';
}
