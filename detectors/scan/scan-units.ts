/**
 * The scanner: walks a window of text from left to right, settles overlapping claims, masks what is to be masked, and looks again
 * at the text it has just changed, so that a mask never uncovers a neighbour (laws 1, 4 and 5).
 */
import type { Detector, NumberDetector } from '../contract.js';
import { CLASS, IGNORABLE, SEPARATOR, isAnyDigit } from './characters.js';
import { MAX_GAP, MAX_IGNORED, candidatesAt, isGroupStart, type Units } from './candidates.js';
import { PatternSet } from './pattern-set.js';
import { PatternSearch } from './patterns.js';
import { settle, type Match } from './settle.js';

/** Claims that overlap one another in a chain longer than this are malformed text (HC 9). */
export const MAX_CLUSTER = 256;

export interface Scanned {
  readonly matches: readonly Match[];
  /** Everything before this unit is settled; call again from here with more text. */
  readonly next: number;
  /** Masks were written up to here. Where it lies behind `next`, the next call must be told. */
  readonly maskedUntil: number;
  /** Text that hides digits beyond any reach: its part must not be called scanned. The rest is scanned all the same, so that what is found does not depend on cuts. */
  readonly malformed: boolean;
}
/** Detectors sorted once for many scans. */
export interface DetectorSet {
  readonly all: readonly Detector[];
  readonly numbers: readonly NumberDetector[];
  /** `undefined` when there are none. */
  readonly patterns: PatternSet | undefined;
  /** Most digits that a detector takes. */
  readonly most: number;
}

const numbersOf = new WeakMap<readonly Detector[], readonly NumberDetector[]>();

export function detectorSet(all: readonly Detector[]): DetectorSet {
  // The same array for the same detectors: what is indexed by it is built once, not for every text.
  let numbers = numbersOf.get(all);
  if (numbers === undefined) numbersOf.set(all, (numbers = all.filter((one) => one.kind === 'number')));
  const patterns = all.filter((one) => one.kind === 'pattern');
  const most = Math.max(0, ...numbers.map((one) => one.most));
  return { all, numbers, patterns: patterns.length > 0 ? new PatternSet(patterns) : undefined, most };
}

const NOTHING: readonly Match[] = [];
const NO_TAGS: readonly string[] = [];

/** What every number detector says of the candidates that begin at one place. */
function verifiedAt(window: Units, set: DetectorSet, at: number): readonly Match[] | 'undecided' | 'malformed' {
  const begun = candidatesAt(window, at, set.numbers, set.most);
  if (typeof begun === 'string') return begun;
  if (begun.length === 0) return NOTHING;
  let found: Match[] | undefined;
  for (const { candidate, cell, detectors, places } of begun) {
    const { digits } = candidate;
    const count = digits.length;
    for (const detector of detectors) {
      const judged = detector.verify(candidate);
      const verified = judged === undefined || cell === undefined ? judged : window.table?.weigh(cell, detector.id, judged);
      if (verified === undefined) continue;
      const { from = 0, to = count } = verified;
      const first = places[from];
      const end = places[to - 1];
      if (from >= to || first === undefined || end === undefined) continue;
      const whole = from === 0 && to === count;
      const match: Match = {
        detector,
        start: first,
        end: end + 1,
        confidence: verified.confidence,
        reasons: verified.reasons,
        tags: verified.tags ?? NO_TAGS,
        places: whole ? places : places.slice(from, to),
        value: whole ? digits : digits.slice(from, to),
      };
      if (found === undefined) found = [match];
      else found.push(match);
    }
  }
  return found ?? NOTHING;
}

/**
 * Scans `window` from unit `from`. `mask` covers a match in `window.units` at once, or leaves it; true when that changed anything.
 * Units before `from` are context only and must already be masked; those before `covered` were, in part, by an earlier call.
 * Numbers are looked for that begin before `until`: whoever knows that none begins behind it is not asked to pay for the context.
 */
