/** The queue's filter as the address carries it, as the API takes it, and as the chips that show it. */
import type { AskedFilter } from '../../../../review/queue-schemas.js';
import type { QueueOrder } from '../../../../ports/queue.js';

/** Several values each. */
export const LIST_KEYS = ['state', 'severity', 'route', 'channel', 'detector', 'grade'] as const;
export const TEXT_KEYS = ['text', 'sender', 'recipient', 'destination', 'assignee', 'group', 'from', 'to'] as const;
export type ListKey = (typeof LIST_KEYS)[number];
export type TextKey = (typeof TEXT_KEYS)[number];
export type FilterKey = ListKey | TextKey;
/** What the address says: a key that is missing sets no bound. */
export type Filter = Readonly<Partial<Record<ListKey, readonly string[]> & Record<TextKey, string>>>;

export const ORDERS = ['risk', 'newest', 'oldest', 'expiry'] as const satisfies readonly QueueOrder[];
/** In these a message waits for somebody; the queue shows them unless asked for others. */
export const WAITING = ['held', 'awaiting-second', 'needs-credentials', 'failed', 'uncertain'] as const;
export const STATES = ['held', 'awaiting-second', 'needs-credentials', 'failed', 'uncertain', 'releasing', 'sending', 'released', 'rejected', 'expired'] as const;
/** `state=all`: those that are over as well. */
const ALL = 'all';

export interface View {
  readonly filter: Filter;
  readonly order: QueueOrder;
  readonly grouped: boolean;
  /** Cursor of the page on show; the first page has none. */
  readonly after: string | undefined;
}

export function viewOf(query: URLSearchParams): View {
  const filter: Partial<Record<ListKey, readonly string[]> & Record<TextKey, string>> = {};
  for (const key of LIST_KEYS) {
    const values = [...new Set(query.getAll(key).flatMap((one) => one.split(',')))].filter((one) => one !== '');
    if (values.length > 0) filter[key] = values;
  }
  for (const key of TEXT_KEYS) {
    const value = query.get(key)?.trim();
    if (value !== undefined && value !== '') filter[key] = value;
  }
  const order = ORDERS.find((one) => one === query.get('order')) ?? 'risk';
  return { filter, order, grouped: query.get('grouped') === '1', after: query.get('after') ?? undefined };
}

/** The address of a view, without its `#`; what is as usual is left out. */
export function pathOf({ filter, order, grouped, after }: View): string {
  const query = new URLSearchParams();
  for (const key of LIST_KEYS) for (const value of filter[key] ?? []) query.append(key, value);
  for (const key of TEXT_KEYS) {
    const value = filter[key];
    if (value !== undefined && value !== '') query.set(key, value);
  }
  if (order !== 'risk') query.set('order', order);
  if (grouped) query.set('grouped', '1');
  if (after !== undefined) query.set('after', after);
  const text = query.toString();
  return text === '' ? '/queue' : `/queue?${text}`;
}

/** What the API is asked; dates of the form are whole days where the reader is. */
export function askedOf(filter: Filter): AskedFilter {
  const { state, from, to, ...rest } = filter;
  const states = state === undefined ? [...WAITING] : state.includes(ALL) ? undefined : state;
  const asked = { ...rest, ...(states === undefined ? {} : { state: states }), ...dayStart('from', from, 0), ...dayStart('to', to, 1) };
  // The API checks the words of each list; an address written by hand may hold others.
  return asked as AskedFilter;
}

function dayStart(key: 'from' | 'to', day: string | undefined, plusDays: number): Partial<Record<'from' | 'to', string>> {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day ?? '');
  if (parts === null) return {};
  const at = new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + plusDays);
  return { [key]: at.toISOString() };
}

export interface Chip {
  readonly key: FilterKey;
  /** One of a list, or the whole text. */
  readonly value: string;
}

/** What bounds the view beyond the usual, one chip a bound. */
export function chipsOf(filter: Filter): readonly Chip[] {
  return [
    ...LIST_KEYS.flatMap((key) => (filter[key] ?? []).map((value): Chip => ({ key, value }))),
    ...TEXT_KEYS.flatMap((key) => (filter[key] === undefined ? [] : [{ key, value: filter[key] }])),
  ];
}

export function withoutChip(filter: Filter, { key, value }: Chip): Filter {
  return isList(key) ? withList(filter, key, (filter[key] ?? []).filter((one) => one !== value)) : withText(filter, key, '');
}

export function withList(filter: Filter, key: ListKey, values: readonly string[]): Filter {
  const { [key]: _, ...rest } = filter;
  return values.length === 0 ? rest : { ...rest, [key]: values };
}

export function withText(filter: Filter, key: TextKey, value: string): Filter {
  const { [key]: _, ...rest } = filter;
  return value.trim() === '' ? rest : { ...rest, [key]: value.trim() };
}

/** The same words as a saved filter keeps them, back from the API. */
export function fromSaved(saved: AskedFilter): Filter {
  const { from, to, ...rest } = saved;
  const isWaiting = rest.state?.length === WAITING.length && WAITING.every((one) => rest.state?.includes(one));
  const { state, ...others } = rest;
  const states: Pick<Filter, 'state'> = isWaiting ? {} : { state: state ?? [ALL] };
  return { ...(others as Filter), ...states, ...(from === undefined ? {} : { from: localDay(from, 0) }), ...(to === undefined ? {} : { to: localDay(to, -1) }) };
}

function localDay(at: string, plusDays: number): string {
  const day = new Date(at);
  day.setDate(day.getDate() + plusDays);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}

function isList(key: FilterKey): key is ListKey {
  return (LIST_KEYS as readonly string[]).includes(key);
}
