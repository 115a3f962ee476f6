/** The numbers beside a phone number: other phone numbers, perhaps masked, or numbers of another kind. */
import { hasLetters } from './digit-list.js';
import type { Domestic } from './calling-codes.js';
import type { Surroundings } from './surroundings.js';

/** The item before and the item after in a list, its delimiters and quotes between. */
const BEFORE = /(?<![0-9A-Za-z*-])([0-9*]{11})["'`]?(?:[,;|，、；] ?|\s)\s?["'`]?$/;
const AFTER = /^["'`]?(?:[,;|，、；] ?|\s)\s?["'`]?([0-9*]{11})(?![0-9A-Za-z*-])/;
/** A segment or an area code, stars for any digit, or what stands for a masked number where stars cannot. */
const PHONE = /^(?:[1*][3-9*][0-9*]+|[0*][1-9*][0-9*]+|10+)$/;

/** Another phone number in the same groups: a list, not a table. */
export function besidePhone({ left, right }: Surroundings): boolean {
  return (
    /(?<![0-9*])1[3-9*][0-9*]([ -])[0-9*]{4}\1[0-9*]{4}[ -]{1,3}$/.test(left) || /^[ -]{1,3}1[3-9*][0-9*]([ -])[0-9*]{4}\1[0-9*]{4}(?![0-9*])/.test(right)
  );
}

const isDigitOrStar = (unit: number): boolean => (unit >= 0x30 && unit <= 0x39) || unit === 0x2a;
/** Signs between two items, at most, and digits of one. */
const MOST_SIGNS = 5;
const DIGITS = 11;

/** Eleven digits stand before at most a few signs: asked before the expression looks at all of a text. */
function endsAsItem(text: string): boolean {
  let at = text.length - 1;
  while (at >= text.length - MOST_SIGNS && at >= 0 && !isDigitOrStar(text.charCodeAt(at))) at--;
  const end = at;
  while (at >= 0 && isDigitOrStar(text.charCodeAt(at))) at--;
  return end < text.length - 1 && end - at === DIGITS;
}

/** `others`: next to it, or in its place on the lines above and below, stands a number of its length that is no phone, and none that is. */
export function listOf({ left, right }: Surroundings): 'phones' | 'others' | undefined {
  const inColumn = cellsOf(left, right).filter((cell) => /^[0-9*]{11}$/.test(cell));
  const items = inColumn.length > 0 ? inColumn : [endsAsItem(left) ? BEFORE.exec(left)?.[1] : undefined, AFTER.exec(right)?.[1]].filter((item) => item !== undefined);
  if (items.length === 0) return undefined;
  return items.some((item) => PHONE.test(item)) ? 'phones' : 'others';
}

const isDelimiter = (unit: number): boolean => unit === 0x2c || unit === 0x3b || unit === 0x09 || unit === 0x7c;

function delimitersIn(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (isDelimiter(text.charCodeAt(at))) count++;
  return count;
}

/** The cell of text[from..to) with so many delimiters before it, blanks, quotes and brackets aside; `undefined` when there are not so many. */
function cellAt(text: string, from: number, to: number, index: number): string | undefined {
  let start = from;
  for (let left = index; left > 0; start++) {
    if (start >= to) return undefined;
    if (isDelimiter(text.charCodeAt(start))) left--;
  }
  let end = start;
  while (end < to && !isDelimiter(text.charCodeAt(end))) end++;
  return text.slice(start, end).replace(/["'`\s()]/g, '');
}

/** The cells in the same place of the line above and of the line below, as far as they are in sight: of either only where there is the other. */
function cellsOf(left: string, right: string): string[] {
  const above = left.lastIndexOf('\n');
  const below = right.indexOf('\n');
  if (above < 0 || below < 0) return [];
  const before = delimitersIn(left, above + 1, left.length);
  const behind = delimitersIn(right, 0, below);
  // The line above is seen from its end, the one below from its start; the context may cut their other ends off.
  const first = above === 0 ? -1 : left.lastIndexOf('\n', above - 1);
  const last = right.indexOf('\n', below + 1);
  const over = delimitersIn(left, first + 1, above) - behind;
  const underEnd = last < 0 ? right.length : last;
  const isWhole = last >= 0 || before < delimitersIn(right, below + 1, underEnd);
  const cells = [
    over < (first < 0 ? 1 : 0) ? undefined : cellAt(left, first + 1, above, over),
    isWhole ? cellAt(right, below + 1, underEnd, before) : undefined,
  ];
  return cells.filter((cell) => cell !== undefined);
}

/** At least two more numbers, single blanks between them. */
const ROW_OF_FIGURES = /^(?=.*[0-9])[0-9*.-]{3,}(?: +[0-9*.-]{3,})+$/;
const DIGITS_ALONE = /^[ \t]*[0-9*]+(?:[ \t]+[0-9*]+)*[ \t]*$/;

/** The number has its line to itself or to digits only, and so have the lines above and below, which are no phone numbers: figures, one below the other. */
export function inColumn(number: Domestic, { left, right }: Surroundings): boolean {
  if (number.gaps.some((gap) => gap.trim() !== '')) return false;
  // Most lines have words.
  if (number.gaps.length === 0 && hasLetters(left.slice(left.lastIndexOf('\n') + 1))) return false;
  const end = right.indexOf('\n');
  const own = `${left.slice(left.lastIndexOf('\n') + 1)}${end < 0 ? right : right.slice(0, end)}`.replaceAll('\r', '');
  if (number.gaps.length === 0 && own.trim() !== '') return ROW_OF_FIGURES.test(own.trim()) && !/ {2}/.test(own.trim());
  if (own.trim() !== '' && !DIGITS_ALONE.test(own)) return false;
  const above = left.replaceAll('\r', '').split('\n').slice(0, -1);
  const below = right.replaceAll('\r', '').split('\n').slice(1);
  const beside = [above.pop(), below.shift()].filter((line) => line !== undefined && line.trim() !== '');
  const figures = (line: string | undefined): boolean => line !== undefined && DIGITS_ALONE.test(line) && !isPhone(line.replace(/\s/g, ''));
  return beside.length === 2 ? beside.every(figures) : number.gaps.length > 0 && beside.some(figures);
}

function isPhone(digits: string): boolean {
  return digits.length >= 11 && digits.length <= 15 && /^(?:00)?(?:86)?[01*][1-9*]/.test(digits);
}
