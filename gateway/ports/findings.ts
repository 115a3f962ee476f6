/** What was found, what could not be read, and how both are counted. */
import type { UnscannableReason } from './names.js';

/** Where something was found and what kind it is. It never carries the value. */
export interface Finding {
  readonly detector: string;
  /** Path in the tree of parts: `head`, `body`, `body/2:report.txt` … */
  readonly part: string;
  readonly start: number;
  readonly end: number;
  /** 0..1 */
  readonly confidence: number;
  readonly reasons: readonly string[];
  /** Keyed HMAC of the normalised value, 16 hex digits: counts distinct values, tells nothing else. */
  readonly fingerprint: string;
  /** The value behind its default mask. */
  readonly preview: string;
  /** For example `test-number`. */
  readonly tags: readonly string[];
  /** False where no decoder can write (head fields, read-only parts). */
  readonly maskable: boolean;
}

/** All findings that policy cannot tell apart, with how many there were. Bounded: see DISTINCT_CAP. */
export interface FindingClass {
  readonly detector: string;
  readonly confidence: number;
  readonly tags: readonly string[];
  readonly where: 'head' | 'body';
  readonly maskable: boolean;
  readonly count: number;
  /** Fingerprints, at most DISTINCT_CAP of them. */
  readonly distinct: ReadonlySet<string>;
}

/** Distinct values remembered per class; policy thresholds may not exceed it, so counting stays exact where it matters. */
export const DISTINCT_CAP = 10_000;

export interface Unscannable {
  readonly part: string;
  readonly reason: UnscannableReason;
  readonly bytes: number;
  /** What a person may read about it; never content. */
  readonly detail: string;
}

/** One line of the coverage receipt. For every part: scanned + unscanned = its size; lines without `inside` add up to the size of the body. */
export interface PartReceipt {
  readonly part: string;
  /** For example ['multipart', 'utf-8', 'json']. */
  readonly chain: readonly string[];
  readonly scanned: number;
  readonly unscanned: number;
  readonly reason?: UnscannableReason;
  /** The part with a transform or container around this one: its bytes are decoded bytes and count in `Receipt.inside`. */
  readonly inside?: string | undefined;
}

export interface Receipt {
  readonly size: number;
  /** Bytes as they came, where the body had a content coding: the others are those it stands for. */
  readonly wire?: number | undefined;
  readonly scanned: number;
  readonly unscanned: number;
  readonly parts: readonly PartReceipt[];
  /** Parts beyond the listed ones, folded. */
  readonly more: number;
  readonly detectors: string;
  readonly policy: string;
  /** Decoded bytes of parts within transforms and containers; absent where there are none. */
  readonly inside?: { readonly scanned: number; readonly unscanned: number } | undefined;
}

/** What policy decides from. */
export interface Evidence {
  readonly classes: readonly FindingClass[];
  readonly unscannable: readonly Unscannable[];
}
