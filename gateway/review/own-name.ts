/** Keeps web pages away whose name was made to point at this machine (DNS rebinding): pages and metrics ask for no token. */
import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler } from 'express';
import { ApiProblem } from './problem.js';

const LOOPBACK_PEER = /^(::1|(::ffff:)?127\.[0-9.]+)$/i;
/** Names nobody else can have: addresses and localhost, with or without a port. */
const OWN_NAME = /^(([a-z0-9-]+\.)*localhost\.?|[0-9]{1,3}(\.[0-9]{1,3}){3}|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$/i;

/** A browser on this machine is all that reaches a loopback peer by a foreign name; a proxy in front is declared in trustedProxies, TLS proves the name. */
export const underOwnName: RequestHandler = (request, _response, next) => {
  if (!request.secure && !cameThroughProxy(request) && hasForeignName(request)) throw new ApiProblem('misdirected');
  next();
};

/** Asked of this machine, by this machine, under a name that is none of its own. */
export function hasForeignName({ headers: { host }, socket: { remoteAddress = '' } }: IncomingMessage): boolean {
  return host !== undefined && LOOPBACK_PEER.test(remoteAddress) && !OWN_NAME.test(host);
}

function cameThroughProxy(request: Request): boolean {
  const trusts = request.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  return trusts(request.socket.remoteAddress ?? '', 0);
}
