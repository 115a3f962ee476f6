/** Cuts the candidates out of a window of text: whole digit groups, joined where only a small gap parts them. */
import { CONTEXT, type Candidate } from '../contract.js';
import { CLASS, DIGIT, IGNORABLE, OTHER, SEPARATOR, VALUE, isCheckX } from './characters.js';

/** Longest gap between two groups: `) ` or ` - `. Longer ones part two numbers. */
export const MAX_GAP = 3;
/** Ignorable characters inside one candidate before the text counts as malformed, so that a candidate's reach stays finite (HC 11). */
export const MAX_IGNORED = 64;

/** The units of one window; `units` beyond `length` are spare room. */
export interface Units {
  readonly units: Uint16Array;
  readonly length: number;
  /** No unit follows the last one. */
  readonly last: boolean;
}

/** A candidate with the places of its digits. */
export interface Placed {
  readonly candidate: Candidate;
  readonly start: number;
  readonly end: number;
  /** Unit index of each character of `candidate.digits`. */
  readonly places: readonly number[];
}

/** All candidates that begin at one place; `undecided` when more text is needed to know them. */
export type Begun = { readonly kind: 'known'; readonly placed: readonly Placed[] } | { readonly kind: 'undecided' } | { readonly kind: 'malformed' };

/** Where a digit group begins: a digit whose left neighbour, ignorables aside, is no digit. */
export function isGroupStart(window: Units, at: number): boolean {
  if (CLASS[window.units[at] ?? 0] !== DIGIT) return false;
  let left = at - 1;
  while (left >= 0 && CLASS[window.units[left] ?? 0] === IGNORABLE) left--;
  return left < 0 || CLASS[window.units[left] ?? 0] !== DIGIT;
}

function text(window: Units, from: number, to: number): string {
  return from >= to ? '' : String.fromCharCode(...window.units.subarray(from, to));
}

/** Reads the groups that begin at `start` and offers every run of them that has a length some detector takes. */
export function candidatesAt(window: Units, start: number, takes: readonly boolean[]): Begun {
  const { units, length, last } = window;
  const most = takes.length - 1;
  const places: number[] = [];
  let digits = '';
  const groups: number[] = [];
  const gaps: string[] = [];
  let gap = '';
  let ignored = 0;
  let foreign = 0;
  let group = 0;
  const ends: { count: number; groups: number; end: number; ignored: number; foreign: number; x: number }[] = [];
  const endGroup = (end: number, x: number): void => {
    ends.push({ count: digits.length, groups: groups.length + 1, end, ignored, foreign, x });
  };
  let at = start;
  let pendingIgnored = 0;
  for (; ; at++) {
    if (at >= length) {
      if (!last) return undecidedUnlessHopeless(digits.length);
      if (group > 0) endGroup((places.at(-1) ?? start) + 1, -1);
      break;
    }
    const unit = units[at] ?? 0;
    const kind = CLASS[unit];
    if (kind === IGNORABLE) {
      pendingIgnored++;
      if (ignored + pendingIgnored > MAX_IGNORED) return { kind: 'malformed' };
      continue;
    }
    if (kind === DIGIT) {
      if (group === 0 && gap !== '') {
        gaps.push(gap);
        gap = '';
      }
      ignored += pendingIgnored;
      pendingIgnored = 0;
      if (digits.length >= most) {
        // One digit too many: groups that ended before still stand, this one and all that would join it do not.
        group = -1;
        break;
      }
      digits += String.fromCharCode(0x30 + (VALUE[unit] ?? 0));
      if (unit > 0x39) foreign++;
      places.push(at);
      group++;
      continue;
    }
    if (isCheckX(unit) && digits.length === 17 && (group > 0 || gap.length === 1)) {
      endGroup((places.at(-1) ?? start) + 1, at);
      group = -1;
      break;
    }
    if (group > 0) {
      endGroup((places.at(-1) ?? start) + 1, -1);
      groups.push(group);
      group = 0;
    }
    if (kind === OTHER) break;
    if (kind === SEPARATOR) {
      pendingIgnored = 0;
      gap += String.fromCharCode(unit);
      if (gap.length > MAX_GAP) break;
    }
  }
  const allGroups = group > 0 ? [...groups, group] : groups;
  const placed: Placed[] = [];
  for (const one of ends) {
    const withX = one.x >= 0;
    const count = one.count + (withX ? 1 : 0);
    if (!(takes[count] ?? false)) continue;
    const end = withX ? one.x + 1 : one.end;
    if (!last && end + CONTEXT > length) return { kind: 'undecided' };
    let own = allGroups.slice(0, one.groups);
    let ownGaps = gaps.slice(0, one.groups - 1);
    if (withX) {
      const tail = one.count - groups.reduce((sum, size) => sum + size, 0);
      own = tail > 0 ? [...groups, tail + 1] : [...groups, 1];
      ownGaps = tail > 0 ? gaps.slice(0, groups.length) : [...gaps, gap];
    }
    placed.push({
      start,
      end,
      places: withX ? [...places.slice(0, one.count), one.x] : places.slice(0, one.count),
      candidate: {
        digits: digits.slice(0, one.count) + (withX ? 'X' : ''),
        groups: own,
        gaps: ownGaps,
        before: text(window, Math.max(0, start - CONTEXT), start),
        after: text(window, end, Math.min(length, end + CONTEXT)),
        ignored: one.ignored,
        foreignDigits: one.foreign,
      },
    });
  }
  return { kind: 'known', placed };

  function undecidedUnlessHopeless(count: number): Begun {
    // A run that has not ended yet could still grow into any length that is taken.
    return count > most ? { kind: 'known', placed: [] } : { kind: 'undecided' };
  }
}
