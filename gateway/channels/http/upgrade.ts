/** Requests for another protocol: handed on where the route says so, refused where it does not. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorCode } from '../../errors.js';
import type { Admission, Admitted } from './admit.js';
import { fieldPairs, tokensOf, without } from './fields.js';
import type { RequestHead } from './front/front.js';

export type UpgradeDecision =
  | { readonly kind: 'pass'; readonly request: Admitted }
  /** Only an offer that a server may ignore: the request goes on as if it had not been made. */
  | { readonly kind: 'ignore' }
  | { readonly kind: 'refuse'; readonly code: ErrorCode; readonly route: string | undefined };

export function decideUpgrade(head: RequestHead, admission: Admission): UpgradeDecision {
  if (admission.kind === 'refused') return { kind: 'refuse', code: admission.code, route: admission.route?.id };
  const { route } = admission.request;
  // Java's client offers h2c with its first request by itself; nobody who does so depends on it.
  if (tokensOf(head.fields, 'upgrade').every((protocol) => protocol === 'h2c')) return { kind: 'ignore' };
  if (route.upgrades === 'pass') return { kind: 'pass', request: admission.request };
  return { kind: 'refuse', code: 'upgrade-refused', route: route.id };
}

/** The request's head once more, without the offer: the parser had stopped at it and reads on from here. */
export function withoutOffer(message: IncomingMessage, head: Buffer): Buffer {
  const fields = without(fieldPairs(message.rawHeaders), 'upgrade', 'http2-settings').map(([name, value]) => {
    if (name.toLowerCase() !== 'connection') return `${name}: ${value}\r\n`;
    const kept = value.split(',').filter((option) => !/^\s*(upgrade|http2-settings)\s*$/i.test(option));
    return kept.length === 0 ? '' : `${name}: ${kept.join(',')}\r\n`;
  });
  const text = `${message.method ?? ''} ${message.url ?? ''} HTTP/${message.httpVersion}\r\n${fields.join('')}\r\n`;
  return Buffer.concat([Buffer.from(text, 'latin1'), head]);
}

/** Gives bytes back to a socket and has the server take it on like a new connection. */
export function readAgain(server: { emit(event: 'connection', socket: Socket): boolean }, socket: Socket, bytes: Buffer): void {
  socket.unshift(bytes);
  server.emit('connection', socket);
}