export function scanUnits(
  window: Units, from: number, set: DetectorSet, mask: (match: Match) => boolean, covered = from, until = window.length,
): Scanned {
  const out: Match[] = [];
  const patterns = set.patterns && new PatternSearch(window, set.patterns);
  // Matches that stay readable: what overlaps them has been settled and is not reported twice.
  let keptUntil = from;
  let maskedUntil = Math.max(from, covered);
  let cursor = from;
  let malformed = false;
  // Grows with every mask: it may complete a number that begins in it. A pattern behind it must find the numbers there asked for: one of them may outweigh it.
  let stop = patterns === undefined ? until : window.length;

  /** Where a pattern may yet begin that needs more text to be seen. */
  const unsureFrom = (at: number): number => patterns?.unsureFrom(at) ?? window.length;

  for (;;) {
    const cluster: Match[] = [];
    // Where the candidate of the first claim begins: a claim may be only the later part of it.
    let clusterBegin = -1;
    let clusterEnd = -1;
    let at = cursor;
    for (;;) {
      // The next number claim at or after `at`, unless a pattern begins before it: nothing is verified that is not reached yet.
      const bound = cluster.length > 0 ? clusterEnd : window.length;
      const numberBound = cluster.length > 0 ? clusterEnd : Math.min(stop, bound);
      const pattern = patterns?.earliest(at, bound);
      let begin = at;
      let numbers = NOTHING;
      for (; begin < numberBound && begin <= (pattern ?? bound); begin++) {
        if (!isGroupStart(window, begin)) continue;
        const verified = verifiedAt(window, set, begin);
        if (verified === 'malformed') {
          malformed = true;
          continue;
        }
        if (verified === 'undecided') {
          const next = joinable(window, cluster.length > 0 ? clusterBegin : begin, keptUntil, set.most + 1);
          return { matches: out, next: Math.min(next, unsureFrom(at)), maskedUntil, malformed };
        }
        if (verified.length > 0) {
          numbers = verified;
          break;
        }
      }
      const unsure = unsureFrom(at);
      // A pattern may begin before this number, or with it, that only more text will show.
      if (numbers.length > 0 && unsure <= begin) {
        return { matches: out, next: joinable(window, cluster.length > 0 ? clusterBegin : unsure, keptUntil, set.most + 1), maskedUntil, malformed };
      }
      // All that begins there: what is left out here is never asked again.
      if (numbers.length === 0) begin = pattern ?? bound;
      const claims = begin === pattern ? [...numbers, ...(patterns?.beginning(begin) ?? NOTHING)] : numbers;
      if (claims.length === 0) {
        if (cluster.length > 0 && unsure >= clusterEnd) break;
        return { matches: out, next: cluster.length > 0 ? Math.min(unsure, clusterBegin) : Math.min(unsure, Math.max(stop, cursor)), maskedUntil, malformed };
      }
      for (const claim of claims) {
        if (claim.start < keptUntil) continue;
        if (cluster.length === 0) clusterBegin = begin;
        cluster.push(claim);
        clusterEnd = Math.max(clusterEnd, claim.end);
      }
      at = begin + 1;
      if (clusterEnd - clusterBegin > MAX_CLUSTER) {
        const unsure = unsureFrom(at);
        if (unsure < clusterEnd) return { matches: out, next: Math.min(unsure, clusterBegin), maskedUntil, malformed };
        malformed = true;
        break;
      }
    }

    let start = Infinity;
    for (const one of cluster) start = Math.min(start, one.start);
    let masked = false;
    for (const match of settle(cluster)) {
      if (mask(match)) masked = true;
      else {
        keptUntil = Math.max(keptUntil, match.end);
        // A fill that its own detector would take for a value again (zeros, for a pattern of digits) is not a second finding.
        if (match.start < maskedUntil) continue;
      }
      out.push(match);
    }
    if (masked) {
      patterns?.changed();
      maskedUntil = Math.max(maskedUntil, clusterEnd);
      stop = Math.max(stop, clusterEnd + 1);
      // A group that the mask cut short may now join groups to its left.
      cursor = joinable(window, start, keptUntil, set.most + 1);
    } else {
      cursor = Math.max(keptUntil, clusterEnd);
      keptUntil = cursor;
    }
  }
}

/** The first group start from which a candidate can reach `begin`: what a mask there may yet complete. */
function joinable(window: Units, begin: number, floor: number, most: number): number {
  let first = begin;
  let digits = 0;
  let gap = 0;
  let ignored = 0;
  for (let at = begin - 1; at >= floor && digits < most; at--) {
    const kind = CLASS[window.units[at] ?? 0];
    if (isAnyDigit(kind)) {
      digits++;
      gap = 0;
      first = at;
    } else if (kind === SEPARATOR) {
      if (++gap > MAX_GAP) break;
    } else if (kind !== IGNORABLE || ++ignored > MAX_IGNORED) {
      break;
    }
  }
  return Math.max(first, Math.min(floor, begin));
}
