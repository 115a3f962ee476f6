/** Delivery over HTTP/1.1: one route's upstream, reached through a pool of its own, with what was judged and nothing else. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Route } from '../../../config/schema.js';
import { WeirError } from '../../errors.js';
import type { Field, Upstream, UpstreamReply, UpstreamRequest } from '../../ports.js';
import { bodySource, type BodySource } from './body-source.js';
import { connectionsTo, targetOf, type Connections } from './connections.js';
import { fieldPairs, forwardableTrailers, valuesOf } from './field-rules.js';
import { pathMap, toUpstream } from './path-map.js';
import { replyBody } from './reply-body.js';
import { replyFields } from './reply-fields.js';
import { requestFields, type Framing, type UpstreamPlace } from './request-fields.js';
import { awaitEmpty, sendBody } from './send-body.js';
import { isReset, upstreamError } from './upstream-errors.js';
import { whenConnected } from './when-connected.js';

/** The same bound that Weir sets for heads it receives, so that an upstream cannot fill memory with fields. */
const REPLY_HEAD_BYTES = 64 * 1024;
/** Requests that may be repeated without harm (RFC 9110 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PROPFIND', 'REPORT', 'SEARCH']);
/** Requests whose emptiness has to be said (RFC 9110 8.6). */
const EXPECTS_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

export interface UpstreamOptions {
  /** Where `upstream: demo` leads; absent unless `demo: true`. */
  readonly demoUrl?: string | undefined;
  readonly readFile?: (path: string) => Buffer;
  readonly now?: () => number;
}

/** Throws UpstreamConfigError when the route could never be delivered. */
export function httpUpstream(route: Route, options: UpstreamOptions = {}): Upstream {
  const target = targetOf(route, options.demoUrl);
  const url = new URL(target.url);
  const connections = connectionsTo(route.id, { url, maxSockets: target.maxSockets, tls: target.tls, readFile: options.readFile, now: options.now });
  const place = upstreamPlace(route, options.demoUrl);
  const times: Times = { connectMs: target.connectTimeout, responseMs: target.responseTimeout };
  return {
    request: async (request) => deliver(request, connections, place, times),
    close: async () => connections.close(),
  };
}

export function upstreamPlace(route: Route, demoUrl: string | undefined): UpstreamPlace {
  const target = targetOf(route, demoUrl);
  const url = new URL(target.url);
  return {
    origin: url.origin,
    host: url.host,
    preserveHost: target.preserveHost,
    paths: pathMap(route.match.path, route.rewritePrefix, url.pathname),
    scansReplies: route.scan && route.direction.includes('response'),
  };
}

interface Times {
  readonly connectMs: number;
  readonly responseMs: number;
}

/** One request, ready to be written; a second attempt writes the same. */
interface Prepared {
  readonly request: UpstreamRequest;
  readonly path: string;
  readonly fields: readonly Field[];
  readonly framing: Framing;
  readonly source: BodySource;
  readonly place: UpstreamPlace;
  readonly times: Times;
}

async function deliver(request: UpstreamRequest, connections: Connections, place: UpstreamPlace, times: Times): Promise<UpstreamReply> {
  const path = toUpstream(place.paths, request.outbound.target);
  // A tunnel is not an exchange: nothing in it could be judged.
  if (path === undefined || request.method === 'CONNECT') throw new WeirError('bad-request');
  const framing = framingOf(request);
  const fields = requestFields(request, framing, request.outbound.change, place);
  const source = bodySource(request.outbound.body);
  const prepared: Prepared = { request, path, fields, framing, source, place, times };
  try {
    return await attempt(prepared, connections, false);
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error;
    return await attempt(prepared, connections, true);
  }
}

function framingOf({ method, fields, outbound }: UpstreamRequest): Framing {
  const framed = valuesOf(fields, 'content-length').length > 0 || valuesOf(fields, 'transfer-encoding').length > 0;
  if (outbound.length === undefined) return { kind: 'chunked' };
  if (outbound.length > 0) {
    // Trailers known beforehand (a spooled body) need the framing that can carry them.
    return valuesOf(fields, 'trailer').length > 0 && outbound.trailers().length > 0 ? { kind: 'chunked' } : { kind: 'length', length: outbound.length };
  }
  return framed || EXPECTS_BODY.has(method) ? { kind: 'length', length: 0 } : { kind: 'none' };
}

/** A pooled connection turned out to be closed before anything irrevocable was sent on it. */
class StaleConnection extends Error {
  override readonly name = 'StaleConnection';
}

