/** Proves absence fast: the stretches of raw UTF-8 dense enough in digits to hold a candidate; everything else is never decoded. */
import { MAX_IGNORED } from '../../detectors/scan/candidates.js';
import { CLASS, SEPARATOR, isUnseenControl } from '../../detectors/scan/characters.js';

const BREAK = 0;
const NEUTRAL = 1;
const DIGIT = 2;

/**
 * Too generous is fine, too strict is a leak: every byte that can belong to a digit, a separator or an ignorable must not break.
 * Digits of all scripts and Han numerals in UTF-8 begin with one of the leads below.
 */
const KIND = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  if (byte >= 0x30 && byte <= 0x39) KIND[byte] = DIGIT;
  else if (byte < 0x80 && CLASS[byte] === SEPARATOR) KIND[byte] = NEUTRAL;
  else if (byte === 0x58 || byte === 0x78) KIND[byte] = NEUTRAL;
  else if (byte < 0x80 && isUnseenControl(byte)) KIND[byte] = NEUTRAL;
  else if (byte < 0x80) KIND[byte] = BREAK;
  else KIND[byte] = byte >= 0xc2 ? DIGIT : NEUTRAL;
}

export interface Windows {
  /** Start, end pairs: byte offsets, half open, in order. */
  readonly closed: readonly number[];
  /** Where a run that the next bytes may continue begins; -1 when none does. */
  readonly open: number;
}

/**
 * Runs in bytes[from..] with at least `least` digit units, or with so many bytes beyond ASCII that they may be the ignorable
 * characters which make text malformed; one that touches the end is `open`, however short.
 */
export function digitWindows(bytes: Uint8Array, from: number, least: number): Windows {
  const closed: number[] = [];
  const end = bytes.length;
  let at = from;
  while (at < end) {
    while (at < end && (KIND[bytes[at] ?? 0] ?? 0) !== DIGIT) at++;
    if (at >= end) break;
    const start = at;
    let digits = 0;
    let beyond = 0;
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0;
      const kind = KIND[byte];
      if (kind === DIGIT) digits++;
      else if (kind === BREAK) break;
      if (byte >= 0x80 || isUnseenControl(byte)) beyond++;
    }
    if (at >= end) return { closed, open: start };
    if (digits >= least || beyond > MAX_IGNORED) closed.push(start, at);
  }
  return { closed, open: -1 };
}
