/** The detectors as a library: everything the built-in ones find in a text. */
import { findAllWith } from './scan/find.js';
import { builtInDetectors } from './registry.js';

export interface Finding {
  readonly detector: string;
  /** UTF-16 offsets, half open. */
  readonly start: number;
  readonly end: number;
  /** 0..1; from 0.9 high, from 0.7 medium. */
  readonly confidence: number;
}

/** Findings of all built-in detectors, in the order of the text, without overlaps; weak ones included. */
export function findAll(text: string): Finding[] {
  return findAllWith(text, builtInDetectors).map(({ detector, start, end, confidence }) => ({ detector, start, end, confidence }));
}
