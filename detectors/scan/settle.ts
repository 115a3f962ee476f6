/** Decides between matches that claim the same digits: the surer band first, then the detector's rank, then the longer one. */
import { bandOf } from '../band.js';
import type { Detector } from '../contract.js';

/** Something a detector vouches for, with its place in the window. */
export interface Match {
  readonly detector: Detector;
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
  readonly reasons: readonly string[];
  readonly tags: readonly string[];
  /** Unit index of each character that is part of the value. */
  readonly places: readonly number[];
  /** The normalised value: for fingerprint and preview, never to be kept. */
  readonly value: string;
}

const SURENESS = { low: 0, medium: 1, high: 2 } as const;

function stronger(a: Match, b: Match): number {
  return (
    SURENESS[bandOf(b.confidence)] - SURENESS[bandOf(a.confidence)] ||
    b.detector.rank - a.detector.rank ||
    b.end - b.start - (a.end - a.start) ||
    b.confidence - a.confidence ||
    a.start - b.start ||
    (a.detector.id < b.detector.id ? -1 : a.detector.id > b.detector.id ? 1 : 0)
  );
}

/** Winners without overlaps, in the order of the text. */
export function settle(cluster: readonly Match[]): readonly Match[] {
  if (cluster.length < 2) return cluster;
  const won: Match[] = [];
  for (const match of [...cluster].sort(stronger)) {
    if (won.every((other) => match.end <= other.start || other.end <= match.start)) won.push(match);
  }
  return won.sort((a, b) => a.start - b.start);
}
