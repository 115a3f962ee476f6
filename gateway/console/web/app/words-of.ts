/** Words in both languages side by side; a word that lacks one does not compile. */
import { useLanguage, type Language } from './language.js';

type Word = { readonly en: string; readonly zh: string } | { readonly en: (...values: never[]) => string; readonly zh: (...values: never[]) => string };
export type WordList = Readonly<Record<string, Word>>;
type Spoken<W> = W extends { readonly en: (...values: infer V) => string; readonly zh: (...values: infer Z) => string }
  ? (...values: V & Z) => string
  : string;
export type Words<L extends WordList> = { readonly [K in keyof L]: Spoken<L[K]> };

export function defineWords<L extends WordList>(list: L): L {
  return list;
}

const spoken = new WeakMap<WordList, Partial<Record<Language, unknown>>>();

/** The list in one language; the same object every time, so that it may stand among a hook's dependencies. */
export function wordsIn<L extends WordList>(list: L, language: Language): Words<L> {
  const known = spoken.get(list) ?? {};
  spoken.set(list, known);
  known[language] ??= Object.fromEntries(Object.entries(list).map(([key, word]) => [key, word[language]]));
  return known[language] as Words<L>;
}

export function useWords<L extends WordList>(list: L): Words<L> {
  return wordsIn(list, useLanguage());
}
