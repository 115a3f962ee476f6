/** Proves absence of patterns in raw UTF-8: where none can begin, nothing has to be decoded for their sake. */
import { isUtf8 } from 'node:buffer';
import type { ExpressionSet, PatternDetector } from '../contract.js';
import { oddCharacters } from '../raw-pattern.js';

/** Bytes of UTF-8 that a UTF-16 unit can take. */
const WIDEST = 3;
/** Where a pattern may begin somewhere, blocks of this size are looked at one by one: about what decoding costs a match. */
const BLOCK = 1024;
/** Bytes of a character beyond its first. */
const TAIL = 3;

export class RawPatterns {
  /** Bytes from where a match begins to where it ends, at most. */
  readonly reach: number;
  readonly #expressions: ExpressionSet | undefined;

  /** Patterns that ride the windows of digits are not looked for here when `digits` says that there are such windows. */
  constructor(detectors: readonly PatternDetector[], digits: boolean) {
    const own = detectors.filter(({ expression }) => !(digits && expression?.digits !== undefined));
    const raw = own.flatMap(({ expression }) => (expression?.raw === undefined ? [] : [expression.raw]));
    this.reach = own.length === 0 ? 0 : WIDEST * Math.max(...own.map(({ reach }) => reach));
    this.silent = own.length === 0;
    this.#expressions = raw.length === own.length && own.length > 0 ? setOf([...raw, oddCharacters()], own[0]) : undefined;
  }

  /** No pattern has to be looked for. */
  readonly silent: boolean;
  /** False: some pattern gives nothing to look for, so all text has to be decoded. */
  get able(): boolean {
    return this.silent || this.#expressions !== undefined;
  }

  /**
   * Adds to `windows` the stretches (start, end; in order) of bytes[from..] in which a match may begin. Returns up to where that
   * is certain: behind it more bytes have to come. `from` is a character's first byte.
   */
  windows(bytes: Uint8Array, from: number, last: boolean, windows: number[]): number {
    const { length } = bytes;
    const until = last || this.silent ? length : Math.max(from, length - this.reach);
    if (until === from || !this.#mayMatch(bytes, from, length)) return until;
    for (let start = from; start < until; start += BLOCK) {
      const end = Math.min(until, start + BLOCK);
      if (!this.#mayMatch(bytes, start, Math.min(length, end + this.reach))) continue;
      if (windows.length > 0 && windows.at(-1) === start) windows[windows.length - 1] = end;
      else windows.push(start, end);
    }
    return until;
  }

  /** Whether a match may begin and end in bytes[from..to), characters cut at its ends aside. */
  #mayMatch(bytes: Uint8Array, from: number, to: number): boolean {
    if (this.silent) return false;
    if (this.#expressions === undefined) return true;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + characterAt(bytes, from), wholeUntil(bytes, to) - characterAt(bytes, from));
    // Invalid bytes stand as characters to a pattern, and as nothing to an expression.
    if (!isUtf8(text)) return true;
    try {
      return this.#expressions.test(text);
    } catch {
      // Out of memory: nobody knows.
      return true;
    }
  }
}

function setOf(sources: readonly string[], detector: PatternDetector | undefined): ExpressionSet | undefined {
  try {
    return detector?.expression && new detector.expression.Set(sources);
  } catch {
    return undefined;
  }
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** The first byte of the character that `at` lies in. */
function characterAt(bytes: Uint8Array, at: number): number {
  let back = at;
  for (let i = 0; i < TAIL && back > 0 && isContinuation(bytes[back]); i++) back--;
  return back;
}

/** `to`, or the first byte of the character that ends behind it. */
function wholeUntil(bytes: Uint8Array, to: number): number {
  const first = characterAt(bytes, to - 1);
  const lead = bytes[first] ?? 0;
  const size = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return first + size > to ? first : to;
}
