/** The front on sockets: llhttp's heads, bodies as the buffers they came in, answers in one write; what it does not carry goes to node:http. */
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { followCertificates, nodeServer, tlsOptions } from '../node-server.js';
import { noProxyFront, proxyFront } from '../proxy-protocol.js';
import { readAgain } from '../upgrade.js';
import { FastConnection, type FastShared } from './fast-connection.js';
import type { Front, FrontHandler, FrontOptions } from './front.js';
import { http2Beside, protocolsOf } from './h2-front.js';
import { listening } from './listening.js';
import { carriedByNode } from './node-front.js';

/** Of a client that has been told how long an idle connection is kept. */
const MS = 1000;

export function fastFront(options: FrontOptions, handler: FrontHandler): Front {
  const { listen, limits, timing, log } = options;
  const tcp = { allowHalfOpen: true, noDelay: true };
  const { tls } = listen;
  const secured = tls === undefined ? undefined : createTlsServer({ ...tcp, ...tlsOptions(tls, protocolsOf(listen)) });
  const server = secured ?? createServer(tcp);
  server.maxConnections = limits.connections;
  const unwatch = tls === undefined || secured === undefined ? () => undefined : followCertificates(secured, tls, timing, log);

  // Never listens: it is given connections with the bytes that it is to read first.
  const inner = nodeServer({ ...listen, tls: undefined }, limits, timing, log).server;
  inner.emit('listening');

  const shared: FastShared = {
    handler, log,
    headBytes: limits.headBytes,
    headTimeoutMs: limits.headTimeout,
    keepAliveMs: timing.keepAliveMs,
    checkEveryMs: timing.checkEveryMs,
    wholeMs: timing.wholeMs,
    lastBytesMs: timing.lastBytesMs,
    keepAliveLines: `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(timing.keepAliveMs / MS)}\r\n`,
    asksCertificates: tls !== undefined && tls.clientCertificate !== 'none',
    now: performance.now(),
    waited: 0,
    draining: false,
    connections: new Set(),
    elsewhere: (socket, bytes) => readAgain(inner, socket, bytes),
  };
  const sockets = new Set<Socket>();
  const accept = (socket: Socket): void => {
    shared.connections.add(new FastConnection(socket, proxied.peerOf(socket), shared));
  };
  // The server's own listener for connections does the handshake.
  server.on(secured === undefined ? 'connection' : 'secureConnection', accept);
  const proxied = listen.proxyProtocol ? proxyFront(server, options.trusts, limits.headTimeout, (socket) => handler.refuseSocket(socket, 'bad-request')) : noProxyFront();
  const byNode = carriedByNode(inner, proxied, options, handler);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const http2 = listen.http2 && secured !== undefined ? http2Beside(secured, proxied, options, handler) : undefined;
  const timer = setInterval(() => {
    // A loop that stood still has read nothing meanwhile: whoever came just before this tick would be charged for all of it.
    // What clients are given is longer by as much as ticks came late.
    shared.now = Math.min(performance.now(), shared.now + timing.checkEveryMs);
    for (const connection of shared.connections) connection.check(shared.now);
  }, timing.checkEveryMs).unref();

  return {
    listen: () => listening(server, listen),
    readAgain: (socket, bytes) => readAgain(inner, socket, bytes),
    async drain(boundMs) {
      unwatch();
      shared.draining = true;
      http2?.drain();
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of shared.connections) if (connection.idle) connection.socket.destroySoon();
      const bound = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, boundMs);
      await Promise.all([ended, byNode.drain(boundMs)]);
      clearTimeout(bound);
      clearInterval(timer);
    },
  };
}
