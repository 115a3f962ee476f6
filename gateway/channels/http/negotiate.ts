/** What a client wants to read: its language, and a page rather than JSON when it is a browser. */
import type { Config } from '../../../config/schema.js';
import type { Field } from '../../ports.js';
import { valuesOf } from './fields.js';

export type Language = 'en' | 'zh';

/** Members of an Accept-like field with their weights; a weight that is no number counts as none. */
function weighted(fields: readonly Field[], name: string): readonly (readonly [member: string, weight: number])[] {
  return valuesOf(fields, name)
    .flatMap((value) => value.split(','))
    .map((member) => {
      const [token = '', ...parameters] = member.split(';').map((part) => part.trim().toLowerCase());
      const stated = parameters.find((one) => one.startsWith('q='));
      const weight = stated === undefined ? 1 : Number(stated.slice(2));
      return [token, Number.isFinite(weight) ? weight : 0] as const;
    })
    .filter(([token]) => token !== '');
}

function best(members: readonly (readonly [string, number])[], matches: (member: string) => boolean): number {
  return Math.max(0, ...members.filter(([member]) => matches(member)).map(([, weight]) => weight));
}

/** `auto` follows Accept-Language; English where it names neither. */
export function languageFor(fields: readonly Field[], configured: Config['language']): Language {
  if (configured !== 'auto') return configured;
  const members = weighted(fields, 'accept-language');
  const zh = best(members, (member) => /^zh(-|$)/.test(member));
  const en = best(members, (member) => /^en(-|$)/.test(member));
  if (zh === en && zh > 0) return members.find(([member]) => /^(zh|en)(-|$)/.test(member))?.[0].startsWith('zh') === true ? 'zh' : 'en';
  return zh > en ? 'zh' : 'en';
}

/** Only who names HTML gets it: a bare wildcard is what programs send. */
export function wantsHtml(fields: readonly Field[]): boolean {
  const members = weighted(fields, 'accept');
  const html = best(members, (member) => member === 'text/html' || member === 'application/xhtml+xml');
  return html > 0 && html >= best(members, (member) => /^application\/(problem\+)?json$/.test(member));
}
