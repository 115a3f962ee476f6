/** How writers of JSON, forms and markup put signs of base64: `\/`, `+`, `%2B`, `&#10;`, `\n`. */
import type { Escapes, Sign } from './base64.js';
import { hexValue } from './quoted-printable.js';

const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const BLANK = 0x20;
/** Digits of a reference to a sign of ASCII, and some zeros. */
const LONGEST_REFERENCE = 8;
/** Signs that may stand in base64, and the blanks that stand between its lines. */
const ALLOWED = /^[A-Za-z0-9+/=_\- \r\n\t]$/;

function sign(value: number, size: number): Sign | undefined {
  if (!ALLOWED.test(String.fromCharCode(value))) return undefined;
  return { value: value <= BLANK ? BLANK : value, size };
}

function json(wire: Uint8Array, at: number): Sign | 'more' | undefined {
  const kind = wire[at + 1];
  if (kind === undefined) return 'more';
  // A slash, or one of n, r, t.
  if (kind === 0x2f) return { value: kind, size: 2 };
  if (kind === 0x6e || kind === 0x72 || kind === 0x74) return { value: BLANK, size: 2 };
  if (kind !== 0x75) return undefined;
  let value = 0;
  for (let i = 2; i < 6; i++) {
    const byte = wire[at + i];
    if (byte === undefined) return 'more';
    const digit = hexValue(byte);
    if (digit < 0) return undefined;
    value = value * 16 + digit;
  }
  return sign(value, 6);
}

function percent(wire: Uint8Array, at: number): Sign | 'more' | undefined {
  const high = hexValue(wire[at + 1]);
  if (wire[at + 1] === undefined || (high >= 0 && wire[at + 2] === undefined)) return 'more';
  const low = hexValue(wire[at + 2]);
  return high < 0 || low < 0 ? undefined : sign(high * 16 + low, 3);
}

function reference(wire: Uint8Array, at: number): Sign | 'more' | undefined {
  if (wire[at + 1] === undefined) return 'more';
  if (wire[at + 1] !== 0x23) return undefined;
  const isHex = ((wire[at + 2] ?? 0) | 0x20) === 0x78;
  let value = 0;
  for (let i = at + (isHex ? 3 : 2); i < at + LONGEST_REFERENCE; i++) {
    const byte = wire[i];
    if (byte === undefined) return 'more';
    if (byte === 0x3b) return sign(value, i - at + 1);
    const digit = hexValue(byte);
    if (digit < 0 || (!isHex && digit > 9)) return undefined;
    value = value * (isHex ? 16 : 10) + digit;
  }
  return undefined;
}

export const signEscapes: Escapes = {
  read(wire, at) {
    const lead = wire[at];
    return lead === BACKSLASH ? json(wire, at) : lead === PERCENT ? percent(wire, at) : lead === AMPERSAND ? reference(wire, at) : undefined;
  },
  write(wire, from, to, value) {
    const text =
      wire[from] === BACKSLASH && to - from === 6
        ? `\\u${value.toString(16).padStart(4, '0')}`
        : wire[from] === PERCENT
          ? `%${value.toString(16).toUpperCase()}`
          : wire[from] === AMPERSAND
            ? `&#${String(value).padStart(to - from - 3, '0')};`
            : '';
    if (text.length !== to - from) return false;
    for (let i = 0; i < text.length; i++) wire[from + i] = text.charCodeAt(i);
    return true;
  },
};
