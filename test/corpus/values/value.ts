/** A made-up number before it is written down. */
import type { DetectorId } from '../piece.js';

export interface Value {
  readonly detector: DetectorId;
  /** Digits alone; an ID may close with X or x. */
  readonly digits: string;
  readonly kind: string;
  /** Digits of the area code, the 0 included, for a landline. */
  readonly area?: number;
}
