/** Runs over an RTF file once: groups, control words, characters in four spellings; what they say goes to whoever listens, with the place where it stands. */
import { ASIDE, CHARACTERS, charsetOfPage, FILES, pageOfFont } from './words.js';

/** Running text; what stands beside it; what is shown by readers that know no Unicode. */
export type Stream = 0 | 1 | 2;
/** How characters stand in the file: each as its own byte, as `\'hh`, as `\uN`, or as a word that no mask can cover. */
export type Spelling = 'literal' | 'hex' | 'unicode' | 'word';

export interface RtfListener {
  text(stream: Stream, text: string, from: number, to: number, spelling: Spelling): void;
  /** A file of hexadecimal digits, or of bytes as they are. */
  file(from: number, to: number, packed: 'hex' | 'binary'): void;
}

export interface RtfEnd {
  /** Groups that were opened are closed, lengths are true. */
  readonly whole: boolean;
  /** Behind the last closing brace. */
  readonly end: number;
}

interface State {
  readonly aside: boolean;
  /** Hexadecimal digits are a file here. */
  readonly file: boolean;
  readonly fallback: number;
  readonly page: number | undefined;
  readonly fonts: boolean;
}

/** Deeper than any writer nests, far from what a stack can bear. */
const DEEPEST = 2000;
const LONGEST_WORD = 32;
const [OPEN, CLOSE, BACKSLASH, QUOTE, STAR] = [0x7b, 0x7d, 0x5c, 0x27, 0x2a];

const TWO_BYTES: ReadonlySet<string> = new Set(['gb18030', 'big5', 'shift_jis', 'euc-kr']);

const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isHex = (byte: number): boolean => isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);

/** Stands for itself, whatever the charset. */
const isPlain = (byte: number): boolean => byte >= 0x20 && byte < 0x7f && byte !== OPEN && byte !== CLOSE && byte !== BACKSLASH;
/** Runs are handed over in pieces. */
const LONGEST_RUN = 64 * 1024;

