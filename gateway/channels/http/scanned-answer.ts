/** The head and trailers of an answer that was scanned: what no longer holds of a body that may have changed goes. */
import type { Field, Outbound, UpstreamReply, Verdict } from '../../ports.js';
import { fieldsWithCodings } from '../../content-coding.js';
import { isDigestField, weakened } from '../../digest-fields.js';
import { valueOf, valuesOf, without } from './fields.js';
import { weirFields } from './respond.js';
import type { ReplyHead } from './write-reply.js';

/** `trailing`: the client takes trailers, so the body is chunked to leave room for the verdict. */
export function answerHead(reply: UpstreamReply, outbound: Outbound, trailing: boolean): ReplyHead {
  // Parts of a scanned answer are never served, so it does not offer them.
  let fields = without(fieldsWithCodings(reply.fields, outbound.codings), 'accept-ranges');
  if (outbound.change !== 'none') fields = fields.filter(([name]) => !isDigestField(name)).map(([name, value]): Field => [name, name.toLowerCase() === 'etag' ? weakened(value) : value]);
  const length = trailing ? undefined : outbound.length;
  if (length === undefined) fields = without(fields, 'content-length');
  else if (valueOf(fields, 'content-length') === undefined) fields = [...fields, ['Content-Length', String(length)]];
  else fields = fields.map(([name, value]): Field => [name, name.toLowerCase() === 'content-length' ? String(length) : value]);
  if (trailing) fields = [...without(fields, 'trailer'), ['Trailer', [...valuesOf(fields, 'trailer'), 'Weir-Action', 'Weir-Incident'].join(', ')]];
  return { status: reply.status, statusText: reply.statusText, fields };
}

export function verdictTrailer(verdict: Verdict, incident: string): readonly Field[] {
  return weirFields(verdict.action, incident);
}

/** Only we may speak as Weir, in trailers too. */
export function answerTrailers(trailers: readonly Field[]): readonly Field[] {
  return trailers.filter(([name]) => !/^weir-(action|incident)$/i.test(name));
}
