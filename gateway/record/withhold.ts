/** The log's last line of defence: tells whether a field could carry a number that a person or an account is known by. */
import { isIP } from 'node:net';

/** Shown in place of a withheld value. */
export const WITHHELD = '[withheld]';

/**
 * Eleven digits (a phone number, the shortest built-in) with at most three characters between neighbours,
 * which is what the detectors allow as a gap. Other scripts' digits count: NFKC leaves them as \p{Nd}.
 */
const NUMBER_SHAPE = /\p{Nd}(?:[^\p{L}\p{N}]{0,3}\p{Nd}){10,}/u;
const IGNORABLE = /\p{Cf}/gu;
const EXCHANGE_ID = /^w[0-9a-z]{26}$/i;
const ADDRESS_IN_URL = /\/\/(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?=[/?#]|$)/g;
/** From here on a whole number has the eleven digits of a phone number. */
const ELEVEN_DIGITS = 10_000_000_000;

/** Fields that hold an exchange id, and nothing else that looks like one. */
const ID_FIELDS: ReadonlySet<string> = new Set(['exchange', 'incident', 'message']);
/** Fields that name a configuration, a policy or a set of detectors by a digest, `<hex>` or `<name>@<hex>`, which may happen to be all digits: of twelve characters, one in a hundred. */
const REVISION_FIELDS: ReadonlySet<string> = new Set(['config', 'policy', 'revision', 'detectors']);
const REVISION = /^(?:[0-9a-f]{12}|[a-z][a-z0-9-]{0,47}@[0-9a-f]{1,64})$/;
/** What names one request to the admin side. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** Measures may be large: their name must say the unit. */
const MEASURE = /(?:bytes|size|ms|seconds|scanned)$/i;

function isAddress(value: string): boolean {
  if (isIP(value) !== 0) return true;
  const port = /^(.*):\d{1,5}$/.exec(value)?.[1];
  return port !== undefined && isIP(port.replace(/^\[|\]$/g, '')) !== 0;
}

/** True when this field must not be written as it is. It errs on the side of silence: a digest can trip it, a number cannot pass. */
export function mustWithhold(name: string, value: string | number | boolean): boolean {
  if (typeof value === 'boolean') return false;
  if (typeof value === 'number') return Math.abs(value) >= ELEVEN_DIGITS && !MEASURE.test(name);
  if (ID_FIELDS.has(name) && EXCHANGE_ID.test(value)) return false;
  if (REVISION_FIELDS.has(name) && REVISION.test(value)) return false;
  if (name === 'request' && UUID.test(value)) return false;
  if (isAddress(value)) return false;
  return NUMBER_SHAPE.test(value.normalize('NFKC').replace(IGNORABLE, '').replace(ADDRESS_IN_URL, ''));
}
