/** Finds the lines that part a multipart body (RFC 2046 section 5.1.1); what only some readers would take for one is malformed. */
import type { Eol } from './field-block.js';

/** Blanks behind a boundary on its line: transports add a few; more would keep a stream waiting without end. */
const MAX_PADDING = 256;
const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;
const BLANK_LINE = Buffer.from('\r\n\r\n');

/** Signs as boundaries have them, the rarest in what people send first. */
const RARE = 'QZXJVKWYGUHFOLBMNPRDCSTIAEqzjxkvwbpgfymuclhdrsinoate_+=:?()/,.0123456789';
/** So many bytes are looked for by the first of them alone, which no other way is as fast as. */
const PROBE = 6;
/** Bodies in which the probe stands more often than this are looked through for all of it at once. */
const MOST_PROBES = 64;

/** What delimiter lines begin with, and the piece of it that is looked for. */
export interface Token {
  readonly bytes: Buffer;
  readonly probe: Buffer;
  /** Where the probe stands in it. */
  readonly offset: number;
}

export function tokenOf(boundary: string): Token {
  const bytes = Buffer.from(`--${boundary}`, 'latin1');
  let offset = 0;
  let best = RARE.length;
  for (let at = 0; at + PROBE <= bytes.length; at++) {
    const rank = RARE.indexOf(String.fromCharCode(bytes[at] ?? 0));
    if (rank < 0 || rank >= best) continue;
    best = rank;
    offset = at;
  }
  return { bytes, probe: bytes.subarray(offset, offset + PROBE), offset };
}

/** The first place at or after `from` where all of `token` stands; -1 for none. */
export function indexOfToken(buffer: Buffer, { bytes, probe, offset }: Token, from: number): number {
  let at = from + offset;
  for (let probes = 0; probes < MOST_PROBES; probes++) {
    const hit = buffer.indexOf(probe, at);
    if (hit < 0) return -1;
    const start = hit - offset;
    if (start + bytes.length > buffer.length) return -1;
    let i = 0;
    while (i < bytes.length && buffer[start + i] === bytes[i]) i++;
    if (i === bytes.length) return start;
    at = hit + 1;
  }
  return buffer.indexOf(bytes, at - offset);
}

export type Delimiter =
  | { readonly kind: 'found'; readonly start: number; readonly end: number; readonly closes: boolean; /** The line ends that it stands between. */ readonly eol: Eol }
  | { readonly kind: 'none'; /** No delimiter begins before this. */ readonly until: number }
  | { readonly kind: 'malformed'; readonly at: number };

/** Bytes of the line end at `at`: 0 where there is none, -1 where more bytes are needed to say. */
function lineEnd(buffer: Uint8Array, at: number): number {
  if (buffer[at] === LF) return 1;
  if (buffer[at] !== CR) return at >= buffer.length ? -1 : 0;
  return buffer[at + 1] === LF ? 2 : at + 1 >= buffer.length ? -1 : 0;
}

/** Where in `buffer`, at `from` or behind it, a delimiter may begin whose token is not all in sight, its break included; the length of the buffer for nowhere. */
function openDelimiter(buffer: Buffer, from: number, token: Buffer, lineStart: number): number {
  const { length } = buffer;
  // With the break before it, one byte less than all.
  for (let at = Math.max(from, length - token.length - 1); at < length; at++) {
    const byte = buffer[at];
    const width = byte === CR ? (buffer[at + 1] === LF ? 2 : 1) : byte === LF ? 1 : at === lineStart ? 0 : -1;
    if (width >= 0 && beginsToken(buffer, at + width, token)) return at;
  }
  return length;
}

/** What the buffer has from `at` on is the beginning of `token`. */
function beginsToken(buffer: Buffer, at: number, token: Buffer): boolean {
  for (let i = 0; at + i < buffer.length; i++) if (buffer[at + i] !== token[i]) return false;
  return true;
}

/** The next delimiter line at or after `from`. `lineStart`: an index that begins a line although its break is out of sight. `eol`: the kind of line ends so far, if any is known. */
export function findDelimiter(buffer: Buffer, from: number, token: Token, lineStart: number, last: boolean, eol: Eol | undefined): Delimiter {
  let at = from;
  for (;;) {
    const found = indexOfToken(buffer, token, at);
    if (found < 0) return { kind: 'none', until: last ? buffer.length : openDelimiter(buffer, from, token.bytes, lineStart) };
    const before = found > 0 ? buffer[found - 1] : undefined;
    if (found !== lineStart && before !== LF) {
      // A lone CR ends a line for some.
      if (before === CR) return { kind: 'malformed', at: found };
      at = found + 1;
      continue;
    }
    const ends: Eol | undefined = found === lineStart ? undefined : buffer[found - 2] === CR ? 'crlf' : 'lf';
    if (ends !== undefined && eol !== undefined && ends !== eol) return { kind: 'malformed', at: found };
    const start = ends === undefined ? found : Math.max(from, found - (ends === 'crlf' ? 2 : 1));
    let end = found + token.bytes.length;
    const closes = buffer[end] === DASH && buffer[end + 1] === DASH;
    if (closes) end += 2;
    const mark = end;
    while (end - mark <= MAX_PADDING && (buffer[end] === 0x20 || buffer[end] === 0x09)) end++;
    const width = end - mark <= MAX_PADDING ? lineEnd(buffer, end) : 0;
    // One dash at the very end may be the first of two.
    if (width < 0 || (!closes && end === mark && buffer[end] === DASH && end + 1 >= buffer.length)) {
      if (!last) return { kind: 'none', until: start };
      if (closes && end === buffer.length) return { kind: 'found', start, end, closes, eol: ends ?? eol ?? 'crlf' };
      return { kind: 'malformed', at: start };
    }
    const behind: Eol | undefined = width === 2 ? 'crlf' : width === 1 ? 'lf' : undefined;
    const known = ends ?? eol;
    if (behind === undefined || (known !== undefined && behind !== known)) return { kind: 'malformed', at: start };
    return { kind: 'found', start, end: closes ? end : end + width, closes, eol: behind };
  }
}

/** Where the header block that begins at `from` ends, its blank line included; -1 when that is not in sight. */
export function headerEnd(buffer: Buffer, from: number, eol: Eol): number {
  if (eol === 'lf') {
    if (buffer[from] === LF) return from + 1;
    const blank = buffer.indexOf('\n\n', from);
    return blank < 0 ? -1 : blank + 2;
  }
  if (buffer[from] === CR && buffer[from + 1] === LF) return from + 2;
  const blank = buffer.indexOf(BLANK_LINE, from);
  return blank < 0 ? -1 : blank + 4;
}

/** True when a line of the block begins as a delimiter does: some readers end the header there. */
export function holdsDelimiter(block: Buffer, token: Buffer): boolean {
  for (let at = block.indexOf(token); at >= 0; at = block.indexOf(token, at + 1)) {
    const before = at > 0 ? block[at - 1] : LF;
    if (before === LF || before === CR) return true;
  }
  return false;
}
