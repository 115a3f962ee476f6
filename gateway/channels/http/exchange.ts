/** Builds the exchanges that the pipeline sees: one of an admitted request, one of its answer. */
import type { HttpRoute } from '../../../config/schema.js';
import type { Exchange, ExchangeId, Facts, Field, RouteRules, UpstreamReply } from '../../ports.js';
import type { Admitted } from './admit.js';
import { bodyFacts, FACTS_PREFIX, peekBody, type BodyFacts, type Peeked } from './body-facts.js';
import { fileNames, mediaType, requestBodyHead, responseBodyHead } from './body-head.js';
import type { FactInput, FactReader, RouteFacts } from './facts.js';
import { tokensOf, valuesOf } from './fields.js';
import { atMost } from './pull-body.js';

export interface RequestBody {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly trailers: () => readonly Field[];
  /** The same bytes, where all of them are here. */
  readonly whole?: readonly Uint8Array[] | undefined;
}

/** What of a route is the same for each of its exchanges. */
interface RouteParts {
  readonly scanHeaders: readonly string[];
  readonly destination: string;
  readonly asked: RouteRules;
  readonly answered: RouteRules;
}

const parts = new WeakMap<HttpRoute, RouteParts>();

function partsOf(route: HttpRoute): RouteParts {
  const known = parts.get(route);
  if (known !== undefined) return known;
  const made = { scanHeaders: [...new Set(route.scanHeaders.map((name) => name.toLowerCase()))], destination: upstreamHost(route), asked: rules(route, true), answered: rules(route, false) };
  parts.set(route, made);
  return made;
}

function rules(route: HttpRoute, maskQuery: boolean): RouteRules {
  return { id: route.id, streamWithAbort: route.streamWithAbort, maskQuery };
}

function upstreamHost(route: HttpRoute): string {
  return route.upstream === 'demo' ? 'demo' : new URL(route.upstream.url).hostname;
}

/** A promise only where facts have to be waited for. */
export function requestExchange(id: ExchangeId, receivedAt: number, request: Admitted, body: RequestBody, reader: FactReader): Exchange | Promise<Exchange> {
  const type = mediaType(request.fields);
  if (reader.needsBody && type !== undefined && /json$|^application\/x-www-form-urlencoded$/.test(type)) return peekedExchange(id, receivedAt, request, body, reader, type);
  const read = reader.read(factInput(request, undefined));
  return read instanceof Promise ? read.then((known) => exchangeOf(id, receivedAt, request, type, known, body)) : exchangeOf(id, receivedAt, request, type, read, body);
}

async function peekedExchange(id: ExchangeId, receivedAt: number, request: Admitted, body: RequestBody, reader: FactReader, type: string): Promise<Exchange> {
  const peeked = await peeking(body);
  const coded = tokensOf(request.fields, 'content-encoding').some((coding) => coding !== 'identity');
  const read = await reader.read(factInput(request, bodyFacts(peeked, type, coded)));
  return exchangeOf(id, receivedAt, request, type, read, { ...body, chunks: peeked.chunks });
}

const factInput = ({ fields, target, fromTrustedProxy, certificateName }: Admitted, body: BodyFacts | undefined): FactInput => ({ fields, query: target.query, fromTrustedProxy, certificateName, body });

function exchangeOf(id: ExchangeId, receivedAt: number, request: Admitted, type: string | undefined, known: RouteFacts, body: RequestBody): Exchange {
  const { route, fields, target } = request;
  const { scanHeaders, destination, asked } = partsOf(route);
  const { senders, subjects, user, department, sender, recipients, subject } = known;
  const facts: Facts = {
    channel: 'http',
    route: route.id,
    direction: 'request',
    clientAddress: request.clientAddress,
    user, department, sender, recipients, subject,
    destination,
    method: request.method,
    mediaType: type,
    fileNames: fileNames(fields, target.path),
    at: receivedAt,
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
      subjects: subjects.length < 2 ? subjects : [...new Set(subjects)],
      addresses: senders.length + recipients.length === 0 ? recipients : [...new Set([...senders, ...recipients])],
    }),
    chunks: body.chunks,
    whole: body.whole,
    // A field that is scanned in the head cannot be read where nobody scans it.
    trailers: () => body.trailers().filter(([name]) => !scanHeaders.includes(name.toLowerCase())),
    route: asked,
    fromTrustedProxy: request.fromTrustedProxy,
  };
}

/** What is whole already is looked at without being taken; as far as every other body, since what is known of it must not depend on how it came. */
async function peeking({ chunks, whole }: RequestBody): Promise<Peeked> {
  if (whole === undefined) return peekBody(chunks, FACTS_PREFIX);
  const isShort = sizeOf(whole) < FACTS_PREFIX;
  return { prefix: isShort ? Buffer.concat(whole) : NO_BYTES, whole: isShort, chunks };
}

const NO_BYTES = new Uint8Array(0);

const sizeOf = (chunks: readonly Uint8Array[] | undefined): number => chunks?.reduce((sum, { length }) => sum + length, 0) ?? 0;

/** RFC 9110 section 12.5.3, as far as it concerns one coding. */
function takesGzip(fields: readonly Field[]): boolean {
  return valuesOf(fields, 'accept-encoding').some((value) => value.split(',').some((one) => /^\s*gzip\s*(;\s*q=(1|0?\.\d*[1-9]\d*|1\.0+)\s*)?$/i.test(one)));
}

/** Whether an answer without a body has something to scan: a file name, or a field that its route names. */
export function hasScannedFields({ route }: Admitted, { fields }: UpstreamReply): boolean {
  const { scanHeaders } = partsOf(route);
  return fields.some(([name]) => {
    const lower = name.toLowerCase();
    return lower === 'content-disposition' || scanHeaders.includes(lower);
  });
}

/** An answer to HEAD, 204, 304: its fields speak of a body that does not come. */
export function bodylessExchange(id: ExchangeId, receivedAt: number, request: Admitted, asked: Facts, reply: UpstreamReply): Exchange {
  const { body, facts, ...exchange } = responseExchange(id, receivedAt, request, asked, reply);
  return { ...exchange, facts: { ...facts, mediaType: undefined }, body: { ...body, contentType: undefined, contentEncoding: undefined, length: 0 }, chunks: reply.body, whole: undefined, trailers: () => [] };
}

/** The same people as in the request; the bytes go to the client now. */
export function responseExchange(id: ExchangeId, receivedAt: number, request: Admitted, asked: Facts, reply: UpstreamReply): Exchange {
  const { scanHeaders, answered } = partsOf(request.route);
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
    body: responseBodyHead(reply.fields, scanHeaders),
    chunks: atMost(reply.body, request.route.maxBody),
    whole: sizeOf(reply.whole) > request.route.maxBody ? undefined : reply.whole,
    // As of requests: a field that is scanned in the head cannot be read here.
    trailers: () => (scanHeaders.length === 0 ? reply.trailers() : reply.trailers().filter(([name]) => !scanHeaders.includes(name.toLowerCase()))),
    route: answered,
    takesGzip: takesGzip(request.fields),
  };
}
