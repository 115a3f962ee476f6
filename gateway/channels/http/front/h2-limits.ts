/** How much of HTTP/2 one connection may use: what costs the sender one small frame must not cost us more. */

/** Requests under way at once on one connection; browsers and clients expect at least this many. */
export const STREAMS_MOST = 100;
/** Streams that ended badly, and frames that only steer, which a connection may send at once … */
export const BAD_STREAMS_BURST = 200;
export const STEERING_BURST = 100;
/** … and so many a second for long: somebody who closes a tab takes back some dozens, an attack thousands (CVE-2023-44487, CVE-2025-8671). */
export const BAD_STREAMS_PER_SECOND = 20;
export const STEERING_PER_SECOND = 10;
/** Frames that make no sense before a connection is ended. */
export const INVALID_FRAMES_MOST = 100;
/** Fields of one head; its bytes are bounded by `limits.headBytes`. */
export const FIELDS_MOST = 256;
/** Of one connection's own state and of what waits in it, in MB. */
export const SESSION_MEMORY_MB = 10;
/** Bytes of one stream that may be under way unread: enough for a fast sender, small beside a body that is held. */
export const WINDOW_BYTES = 256 * 1024;

/** Takes one at a time; false when there is none left. Fills at a steady rate. */
export function allowance(burst: number, perSecond: number, now: () => number): () => boolean {
  let left = burst;
  let at = now();
  return () => {
    const time = now();
    left = Math.min(burst, left + ((time - at) / 1000) * perSecond);
    at = time;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
