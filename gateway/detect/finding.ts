/** Turns a match into a finding: the value becomes a keyed fingerprint and a masked preview, and is forgotten. */
import { createHmac } from 'node:crypto';
import type { Match } from '../../detectors/scan/settle.js';
import { preview, type Keep } from '../../detectors/scan/mask.js';
import type { Finding } from '../ports.js';

/** Hex digits of a fingerprint: 64 bits keep chance collisions among a message's values out of reach. */
const FINGERPRINT_LENGTH = 16;

export function fingerprint(key: Uint8Array, detector: string, value: string): string {
  return createHmac('sha256', key).update(detector).update('\0').update(value).digest('hex').slice(0, FINGERPRINT_LENGTH);
}

export interface FindingPlace {
  readonly part: string;
  readonly start: number;
  readonly end: number;
  readonly maskable: boolean;
}

export function findingOf(match: Match, place: FindingPlace, key: Uint8Array, keep: Keep): Finding {
  return {
    detector: match.detector.id,
    ...place,
    confidence: Math.round(match.confidence * 100) / 100,
    reasons: match.reasons,
    fingerprint: fingerprint(key, match.detector.id, match.value),
    preview: preview(match.value, keep),
    tags: match.tags,
  };
}
