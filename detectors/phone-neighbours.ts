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

/** `others`: next to it, or in its place on the lines above and below, stands a number of its length that is no phone, and none that is. */
export function listOf({ left, right }: Surroundings): 'phones' | 'others' | undefined {
  const inColumn = cellsOf(left, right).filter((cell) => /^[0-9*]{11}$/.test(cell));
  const items = inColumn.length > 0 ? inColumn : [BEFORE.exec(left)?.[1], AFTER.exec(right)?.[1]].filter((item) => item !== undefined);
  if (items.length === 0) return undefined;
  return items.some((item) => PHONE.test(item)) ? 'phones' : 'others';
}

const DELIMITER = /[,;\t|]/;

/** The cells in the same place of the line above and of the line below, as far as they are in sight. */
function cellsOf(left: string, right: string): string[] {
  if (!left.includes('\n') && !right.includes('\n')) return [];
  const above = left.replaceAll('\r', '').split('\n');
  const below = right.replaceAll('\r', '').split('\n');
  const before = above.pop()?.split(DELIMITER) ?? [];
  const behind = below.shift()?.split(DELIMITER) ?? [];
  const over = above.pop()?.split(DELIMITER);
  const under = below.shift()?.split(DELIMITER);
  // The line above is seen from its end, the one below from its start; the context may cut their other ends off.
  if (above.length === 0) over?.shift();
  if (below.length === 0) under?.pop();
  const cells = [under === undefined ? undefined : over?.at(-behind.length), over === undefined ? undefined : under?.[before.length - 1]];
  return cells.flatMap((cell) => (cell === undefined ? [] : [cell.replace(/["'`\s()]/g, '')]));
}

/** At least two more numbers, single blanks between them. */
const ROW_OF_FIGURES = /^(?=.*[0-9])[0-9*.-]{3,}(?: +[0-9*.-]{3,})+$/;
const DIGITS_ALONE = /^[ \t]*[0-9*]+(?:[ \t]+[0-9*]+)*[ \t]*$/;

/** The number has its line to itself or to digits only, and so have the lines above and below, which are no phone numbers: figures, one below the other. */
export function inColumn(number: Domestic, { left, right }: Surroundings): boolean {
  if (number.gaps.some((gap) => gap.trim() !== '')) return false;
  // Most lines have words.
  if (number.gaps.length === 0 && hasLetters(left.slice(left.lastIndexOf('\n') + 1))) return false;
  const above = left.replaceAll('\r', '').split('\n');
  const below = right.replaceAll('\r', '').split('\n');
  const own = `${above.pop() ?? ''}${below.shift() ?? ''}`;
  if (number.gaps.length === 0 && own.trim() !== '') return ROW_OF_FIGURES.test(own.trim()) && !/ {2}/.test(own.trim());
  if (own.trim() !== '' && !DIGITS_ALONE.test(own)) return false;
  const beside = [above.pop(), below.shift()].filter((line) => line !== undefined && line.trim() !== '');
  const figures = (line: string | undefined): boolean => line !== undefined && DIGITS_ALONE.test(line) && !isPhone(line.replace(/\s/g, ''));
  return beside.length === 2 ? beside.every(figures) : number.gaps.length > 0 && beside.some(figures);
}

function isPhone(digits: string): boolean {
  return digits.length >= 11 && digits.length <= 15 && /^(?:00)?(?:86)?[01*][1-9*]/.test(digits);
}