function attempt(prepared: Prepared, connections: Connections, fresh: boolean): Promise<UpstreamReply> {
  const { request, source, times, place } = prepared;
  const { signal } = request;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      source.stop();
      reject(new WeirError('client-aborted'));
      return;
    }
    const out = open(connections, prepared, fresh);
    let connected = false;
    let reused = false;
    let allWritten = false;
    let over = false;
    let reply: ReturnType<typeof replyBody> | undefined;
    let message: IncomingMessage | undefined;

    let timer = setTimeout(() => fail(new WeirError('upstream-timeout')), times.responseMs);
    const bound = (milliseconds: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => fail(new WeirError(connected ? 'upstream-timeout' : 'upstream-unreachable')), milliseconds);
    };
    const leave = (): void => fail(new WeirError('client-aborted'));
    signal?.addEventListener('abort', leave);
    const end = (): void => {
      over = true;
      clearTimeout(timer);
    };

    function fail(thrown: unknown): void {
      if (reply !== undefined) {
        // What is complete stays so; a reset behind it harms nobody.
        if (message?.complete !== true || thrown instanceof WeirError) reply.fail(upstreamError(thrown, true));
        out.destroy();
        return;
      }
      if (over) return;
      end();
      signal?.removeEventListener('abort', leave);
      out.destroy();
      if (!fresh && reused && isReset(thrown) && repeatable(prepared)) {
        reject(new StaleConnection());
        return;
      }
      source.stop();
      reject(upstreamError(thrown, connected));
    }

    const stopped = (): boolean => over;
    const write = async (): Promise<void> => {
      const { framing } = prepared;
      if (wholeWithHead(framing)) await awaitEmpty(source);
      // One turn of the loop: news that the server has closed this connection may lie in the queue.
      if (reused) await new Promise((next) => setImmediate(next));
      if (stopped()) return;
      request.onProgress?.('some');
      if (wholeWithHead(framing)) request.onProgress?.('all');
      else {
        // The head goes out even while the body lets itself be waited for.
        out.write('', 'latin1');
        await sendBody({ request: out, source, framing, stallMs: times.responseMs, stopped, beforeLast: () => request.onProgress?.('all') });
      }
      if (stopped()) return;
      if (framing.kind === 'chunked') {
        const trailers = forwardableTrailers(request.outbound.trailers(), 'bad-request');
        if (trailers.length > 0) out.addTrailers([...trailers] as [string, string][]);
      }
      allWritten = true;
      out.end();
      bound(times.responseMs);
    };
    const begin = (): void => {
      clearTimeout(timer);
      connected = true;
      write().catch((thrown: unknown) => {
        if (!over) fail(thrown);
      });
    };

    whenConnected(
      out,
      () => bound(times.connectMs),
      (kept) => {
        reused = kept;
        if (!over) begin();
      },
    );
    out.on('error', fail);
    out.on('close', () => {
      if (reply === undefined) fail(new WeirError('upstream-reset'));
    });
    // Nobody asked for another protocol.
    out.on('upgrade', (_message, socket) => {
      socket.destroy();
      fail(new WeirError('upstream-invalid'));
    });
    out.on('response', (incoming) => {
      if (over) {
        incoming.destroy();
        return;
      }
      end();
      message = incoming;
      const early = !allWritten;
      // No further byte is pulled or sent; the connection ends with the answer.
      if (early) source.stop();
      reply = replyBody(incoming, times.responseMs, (whole) => {
        signal?.removeEventListener('abort', leave);
        if (early || !whole) out.destroy();
      });
      let fields: readonly Field[];
      try {
        fields = replyFields(fieldPairs(incoming.rawHeaders), request.via, place);
      } catch (error) {
        out.destroy();
        reject(upstreamError(error, true));
        return;
      }
      resolve({
        status: incoming.statusCode ?? 0,
        statusText: incoming.statusMessage ?? '',
        fields,
        body: reply,
        trailers: () => forwardableTrailers(fieldPairs(incoming.rawTrailers), 'upstream-invalid'),
        early,
      });
    });
  });
}

function open(connections: Connections, { request, path, fields }: Prepared, fresh: boolean): ClientRequest {
  try {
    const out = connections.open({ method: request.method, path, headers: fields.flat(), setHost: false, maxHeaderSize: REPLY_HEAD_BYTES }, fresh);
    // Node drops fields beyond a count without a word; the head's size bounds them already.
    out.maxHeadersCount = 0;
    return out;
  } catch (error) {
    // A method or target that cannot be written into a head.
    throw upstreamError(error, false);
  }
}

const wholeWithHead = (framing: Framing): boolean => framing.kind === 'none' || (framing.kind === 'length' && framing.length === 0);

/** Nothing irrevocable has happened: no body byte was taken, and what went out was no whole request or one that may be repeated. */
function repeatable({ source, framing, request }: Prepared): boolean {
  if (source.touched) return false;
  const complete = wholeWithHead(framing) || source.ended;
  return !complete || IDEMPOTENT.has(request.method);
}
