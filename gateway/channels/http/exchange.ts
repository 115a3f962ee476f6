/** Builds the exchanges that the pipeline sees: one of an admitted request, one of its answer. */
import type { Route } from '../../../config/schema.js';
import type { Exchange, ExchangeId, Facts, Field, RouteRules, UpstreamReply } from '../../ports.js';
import type { Admitted } from './admit.js';
import { bodyFacts, FACTS_PREFIX, peekBody } from './body-facts.js';
import { fileNames, mediaType, requestBodyHead, responseBodyHead } from './body-head.js';
import type { FactReader } from './facts.js';
import { tokensOf } from './fields.js';
import { atMost } from './pull-body.js';

export interface RequestBody {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly trailers: () => readonly Field[];
}

function rules(route: Route, maskQuery: boolean): RouteRules {
  return { id: route.id, streamWithAbort: route.streamWithAbort, maskQuery };
}

function upstreamHost(route: Route): string {
  return route.upstream === 'demo' ? 'demo' : new URL(route.upstream.url).hostname;
}

export async function requestExchange(id: ExchangeId, receivedAt: number, request: Admitted, body: RequestBody, reader: FactReader): Promise<Exchange> {
  const { route, fields, target } = request;
  const type = mediaType(fields);
  const scanHeaders = [...new Set(route.scanHeaders.map((name) => name.toLowerCase()))];
  const readsBody = reader.needsBody && type !== undefined && /json$|^application\/x-www-form-urlencoded$/.test(type);
  const peeked = readsBody ? await peekBody(body.chunks, FACTS_PREFIX) : undefined;
  const coded = tokensOf(fields, 'content-encoding').some((coding) => coding !== 'identity');
  const { senders, subjects, ...found } = await reader.read({
    fields,
    query: target.query,
    fromTrustedProxy: request.fromTrustedProxy,
    certificateName: request.certificateName,
    body: peeked === undefined ? undefined : bodyFacts(peeked, type, coded),
  });
  const facts: Facts = {
    channel: 'http',
    route: route.id,
    direction: 'request',
    clientAddress: request.clientAddress,
    ...found,
    destination: upstreamHost(route),
    method: request.method,
    mediaType: type,
    fileNames: fileNames(fields, target.path),
  };
  return {
    id,
    receivedAt,
    facts,
    http: { method: request.method, target: target.origin, fields },
    body: requestBodyHead({
      target,
      fields,
      scanHeaders,
      subjects: [...new Set(subjects)],
      addresses: [...new Set([...senders, ...found.recipients])],
    }),
    chunks: peeked?.chunks ?? body.chunks,
    // A field that is scanned in the head cannot be read where nobody scans it.
    trailers: () => body.trailers().filter(([name]) => !scanHeaders.includes(name.toLowerCase())),
    route: rules(route, true),
  };
}

/** The same people as in the request; the bytes go to the client now. */
export function responseExchange(id: ExchangeId, receivedAt: number, request: Admitted, asked: Facts, reply: UpstreamReply): Exchange {
  return {
    id,
    receivedAt,
    facts: {
      ...asked,
      direction: 'response',
      destination: request.clientAddress ?? '',
      mediaType: mediaType(reply.fields),
      fileNames: fileNames(reply.fields, request.target.path),
    },
    http: { method: request.method, target: request.target.origin, fields: reply.fields, status: reply.status },
    body: responseBodyHead(reply.fields),
    chunks: atMost(reply.body, request.route.maxBody),
    trailers: () => reply.trailers(),
    route: rules(request.route, false),
  };
}
