/** Proves absence of patterns in raw UTF-8: where none can begin, nothing has to be decoded for their sake. */
import { isUtf8 } from 'node:buffer';
import type { ExpressionSet, PatternDetector } from '../contract.js';
import { oddCharacters, type RawReading } from '../raw-pattern.js';
import type { DetectorSet } from './scan-units.js';

/** Bytes that a UTF-16 unit can take: in UTF-8, or as an escape. */
const WIDEST: Readonly<Record<RawReading, number>> = { plain: 3, json: 6 };
/** Where a pattern may begin somewhere, blocks of this size are looked at one by one: about what decoding costs a match. */
const BLOCK = 1024;
/** Bytes of a character beyond its first. */
const TAIL = 3;

export class RawPatterns {
  /** Bytes from where a match begins to where it ends, at most. */
  readonly #reach: number;
  readonly #expressions: ExpressionSet | undefined;

  constructor(
    detectors: readonly PatternDetector[],
    /** Which text it can look at. */
    readonly reading: RawReading,
  ) {
    const raw = detectors.flatMap(({ expression }) => (expression?.raw === undefined ? [] : [expression.raw[reading]]));
    this.#reach = WIDEST[reading] * Math.max(0, ...detectors.map(({ reach }) => reach));
    this.#expressions = raw.length === detectors.length ? setOf([...raw, oddCharacters(reading)], detectors[0]) : undefined;
  }

  /** False: some pattern gives nothing to look for, so all text has to be decoded. */
  get able(): boolean {
    return this.#expressions !== undefined;
  }

  /**
   * Calls `add(start, end)`, in order, for the stretches of bytes[from..] in which a match may begin. Answers with the place up to
   * which that is certain: behind it more bytes have to come.
   */
  find(bytes: Uint8Array, from: number, last: boolean, add: (start: number, end: number) => void): number {
    const { length } = bytes;
    const until = last ? length : Math.max(from, length - this.#reach);
    if (until === from || !this.#mayMatch(bytes, from, length)) return until;
    let begin = -1;
    for (let start = from; start < until; start += BLOCK) {
      const may = this.#mayMatch(bytes, start, Math.min(length, start + BLOCK + this.#reach));
      if (may && begin < 0) begin = start;
      if (may || begin < 0) continue;
      add(begin, start);
      begin = -1;
    }
    if (begin >= 0) add(begin, until);
    return until;
  }

  /** Whether a match may begin and end in bytes[from..to), characters cut at its ends aside. */
  #mayMatch(bytes: Uint8Array, from: number, to: number): boolean {
    if (this.#expressions === undefined) return true;
    const first = characterAt(bytes, from);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + first, wholeUntil(bytes, to) - first);
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

/** Who names the stretches of raw text that a set's patterns may match in; `undefined` where some pattern may match anywhere. */
export function patternFinders({ patterns }: DetectorSet): readonly RawPatterns[] | undefined {
  if (patterns === undefined) return [];
  const plain = new RawPatterns(patterns.detectors, 'plain');
  const json = new RawPatterns(patterns.detectors, 'json');
  return plain.able ? [plain, ...(json.able ? [json] : [])] : undefined;
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
