/** Headers of parts as programs write them over and over: what was read of one is kept, by its exact bytes. */
import type { Declared } from '../syntax.js';
import { readFields, type Eol } from './field-block.js';
import { isPlainBlock } from './header-reader.js';
import { isUsualBody } from './part-body.js';
import { headerOf, kindOf, type PartHeader } from './part-header.js';

export interface KnownHeader extends PartHeader {
  /** Bytes of its file names; undefined where it shows more than what is written in it, and its names. */
  readonly shown: readonly Uint8Array[] | undefined;
  /** How its body is to be read, where nothing but its content and type decides that. */
  readonly body: Declared | undefined;
  /** Behind the number of its part. */
  readonly kind: string;
}

/** So many different ones, of such a length: forms have a few fields, and a file each. */
const MOST_KEPT = 128;
const LONGEST_KEPT = 256;
/** Digits in one that is kept: no number of anybody has so few. */
const MOST_DIGITS = 6;

const kept = new Map<string, KnownHeader>();

/** The header that `block` is, its blank line included. */
export function knownHeader(block: Buffer, eol: Eol, defaultType: string): KnownHeader {
  const text = block.toString('latin1');
  const key = `${eol}${defaultType}\n${text}`;
  const before = block.length > LONGEST_KEPT ? undefined : kept.get(key);
  if (before !== undefined) return before;
  const { fields, ambiguous } = readFields(text, eol);
  const said = headerOf(fields, ambiguous, defaultType);
  const known: KnownHeader = {
    ...said,
    shown: isPlainBlock(block) ? said.fileNames.map((name) => Buffer.from(name)) : undefined,
    body: isUsualBody(said) ? { ...said.declared, transferEncoding: undefined, fileName: said.fileNames[0] } : undefined,
    kind: kindOf(said.fileNames[0]),
  };
  if (block.length <= LONGEST_KEPT && isForgettable(block)) {
    // Whoever sends another name each time must not keep those of others from being known.
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(key, known);
  }
  return known;
}

/** Nothing in it can be anybody's number: it may stay in memory. */
function isForgettable(block: Buffer): boolean {
  let digits = 0;
  for (const byte of block) {
    if (byte >= 0x80) return false;
    if (byte >= 0x30 && byte <= 0x39) digits++;
  }
  return digits <= MOST_DIGITS;
}
