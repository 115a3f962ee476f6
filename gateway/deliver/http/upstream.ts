/** Delivery over HTTP/1.1: one route's upstream, reached through a pool of its own, with what was judged and nothing else. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { HttpRoute } from '../../../config/schema.js';
import { WeirError } from '../../errors.js';
import type { Field, Upstream, UpstreamReply, UpstreamRequest } from '../../ports.js';
import { bodySource, type BodySource } from './body-source.js';
import { connectionsTo, targetOf, type Connections } from './connections.js';
import { fieldPairs, forwardableTrailers } from './field-rules.js';
import { pathMap } from './path-map.js';
import { isIdempotent, preparedHead, REPLY_HEAD_BYTES, wholeWithHead } from './prepared-request.js';
import { replyBody } from './reply-body.js';
import { replyFields } from './reply-fields.js';
import { refuseUnclearFraming } from './reply-framing.js';
import type { Framing, UpstreamPlace } from './request-fields.js';
import { awaitEmpty, sendBody, sinkOf } from './send-body.js';
import { isReset, upstreamError } from './upstream-errors.js';
import { whenConnected } from './when-connected.js';

export interface UpstreamOptions {
  /** Where `upstream: demo` leads; absent unless `demo: true`. */
  readonly demoUrl?: string | undefined;
  readonly readFile?: (path: string) => Buffer;
  readonly now?: () => number;
}

/** Throws UpstreamConfigError when the route could never be delivered. */
export function httpUpstream(route: HttpRoute, options: UpstreamOptions = {}): Upstream {
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

export function upstreamPlace(route: HttpRoute, demoUrl: string | undefined): UpstreamPlace {
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
  const { path, fields, framing } = preparedHead(request, place);
  const source = bodySource(request.outbound.body);
  const prepared: Prepared = { request, path, fields, framing, source, place, times };
  try {
    return await attempt(prepared, connections, false);
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error;
    return await attempt(prepared, connections, true);
  }
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
        await sendBody({ to: sinkOf(out, times.responseMs, stopped), source, framing, stopped, beforeLast: () => request.onProgress?.('all') });
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
        refuseUnclearFraming(fieldPairs(incoming.rawHeaders));
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

/** Nothing irrevocable has happened: no body byte was taken, and what went out was no whole request or one that may be repeated. */
function repeatable({ source, framing, request }: Prepared): boolean {
  if (source.touched) return false;
  const complete = wholeWithHead(framing) || source.ended;
  return !complete || isIdempotent(request.method);
}
