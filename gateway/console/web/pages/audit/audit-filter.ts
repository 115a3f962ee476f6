/** The audit's filter as it stands in the page's address, and as the API takes it. */

export interface AuditFilter {
  /** As date fields give them: local, to the minute. */
  readonly from: string;
  readonly to: string;
  readonly actor: string;
  readonly act: string;
  readonly subject: string;
}
export const FIELDS = ['from', 'to', 'actor', 'act', 'subject'] as const satisfies readonly (keyof AuditFilter)[];

export function filterOf(query: URLSearchParams): AuditFilter {
  const [from = '', to = '', actor = '', act = '', subject = ''] = FIELDS.map((field) => query.get(field) ?? '');
  return { from, to, actor, act, subject };
}

export function addressOf(filter: AuditFilter): string {
  const query = new URLSearchParams(FIELDS.flatMap((field) => (filter[field].trim() === '' ? [] : [[field, filter[field].trim()]])));
  const text = query.toString();
  return text === '' ? '/audit' : `/audit?${text}`;
}

/** Times in UTC; what cannot be a time is left out. */
export function questionOf(filter: AuditFilter): Readonly<Record<string, string | undefined>> {
  const time = (text: string): string | undefined => {
    const at = new Date(text);
    return text === '' || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
  };
  const text = (value: string): string | undefined => (value.trim() === '' ? undefined : value.trim());
  return { from: time(filter.from), to: time(filter.to), actor: text(filter.actor), act: text(filter.act), subject: text(filter.subject) };
}
