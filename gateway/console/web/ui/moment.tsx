/** Times as people read them: local, exact on hover, and how long ago or ahead. */
import type { ReactNode } from 'react';
import { localeOf, useLanguage, type Language } from '../app/language.js';

const STEPS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** `3 hours ago`, `in 2 days`; below a minute, `now`. */
export function relative(at: number, now: number, language: Language): string {
  const seconds = Math.round((at - now) / 1000);
  const format = new Intl.RelativeTimeFormat(localeOf[language], { numeric: 'auto' });
  const step = STEPS.find(([, size]) => Math.abs(seconds) >= size);
  return step === undefined ? format.format(0, 'second') : format.format(Math.trunc(seconds / step[1]), step[0]);
}

export function Moment({ at, as = 'both' }: { readonly at: string; readonly as?: 'both' | 'exact' | 'relative' }): ReactNode {
  const language = useLanguage();
  const date = new Date(at);
  const exact = new Intl.DateTimeFormat(localeOf[language], { dateStyle: 'medium', timeStyle: 'medium', hour12: false }).format(date);
  const ago = relative(date.getTime(), Date.now(), language);
  return (
    <time dateTime={at} title={as === 'relative' ? exact : at} className="moment">
      {as === 'relative' ? ago : exact}
      {as === 'both' ? <small> · {ago}</small> : null}
    </time>
  );
}
