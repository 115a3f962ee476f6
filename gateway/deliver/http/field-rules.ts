/** Which header fields a proxy may not hand on, and what no field may contain: shared by both directions. */
import { WeirError } from '../../errors.js';
import type { Field } from '../../ports.js';
import { HOP_BY_HOP, kindOf } from './field-kinds.js';

/** Everything but tab, visible ASCII, space and obs-text: a value with one of these could start a field of its own. */
const FORBIDDEN_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** Node's flat list of names and values as pairs. */
export function fieldPairs(raw: readonly string[]): Field[] {
  const pairs: Field[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at] ?? '', raw[at + 1] ?? '']);
  return pairs;
}

/** Throws `code` when a field could change the framing of the message it is written into. */
export function refuseUnsafe(fields: readonly Field[], code: 'bad-request' | 'upstream-invalid'): void {
  for (const [name, value] of fields) {
    if (!kindOf(name).isToken || FORBIDDEN_IN_VALUE.test(value)) throw new WeirError(code);
  }
}

/** The same for a value that we write ourselves, from what the sender's head or connection said. */
export function refuseUnsafeValue(value: string | undefined, code: 'bad-request' | 'upstream-invalid'): void {
  if (value !== undefined && FORBIDDEN_IN_VALUE.test(value)) throw new WeirError(code);
}

const NOTHING_NAMED: ReadonlySet<string> = new Set();

/** Lower-case names that Connection says end at this hop, beside those that always do. */
export function connectionNamed(fields: readonly Field[]): ReadonlySet<string> {
  let named: Set<string> | undefined;
  for (const [name, value] of fields) {
    if (name.length !== 10 || kindOf(name).lower !== 'connection' || value === 'keep-alive') continue;
    for (const one of value.split(',')) {
      const kind = kindOf(one.trim());
      if (kind.lower !== '' && kind.connectionBound && !HOP_BY_HOP.has(kind.lower)) (named ??= new Set()).add(kind.lower);
    }
  }
  return named ?? NOTHING_NAMED;
}

export function valuesOf(fields: readonly Field[], name: string): string[] {
  const values: string[] = [];
  for (const [one, value] of fields) if (one.length === name.length && kindOf(one).lower === name) values.push(value);
  return values;
}

const NO_TRAILERS: Field[] = [];

/** Trailers that may travel on: no framing, no routing, nothing of this hop (RFC 9110 6.5.1). */
export function forwardableTrailers(trailers: readonly Field[], code: 'bad-request' | 'upstream-invalid'): readonly Field[] {
  if (trailers.length === 0) return NO_TRAILERS;
  refuseUnsafe(trailers, code);
  const named = connectionNamed(trailers);
  return trailers.filter(([name]) => {
    const { lower } = kindOf(name);
    return !HOP_BY_HOP.has(lower) && !named.has(lower) && !/^(content-(length|type|encoding|range|disposition)|host|authorization|set-cookie|weir-.*)$/.test(lower);
  });
}
