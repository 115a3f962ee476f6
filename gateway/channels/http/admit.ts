/** The head of a request, checked before anything else happens: framing, host, target, route. */
import type { HttpRoute } from '../../../config/schema.js';
import type { ErrorCode } from '../../errors.js';
import type { Field } from '../../ports.js';
import { declaredLength } from './body-head.js';
import { clientAddress, type Trusts } from './client-address.js';
import { valuesOf } from './fields.js';
import type { RequestHead } from './front/front.js';
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
  readonly route: HttpRoute;
}

export type Admission = { readonly kind: 'admitted'; readonly request: Admitted } | { readonly kind: 'refused'; readonly code: ErrorCode; readonly route?: HttpRoute };

/** Of Icecast and RTSP, whose versions a parser may read as ours: the next one would not. */
const OTHER_PROTOCOLS: ReadonlySet<string> = new Set(['SOURCE', 'DESCRIBE', 'ANNOUNCE', 'SETUP', 'PLAY', 'PAUSE', 'TEARDOWN', 'GET_PARAMETER', 'SET_PARAMETER', 'REDIRECT', 'RECORD', 'FLUSH']);

export function admit({ method, target: written, version, fields, peer }: RequestHead, table: RouteTable, trusts: Trusts): Admission {
  const hosts = valuesOf(fields, 'host');
  if (!framingIsPlain(version, fields) || hosts.length > 1) return { kind: 'refused', code: 'bad-request' };
  if ((hosts.length === 0 && version === '1.1') || OTHER_PROTOCOLS.has(method)) return { kind: 'refused', code: 'bad-request' };
  // `OPTIONS *` asks about this server, which is no route's business.
  if (method === 'OPTIONS' && written === '*') return { kind: 'refused', code: 'no-route' };
  const target = parseTarget(written);
  if (target === undefined) return { kind: 'refused', code: 'bad-request' };
  // The target would outrank the field; whoever sends both means one place, or wants two servers to see different ones.
  if (target.authority !== undefined && hosts[0] !== undefined && !samePlace(target.authority, hosts[0], peer.secure)) return { kind: 'refused', code: 'bad-request' };
  const authority = target.authority ?? hosts[0];
  const host = hostOf(authority?.trim() ?? '');
  if (host === undefined) return { kind: 'refused', code: 'bad-request' };

  const match = table(host, target, method);
  if (match.kind === 'ambiguous') return { kind: 'refused', code: 'bad-request' };
  if (match.kind === 'none') return { kind: 'refused', code: 'no-route' };
  const { route } = match;
  if ((declaredLength(fields) ?? 0) > route.maxBody) return { kind: 'refused', code: 'too-large', route };

  const client = clientAddress(peer.address, fields, trusts);
  return {
    kind: 'admitted',
    request: {
      method,
      target,
      fields,
      authority,
      scheme: peer.secure ? 'https' : 'http',
      clientAddress: client.address,
      fromTrustedProxy: client.fromTrustedProxy,
      certificateName: peer.certificateName(),
      route,
    },
  };
}

/** The parser has refused contradictions by now; a coding it lets through, or one under HTTP/1.0, could still be read two ways further on. */
function framingIsPlain(version: string, fields: readonly Field[]): boolean {
  if (version !== '1.1' && version !== '1.0') return false;
  const lengths = valuesOf(fields, 'content-length');
  const codings = valuesOf(fields, 'transfer-encoding');
  // More digits than a number counts exactly would be no length to us, and one to the parser.
  if (lengths.length > 1 || (lengths[0] !== undefined && !/^[\t ]*\d{1,15}[\t ]*$/.test(lengths[0]))) return false;
  // Not trim(): what else it takes for a blank is part of the value.
  return codings.length === 0 || (version === '1.1' && lengths.length === 0 && codings.length === 1 && /^[\t ]*chunked[\t ]*$/i.test(codings[0] ?? ''));
}

function samePlace(one: string, other: string, secure: boolean): boolean {
  const usual = secure ? /:443$/ : /:80$/;
  return one.replace(usual, '').toLowerCase() === other.trim().replace(usual, '').toLowerCase();
}
