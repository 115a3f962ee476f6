/** What a view needs of a charset: how its bytes are read as units, and how a mask of the same width is written. */
import type { Reading } from '../../../detectors/scan/prefilter/prefilter.js';
import type { UnitBuffer } from './unit-buffer.js';

export interface Charset {
  /** As TextDecoder and receipts call it. */
  readonly name: string;
  /** How the prefilter is to read it; without it all of the text is decoded. */
  readonly reading: Reading | undefined;
  /** Reads `bytes` into `out`, which must have room for as many units as there are bytes. Returns how many bytes were read: without `last` it stops before an unfinished character. */
  decode(bytes: Uint8Array, last: boolean, out: UnitBuffer): number;
  /** The bytes of a unit written in `width` bytes: one character of that width, or stars repeated (HC 7). */
  encode(unit: number, width: number): readonly number[];
  /** Bytes of the character at `at`, 0 when they are not all in sight; absent where an ASCII byte is never part of another character. */
  readonly widthAt?: (bytes: Uint8Array, at: number) => number;
}
