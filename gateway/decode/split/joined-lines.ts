/** Lines that readers join: the `data:` lines of one server-sent event (HTML section 9.2.6), and flowed lines of mail (RFC 3676). What stands between two halves is read as they show it. */
import type { EscapeLayer } from '../layer/view.js';
import { parseMediaType } from '../media-type.js';

const LF = 0x0a;
const CR = 0x0d;
const BLANK = 0x20;
const QUOTE = 0x3e;
/** Shown as nothing. */
const NOTHING = 0x2060;
/** Marks of quoting at the head of a line; mails quoted more often are read line by line. */
const MAX_QUOTES = 16;

type Read = ReturnType<EscapeLayer['read']>;

/** Characters of the line end at `at`; `more` when it may go on. */
function breakAt(units: Uint16Array, at: number, length: number): number | 'more' {
  if (at >= length) return 'more';
  if (units[at] === LF) return 1;
  if (units[at] !== CR) return 0;
  if (at + 1 >= length) return 'more';
  return units[at + 1] === LF ? 2 : 1;
}

function readEvent(units: Uint16Array, at: number, length: number): Read {
  const size = breakAt(units, at, length);
  if (size === 'more') return size;
  if (size === 0) return undefined;
  let next = at + size;
  for (const letter of 'data:') {
    if (next >= length) return 'more';
    if (units[next] !== letter.charCodeAt(0)) return undefined;
    next++;
  }
  // One blank behind the colon belongs to nothing.
  if (next >= length) return 'more';
  return { unit: LF, size: next - at + (units[next] === BLANK ? 1 : 0) };
}

function readFlowed(units: Uint16Array, at: number, length: number, shown: number): Read {
  const size = breakAt(units, at + 1, length);
  if (size === 'more') return size;
  if (size === 0) return undefined;
  let next = at + 1 + size;
  let quotes = 0;
  for (; units[next] === QUOTE && next < length && quotes < MAX_QUOTES; quotes++) next++;
  if (next >= length) return 'more';
  // A stuffed blank at the head of a line belongs to nothing.
  return { unit: shown, size: next - at + (units[next] === BLANK ? 1 : 0) };
}

const unchanged = (_unit: number, _size: number, original: string): string => original;

const eventLines: EscapeLayer = { name: 'events', trigger: [LF, CR], widest: 8, read: readEvent, write: unchanged };
const flowed: EscapeLayer = { name: 'flowed', trigger: [BLANK], widest: MAX_QUOTES + 4, read: (units, at, length) => readFlowed(units, at, length, BLANK), write: unchanged };
/** With `delsp=yes` the blank that makes a line flow is no part of the text. */
const flowedTight: EscapeLayer = { ...flowed, name: 'flowed-tight', read: (units, at, length) => readFlowed(units, at, length, NOTHING) };

/** How readers of this type join lines; none for most. */
export function joinedLines(contentType: string | undefined): readonly EscapeLayer[] {
  const media = parseMediaType(contentType);
  if (media?.type === 'text/event-stream') return [eventLines];
  if (media?.type !== 'text/plain' || media.parameters.get('format')?.toLowerCase() !== 'flowed') return [];
  return [media.parameters.get('delsp')?.toLowerCase() === 'yes' ? flowedTight : flowed];
}
