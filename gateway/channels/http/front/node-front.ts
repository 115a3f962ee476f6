/** The front on node:http, which also carries what other fronts leave to it: upgrades, tunnels and what is passed on unread. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { asWeirError } from '../../../errors.js';
import { onClientErrors, type ActiveTurn } from '../client-errors.js';
import { nodeServer } from '../node-server.js';
import { noProxyFront, proxyFront, type ProxyFront } from '../proxy-protocol.js';
import { readAgain } from '../upgrade.js';
import type { Call, Front, FrontHandler, FrontOptions } from './front.js';
import { http2Beside } from './h2-front.js';
import { listening } from './listening.js';
import { nodeCall, nodeHead } from './node-call.js';

export function nodeFront(options: FrontOptions, handler: FrontHandler): Front {
  const { server, unwatch } = nodeServer(options.listen, options.limits, options.timing, options.log);
  const proxied = options.listen.proxyProtocol
    ? proxyFront(server, options.trusts, options.limits.headTimeout, (socket) => handler.refuseSocket(socket, 'bad-request'))
    : noProxyFront();
  const { drain } = carriedByNode(server, proxied, options, handler);
  const http2 = options.listen.http2 && server instanceof TlsServer ? http2Beside(server, proxied, options, handler) : undefined;
  return {
    listen: () => listening(server, options.listen),
    readAgain: (socket, bytes) => readAgain(server, socket, bytes),
    async drain(boundMs) {
      unwatch();
      http2?.drain();
      await drain(boundMs);
    },
  };
}

/** Has a server's requests taken one after the other on each connection. */
export function carriedByNode(server: Server, proxied: ProxyFront, options: FrontOptions, handler: FrontHandler): { readonly drain: (boundMs: number) => Promise<void> } {
  const { log } = options;
  let draining = false;
  const sockets = new Set<Socket>();
  const active = new WeakMap<Socket, ActiveTurn>();
  const lines = new WeakMap<Socket, Promise<void>>();

  /** Pipelined requests wait for the answer before theirs, so that one that closes the connection leaves none half done. */
  function enqueue(message: IncomingMessage, response: ServerResponse, expects: Call['expects']): void {
    const { socket } = message;
    const before = lines.get(socket);
    const run = async (): Promise<void> => {
      if (socket.destroyed || !socket.writable) return;
      const end = closed(response);
      const call = nodeCall(message, response, proxied.peerOf(socket), expects);
      // A refused request's rest is discarded, malformed or not.
      active.set(socket, { bodyComplete: () => message.complete, failBody: (error) => call.fail(error), done: end, hasLength: message.headers['content-length'] !== undefined });
      await handler.take(call);
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

  /** Node takes a connection out of its own order for these: answers that are under way come first. */
  function afterOthers(socket: Socket, act: () => void): void {
    const before = lines.get(socket);
    if (before === undefined) act();
    else void before.then(act);
  }

  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (message, response) => enqueue(message, response, undefined));
  server.on('checkContinue', (message: IncomingMessage, response: ServerResponse) => enqueue(message, response, 'continue'));
  server.on('checkExpectation', (message: IncomingMessage, response: ServerResponse) => enqueue(message, response, 'unknown'));
  server.on('connect', (message: IncomingMessage) => afterOthers(message.socket, () => handler.refuseSocket(message.socket, 'upgrade-refused', nodeHead(message, undefined).fields)));
  server.on('upgrade', (message: IncomingMessage, _duplex, head: Buffer) => {
    message.socket.on('error', () => message.socket.destroy());
    afterOthers(message.socket, () => handler.upgrade(nodeHead(message, proxied.peerOf(message.socket)), message, head));
  });
  onClientErrors(server, (socket) => active.get(socket), (socket, code) => handler.refuseSocket(socket, code));

  return {
    async drain(boundMs) {
      draining = true;
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
