/** Finds runs of base64 in text (HC 11): most of a text is passed over without looking at it. */
import type { Dense } from '../../ports.js';
import { base64Value } from './base64.js';
import { signEscapes } from './base64-escapes.js';

/** Signs that a run has at least: 18 bytes, as long as a resident ID. */
export const LEAST_RUN = 24;
/** Bytes that are looked at in one place, and how far apart: a run of LEAST_RUN covers one of these places, wherever it begins. */
const LOOK = 4;
const STEP = LEAST_RUN - LOOK;
const PAD = 0x3d;
const BLANK = 0x20;
const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const SLASH = 0x2f;
const ZERO = 0x30;
const TWO = 0x32;
const SEVEN = 0x37;

/** What a run may be made of: 1 for signs, 2 for what may begin an escape of one. */
const MEMBER = Uint8Array.from({ length: 256 }, (_, byte) => (base64Value(byte) < 64 ? 1 : byte === BACKSLASH || byte === PERCENT || byte === 0x26 ? 2 : 0));

export function isSign(byte: number | undefined): boolean {
  return byte !== undefined && MEMBER[byte] === 1;
}

/** An escape of a sign begins at `at`, or what the end of the bytes has left of one: `\\/`, `\\u002b`, `%2B`; or of a letter, which readers undo as well. */
function isEscapedSign(bytes: Uint8Array, at: number): boolean {
  const next = bytes[at + 1];
  if (next === undefined) return true;
  if (bytes[at] === BACKSLASH) {
    if (next !== 0x75) return next === SLASH;
    return (bytes[at + 2] ?? ZERO) === ZERO && (bytes[at + 3] ?? ZERO) === ZERO && isOfSign(bytes[at + 4] ?? TWO);
  }
  return bytes[at] === PERCENT && isOfSign(next);
}

/** The first hexadecimal digit of what may be a sign. */
function isOfSign(digit: number): boolean {
  return digit >= TWO && digit <= SEVEN;
}

function isMemberAt(bytes: Uint8Array, at: number): boolean {
  const kind = MEMBER[bytes[at] ?? 0];
  return kind === 1 || (kind === 2 && isEscapedSign(bytes, at));
}

/** Where the run around `at` begins, no further back than `floor`. */
function runStart(bytes: Uint8Array, at: number, floor: number): number {
  let first = at;
  while (first > floor && isMemberAt(bytes, first - 1)) first--;
  return first;
}

/** Behind the signs from `at` on; four at a time, since they may be as many as the text is long. */
function signsEnd(bytes: Uint8Array, at: number): number {
  const { length } = bytes;
  let end = at;
  while (end + LOOK <= length && ((MEMBER[bytes[end] ?? 0] ?? 0) & (MEMBER[bytes[end + 1] ?? 0] ?? 0) & (MEMBER[bytes[end + 2] ?? 0] ?? 0) & (MEMBER[bytes[end + 3] ?? 0] ?? 0)) === 1) end += LOOK;
  while (end < length && MEMBER[bytes[end] ?? 0] === 1) end++;
  return end;
}

export function runEnd(bytes: Uint8Array, at: number): number {
  for (let end = at; ; end++) {
    end = signsEnd(bytes, end);
    if (end >= bytes.length || !isMemberAt(bytes, end)) return end;
  }
}

export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** The first stretch of LEAST_RUN members or more that begins at `from` or behind it, or of fewer when it touches the end; `undefined` for none. */
function nextStretch(bytes: Uint8Array, view: DataView, from: number): Stretch | undefined {
  const last = bytes.length - LOOK;
  let floor = from;
  for (let at = from + STEP; at <= last; at += STEP) {
    const word = view.getInt32(at, true);
    // All four are ASCII, and none is a blank, a quote or a break: a borrow only spoils a byte behind one of those.
    if ((((word - 0x23232323) | word) & 0x80808080) !== 0) continue;
    const end = runEnd(bytes, at);
    const start = end === at ? end : runStart(bytes, at, floor);
    if (end - start >= LEAST_RUN || (end === bytes.length && start < end)) return { start, end };
    // A run behind this one begins at `end + 1` or later.
    floor = end;
    at = end;
  }
  const start = runStart(bytes, bytes.length, floor);
  return start < bytes.length ? { start, end: bytes.length } : undefined;
}

/** How far the prefilter's runs have been gone through. */
export interface Passed {
  places: number;
}

