/** Unscanned routes and WebSocket upgrades: the only place where http-proxy-middleware carries bytes, with our rules for fields, errors and ends. */
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { createProxyMiddleware, type Options, type RequestHandler } from 'http-proxy-middleware';
import type { HttpRoute } from '../../../config/schema.js';
import { asWeirError, WeirError, type ErrorCode } from '../../errors.js';
import type { Field, UpstreamRequest } from '../../ports.js';
import { connectionsTo, targetOf } from './connections.js';
import { fieldPairs, forwardableTrailers, valuesOf } from './field-rules.js';
import { toUpstream } from './path-map.js';
import { replyFields } from './reply-fields.js';
import { refuseUnclearFraming } from './reply-framing.js';
import { requestFields, type Framing } from './request-fields.js';
import { slots } from './slots.js';
import { upstreamPlace, type UpstreamOptions } from './upstream.js';
import { upstreamError } from './upstream-errors.js';
import { whenConnected } from './when-connected.js';

export type Via = UpstreamRequest['via'];

export interface PassThroughOptions extends UpstreamOptions {
  /** Answers in place of the upstream; nothing has been written yet. */
  readonly refuse: (request: IncomingMessage, response: ServerResponse, error: WeirError) => void;
  readonly refuseSocket: (request: IncomingMessage, socket: Socket, error: WeirError) => void;
  /** Every failure, refused or cut short. */
  readonly onError?: (code: ErrorCode) => void;
  /** Once per exchange: bytes of bodies (or of the upgraded connection) that nobody scanned. */
  readonly onDone?: (bytesIn: number, bytesOut: number) => void;
}

export interface PassThrough {
  readonly web: (request: IncomingMessage, response: ServerResponse, via: Via) => void;
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer, via: Via) => void;
  readonly close: () => void;
}

/** One exchange underway: what the proxy's events need to know of it. */
interface Passing {
  readonly via: Via;
  readonly path: string;
  readonly fields: readonly Field[];
  bytesIn: number;
  bytesOut: number;
  connected: boolean;
  failed: boolean;
}

