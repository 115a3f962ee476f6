/** Ways to write a number so that people still read it and plain patterns do not. */
import type { Dice } from '../dice.js';
import type { Piece } from '../piece.js';
import { grouped, marked, usualGroups } from './forms.js';
import type { Value } from './value.js';

type Disguise = (dice: Dice, value: Value) => string;

const letters = (alphabet: string): readonly string[] => Array.from(alphabet);
/** One character for each digit from 0 to 9; an X stays. */
const spelt =
  (alphabet: readonly string[], x = 'X'): Disguise =>
  (_dice, { digits }) =>
    Array.from(digits, (one) => (/[Xx]/.test(one) ? x : (alphabet[Number(one)] ?? one))).join('');
const between =
  (separators: readonly string[]): Disguise =>
  (dice, value) =>
    usualGroups(dice, value).join(dice.pick(separators));
const eachBy =
  (separators: readonly string[]): Disguise =>
  (dice, { digits }) =>
    Array.from(digits).join(dice.pick(separators));

const CHINESE = letters('〇一二三四五六七八九');
const FULL_WIDTH = letters('０１２３４５６７８９');
const CIRCLED = ['⓪', '①', '②', '③', '④', '⑤', '⑥', '⑦', '⑧', '⑨'];

/** Each is a form of its own in the figures. */
const DISGUISES: Readonly<Record<string, Disguise>> = {
  'full-width': spelt(FULL_WIDTH, 'Ｘ'),
  'full-width-groups': (dice, value) => usualGroups(dice, value).map((digits) => spelt(FULL_WIDTH, 'Ｘ')(dice, { ...value, digits })).join(dice.pick(['－', '　', '-', ' '])),
  'part-full-width': (dice, { digits }) => Array.from(digits, (one) => (dice.chance(0.4) ? (FULL_WIDTH[Number(one)] ?? one) : one)).join(''),
  'arabic-digits': spelt(letters('٠١٢٣٤٥٦٧٨٩')),
  'persian-digits': spelt(letters('۰۱۲۳۴۵۶۷۸۹')),
  'devanagari-digits': spelt(letters('०१२३४५६७८९')),
  'mathematical-digits': (dice, value) => spelt(letters(dice.pick(['𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗', '𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡', '𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿'])))(dice, value),
  'circled-digits': spelt(CIRCLED),
  'superscript-digits': spelt(letters('⁰¹²³⁴⁵⁶⁷⁸⁹')),
  'keycap-digits': (_dice, { digits }) => Array.from(digits, (one) => (/[0-9]/.test(one) ? `${one}\ufe0f\u20e3` : one)).join(''),
  'chinese-numerals': (dice, value) => spelt(dice.chance(0.5) ? CHINESE : letters('零一二三四五六七八九'))(dice, value),
  'chinese-yao': spelt(letters('零幺二三四五六七八九')),
  'chinese-formal': spelt(letters('零壹贰叁肆伍陆柒捌玖')),
  'chinese-traditional': spelt(letters('零壹貳參肆伍陸柒捌玖')),
  'chinese-groups': (dice, value) => usualGroups(dice, value).map((digits) => spelt(CHINESE)(dice, { ...value, digits })).join(dice.pick([' ', '、', '-', '，'])),
  'part-chinese': (dice, { digits }) => Array.from(digits, (one) => (dice.chance(0.35) ? (CHINESE[Number(one)] ?? one) : one)).join(''),
  'zero-width': (dice, { digits }) => Array.from(digits).join(dice.pick(['\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad'])),
  'zero-width-few': (dice, { digits }) => grouped(digits, [dice.between(2, 5)]).join(dice.pick(['\u200b', '\u200d', '\u2060'])),
  'direction-marks': (dice, { digits }) => grouped(digits, [dice.between(3, 5)]).join(dice.pick(['\u200e', '\u202c', '\u2068', '\u202d'])),
  'no-break-space': between(['\u00a0', '\u202f']),
  'ideographic-space': between(['\u3000']),
  'thin-space': between(['\u2009', '\u2002', '\u200a']),
  'other-hyphens': between(['–', '—', '‐', '－', '−']),
  'dots': between(['.']),
  'middle-dots': between(['·', '・', '•']),
  'slashes': between(['/']),
  'underscores': between(['_']),
  'commas': between([',', ', ', '，']),
  'enumeration-commas': between(['、']),
  'tildes-and-bars': between(['~', '～', '|', '+', '*', '#', ':']),
  'odd-groups': (dice, { digits }) => grouped(digits, [dice.between(2, 5), dice.between(2, 5), dice.between(3, 6)]).join(dice.pick([' ', '-', '.'])),
  'each-blank': eachBy([' ']),
  'each-hyphen': eachBy(['-', '.', '_', '/']),
  'each-comma': eachBy([',', '、', '，']),
  'line-wrap': (dice, { digits }) => {
    const cut = dice.between(3, digits.length - 3);
    return `${digits.slice(0, cut)}${dice.pick(['\n', '\r\n', '\n  '])}${digits.slice(cut)}`;
  },
  'group-line-wrap': (dice, value) => {
    const groups = usualGroups(dice, value);
    const cut = dice.between(1, Math.max(1, groups.length - 1));
    return `${groups.slice(0, cut).join(' ')}${dice.pick(['\n', '\r\n'])}${groups.slice(cut).join(' ')}`;
  },
};

export const DISGUISE_NAMES = Object.keys(DISGUISES);

export function disguised(dice: Dice, value: Value, form: string): Piece {
  const write = DISGUISES[form];
  if (write === undefined) throw new RangeError(`no disguise of that name: ${form}`);
  const text = write(dice, value);
  // What follows the last digit only decorates it: the span of the digits ends before.
  const digits = text.replace(/[\ufe0f\u20e3]+$/, '');
  const piece = marked(value, digits, form);
  return { ...piece, text };
}
