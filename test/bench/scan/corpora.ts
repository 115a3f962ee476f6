/** The rows of the scan table: what is scanned, as what it is declared, and what the project aims at. */
import { chinese } from './chinese.js';
import { english } from './english.js';
import { escapedJson, form } from './escaped.js';
import { csv, jsonLines } from './exports.js';
import { toGb18030 } from './gb18030.js';
import { machineChinese, machineEnglish } from './machine-text.js';
import { repeated } from './seeded.js';
import { digitRun, endless, groups, validNumbers } from './worst.js';

/** At least so many times as fast as re2, or at most so many times slower than row `a`. */
export type Aim = { readonly timesRe2: number } | { readonly withinOfA: number };

/**
 * What a regex engine in C with SIMD reached on such a text in streaming mode, in MB a second, and how many times that Weir aims at.
 * Measured once, on a machine like the one these aims were set on; it does not run here.
 */
export interface Beside {
  readonly rate: number;
  readonly times: number;
}

export interface Corpus {
  readonly id: string;
  readonly title: string;
  /** Chooses the views that the gateway reads it in. */
  readonly contentType: string;
  readonly aim?: Aim;
  readonly beside?: Beside;
  /** Left out of a quick run. */
  readonly long?: true;
  /** `undefined` where this machine has no such text. */
  readonly make: (bytes: number) => Buffer | undefined;
}

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';
/** No input may be more than this many times slower than English prose. */
const WORST: Aim = { withinOfA: 20 };

export const CORPORA: readonly Corpus[] = [
  { id: 'a', title: 'English text', contentType: TEXT, aim: { timesRe2: 4 }, beside: { rate: 850, times: 3 }, make: (bytes) => english(bytes, 1) },
  { id: 'a2', title: 'English text, documentation on this machine', contentType: TEXT, aim: { timesRe2: 4 }, make: machineEnglish },
  { id: 'b', title: 'Chinese text, UTF-8', contentType: TEXT, aim: { timesRe2: 7 }, beside: { rate: 1750, times: 2 }, make: (bytes) => chinese(bytes, 2) },
  { id: 'b2', title: 'Chinese text, manual pages on this machine', contentType: TEXT, aim: { timesRe2: 7 }, long: true, make: machineChinese },
  { id: 'c', title: 'CSV full of numbers', contentType: 'text/csv; charset=utf-8', aim: { timesRe2: 8 }, beside: { rate: 180, times: 2 }, make: (bytes) => csv(bytes, 3) },
  { id: 'c2', title: 'JSON full of numbers, JSON views', contentType: JSON_TYPE, aim: { timesRe2: 8 }, make: (bytes) => jsonLines(bytes, 4) },
  { id: 'd', title: 'Chinese text, GB18030', contentType: 'text/plain; charset=gb18030', make: (bytes) => repeated(toGb18030(chinese(Math.min(bytes, 2 ** 21), 2).toString()), bytes) },
  { id: 'e', title: 'JSON with escapes, JSON views', contentType: JSON_TYPE, make: (bytes) => escapedJson(bytes, 5) },
  { id: 'e2', title: 'form, percent-encoded, form views', contentType: 'application/x-www-form-urlencoded', long: true, make: (bytes) => form(bytes, 6) },
  { id: 'f1', title: 'worst: one endless digit run', contentType: TEXT, aim: WORST, make: (bytes) => digitRun(bytes, 7) },
  { id: 'f2', title: 'worst: 1 1 1 1 …', contentType: TEXT, aim: WORST, make: endless('1 ') },
  { id: 'f3', title: 'worst: - - - - …', contentType: TEXT, aim: WORST, make: endless('- ') },
  { id: 'f4', title: 'worst: valid numbers only, all masked', contentType: TEXT, aim: WORST, make: (bytes) => validNumbers(bytes, 8) },
  { id: 'f5', title: 'worst: groups of four digits, endless', contentType: TEXT, aim: WORST, make: (bytes) => groups(bytes, 9) },
  { id: 'f6', title: 'worst: digits with zero-width spaces', contentType: TEXT, aim: WORST, long: true, make: endless('1\u200b') },
  { id: 'f7', title: 'worst: \\u0031 endless, JSON views', contentType: JSON_TYPE, aim: WORST, long: true, make: endless('\\u0031') },
];
