/** The listening side of HTTP: one connection's requests in order, each checked, routed and taken through its turn. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Config, Route } from '../../../config/schema.js';
import { asWeirError, type ErrorCode } from '../../errors.js';
import type { Clock, ExchangeId, Log, Pipeline, Upstream, UpstreamRequest } from '../../ports.js';
import { admit, type Admission, type Admitted } from './admit.js';
import { onClientErrors, type ActiveTurn } from './client-errors.js';
import { trustedPeers } from './client-address.js';
import { factReader, type FactReader } from './facts.js';
import { fieldPairs } from './fields.js';
import { nodeServer, TIMING, type Timing } from './node-server.js';
import { noProxyFront, proxyFront } from './proxy-protocol.js';
import { pullBody } from './pull-body.js';
import { respond, respondRaw, settleArrival, styleFor } from './respond.js';
import { routeTable, type RouteTable } from './route-match.js';
import { takeTurn, type TurnTools } from './turn.js';
import { decideUpgrade, readAgain, withoutOffer } from './upgrade.js';

export interface HttpChannelOptions {
  readonly listen: Config['listen']['data'];
  readonly routes: readonly Route[];
  readonly limits: Pick<Config['limits'], 'headBytes' | 'headTimeout' | 'connections'>;
  readonly trustedProxies: readonly string[];
  readonly pipeline: Pipeline;
  /** By route id. */
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** Routes with `scan: false`. */
  readonly passThrough: (route: Route, request: IncomingMessage, response: ServerResponse, via: UpstreamRequest['via']) => void;
  /** Upgrades on routes with `upgrades: pass`. */
  readonly upgrade: (route: Route, request: IncomingMessage, socket: Socket, head: Buffer, via: UpstreamRequest['via']) => void;
  readonly newId: () => ExchangeId;
  readonly clock: Clock;
  readonly language: Config['language'];
  readonly log: Log;
  /** Counted as weir_exchange_errors_total. Every error that a client was told of, or should have been. */
  readonly onError?: (code: ErrorCode, route: string | undefined) => void;
  readonly timing?: Partial<Timing>;
}

export interface HttpChannel {
  listen(): Promise<AddressInfo>;
  /** Answers in place of an upstream that a passed-through request could not reach. */
  refuse(message: IncomingMessage, response: ServerResponse, code: ErrorCode, route: Route): void;
  refuseSocket(socket: Socket, code: ErrorCode, route: Route, message: IncomingMessage): void;
  /** Takes no new exchange, lets running ones finish for at most so long, then cuts them off. */
  drain(boundMs: number): Promise<void>;
  /** For exchanges that begin from now on; throws when a route's facts cannot be prepared, and nothing has changed then. */
  setRoutes(routes: readonly Route[], upstreams: ReadonlyMap<string, Upstream>): Promise<void>;
}

interface Routing {
  readonly table: RouteTable;
  readonly facts: ReadonlyMap<string, FactReader>;
  readonly upstreams: ReadonlyMap<string, Upstream>;
}

