/** Which header fields a proxy may not hand on, and what no field may contain: shared by both directions. */
import { WeirError } from '../../errors.js';
import type { Field } from '../../ports.js';

/** Fields between two neighbours only (RFC 9110 7.6.1), those that frame one message on one connection included. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authentication-info', 'proxy-authorization', 'proxy-connection',
  'te', 'trailer', 'transfer-encoding', 'upgrade',
]);

/** A sender cannot have these taken away by naming them in Connection: what was judged must be what arrives. */
const NOT_CONNECTION_BOUND = /^(content-.*|host|cache-control|authorization|cookie|forwarded|x-forwarded-.*|via)$/;

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Everything but tab, visible ASCII, space and obs-text: a value with one of these could start a field of its own. */
const FORBIDDEN_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** Node's flat list of names and values as pairs. */
export function fieldPairs(raw: readonly string[]): Field[] {
  return Array.from({ length: raw.length / 2 }, (_, i): Field => [raw[2 * i] ?? '', raw[2 * i + 1] ?? '']);
}

/** Throws `code` when a field could change the framing of the message it is written into. */
export function refuseUnsafe(fields: readonly Field[], code: 'bad-request' | 'upstream-invalid'): void {
  for (const [name, value] of fields) {
    if (!TOKEN.test(name) || FORBIDDEN_IN_VALUE.test(value)) throw new WeirError(code);
  }
}

/** Lower-case names that end at this hop: the fixed ones and what Connection names. */
export function hopByHop(fields: readonly Field[]): ReadonlySet<string> {
  const named = valuesOf(fields, 'connection')
    .flatMap((value) => value.split(','))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && !NOT_CONNECTION_BOUND.test(name));
  return named.length === 0 ? HOP_BY_HOP : new Set([...HOP_BY_HOP, ...named]);
}

export function valuesOf(fields: readonly Field[], name: string): string[] {
  return fields.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
}

/** Trailers that may travel on: no framing, no routing, nothing of this hop (RFC 9110 6.5.1). */
export function forwardableTrailers(trailers: readonly Field[], code: 'bad-request' | 'upstream-invalid'): Field[] {
  refuseUnsafe(trailers, code);
  const gone = hopByHop(trailers);
  return trailers.filter(([name]) => {
    const lower = name.toLowerCase();
    return !gone.has(lower) && !/^(content-(length|type|encoding|range|disposition)|host|authorization|set-cookie|weir-.*)$/.test(lower);
  });
}
