/** What the fields of a message say of its content codings, and what they are to say of a body that left with others. */
import type { Field } from './ports.js';

/** Storage clients frame what they sign piece by piece. It stands anywhere in the list, or only in the field of the signature; it is always outermost. */
const AWS_CHUNKED = 'aws-chunked';

function valuesOf(fields: readonly Field[], name: string): readonly string[] {
  return fields.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
}

const SAYING: ReadonlySet<string> = new Set(['content-encoding', 'x-amz-content-sha256']);
/** Most names differ in length already. */
const says = (name: string): boolean => (name.length === 16 || name.length === 20) && SAYING.has(name.toLowerCase());

/** In the order in which they were applied, lower case; undefined where there are none. */
export function declaredCodings(fields: readonly Field[]): string | undefined {
  if (!fields.some(([name]) => says(name))) return undefined;
  const names = valuesOf(fields, 'content-encoding')
    .flatMap((value) => value.split(','))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  const framed = names.includes(AWS_CHUNKED) || valuesOf(fields, 'x-amz-content-sha256').some((value) => /^STREAMING-/i.test(value.trim()));
  const all = [...names.filter((name) => name !== AWS_CHUNKED), ...(framed ? [AWS_CHUNKED] : [])];
  return all.length === 0 ? undefined : all.join(', ');
}

/** The fields for a body with these codings; `undefined`: with those that they declare. */
export function fieldsWithCodings(fields: readonly Field[], codings: readonly string[] | undefined): readonly Field[] {
  if (codings === undefined) return fields;
  let written = codings.length === 0;
  return fields.flatMap(([name, value]): readonly Field[] => {
    if (name.toLowerCase() !== 'content-encoding') return [[name, value]];
    if (written) return [];
    written = true;
    return [[name, codings.join(', ')]];
  });
}
