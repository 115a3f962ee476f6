/** Follows a JSON text just far enough to know whether a byte stands outside strings (RFC 8259): only then is a number bare (HC 8). */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Bytes that may stand outside strings; any other one means this is no JSON and nothing in it is called bare again. */
const OUTSIDE = new Uint8Array(256);
for (const one of '{}[]:,+-.0123456789eE \t\r\ntruefalsn') OUTSIDE[one.charCodeAt(0)] = 1;

export interface JsonPosition {
  /** Wire offset of the next byte to follow. */
  readonly at: number;
  readonly state: 'outside' | 'string' | 'escape' | 'not-json';
}

export const JSON_START: JsonPosition = { at: 0, state: 'outside' };

/** Follows `bytes` (whose first byte has wire offset `base`) up to wire offset `until`. */
export function followJson(from: JsonPosition, bytes: Uint8Array, base: number, until: number): JsonPosition {
  let { at, state } = from;
  const end = Math.min(until, base + bytes.length);
  while (at < end && state !== 'not-json') {
    const byte = bytes[at - base] ?? 0;
    if (state === 'escape') {
      state = 'string';
      at++;
    } else if (state === 'string') {
      if (byte === QUOTE) state = 'outside';
      else if (byte === BACKSLASH) state = 'escape';
      at++;
    } else {
      if (byte === QUOTE) state = 'string';
      else if (OUTSIDE[byte] !== 1 && !(at === 0 && byte === 0xef) && !(at < 3 && byte >= 0x80)) state = 'not-json';
      at++;
    }
  }
  return { at: Math.max(at, end), state };
}
