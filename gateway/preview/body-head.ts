/** What the decoders are told of a sealed body: the same declarations the gateway read when it came. */
import { declaredCodings } from '../content-coding.js';
import type { BodyHead, Field, SealedHead } from '../ports.js';

function valuesOf(fields: readonly Field[], name: string): readonly string[] {
  return fields.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value);
}

export function sealedBodyHead({ http, mail, bodyLength }: SealedHead): BodyHead {
  if (mail !== undefined) return { contentType: 'message/rfc822', contentEncoding: undefined, contentDisposition: undefined, length: bodyLength, signedBy: [], texts: [], mail: { numbered: new Set(mail.numbered ?? []) } };
  const types = valuesOf(http.fields, 'content-type');
  return {
    contentType: types.length === 0 ? undefined : types.join(', '),
    contentEncoding: declaredCodings(http.fields),
    contentDisposition: valuesOf(http.fields, 'content-disposition')[0],
    length: bodyLength,
    signedBy: [],
    texts: [],
  };
}
