/** All findings in a whole text. */
import type { Detector, Finding } from '../contract.js';
import { TextScanner } from './text-scanner.js';

/** Findings of `detectors` in `text`, in order, without overlaps; UTF-16 offsets, half open. */
export function findAllWith(text: string, detectors: readonly Detector[]): Finding[] {
  return new TextScanner(detectors).push(text, true).findings;
}
