/** Finds the next match of a pattern detector in a window, in blocks, so that no call ever sees more text than it needs. */
import { CONTEXT, type PatternDetector } from '../contract.js';
import { plain } from './characters.js';
import type { Units } from './candidates.js';
import type { Match } from './settle.js';

/** Units searched per call of a pattern: bounds the string that is built. The first call looks no further than the next match often is. */
const FIRST_BLOCK = 256;
const BLOCK = 16_384;
/** `String.fromCharCode` takes this many arguments at once without straining the stack. */
const PIECE = 4096;

function slice(window: Units, from: number, to: number): string {
  let out = '';
  const piece = new Uint16Array(Math.min(PIECE, Math.max(0, to - from)));
  for (let at = from; at < to; at += PIECE) {
    const size = Math.min(PIECE, to - at);
    for (let i = 0; i < size; i++) piece[i] = plain(window.units[at + i] ?? 0);
    out += String.fromCharCode(...piece.subarray(0, size));
  }
  return out;
}

export type Next = { readonly kind: 'match'; readonly match: Match } | { readonly kind: 'none'; readonly until: number };

/** Leftmost match that begins at or after `from`; `none` says up to where there is certainly no beginning. */
export function nextPattern(window: Units, detector: PatternDetector, from: number): Next {
  const margin = detector.reach + CONTEXT;
  let at = from;
  for (let block = FIRST_BLOCK; ; block = Math.min(BLOCK, block * 4)) {
    const left = Math.max(0, at - CONTEXT);
    const right = Math.min(window.length, at + block + margin);
    const complete = right === window.length && window.last;
    const text = slice(window, left, right);
    const found = detector.next(text, at - left);
    if (found !== undefined) {
      const start = left + found.start;
      const end = left + found.end;
      if (complete || start + margin <= right) {
        const places = Array.from({ length: end - start }, (_, i) => start + i);
        return {
          kind: 'match',
          match: { detector, start, end, confidence: found.confidence, reasons: found.reasons, tags: found.tags ?? [], places, value: text.slice(found.start, found.end) },
        };
      }
    } else if (complete) {
      return { kind: 'none', until: window.length };
    }
    // Up to here every match was in sight; a match behind it may be one of several, and an earlier one may need more text.
    if (right === window.length) return { kind: 'none', until: Math.max(from, right - margin) };
    at = right - margin;
  }
}
