/** What a detector is: one object that says what may start it, how far it reaches, and how sure it is. Imports nothing outside this folder. */
import type { Reason } from './reasons.js';

/** Characters of context on each side that a detector may look at (HC 14). */
export const CONTEXT = 64;

/**
 * A run of digit groups with at most small gaps between them, cut out of normalised text.
 * Full-width and other digits have become ASCII, ignorable characters are gone.
 * A group is a whole run of digits of one kind, decimal or numeral: no candidate begins or ends inside one.
 */
export interface Candidate {
  /** All digits joined; an `X` or `x` that closes the last group comes last, as `X`. */
  readonly digits: string;
  /** Lengths of the groups (X included), for example [6, 8, 4]. */
  readonly groups: readonly number[];
  /** What stood between the groups: one shorter than `groups`. Each is 1 to 3 separators, line ends and punctuation among them; '' where decimal digits and numerals touch. */
  readonly gaps: readonly string[];
  /** Up to CONTEXT characters before the candidate, as they stand (not lower-cased). '' only at the very start. */
  readonly before: string;
  /** Up to CONTEXT characters after it. '' only at the very end. */
  readonly after: string;
  /** Zero-width and other ignorable characters that were dropped between the digits. */
  readonly ignored: number;
  /** Digits that were not ASCII in the text (full-width and others). */
  readonly foreignDigits: number;
  /** Digits written as Han numerals, in rings or raised (`一`, `壹`, `①`, `¹`). */
  readonly numerals: number;
}

export interface Verified {
  /** 0..1. 0.9 and over: high; 0.7 to 0.9: medium; under 0.7: low. */
  readonly confidence: number;
  /** Short stable codes, for example `checksum`, `region`, `keyword`, `glued-letter`. Never the value: reasons.ts lists them with their words. */
  readonly reasons: readonly Reason[];
  /** Digit indexes, half open, when the number is only part of the candidate (a `86` in front, for example). */
  readonly from?: number;
  readonly to?: number;
  readonly tags?: readonly string[];
}

interface DetectorBase {
  readonly id: string;
  readonly title: { readonly zh: string; readonly en: string };
  /** What a mask leaves readable: counted in digits (or characters, for patterns). */
  readonly keep: { readonly first: number; readonly last: number };
  /** Its proof, run at start: every hit is found exactly once and whole, every miss is not found. The marked span is `«…»`. */
  readonly cases: { readonly hit: readonly string[]; readonly miss: readonly string[] };
}

/** A condition that every match fulfils, told as data so that it can be asked without a string: see scan/shape.ts. */
export interface Shape {
  /** Counts of characters (a closing X included). */
  readonly lengths: readonly number[];
  /** The first digits are one of these. */
  readonly starts?: readonly string[];
  readonly checksum?: 'luhn' | 'mod11-2';
  /** From digit `at` on stand a year of `year` digits, a month 01 to 12 and a day 01 to 31; a year of four digits lies between `from` and `to`. */
  readonly date?: { readonly at: number; readonly year: 2 | 4; readonly from?: number; readonly to?: number };
  /** Most groups it may be written in. */
  readonly groups?: number;
  /** Where commas and other signs of a list (or tabs) part its groups: most digits of a group. Such signs then never stand beside blanks, hyphens or dots. */
  readonly cell?: number;
  /**
   * How people part it, for numbers of 19 digits at most. In groups other than `usual` (as in `3-4-4`, of 12 groups at most) it is none where
   * more than `lineEnds` of its gaps hold a line end; -1: nowhere. Where `joins` of them at most hold one, they need not part groups.
   * Not asked of groups that touch, nor where all digits behind the first group stand one by one.
   */
  readonly groupings?: { readonly usual: ReadonlySet<string>; readonly joins: number; readonly lineEnds: number };
  /** Where a dot and a digit follow, it is none if so many of its gaps hold a line end, or more. */
  readonly fraction?: number;
}

/** Looks at numbers: candidates between `least` and `most` digits. */
export interface NumberDetector extends DetectorBase {
  readonly kind: 'number';
  readonly least: number;
  readonly most: number;
  /** Every match has one of these; `verify` is asked only then. */
  readonly shapes: readonly Shape[];
  /** On the same span, the higher rank wins (an ID beats a card). */
  readonly rank: number;
  verify(candidate: Candidate): Verified | undefined;
}

/** Tells in one pass which of many expressions match a text, as `RE2.Set` does. */
export interface ExpressionSet {
  test(text: string | Buffer): boolean;
  match(text: string | Buffer): readonly number[];
}

/** What can be asked on a pattern's behalf: each is a condition that every match fulfils. */
export interface Expression {
  /** Matches wherever the pattern does in text as patterns see it. */
  readonly source: string;
  /** The same for text as it came, with escapes of JSON or none, unless it has one of the odd characters (raw-pattern.ts); undefined where that is not known. */
  readonly raw?: { readonly plain: string; readonly json: string } | undefined;
  readonly Set: new (sources: readonly string[]) => ExpressionSet;
}

/** Looks at text with a pattern of finite length; what YAML declares becomes one of these. */
export interface PatternDetector extends DetectorBase {
  readonly kind: 'pattern';
  readonly rank: number;
  /** Most UTF-16 units a match can have. */
  readonly reach: number;
  /** Lets one pass over a text speak for many patterns. */
  readonly expression?: Expression;
  /** Leftmost match at or after `from`, or undefined. `text` is normalised; looks at most CONTEXT units around the match. */
  next(text: string, from: number): ({ readonly start: number; readonly end: number } & Omit<Verified, 'from' | 'to'>) | undefined;
}

export type Detector = NumberDetector | PatternDetector;

/** A finding in a text: UTF-16 offsets, half open. */
export interface Finding {
  readonly detector: string;
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
  readonly reasons?: readonly string[];
  readonly tags?: readonly string[];
}
