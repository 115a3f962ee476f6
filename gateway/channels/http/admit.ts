/** The head of a request, checked before anything else happens: framing, host, target, route. */
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Route } from '../../../config/schema.js';
import type { ErrorCode } from '../../errors.js';
import type { Field } from '../../ports.js';
import { declaredLength } from './body-head.js';
import { clientAddress, type Trusts } from './client-address.js';
import { fieldPairs, valuesOf } from './fields.js';
import type { ProxyFront } from './proxy-protocol.js';
import type { RouteTable } from './route-match.js';
import { hostOf, parseTarget, type Target } from './target.js';

/** A request whose head made sense. */
export interface Admitted {
  readonly method: string;
  readonly target: Target;
  readonly fields: readonly Field[];
  /** Authority as the sender wrote it. */
  readonly authority: string | undefined;
  readonly scheme: 'http' | 'https';
  readonly clientAddress: string | undefined;
  readonly fromTrustedProxy: boolean;
  readonly certificateName: string | undefined;
  readonly route: Route;
}

export type Admission = { readonly kind: 'admitted'; readonly request: Admitted } | { readonly kind: 'refused'; readonly code: ErrorCode; readonly route?: Route };

export function admit(request: IncomingMessage, table: RouteTable, front: ProxyFront, trusts: Trusts): Admission {
  const fields = fieldPairs(request.rawHeaders);
  const method = request.method ?? '';
  const hosts = valuesOf(fields, 'host');
  if (!framingIsPlain(request.httpVersion, fields) || hosts.length > 1) return { kind: 'refused', code: 'bad-request' };
  if (hosts.length === 0 && request.httpVersion === '1.1') return { kind: 'refused', code: 'bad-request' };
  // `OPTIONS *` asks about this server, which is no route's business.
  if (method === 'OPTIONS' && request.url === '*') return { kind: 'refused', code: 'no-route' };
  const target = parseTarget(request.url ?? '');
  if (target === undefined) return { kind: 'refused', code: 'bad-request' };
  const authority = target.authority ?? hosts[0];
  const host = hostOf(authority?.trim() ?? '');
  if (host === undefined) return { kind: 'refused', code: 'bad-request' };

  const match = table(host, target, method);
  if (match.kind === 'ambiguous') return { kind: 'refused', code: 'bad-request' };
  if (match.kind === 'none') return { kind: 'refused', code: 'no-route' };
  const { route } = match;
  if ((declaredLength(fields) ?? 0) > route.maxBody) return { kind: 'refused', code: 'too-large', route };

  const client = clientAddress(front.peerOf(request.socket), fields, trusts);
  const tls = request.socket instanceof TLSSocket ? request.socket : undefined;
  return {
    kind: 'admitted',
    request: {
      method,
      target,
      fields,
      authority,
      scheme: tls === undefined ? 'http' : 'https',
      clientAddress: client.address,
      fromTrustedProxy: client.fromTrustedProxy,
      certificateName: tls === undefined ? undefined : certificateName(tls),
      route,
    },
  };
}

/** The parser has refused contradictions by now; a coding it lets through, or one under HTTP/1.0, could still be read two ways further on. */
function framingIsPlain(version: string, fields: readonly Field[]): boolean {
  if (version !== '1.1' && version !== '1.0') return false;
  const codings = valuesOf(fields, 'transfer-encoding');
  return codings.length === 0 || (version === '1.1' && codings.length === 1 && codings[0]?.trim().toLowerCase() === 'chunked');
}

/** Only of a certificate that the client CA has signed. */
function certificateName(socket: TLSSocket): string | undefined {
  if (!socket.authorized) return undefined;
  // Without a certificate this is an empty object, whatever the types say.
  const { subject } = socket.getPeerCertificate() as { readonly subject?: { readonly CN?: string | string[] } };
  return [subject?.CN].flat()[0];
}
