/** The listening side of HTTP: requests as a front takes them off connections, each checked, routed and taken through its turn. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Config, HttpRoute } from '../../../config/schema.js';
import { asWeirError, type ErrorCode } from '../../errors.js';
import { selfTest } from '../../http1/self-test.js';
import type { Clock, ExchangeId, Field, Log, PartBook, Pipeline, Upstream, UpstreamRequest } from '../../ports.js';
import { admit, type Admission, type Admitted } from './admit.js';
import { trustedPeers } from './client-address.js';
import { factReader, type FactReader } from './facts.js';
import { fieldPairs } from './fields.js';
import type { Call, Front, FrontHandler, FrontOptions, RequestHead } from './front/front.js';
import { fastFront } from './front/fast-front.js';
import { nodeCall } from './front/node-call.js';
import { nodeFront } from './front/node-front.js';
import { TIMING, type Timing } from './node-server.js';
import { respond, respondRaw, styleFor } from './respond.js';
import { routeTable, type RouteTable } from './route-match.js';
import { takeTurn, type TurnTools } from './turn.js';
import { decideUpgrade, withoutOffer } from './upgrade.js';

export interface HttpChannelOptions {
  readonly listen: Config['listen']['data'];
  readonly routes: readonly HttpRoute[];
  readonly limits: Pick<Config['limits'], 'headBytes' | 'headTimeout' | 'connections'>;
  readonly trustedProxies: readonly string[];
  readonly pipeline: Pipeline;
  /** By route id. */
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** Routes with `scan: false`. */
  readonly passThrough: (route: HttpRoute, request: IncomingMessage, response: ServerResponse, via: UpstreamRequest['via']) => void;
  /** Upgrades on routes with `upgrades: pass`. */
  readonly upgrade: (route: HttpRoute, request: IncomingMessage, socket: Socket, head: Buffer, via: UpstreamRequest['via']) => void;
  /** Without it uploads that someone has to put together are refused. */
  readonly parts?: PartBook | undefined;
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
  refuse(message: IncomingMessage, response: ServerResponse, code: ErrorCode, route: HttpRoute): void;
  refuseSocket(socket: Socket, code: ErrorCode, route: HttpRoute, message: IncomingMessage): void;
  /** Takes no new exchange, lets running ones finish for at most so long, then cuts them off. */
  drain(boundMs: number): Promise<void>;
  /** For exchanges that begin from now on; throws when a route's facts cannot be prepared, and nothing has changed then. */
  setRoutes(routes: readonly HttpRoute[], upstreams: ReadonlyMap<string, Upstream>): Promise<void>;
}

interface Routing {
  readonly table: RouteTable;
  readonly facts: ReadonlyMap<string, FactReader>;
  readonly upstreams: ReadonlyMap<string, Upstream>;
}

export function httpChannel(options: HttpChannelOptions): HttpChannel {
  const { log, newId } = options;
  const onError = options.onError ?? (() => undefined);
  const trusts = trustedPeers(options.trustedProxies);
  let routing: Routing = { table: () => ({ kind: 'none' }), facts: new Map(), upstreams: new Map() };
  let draining = false;
  const tools: TurnTools = { pipeline: options.pipeline, newId, clock: options.clock, log, onError, parts: options.parts, closing: () => draining };

  const refuseSocket = (socket: Socket, code: ErrorCode, fields: readonly Field[] = [], route?: string): void => {
    onError(code, route);
    respondRaw(socket, { refusal: { kind: 'error', code }, incident: newId(), style: styleFor(fields, options.language), weirHeaders: true });
  };
  const admission = (head: RequestHead): Admission => (draining ? { kind: 'refused', code: 'shutting-down' } : admit(head, routing.table, trusts));

  function take(call: Call, checked: Admission = admission(call)): Promise<void> | 'elsewhere' {
    if (call.expects === 'unknown') return refuse(call, 'expectation-failed');
    if (checked.kind === 'refused') return refuse(call, checked.code, checked.route);
    const { request } = checked;
    if (!request.route.scan) {
      if (call.passOn === undefined) return 'elsewhere';
      const { message, response } = call.passOn();
      options.passThrough(request.route, message, response, viaOf(request));
      return Promise.resolve();
    }
    const { route } = request;
    const facts = routing.facts.get(route.id);
    const upstream = routing.upstreams.get(route.id);
    if (facts === undefined || upstream === undefined) return refuse(call, 'internal', route);
    const chunks = call.body({ maxBody: route.maxBody, timeoutMs: route.bodyTimeout });
    const body = { chunks, whole: call.whole(), trailers: () => call.trailers() };
    return takeTurn({ id: newId(), receivedAt: options.clock.now(), request, call, body, facts, upstream, language: options.language }, tools);
  }

  async function refuse(call: Call, code: ErrorCode, route?: HttpRoute): Promise<void> {
    await call.settled();
    onError(code, route?.id);
    const style = styleFor(call.fields, options.language);
    // A head that was refused casts doubt on where the next one begins; an unknown address does not.
    respond(call, { refusal: { kind: 'error', code }, incident: newId(), style, weirHeaders: route?.weirHeaders ?? true }, draining || code !== 'no-route');
  }

  function upgrade(head: RequestHead, message: IncomingMessage, bytes: Buffer): void {
    const { socket } = message;
    const decision = decideUpgrade(head, admission(head));
    switch (decision.kind) {
      case 'pass': options.upgrade(decision.request.route, message, socket, bytes, viaOf(decision.request)); break;
      case 'ignore':
        // Below TLS the offer means nothing, and no client makes it there.
        if (head.peer.secure) refuseSocket(socket, 'upgrade-refused', head.fields);
        else front.readAgain(socket, withoutOffer(message, bytes));
        break;
      case 'refuse': refuseSocket(socket, decision.code, head.fields, decision.route); break;
    }
  }

  const handler: FrontHandler = { admit: admission, take, upgrade, refuseSocket };
  const frontOptions: FrontOptions = { listen: options.listen, limits: options.limits, trusts, timing: { ...TIMING, ...options.timing }, log };
  const tested = options.listen.frontend === 'fast' ? selfTest() : undefined;
  // A parser that does not read known messages as it must reads nobody's.
  if (tested?.ok === false) log.error('http.parser-unfit', { vector: tested.because });
  const front: Front = tested?.ok === true ? fastFront(frontOptions, handler) : nodeFront(frontOptions, handler);

  const setRoutes = async (routes: readonly HttpRoute[], upstreams: ReadonlyMap<string, Upstream>): Promise<void> => {
    const readers = await Promise.all(routes.map(async (route) => [route.id, await factReader(route.facts, options.clock)] as const));
    routing = { table: routeTable(routes), facts: new Map(readers), upstreams };
  };

  return {
    setRoutes,
    refuse: (message, response, code, route) => {
      refuse(nodeCall(message, response, undefined, undefined), code, route).catch((thrown: unknown) => {
        log.error('http.turn-failed', { code: asWeirError(thrown, 'internal').code });
        response.destroy();
      });
    },
    refuseSocket: (socket, code, route, message) => refuseSocket(socket, code, fieldPairs(message.rawHeaders), route.id),
    listen: async () => {
      await setRoutes(options.routes, options.upstreams);
      return front.listen();
    },
    drain: async (boundMs) => {
      draining = true;
      await front.drain(boundMs);
    },
  };
}

function viaOf(request: Admitted): UpstreamRequest['via'] {
  return { clientAddress: request.clientAddress, scheme: request.scheme, host: request.authority, fromTrustedProxy: request.fromTrustedProxy };
}