/** The same with what the prefilter saw of the bytes from `shift` on; `passed` begins with -1 for each piece. */
export function nextDense(bytes: Uint8Array, view: DataView, from: number, dense: Dense | undefined, shift: number, passed: Passed): Stretch | undefined {
  if (dense === undefined) return nextStretch(bytes, view, from);
  let floor = from;
  // What was carried over goes on with the first byte behind it.
  for (; passed.places < dense.places.length; passed.places++) {
    // A string that goes on over line ends may have ended in the middle of this run.
    const at = Math.max(floor, passed.places < 0 ? from : (dense.places[passed.places] ?? 0) + shift);
    if (!isMemberAt(bytes, at)) continue;
    const end = runEnd(bytes, at);
    const start = runStart(bytes, at, floor);
    if (end - start >= LEAST_RUN || end === bytes.length) return { start, end };
    floor = end;
  }
  if (dense.rest + shift < bytes.length) return nextStretch(bytes, view, Math.max(floor, dense.rest + shift - LEAST_RUN));
  const start = runStart(bytes, bytes.length, floor);
  return start < bytes.length ? { start, end: bytes.length } : undefined;
}

/** How far a run has been followed. */
export interface Following {
  signs: number;
  /** Signs of the line under way. */
  line: number;
  pads: number;
  /** The last that was read is a break. */
  broken: boolean;
  /** It goes on behind what no stretch of signs goes on behind. */
  left: boolean;
  /** Nothing in it, and it ends with its line: a string may stand in the next one. */
  alone: boolean;
}

export interface Run {
  /** Behind the last sign or pad. */
  readonly end: number;
  /** Where it is to be followed on from. */
  readonly at: number;
  /** More bytes may go on with it. */
  readonly open: boolean;
}

export function beginRun(): Following {
  return { signs: 0, line: 0, pads: 0, broken: false, left: false, alone: false };
}

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;
/** Blanks before a line of a run: deeper ones part it. */
const MOST_INDENT = 64;
const MOST_PADS = 2;

/** Where the line of signs ends that begins at `from`: no break or blank is part of it, and of escapes those of signs alone. `open`: more bytes may go on with it. */
export function lineOfSigns(bytes: Uint8Array, from: number, last: boolean): { readonly end: number; readonly open: boolean } {
  for (let at = from; ; ) {
    at = signsEnd(bytes, at);
    if (at >= bytes.length) return { end: at, open: !last };
    // References end it as they end a stretch.
    if (!isMemberAt(bytes, at)) return { end: at, open: false };
    const sign = signEscapes.read(bytes, at);
    if (sign === 'more') return { end: at, open: !last };
    if (sign === undefined || base64Value(sign.value) >= 64) return { end: at, open: false };
    at += sign.size;
  }
}

/** Follows a run from `from` on: signs, escapes of them, pads at its end, and on to the next line behind a line that is as long as a run. */
export function followRun(bytes: Uint8Array, from: number, last: boolean, state: Following): Run {
  let at = from;
  let end = from;
  const stop = (open: boolean): Run => ({ end, at: open ? at : end, open });
  for (;;) {
    const byte = bytes[at];
    if (byte === undefined) return stop(!last);
    const kind = MEMBER[byte] ?? 0;
    if (kind === 1) {
      if (state.pads > 0) return stop(false);
      end = signsEnd(bytes, at);
      state.signs += end - at;
      state.line += end - at;
      state.broken = false;
      at = end;
      continue;
    }
    if (!state.left && !isMemberAt(bytes, at)) state.left = true;
    let value = byte;
    let size = 1;
    if (kind === 2) {
      const sign = signEscapes.read(bytes, at);
      if (sign === 'more') return stop(!last);
      if (sign === undefined) return stop(false);
      value = sign.value;
      size = sign.size;
      if (base64Value(value) < 64) value = 0;
    } else if (byte === CR || byte === LF) {
      // Both bytes of a break, and what follows them, tell together.
      if (byte === CR && bytes[at + 1] === LF) size = 2;
      // Markup and lists indent their lines.
      while (size <= MOST_INDENT && (bytes[at + size] === SPACE || bytes[at + size] === TAB)) size++;
      const next = bytes[at + size];
      if (next === undefined && !last) return stop(true);
      if (next === undefined || MEMBER[next] === 0) return stop(false);
      value = BLANK;
    }
    if (value === 0) {
      if (state.pads > 0) return stop(false);
      state.signs++;
      state.line++;
      state.broken = false;
    } else if (value === PAD) {
      if (state.signs === 0 || state.pads === MOST_PADS) return stop(false);
      state.pads++;
    } else if (value === BLANK && byte !== BLANK) {
      if (state.pads > 0 || (state.line < LEAST_RUN && !state.broken)) return stop(false);
      state.line = 0;
      state.broken = true;
    } else return stop(false);
    at += size;
    if (value !== BLANK) end = at;
  }
}