export function httpChannel(options: HttpChannelOptions): HttpChannel {
  const { log, newId } = options;
  const timing = { ...TIMING, ...options.timing };
  const onError = options.onError ?? (() => undefined);
  const trusts = trustedPeers(options.trustedProxies);
  const { server, unwatch } = nodeServer(options.listen, options.limits, timing, log);
  let routing: Routing = { table: () => ({ kind: 'none' }), facts: new Map(), upstreams: new Map() };
  let draining = false;
  const sockets = new Set<Socket>();
  const active = new WeakMap<Socket, ActiveTurn>();
  const lines = new WeakMap<Socket, Promise<void>>();
  const tools: TurnTools = { pipeline: options.pipeline, newId, clock: options.clock, log, onError, closing: () => draining };

  const refuseSocket = (socket: Socket, code: ErrorCode, route?: string, message?: IncomingMessage): void => {
    onError(code, route);
    const style = styleFor(message === undefined ? [] : fieldPairs(message.rawHeaders), options.language);
    respondRaw(socket, { refusal: { kind: 'error', code }, incident: newId(), style, weirHeaders: true });
  };
  const front = options.listen.proxyProtocol
    ? proxyFront(server, trusts, options.limits.headTimeout, (socket) => refuseSocket(socket, 'bad-request'))
    : noProxyFront();
  const admission = (message: IncomingMessage): Admission => admit(message, routing.table, front, trusts);

  function handle(message: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    const checked: Admission = draining ? { kind: 'refused', code: 'shutting-down' } : admission(message);
    if (checked.kind === 'refused') return refuse(message, response, checked.code, checked.route);
    if (!checked.request.route.scan) {
      // The proxy would answer the expectation too late, or not at all.
      if (expectsContinue) response.writeContinue();
      delete message.headers.expect;
      takenBy(message, () => message.socket.destroy());
      options.passThrough(checked.request.route, message, response, viaOf(checked.request));
      return Promise.resolve();
    }
    return exchange(message, response, checked.request, expectsContinue);
  }

  function exchange(message: IncomingMessage, response: ServerResponse, request: Admitted, expectsContinue: boolean): Promise<void> {
    const { route } = request;
    const facts = routing.facts.get(route.id);
    const upstream = routing.upstreams.get(route.id);
    if (facts === undefined || upstream === undefined) return refuse(message, response, 'internal', route);
    const body = pullBody(message, {
      maxBody: route.maxBody,
      timeoutMs: route.bodyTimeout,
      // Whoever waits for leave to send gets it when the first byte is wanted: after route, head and facts were judged.
      onFirstPull: () => {
        if (expectsContinue && !response.headersSent && !response.destroyed) response.writeContinue();
      },
    });
    takenBy(message, (error) => body.fail(error));
    const trailers = (): ReturnType<typeof fieldPairs> => fieldPairs(message.rawTrailers);
    const style = styleFor(request.fields, options.language);
    return takeTurn({ id: newId(), receivedAt: options.clock.now(), request, message, response, body: { chunks: body.chunks, trailers }, facts, upstream, style }, tools);
  }

  /** Who is to know when the rest of this body turns out to be malformed. */
  function takenBy(message: IncomingMessage, failBody: ActiveTurn['failBody']): void {
    const turn = active.get(message.socket);
    if (turn !== undefined) turn.failBody = failBody;
  }

  async function refuse(message: IncomingMessage, response: ServerResponse, code: ErrorCode, route?: Route): Promise<void> {
    message.on('error', () => undefined);
    await settleArrival(message);
    onError(code, route?.id);
    const style = styleFor(fieldPairs(message.rawHeaders), options.language);
    // A head that was refused casts doubt on where the next one begins; an unknown address does not.
    respond(response, { refusal: { kind: 'error', code }, incident: newId(), style, weirHeaders: route?.weirHeaders ?? true }, draining || code !== 'no-route');
  }

  /** Pipelined requests wait for the answer before theirs, so that one that closes the connection leaves none half done. */
  function enqueue(message: IncomingMessage, response: ServerResponse, take: () => Promise<void>): void {
    const { socket } = message;
    const before = lines.get(socket);
    const run = async (): Promise<void> => {
      if (socket.destroyed || !socket.writable) return;
      const end = closed(response);
      // A refused request's rest is discarded, malformed or not.
      active.set(socket, { bodyComplete: () => message.complete, failBody: () => undefined, done: end, hasLength: message.headers['content-length'] !== undefined });
      await take();
      await end;
      active.delete(socket);
    };
    const mine = (before === undefined ? run() : before.then(run)).catch((thrown: unknown) => {
      log.error('http.turn-failed', { code: asWeirError(thrown, 'internal').code });
      response.destroy();
    });
    lines.set(socket, mine);
    void mine.then(() => {
      if (lines.get(socket) === mine) lines.delete(socket);
      if (draining) server.closeIdleConnections();
    });
  }

  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (message, response) => enqueue(message, response, () => handle(message, response, false)));
  server.on('checkContinue', (message: IncomingMessage, response: ServerResponse) => enqueue(message, response, () => handle(message, response, true)));
  server.on('checkExpectation', (message: IncomingMessage, response: ServerResponse) => enqueue(message, response, () => refuse(message, response, 'expectation-failed')));
  server.on('connect', (message: IncomingMessage) => afterOthers(message.socket, () => refuseSocket(message.socket, 'upgrade-refused', undefined, message)));
  server.on('upgrade', (message: IncomingMessage, _duplex, head: Buffer) => {
    message.socket.on('error', () => message.socket.destroy());
    afterOthers(message.socket, () => onUpgrade(message, head));
  });
  onClientErrors(server, (socket) => active.get(socket), refuseSocket);

  /** Node takes a connection out of its own order for these: answers that are under way come first. */
  function afterOthers(socket: Socket, act: () => void): void {
    const before = lines.get(socket);
    if (before === undefined) act();
    else void before.then(act);
  }

  function onUpgrade(message: IncomingMessage, head: Buffer): void {
    const { socket } = message;
    const decision = draining ? { kind: 'refuse' as const, code: 'shutting-down' as const, route: undefined } : decideUpgrade(message, admission(message));
    switch (decision.kind) {
      case 'pass': options.upgrade(decision.request.route, message, socket, head, viaOf(decision.request)); break;
      case 'ignore':
        // Below TLS the offer means nothing, and no client makes it there.
        if (options.listen.tls === undefined) readAgain(server, socket, withoutOffer(message, head));
        else refuseSocket(socket, 'upgrade-refused', undefined, message);
        break;
      case 'refuse': refuseSocket(socket, decision.code, decision.route, message); break;
    }
  }

  const setRoutes = async (routes: readonly Route[], upstreams: ReadonlyMap<string, Upstream>): Promise<void> => {
    const readers = await Promise.all(routes.map(async (route) => [route.id, await factReader(route.facts, options.clock)] as const));
    routing = { table: routeTable(routes), facts: new Map(readers), upstreams };
  };

  return {
    setRoutes,
    refuse: (message, response, code, route) => void refuse(message, response, code, route),
    refuseSocket: (socket, code, route, message) => refuseSocket(socket, code, route.id, message),
    listen: async () => {
      await setRoutes(options.routes, options.upstreams);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.listen.port, options.listen.host, () => {
          server.off('error', reject);
          resolve();
        });
      });
      const address = server.address();
      if (address === null || typeof address === 'string') throw new TypeError('the listener has no port');
      return address;
    },
    drain: async (boundMs) => {
      draining = true;
      unwatch();
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, boundMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

function closed(response: ServerResponse): Promise<void> {
  return response.closed || response.destroyed ? Promise.resolve() : new Promise((resolve) => response.once('close', () => resolve()));
}

function viaOf(request: Admitted): UpstreamRequest['via'] {
  return { clientAddress: request.clientAddress, scheme: request.scheme, host: request.authority, fromTrustedProxy: request.fromTrustedProxy };
}
