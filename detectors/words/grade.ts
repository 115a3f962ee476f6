/** How much the nearest word says of a number: words are judged by their distance, and by the fields and lines between them and the number. */
import { hasLetters } from '../digit-list.js';
import { fold, type WordList } from './match.js';

export interface GradedWords {
  /** Names of this kind of number. */
  readonly strong: WordList;
  /** Words of the same matter that stand beside other numbers too. */
  readonly weak: WordList;
  /** Names of other numbers of this shape. */
  readonly other: WordList;
}
export type Grade = 'strong' | 'weak' | 'other' | 'none';

/** A word against a number must be its label, so it must stand this close (characters, after folding). */
const LABEL_REACH = 16;
/** Further away a name speaks of the matter only. */
const NAME_REACH = 40;
/** A word behind the number belongs to it only when it follows at once: `6222… 是我的卡号`. */
const AFTER_REACH = 12;
/** Another field, item or cell begins between the word and the number. */
const NEXT_FIELD = /[,;&|\t，；].*[:=：]|\bvalues\b/;
/** The number's own line labels or divides it: what stands on the line above names something else. */
const OWN_LABEL = /[:=：|,;\t]/;
/** A sentence ends, the label has its own number, or it is a column of a statement: it says nothing of the next number. */
const SETTLED = /[。！？!?]|[0-9*]{6}|\bvalues\b/;
/** What a label may end its line with. */
const LINE_OF_LABEL = /^(?:号码?|编[号码])?[ :：>"'|-]*$/;
/** The last line has columns: nobody knows which of them goes on below. */
const COLUMNS = /\S(?:[|\t]| {2,})[^\n]*$/;
/** Where what follows the number begins to speak of something else. */
const FIELD_END = /["',;|\t\n<]/;

interface Near {
  readonly grade: Grade;
  /** What stands between the word and the end of the text. */
  readonly between: string;
  readonly length: number;
}

export function gradeOf(left: string, right: string, words: GradedWords): Grade {
  const near = nearestOf(left, words);
  if (near !== undefined) return near.grade;
  if (!hasLetters(right)) return 'none';
  const end = right.search(FIELD_END);
  const after = fold(end < 0 ? right : right.slice(0, end)).slice(0, AFTER_REACH * 2);
  const first = words.strong.placesIn(after)[0];
  return first !== undefined && first.start <= AFTER_REACH ? 'strong' : 'none';
}

function nearestOf(left: string, words: GradedWords): Near | undefined {
  if (!hasLetters(left)) return undefined;
  const cut = left.lastIndexOf('\n');
  if (cut < 0) return nearest(left, words);
  const line = left.slice(cut + 1);
  return nearest(line, words) ?? nearestAbove(left.slice(0, cut), line, words);
}

/** The word that ends last in `context` and speaks of what follows. */
function nearest(context: string, words: GradedWords): Near | undefined {
  // Lines of figures hold no word to look for, however they are folded.
  if (!hasLetters(context)) return undefined;
  const text = fold(context);
  const strong = last(text, words.strong, 'strong');
  const weak = last(text, words.weak, 'weak');
  const other = last(text, words.other, 'other');
  const name = strong !== undefined && (weak === undefined || !nearer(weak, strong)) ? strong : weak;
  if (other !== undefined && other.between.length <= LABEL_REACH && !SETTLED.test(other.between) && (name === undefined || nearer(other, name))) return other;
  if (name === undefined || name.grade === 'weak') return name;
  return name.between.length > NAME_REACH || NEXT_FIELD.test(name.between) ? { ...name, grade: 'weak' } : name;
}

/** A word on an earlier line names the number when it ends its line, and speaks of the matter when the number's own line has a label. */
function nearestAbove(text: string, line: string, words: GradedWords): Near | undefined {
  const near = nearest(text, words);
  if (near?.grade === 'other') return LINE_OF_LABEL.test(near.between) && LINE_OF_LABEL.test(line) && !COLUMNS.test(text) ? near : undefined;
  return near?.grade === 'strong' && OWN_LABEL.test(line) ? { ...near, grade: 'weak' } : near;
}

/** `会员卡号` ends where `卡号` does: the longer one is the word that stands there. */
function nearer(a: Near, b: Near): boolean {
  return a.between.length < b.between.length || (a.between.length === b.between.length && a.length > b.length);
}

function last(text: string, words: WordList, grade: Grade): Near | undefined {
  const found = words.placesIn(text).at(-1);
  return found === undefined ? undefined : { grade, between: text.slice(found.end), length: found.end - found.start };
}

/** `card6222…` and `cardNo6222…`: the letters glued on are the number's own label. */
export function isLabel(token: string, words: GradedWords): boolean {
  if (token === '') return false;
  const word = fold(token).trim();
  return [words.strong, words.weak].some((names) => names.placesIn(word).some(({ start, end }) => end - start === word.length));
}
