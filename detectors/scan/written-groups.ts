/** The groups that a candidate is written in as numbers that are quickly asked for: whether people part such numbers so (Shape.groupings). */
import type { Shape } from '../contract.js';

/** More digits than any group of a number that is asked has, so that each grouping is one number. */
const BASE = 20;
/** BASE to this power is still exact. */
const MOST_GROUPS = 12;

/** What was counted last: one object for all. */
export interface Written {
  /** The groupings with line ends as gaps, and with the groups beside them as one; 0 for too many groups. */
  parted: number;
  joined: number;
  lineEnds: number;
  /** Nobody is asked how it is parted: groups touch, or digits stand one by one. */
  free: boolean;
  /** A dot and a digit, or what a mask left of one, follow at once. */
  fraction: boolean;
}

/** The number of a grouping such as `3-4-4`; undefined where it has none. */
export function keyOf(grouping: string): number | undefined {
  const sizes = grouping.split('-').map(Number);
  if (sizes.length > MOST_GROUPS || sizes.some((size) => !(size >= 1 && size < BASE))) return undefined;
  return sizes.reduce((key, size) => key * BASE + size, 0);
}

const keys = new WeakMap<ReadonlySet<string>, ReadonlySet<number>>();

export function keysOf(usual: ReadonlySet<string>): ReadonlySet<number> {
  let known = keys.get(usual);
  if (known === undefined) keys.set(usual, (known = new Set([...usual].map(keyOf).filter((key) => key !== undefined))));
  return known;
}

/** Counts the groups of `count` digits: `groupOf` tells the group of each, `touches` of each group whether it touches the one before, `ends` whether a line end is in the gap before it. */
export function countGroups(written: Written, groupOf: Uint8Array, count: number, touches: Uint8Array, ends: Uint8Array): void {
  let parted = 0;
  let joined = 0;
  let partedGroups = 0;
  let joinedGroups = 0;
  let lineEnds = 0;
  let open = 0;
  let singles = true;
  written.free = false;
  for (let from = 0; from < count; ) {
    const group = groupOf[from] ?? 0;
    let to = from + 1;
    while (to < count && groupOf[to] === group) to++;
    const size = to - from;
    if (group > 0) {
      if (size > 1) singles = false;
      if (touches[group] === 1) written.free = true;
    }
    parted = parted * BASE + size;
    partedGroups++;
    if (group > 0 && ends[group] === 1) {
      lineEnds++;
      open += size;
    } else {
      if (open > 0) joined = joined * BASE + open;
      joinedGroups++;
      open = size;
    }
    from = to;
  }
  written.parted = partedGroups > MOST_GROUPS ? 0 : parted;
  written.joined = joinedGroups > MOST_GROUPS ? 0 : joined * BASE + open;
  if (singles) written.free = true;
  written.lineEnds = lineEnds;
}

/** Does the shape allow what was counted? */
export function isUsual({ groupings, fraction }: Shape, written: Written): boolean {
  if (fraction !== undefined && written.fraction && written.lineEnds >= fraction) return false;
  if (groupings === undefined || written.free || written.lineEnds <= groupings.lineEnds) return true;
  const known = keysOf(groupings.usual);
  return known.has(written.parted) || (written.lineEnds <= groupings.joins && known.has(written.joined));
}
