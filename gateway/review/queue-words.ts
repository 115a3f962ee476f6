/** Cuts masked texts into the words they are found by: whole words, and pairs of Chinese characters. */

/** A message is found by so many words at most; the first ones of each text count. */
export const WORDS_MOST = 300;
const WORD_MOST = 40;
const RUN = /\p{Script=Han}+|[^\P{L}\p{Script=Han}]+|\p{N}+/gu;
const HAN = /^\p{Script=Han}/u;

/** What a text is stored under: words in lower case, each Chinese character and each two neighbours. */
export function wordsOf(text: string): readonly string[] {
  return runs(text).flatMap((run) => (HAN.test(run) ? [...Array.from(run), ...pairs(run)] : [run]));
}

/** What has to be there for a text to be found: of Chinese, the pairs alone where there are any. */
export function wordsWanted(text: string): readonly string[] {
  const wanted = runs(text).flatMap((run) => (HAN.test(run) && Array.from(run).length > 1 ? pairs(run) : [run]));
  return [...new Set(wanted)];
}

function runs(text: string): readonly string[] {
  return Array.from(text.normalize('NFKC').toLowerCase().matchAll(RUN), ([run]) => (HAN.test(run) ? run : run.slice(0, WORD_MOST)));
}

function pairs(run: string): readonly string[] {
  const characters = Array.from(run);
  return characters.slice(1).map((character, i) => `${characters[i] ?? ''}${character}`);
}
