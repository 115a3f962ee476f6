/** What a header field's name alone says about its way through a proxy, looked up once per name and not once per field. */

/** What a request's field of this name becomes. `gone`: ours to write, or ended at this hop. */
export type RequestRole = 'plain' | 'host' | 'length' | 'gone' | 'forwarding' | 'forwarding-list' | 'asks-for-part' | 'destination';
export type ReplyRole = 'plain' | 'gone' | 'address' | 'cookie' | 'connection' | 'keep-alive';

export interface FieldKind {
  readonly lower: string;
  /** False: nothing that a name may be. */
  readonly isToken: boolean;
  readonly request: RequestRole;
  readonly reply: ReplyRole;
  /** A sender may take it away by naming it in Connection. */
  readonly connectionBound: boolean;
}

/** Fields between two neighbours only (RFC 9110 7.6.1), those that frame one message on one connection included. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authentication-info', 'proxy-authorization', 'proxy-connection',
  'te', 'trailer', 'transfer-encoding', 'upgrade',
]);

/** A sender cannot have these taken away by naming them in Connection: what was judged must be what arrives. */
const NOT_CONNECTION_BOUND = /^(content-.*|host|cache-control|authorization|cookie|forwarded|x-forwarded-.*|via)$/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FORWARDING = /^(forwarded|x-forwarded-.*|x-real-ip)$/;

/** Names kept: more than real senders use between them, little enough to begin anew when somebody makes them up. */
const NAMES_KEPT = 2048;
/** A longer name is no usual one, and would only take the room of many. */
const LONGEST_KEPT = 64;

const known = new Map<string, FieldKind>();

export function kindOf(name: string): FieldKind {
  return known.get(name) ?? learn(name);
}

function learn(name: string): FieldKind {
  if (name.length > LONGEST_KEPT) return judged(name);
  if (known.size >= NAMES_KEPT) known.clear();
  // A name cut out of a head would keep that whole head in memory, and so would its own lower case where it is that already.
  const own = Buffer.from(name).toString();
  const kind = judged(own);
  known.set(own, kind);
  return kind;
}

function judged(name: string): FieldKind {
  const lower = name.toLowerCase();
  return { lower, isToken: TOKEN.test(name), request: requestRole(lower), reply: replyRole(lower), connectionBound: !NOT_CONNECTION_BOUND.test(lower) };
}

function requestRole(lower: string): RequestRole {
  if (lower === 'host') return 'host';
  if (lower === 'content-length') return 'length';
  if (HOP_BY_HOP.has(lower) || lower === 'expect' || lower.startsWith('weir-')) return 'gone';
  if (lower === 'forwarded' || lower === 'x-forwarded-for') return 'forwarding-list';
  if (FORWARDING.test(lower)) return 'forwarding';
  if (lower === 'range' || lower === 'if-range' || lower === 'accept-encoding') return 'asks-for-part';
  return lower === 'destination' ? 'destination' : 'plain';
}

function replyRole(lower: string): ReplyRole {
  if (lower === 'connection') return 'connection';
  if (lower === 'keep-alive') return 'keep-alive';
  if (HOP_BY_HOP.has(lower)) return 'gone';
  if (lower === 'location' || lower === 'content-location') return 'address';
  return lower === 'set-cookie' ? 'cookie' : 'plain';
}
