/** What the decoders are told of a sealed body: the same declarations the gateway read when it came. */
import type { BodyHead, Field, SealedHead } from '../ports.js';

function valuesOf(fields: readonly Field[], name: string): readonly string[] {
  return fields.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value);
}

export function sealedBodyHead({ http, bodyLength }: SealedHead): BodyHead {
  const types = valuesOf(http.fields, 'content-type');
  const codings = valuesOf(http.fields, 'content-encoding').flatMap((value) => value.split(',')).map((value) => (value.split(';')[0] ?? '').trim().toLowerCase()).filter((value) => value !== '' && value !== 'identity');
  return {
    contentType: types.length === 0 ? undefined : types.join(', '),
    contentEncoding: codings.length === 0 ? undefined : codings.join(', '),
    contentDisposition: valuesOf(http.fields, 'content-disposition')[0],
    length: bodyLength,
    signedBy: [],
    texts: [],
  };
}
