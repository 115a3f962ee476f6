/** The list one came from: the message page goes on to its next message and back to where one was. */

export interface KnownList {
  /** Address of the queue as it was, without the `#`. */
  readonly path: string;
  /** Messages in the order of the list; more are added as one goes on. */
  readonly ids: readonly string[];
  /** Cursor of what follows the last of `ids`; undefined at the end. */
  readonly next: string | undefined;
  readonly more: (after: string) => Promise<ListPage>;
}
export interface ListPage {
  readonly ids: readonly string[];
  readonly next: string | undefined;
}

interface Place {
  readonly top: number;
  readonly cursor: string | undefined;
}

let list: KnownList | undefined;
const places = new Map<string, Place>();
const previous = new Map<string, string | undefined>();
/** Filters one has been to within a session; older ones begin at their top again. */
const PLACES_MOST = 100;

export function rememberList(known: KnownList): void {
  list = known;
}
export function knownList(): KnownList | undefined {
  return list;
}
export function forgetLists(): void {
  list = undefined;
  places.clear();
  previous.clear();
}

/** The message before or after one in the list. */
export function neighbour(id: string, by: 1 | -1): string | undefined {
  const at = list?.ids.indexOf(id) ?? -1;
  return at === -1 ? undefined : list?.ids[at + by];
}

/** The next one, fetching the next page of the list where this one ends. */
export async function following(id: string): Promise<string | undefined> {
  const known = neighbour(id, 1);
  if (known !== undefined || list?.next === undefined || !list.ids.includes(id)) return known;
  const asked = list;
  const page = await asked.more(list.next);
  // One has gone to another list meanwhile.
  if (list !== asked) return undefined;
  list = { ...asked, ids: [...asked.ids, ...page.ids.filter((one) => !asked.ids.includes(one))], next: page.next };
  return neighbour(id, 1);
}

/** How far one is: `3` of `50`. */
export function standing(id: string): { readonly at: number; readonly of: number; readonly more: boolean } | undefined {
  const at = list?.ids.indexOf(id) ?? -1;
  return list === undefined || at === -1 ? undefined : { at: at + 1, of: list.ids.length, more: list.next !== undefined };
}

export function rememberPlace(path: string, place: Place): void {
  places.delete(path);
  places.set(path, place);
  const oldest = places.keys().next().value;
  if (places.size > PLACES_MOST && oldest !== undefined) places.delete(oldest);
}
export function placeIn(path: string): Place | undefined {
  return places.get(path);
}

/** Cursors lead forward only: the way back is kept here. */
export function rememberPrevious(path: string, before: string): void {
  previous.set(path, before);
}
export function previousOf(path: string): string | undefined {
  return previous.get(path);
}
