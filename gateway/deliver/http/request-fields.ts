/** The head of a request as the upstream is to see it: everything end-to-end as it came, but for the closed list of docs/channels.md. */
import type { Field, UpstreamRequest } from '../../ports.js';
import { fieldsForChangedBody } from './body-digests.js';
import { hopByHop, refuseUnsafe, valuesOf } from './field-rules.js';
import { toUpstream, type PathMap } from './path-map.js';

export interface UpstreamPlace {
  /** For example `https://files.example`. */
  readonly origin: string;
  /** As it stands in a Host field: with the port where it is not the scheme's own. */
  readonly host: string;
  readonly preserveHost: boolean;
  readonly paths: PathMap;
  /** Answers are scanned: ask for them whole and uncoded. */
  readonly scansReplies: boolean;
}

/** How the body is marked off: `none` writes no framing field at all. */
export type Framing = { readonly kind: 'length'; readonly length: number } | { readonly kind: 'chunked' } | { readonly kind: 'none' };

const VIA = '1.1 weir';

const FORWARDING = /^(forwarded|x-forwarded-.*|x-real-ip)$/;
const OURS = /^weir-/;

export function requestFields(request: Pick<UpstreamRequest, 'fields' | 'via'>, framing: Framing, change: 'none' | 'same-length' | 'recoded', place: UpstreamPlace): Field[] {
  refuseUnsafe(request.fields, 'bad-request');
  const gone = hopByHop(request.fields);
  const out: Field[] = [];
  let hostWritten = false;
  let framed = false;
  for (const field of fieldsForChangedBody(request.fields, change)) {
    const [name, value] = field;
    const lower = name.toLowerCase();
    if (lower === 'host') {
      // What the route was chosen by, should a target in absolute form have outranked this field.
      if (!hostWritten) out.push([name, place.preserveHost ? (request.via.host ?? value) : place.host]);
      hostWritten = true;
    } else if (lower === 'content-length') {
      if (!framed && framing.kind === 'length') out.push([name, String(framing.length)]);
      framed = true;
    } else if (gone.has(lower) || lower === 'expect' || OURS.test(lower)) continue;
    else if (FORWARDING.test(lower) && !request.via.fromTrustedProxy) continue;
    else if (place.scansReplies && (lower === 'range' || lower === 'if-range' || lower === 'accept-encoding')) continue;
    else if (lower === 'destination') out.push([name, destination(value, request.via, place)]);
    else if (!isForwardingList(lower)) out.push(field);
  }
  if (!hostWritten) out.unshift(['Host', place.preserveHost ? (request.via.host ?? place.host) : place.host]);
  if (framing.kind === 'length' && !framed) out.push(['Content-Length', String(framing.length)]);
  if (framing.kind === 'chunked') out.push(['Transfer-Encoding', 'chunked']);
  if (place.scansReplies) out.push(['Accept-Encoding', 'identity']);
  out.push(['Via', VIA], ...forwarding(request));
  return out;
}

/** The two lists that grow at each hop; written at the end, from what a trusted proxy said plus our part. */
const isForwardingList = (lower: string): boolean => lower === 'forwarded' || lower === 'x-forwarded-for';

function forwarding({ fields, via }: Pick<UpstreamRequest, 'fields' | 'via'>): Field[] {
  const believed = (name: string): string[] => (via.fromTrustedProxy ? valuesOf(fields, name) : []);
  const out: Field[] = [];
  const forwardedFor = believed('x-forwarded-for');
  const known = forwardedFor.flatMap((value) => value.split(',')).map((one) => one.trim());
  // The address we were given may be one that the proxy in front already wrote down.
  const ours = via.clientAddress === undefined || known.includes(via.clientAddress) ? [] : [via.clientAddress];
  const list = [...forwardedFor, ...ours];
  if (list.length > 0) out.push(['X-Forwarded-For', list.join(', ')]);
  if (believed('x-forwarded-host').length === 0 && via.host !== undefined) out.push(['X-Forwarded-Host', via.host]);
  if (believed('x-forwarded-proto').length === 0) out.push(['X-Forwarded-Proto', via.scheme]);
  const element = [
    ...(via.clientAddress === undefined ? [] : [`for=${node(via.clientAddress)}`]),
    ...(via.host === undefined ? [] : [`host=${quoted(via.host)}`]),
    `proto=${via.scheme}`,
  ].join(';');
  const forwarded = believed('forwarded');
  out.push(['Forwarded', ours.length === 0 && forwarded.length > 0 ? forwarded.join(', ') : [...forwarded, element].join(', ')]);
  return out;
}

const node = (address: string): string => (address.includes(':') ? `"[${address}]"` : quoted(address));
const quoted = (text: string): string => (/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`);

/** WebDAV's target of COPY and MOVE: ours becomes the upstream's, any other stays for the upstream to refuse. */
function destination(value: string, via: UpstreamRequest['via'], place: UpstreamPlace): string {
  const absolute = /^(https?:\/\/([^/?#]*))(.*)$/i.exec(value);
  if (absolute === null) return value.startsWith('/') ? (toUpstream(place.paths, value) ?? value) : value;
  const [, origin = '', host = '', path = ''] = absolute;
  if (via.host === undefined || host.toLowerCase() !== via.host.toLowerCase()) return value;
  const mapped = toUpstream(place.paths, path === '' ? '/' : path);
  return mapped === undefined ? value : (place.preserveHost ? origin : place.origin) + mapped;
}