export function readRtf(bytes: Buffer, listener: RtfListener): RtfEnd {
  const stack: State[] = [];
  let state: State = { aside: false, file: false, fallback: 1, page: undefined, fonts: false };
  let whole = true;
  let page = 1252;
  let font = 0;
  const pages = new Map<number, number>();
  /** Characters still to be skipped behind `\uN`. */
  let skip = 0;
  /** A group has just begun with `\*`. */
  let starred = false;
  let fileFrom = -1;
  /** Bytes of characters beyond ASCII, waiting for the rest of their kind. */
  let high: number[] = [];
  let highFrom = 0;
  let highTo = 0;
  /** The first half of a character beyond the first plane. */
  let surrogate: number | undefined;
  const stream = (): Stream => (state.aside ? 1 : 0);

  function flush(): void {
    if (high.length === 0) return;
    const raw = Uint8Array.from(high);
    high = [];
    const text = new TextDecoder(charsetOfPage(state.page ?? page)).decode(raw);
    listener.text(stream(), text, highFrom, highTo, 'hex');
  }
  /** One character's byte, however it was spelled. */
  function byte(value: number, from: number, to: number): void {
    if (skip > 0) {
      skip--;
      if (value >= 0x20 && value < 0x7f && value !== 0x3f) listener.text(2, String.fromCharCode(value), from, to, to - from === 1 ? 'literal' : 'hex');
      return;
    }
    const trails = from === highTo && continues(value);
    if (value < 0x80 && !trails) {
      flush();
      listener.text(stream(), String.fromCharCode(value < 0x20 ? 0x20 : value), from, to, to - from === 1 ? 'literal' : 'hex');
      return;
    }
    // A mask covers one character of one or two bytes.
    if (!trails) flush();
    if (high.length === 0) highFrom = from;
    high.push(value);
    highTo = to;
  }
  /** The bytes that wait are a part of a character, and this is the next. */
  function continues(value: number): boolean {
    const charset = charsetOfPage(state.page ?? page);
    if (charset === 'utf-8') return high.length > 0 && high.length < 4 && (value & 0xc0) === 0x80;
    return high.length === 1 && value >= 0x40 && TWO_BYTES.has(charset) && (high[0] ?? 0) > 0x80;
  }
  function endFile(at: number): void {
    if (fileFrom >= 0) listener.file(fileFrom, at, 'hex');
    fileFrom = -1;
  }
  function unicode(unit: number, from: number, to: number): void {
    flush();
    skip = state.fallback;
    if (unit >= 0xd800 && unit < 0xdc00) {
      surrogate = unit;
      return;
    }
    const pair = surrogate !== undefined && unit >= 0xdc00 && unit < 0xe000;
    const text = pair ? String.fromCharCode(surrogate ?? 0, unit) : String.fromCharCode(unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit);
    surrogate = undefined;
    listener.text(stream(), text, from, to, pair ? 'word' : 'unicode');
  }
  function word(name: string, parameter: number | undefined, from: number, to: number): void {
    const first = starred;
    starred = false;
    if (name === 'u' && parameter !== undefined) {
      unicode(((parameter % 65_536) + 65_536) % 65_536, from, to);
      return;
    }
    if (skip > 0 && name !== 'bin') {
      skip--;
      return;
    }
    flush();
    const character = CHARACTERS.get(name);
    if (character !== undefined) listener.text(stream(), character, from, to, 'word');
    if (name === 'uc') state = { ...state, fallback: Math.max(0, Math.min(parameter ?? 1, 1000)) };
    else if (name === 'ansicpg') page = parameter ?? 1252;
    else if (name === 'mac') page = 10_000;
    else if (name === 'f') {
      font = parameter ?? 0;
      if (!state.fonts) state = { ...state, page: pages.get(font) };
    } else if (name === 'fcharset') {
      const own = pageOfFont(parameter ?? 0);
      if (own !== undefined) pages.set(font, own);
      if (state.fonts) state = { ...state, page: own };
    } else if (name === 'plain') state = { ...state, page: undefined };
    if (FILES.has(name)) state = { ...state, aside: true, file: true };
    else if (first || ASIDE.has(name)) {
      if (!state.aside) state = { ...state, aside: true };
      if (name === 'fonttbl') state = { ...state, fonts: true };
      if (state.file) state = { ...state, file: false };
    }
  }

  let at = 0;
  /** Reads the control that begins at the backslash; answers with what comes behind it. */
  function control(from: number): number {
    const next = bytes[from + 1] ?? 0;
    if (next === QUOTE) {
      const digits = bytes.toString('latin1', from + 2, from + 4);
      if (/^[0-9A-Fa-f]{2}$/.test(digits)) {
        byte(Number.parseInt(digits, 16), from, from + 4);
        return from + 4;
      }
      whole = false;
      return from + 2;
    }
    if (!isLetter(next)) {
      if (next === STAR) starred = true;
      else if (next === BACKSLASH || next === OPEN || next === CLOSE) byte(next, from, from + 2);
      else if (next === 0x7e) byte(0x20, from, from + 2);
      else if (next === 0x5f) byte(0x2d, from, from + 2);
      else if (next === 0x0a || next === 0x0d) word('par', undefined, from, from + 2);
      return Math.min(from + 2, bytes.length);
    }
    let to = from + 1;
    while (to < bytes.length && isLetter(bytes[to] ?? 0) && to - from <= LONGEST_WORD) to++;
    const name = bytes.toString('latin1', from + 1, to);
    const number = /^-?\d{1,10}/.exec(bytes.toString('latin1', to, to + 11))?.[0];
    to += number?.length ?? 0;
    const parameter = number === undefined ? undefined : Number(number);
    if (name === 'bin' && parameter !== undefined) {
      const start = to + (bytes[to] === 0x20 ? 1 : 0);
      const end = start + Math.max(0, parameter);
      if (end > bytes.length) whole = false;
      endFile(from);
      listener.file(start, Math.min(end, bytes.length), 'binary');
      return Math.min(end, bytes.length);
    }
    word(name, parameter, from, to);
    return to + (bytes[to] === 0x20 ? 1 : 0);
  }

  for (; at < bytes.length; ) {
    const value = bytes[at] ?? 0;
    if (value === OPEN) {
      flush();
      skip = 0;
      if (stack.length >= DEEPEST) return { whole: false, end: bytes.length };
      stack.push(state);
      at++;
    } else if (value === CLOSE) {
      flush();
      skip = 0;
      if (state.file) endFile(at);
      const before = stack.pop();
      if (before === undefined) return { whole: false, end: at };
      // What stands in two groups beside the text is not one word.
      if (state.aside) listener.text(1, '\n', at, at, 'word');
      state = before;
      at++;
      if (stack.length === 0) return { whole, end: at };
    } else if (value === BACKSLASH) {
      at = control(at);
    } else if (value === 0x0a || value === 0x0d || value === 0) {
      at++;
    } else if (state.file && (isHex(value) || value === 0x20 || value === 0x09)) {
      if (fileFrom < 0 && isHex(value)) fileFrom = at;
      at++;
    } else if (skip === 0 && high.length === 0 && !state.file && isPlain(value)) {
      const from = at;
      while (at < bytes.length && at - from < LONGEST_RUN && isPlain(bytes[at] ?? 0)) at++;
      listener.text(stream(), bytes.toString('latin1', from, at), from, at, 'literal');
    } else {
      byte(value, at, at + 1);
      at++;
    }
    if (value !== BACKSLASH) starred = false;
  }
  flush();
  endFile(bytes.length);
  return { whole: false, end: bytes.length };
}
