/** Follows a JSON text just far enough to know whether a byte stands outside strings (RFC 8259): only then is a number bare (HC 8). */
import type { View } from '../ports.js';
import type { Prefilter } from '../../detectors/scan/prefilter/prefilter.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Bytes that may stand outside strings; any other one means this is no JSON and nothing in it is called bare again. */
const OUTSIDE = new Uint8Array(256);
for (const one of '{}[]:,+-.0123456789eE \t\r\ntruefalsn') OUTSIDE[one.charCodeAt(0)] = 1;

export const JSON_OUTSIDE: Uint8Array = OUTSIDE;

export interface JsonPosition {
  /** Wire offset of the next byte to follow. */
  readonly at: number;
  /** Wire offset behind a byte order mark, were there one: before it bytes beyond ASCII are no reason to doubt. */
  readonly mark: number;
  readonly state: 'outside' | 'string' | 'escape' | 'not-json';
  /** Where a backslash may be the second byte of a character. */
  readonly widthAt?: View['widthAt'];
}

export function jsonStart(at: number, widthAt?: View['widthAt']): JsonPosition {
  return { at, mark: at + 3, state: 'outside', widthAt };
}

/** One for each way of telling characters apart in `views`: where readers may disagree, a number is bare if it is to one of them. */
export function jsonStarts(at: number, views: readonly View[]): readonly JsonPosition[] {
  return [...new Set(views.map((view) => view.widthAt))].map((widthAt) => jsonStart(at, widthAt));
}

/** All bytes of a number token: a separator other than the decimal point would part it into two. */
export function isNumberToken(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if ((byte < 0x30 || byte > 0x39) && byte !== 0x2e) return false;
  }
  return true;
}

/** Follows `bytes` (whose first byte has wire offset `base`) up to wire offset `until`. */
export function followJson(from: JsonPosition, bytes: Uint8Array, base: number, until: number): JsonPosition {
  const { mark, widthAt } = from;
  let { at, state } = from;
  const end = Math.min(until, base + bytes.length);
  while (at < end && state !== 'not-json') {
    const byte = bytes[at - base] ?? 0;
    if (widthAt !== undefined && byte >= 0x80 && state !== 'outside') {
      const width = widthAt(bytes, at - base);
      // Followed on when all of it is in sight; behind a number in question there always is as much.
      if (width === 0) return { at, mark, state, widthAt };
      state = 'string';
      at += width;
    } else if (state === 'escape') {
      state = 'string';
      at++;
    } else if (state === 'string') {
      if (byte === QUOTE) state = 'outside';
      else if (byte === BACKSLASH) state = 'escape';
      at++;
    } else {
      if (byte === QUOTE) state = 'string';
      else if (OUTSIDE[byte] !== 1 && !(at < mark && byte >= 0x80)) state = 'not-json';
      at++;
    }
  }
  return { at: Math.max(at, end), mark, state, widthAt };
}

/** In the order of their numbers in the prefilter. */
const STATES = ['outside', 'string', 'escape', 'not-json'] as const;

/** The same over the text that the filter holds, whose first byte has wire offset `base`: for whole chunks. */
export function followJsonIn(filter: Pick<Prefilter, 'length' | 'text' | 'followJson'>, from: JsonPosition, base: number, until: number): JsonPosition {
  if (from.widthAt !== undefined) return followJson(from, filter.text, base, until);
  const { at, mark, state } = from;
  const end = Math.min(until, base + filter.length);
  if (state === 'not-json' || end <= at) return { at: Math.max(at, end), mark, state };
  return { at: end, mark, state: STATES[filter.followJson(at - base, end - base, STATES.indexOf(state), mark - base)] ?? 'not-json' };
}
