/** What has come since a list was read, kept over pages: rows do not move by themselves, one is told how many wait outside. */

export interface FreshCount {
  readonly count: number;
  /** More than are kept, or news may have been missed. */
  readonly more: boolean;
}

/** Beyond this nobody counts. */
const KEPT_MOST = 200;

const arrived = new Map<string, number>();
let overflowAt = 0;
const hearing = new Set<() => void>();
let version = 0;

function changed(): void {
  version++;
  for (const heard of hearing) heard();
}

/** A message has this state now. */
export function noteFresh(id: string, state: string, now: number): void {
  if (state !== 'held') {
    if (arrived.delete(id)) changed();
    return;
  }
  if (arrived.size >= KEPT_MOST) overflowAt = now;
  else arrived.set(id, now);
  changed();
}

/** News were lost, or there were too many to tell. */
export function noteMissed(now: number): void {
  overflowAt = now;
  changed();
}

export function forgetFresh(): void {
  arrived.clear();
  overflowAt = 0;
  changed();
}

/** Of those that came after `readAt`, the ones that do not stand in the list. */
export function freshSince(readAt: number, known: ReadonlySet<string>): FreshCount {
  const count = [...arrived].filter(([id, at]) => at > readAt && !known.has(id)).length;
  return { count, more: overflowAt > readAt };
}

export const freshStore = {
  subscribe: (heard: () => void): (() => void) => {
    hearing.add(heard);
    return () => hearing.delete(heard);
  },
  version: (): number => version,
};
