/** Which language the console speaks: the one chosen in this browser, else what the browser asks for. */
import { kept, useKept } from './kept.js';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

export function preferred(languages: readonly string[]): Language {
  const first = languages.find((tag) => /^(en|zh)\b/i.test(tag));
  return first !== undefined && /^zh/i.test(first) ? 'zh' : 'en';
}

export const language = kept<Language>('language', LANGUAGES, () => preferred(globalThis.navigator.languages));
export const localeOf: Readonly<Record<Language, string>> = { en: 'en', zh: 'zh-CN' };

export function useLanguage(): Language {
  return useKept(language);
}