/** Throws UpstreamConfigError when the route could never be delivered. */
export function passThrough(route: HttpRoute, options: PassThroughOptions): PassThrough {
  const target = targetOf(route, options.demoUrl);
  const place = upstreamPlace(route, options.demoUrl);
  // The proxy writes its head when a connection is there, which must come before the first body byte:
  // so the pool never lets a request wait, and the route's bound is kept by turns in front of it.
  const connections = connectionsTo(route.id, { url: new URL(target.url), maxSockets: Infinity, tls: target.tls, readFile: options.readFile, now: options.now });
  const turns = slots(target.maxSockets);
  const underway = new WeakMap<IncomingMessage, Passing>();

  const begin = (request: IncomingMessage, via: Via, extra: readonly Field[]): Passing => {
    const path = toUpstream(place.paths, request.url ?? '');
    if (path === undefined || request.method === 'CONNECT') throw new WeirError('bad-request');
    const sent = fieldPairs(request.rawHeaders);
    const fields = [...requestFields({ fields: sent, via }, framingOf(request.method ?? '', sent), 'none', place), ...extra];
    const passing: Passing = { via, path, fields, bytesIn: 0, bytesOut: 0, connected: false, failed: false };
    underway.set(request, passing);
    return passing;
  };
  const fail = (error: WeirError, request: IncomingMessage, end: ServerResponse | Socket): void => {
    const passing = underway.get(request);
    if (passing?.failed === true) return;
    if (passing !== undefined) passing.failed = true;
    options.onError?.(error.code);
    if (!('writeHead' in end)) options.refuseSocket(request, end, error);
    else if (end.headersSent) end.destroy();
    else options.refuse(request, end, error);
  };
  const rewriteHead = (proxied: ClientRequest, passing: Passing): void => {
    proxied.path = passing.path;
    for (const name of proxied.getHeaderNames()) proxied.removeHeader(name);
    for (const [name, value] of passing.fields) proxied.appendHeader(name, value);
  };
  const watch = (proxied: ClientRequest, passing: Passing, onTime: (error: WeirError) => void): void => {
    const give = (code: ErrorCode): void => {
      onTime(new WeirError(code));
      proxied.destroy();
    };
    proxied.setTimeout(target.responseTimeout, () => give('upstream-timeout'));
    const connecting = setTimeout(() => give('upstream-unreachable'), target.connectTimeout);
    whenConnected(
      proxied,
      () => undefined,
      () => {
        clearTimeout(connecting);
        passing.connected = true;
      },
    );
    proxied.on('close', () => clearTimeout(connecting));
  };

  const proxyOptions: Options = {
    target: place.origin,
    // Read for each request: certificates may have brought a new pool.
    get agent() { return connections.agent(); },
    pathFilter: () => true,
    prependPath: false,
    selfHandleResponse: true,
    // Their answer to an error names the target.
    ejectPlugins: true,
    plugins: [
      (proxy) => {
        proxy.on('proxyReq', (proxied, request, response) => {
          const passing = underway.get(request);
          if (passing === undefined) return;
          if (proxied.headersSent) {
            // A head that we did not write must not meet an upstream.
            proxied.destroy();
            fail(new WeirError('internal'), request, response);
            return;
          }
          rewriteHead(proxied, passing);
          watch(proxied, passing, (error) => fail(error, request, response));
          // Counted beside the proxy's own pipe, which begins later in this turn.
          request.on('data', (chunk: Buffer) => (passing.bytesIn += chunk.length));
          request.prependOnceListener('end', () => {
            const trailers = trailersOf(request);
            if (proxied.getHeader('transfer-encoding') !== undefined && trailers.length > 0) proxied.addTrailers([...trailers] as [string, string][]);
          });
          response.on('close', () => {
            if (!response.writableFinished) proxied.destroy();
          });
          // Nobody asked for another protocol; Node would drop the connection, and the client would wait.
          proxied.on('upgrade', (_answer: IncomingMessage, far: Socket) => {
            far.destroy();
            fail(new WeirError('upstream-invalid'), request, response);
          });
        });
        proxy.on('proxyRes', (answer, request, response) => {
          const passing = underway.get(request);
          if (passing === undefined || passing.failed || response.destroyed) {
            answer.destroy();
            return;
          }
          try {
            // Without an Upgrade field Node takes 101 for an answer; a client would take it for the end of HTTP.
            if ((answer.statusCode ?? 0) < 200) throw new WeirError('upstream-invalid');
            refuseUnclearFraming(fieldPairs(answer.rawHeaders));
            const fields = replyFields(fieldPairs(answer.rawHeaders), passing.via, place);
            response.sendDate = false;
            response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', fields.flat());
          } catch (error) {
            answer.destroy();
            // Whatever of this head cannot be written, the upstream wrote it.
            fail(asWeirError(error, 'upstream-invalid'), request, response);
            return;
          }
          answer.on('data', (chunk: Buffer) => (passing.bytesOut += chunk.length));
          pipeline(answer, response, (error) => {
            if (error && !answer.complete) fail(new WeirError('upstream-reset', { cause: error }), request, response);
          });
        });
        proxy.on('proxyReqWs', (proxied, request, socket) => {
          const passing = underway.get(request);
          if (passing === undefined) return;
          rewriteHead(proxied, passing);
          watch(proxied, passing, (error) => fail(error, request, socket));
          proxied.prependListener('upgrade', (_answer: IncomingMessage, far: Socket) => {
            far.on('close', () => socket.destroy()).on('error', () => far.destroy());
            socket.on('close', () => far.destroy());
          });
          // The upstream's refusal goes to the client as it is; what the proxy would write of it has lost its framing.
          proxied.prependListener('response', (answer: IncomingMessage) => {
            Object.assign(answer, { upgrade: true });
            try {
              writeRaw(socket, answer, replyFields(fieldPairs(answer.rawHeaders), passing.via, place));
            } catch (error) {
              fail(upstreamError(error, true), request, socket);
            }
          });
          socket.on('close', () => proxied.destroy());
        });
        proxy.on('error', (error, request, end) => {
          // What comes behind a whole answer is no part of it; one that is cut is told by its own end.
          if (!('writeHead' in end) || !end.headersSent) fail(upstreamError(error, underway.get(request)?.connected === true), request, end);
        });
        // The client is gone; nobody is left to tell.
        proxy.on('econnreset', () => undefined);
      },
    ],
  };
  const middleware: RequestHandler = createProxyMiddleware(proxyOptions);

  return {
    web: (request, response, via) => {
      let passing: Passing;
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      try {
        passing = begin(request, via, []);
        // Left in place it would keep the proxy from showing us the head before it goes.
        delete request.headers.expect;
      } catch (error) {
        fail(asWeirError(error, 'bad-request'), request, response);
        return;
      }
      const leave = turns.enter(() => {
        if (response.destroyed) leave();
        else middleware(request, response, (error) => fail(asWeirError(error, 'internal'), request, response)).catch((error: unknown) => fail(asWeirError(error, 'internal'), request, response));
      });
      response.on('close', () => {
        leave();
        options.onDone?.(passing.bytesIn, passing.bytesOut);
      });
    },
    upgrade: (request, socket, head, via) => {
      socket.on('error', () => socket.destroy());
      const [read, written] = [socket.bytesRead - head.length, socket.bytesWritten];
      try {
        if (request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket') throw new WeirError('upgrade-refused');
        begin(request, via, [['Connection', 'Upgrade'], ['Upgrade', request.headers.upgrade]]);
      } catch (error) {
        fail(asWeirError(error, 'bad-request'), request, socket);
        return;
      }
      socket.on('close', () => options.onDone?.(socket.bytesRead - read, socket.bytesWritten - written));
      middleware.upgrade(request, socket, head);
    },
    close: () => connections.close(),
  };
}

/** The answer ends with the connection, so it needs no framing of ours. */
function writeRaw(socket: Socket, answer: IncomingMessage, fields: readonly Field[]): void {
  const lines = [...fields, ['Connection', 'close'] as const].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`HTTP/1.1 ${answer.statusCode ?? 502} ${answer.statusMessage ?? ''}\r\n${lines}\r\n`, 'latin1');
  pipeline(answer, socket, () => socket.destroy());
}

function framingOf(method: string, fields: readonly Field[]): Framing {
  if (valuesOf(fields, 'transfer-encoding').length > 0) return { kind: 'chunked' };
  const [length] = valuesOf(fields, 'content-length');
  if (length !== undefined) return { kind: 'length', length: Number(length) };
  return ['POST', 'PUT', 'PATCH'].includes(method) ? { kind: 'length', length: 0 } : { kind: 'none' };
}

/** Trailers that cannot be written are left behind: the body they follow is complete. */
function trailersOf(request: IncomingMessage): readonly Field[] {
  try {
    return forwardableTrailers(fieldPairs(request.rawTrailers), 'bad-request');
  } catch (error) {
    if (error instanceof WeirError) return [];
    throw error;
  }
}
