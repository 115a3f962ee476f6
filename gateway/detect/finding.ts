/** Turns a match into a finding: the value becomes a keyed fingerprint and a masked preview, and is forgotten. */
import { createHash, createHmac, hash } from 'node:crypto';
import type { Match } from '../../detectors/scan/settle.js';
import { preview, type Keep } from '../../detectors/scan/mask.js';
import type { Finding } from '../ports.js';

/** Hex digits of a fingerprint: 64 bits keep chance collisions among a message's values out of reach. */
const FINGERPRINT_LENGTH = 16;
const SHA256 = 'sha256';
/** Bytes that SHA-256 takes at once, and bytes of its digest. */
const BLOCK = 64;
const DIGEST = 32;
/** Room for a detector's id and a value of the built-in kinds, or a pattern's usual one. */
const ROOM = 256;
/** Bytes that a UTF-16 unit takes in UTF-8, at most. */
const WIDEST = 3;

export type Fingerprint = (detector: string, value: string) => string;

/** HMAC with SHA-256 (RFC 2104) in two digests over buffers that serve again: an Hmac object for each value would cost more than finding it. */
export function fingerprinter(key: Uint8Array): Fingerprint {
  const own = key.length > BLOCK ? createHash(SHA256).update(key).digest() : key;
  const inner = Buffer.alloc(BLOCK + ROOM, 0);
  const outer = Buffer.alloc(BLOCK + DIGEST, 0);
  inner.fill(0x36, 0, BLOCK);
  outer.fill(0x5c, 0, BLOCK);
  own.forEach((byte, at) => {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  });
  const views: (Buffer | undefined)[] = [];

  return (detector, value) => {
    if ((detector.length + value.length) * WIDEST >= ROOM) return createHmac(SHA256, key).update(detector).update('\0').update(value).digest('hex').slice(0, FINGERPRINT_LENGTH);
    const end = BLOCK + inner.write(`${detector}\0${value}`, BLOCK);
    outer.write(hash(SHA256, (views[end] ??= inner.subarray(0, end)), 'binary'), BLOCK, 'binary');
    // No value stays behind.
    inner.fill(0, BLOCK, end);
    return hash(SHA256, outer, 'hex').slice(0, FINGERPRINT_LENGTH);
  };
}

/** What `match` is in the bytes [start, end) of `part`. */
export function findingOf(match: Match, part: string, start: number, end: number, fingerprint: Fingerprint, keep: Keep): Finding {
  return {
    detector: match.detector.id,
    part,
    start,
    end,
    maskable: true,
    confidence: Math.round(match.confidence * 100) / 100,
    reasons: match.reasons,
    fingerprint: fingerprint(match.detector.id, match.value),
    preview: preview(match.value, keep),
    tags: match.tags,
  };
}
