/** A request as it will be written to the upstream: its path there, its fields, and how its body is marked off. */
import { fieldsWithCodings } from '../../content-coding.js';
import { WeirError } from '../../errors.js';
import type { Field, UpstreamRequest } from '../../ports.js';
import { kindOf } from './field-kinds.js';
import { toUpstream } from './path-map.js';
import { requestFields, type Framing, type UpstreamPlace } from './request-fields.js';

/** The same bound that Weir sets for heads it receives, so that an upstream cannot fill memory with fields. */
export const REPLY_HEAD_BYTES = 64 * 1024;
/** Requests that may be repeated without harm (RFC 9110 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PROPFIND', 'REPORT', 'SEARCH']);
/** Requests whose emptiness has to be said (RFC 9110 8.6). */
const EXPECTS_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

export interface PreparedHead {
  readonly path: string;
  readonly fields: readonly Field[];
  readonly framing: Framing;
}

/** Throws `bad-request` for what cannot be written, `mask-failed` where no true head exists for the changed body. */
export function preparedHead(request: UpstreamRequest, place: UpstreamPlace): PreparedHead {
  const { outbound, method } = request;
  const path = toUpstream(place.paths, outbound.target);
  // A tunnel is not an exchange: nothing in it could be judged.
  if (path === undefined || method === 'CONNECT') throw new WeirError('bad-request');
  const framing = framingOf(request);
  const coded = outbound.codings === undefined ? request : { via: request.via, fields: fieldsWithCodings(request.fields, outbound.codings) };
  return { path, fields: requestFields(coded, framing, outbound.change, place), framing };
}

const CHUNKED: Framing = { kind: 'chunked' };
const NONE: Framing = { kind: 'none' };

function framingOf({ method, fields, outbound }: UpstreamRequest): Framing {
  const { length } = outbound;
  if (length === undefined) return CHUNKED;
  // Trailers known beforehand (a spooled body) need the framing that can carry them.
  if (length > 0) return named(fields, 'trailer') && outbound.trailers().length > 0 ? CHUNKED : { kind: 'length', length };
  return EXPECTS_BODY.has(method) || named(fields, 'content-length') || named(fields, 'transfer-encoding') ? { kind: 'length', length: 0 } : NONE;
}

function named(fields: readonly Field[], name: string): boolean {
  for (const [one] of fields) if (one.length === name.length && kindOf(one).lower === name) return true;
  return false;
}

/** Nothing follows the head. */
export const wholeWithHead = (framing: Framing): boolean => framing.kind === 'none' || (framing.kind === 'length' && framing.length === 0);

export const isIdempotent = (method: string): boolean => IDEMPOTENT.has(method);
