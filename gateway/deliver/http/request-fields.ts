/** The head of a request as the upstream is to see it: everything end-to-end as it came, but for the closed list of docs/channels.md. */
import type { Field, UpstreamRequest } from '../../ports.js';
import { fieldsForChangedBody } from './body-digests.js';
import { kindOf } from './field-kinds.js';
import { connectionNamed, refuseUnsafe, refuseUnsafeValue, valuesOf } from './field-rules.js';
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

/** Every field that it gives may be written as it is; throws `bad-request` where one that came could change the framing. */
export function requestFields(request: Pick<UpstreamRequest, 'fields' | 'via'>, framing: Framing, change: 'none' | 'same-length' | 'recoded', place: UpstreamPlace): Field[] {
  refuseUnsafe(request.fields, 'bad-request');
  const { via } = request;
  const named = connectionNamed(request.fields);
  const out: Field[] = [];
  let hostWritten = false;
  let framed = false;
  for (const field of fieldsForChangedBody(request.fields, change)) {
    const kind = kindOf(field[0]);
    switch (kind.request) {
      case 'host':
        // What the route was chosen by, should a target in absolute form have outranked this field.
        if (!hostWritten) out.push([field[0], place.preserveHost ? (via.host ?? field[1]) : place.host]);
        hostWritten = true;
        break;
      case 'length':
        if (!framed && framing.kind === 'length') out.push([field[0], String(framing.length)]);
        framed = true;
        break;
      case 'forwarding':
        if (via.fromTrustedProxy && !named.has(kind.lower)) out.push(field);
        break;
      case 'asks-for-part':
        if (!place.scansReplies && !named.has(kind.lower)) out.push(field);
        break;
      case 'destination':
        if (!named.has(kind.lower)) out.push([field[0], destination(field[1], via, place)]);
        break;
      case 'plain':
        if (!named.has(kind.lower)) out.push(field);
        break;
      // The two lists that grow at each hop are written at the end, from what a trusted proxy said plus our part.
      case 'forwarding-list':
      case 'gone':
        break;
    }
  }
  if (!hostWritten) out.unshift(['Host', place.preserveHost ? (request.via.host ?? place.host) : place.host]);
  if (framing.kind === 'length' && !framed) out.push(['Content-Length', String(framing.length)]);
  if (framing.kind === 'chunked') out.push(['Transfer-Encoding', 'chunked']);
  if (place.scansReplies) out.push(['Accept-Encoding', 'identity']);
  out.push(['Via', VIA]);
  addForwarding(out, request);
  return out;
}

function addForwarding(out: Field[], { fields, via }: Pick<UpstreamRequest, 'fields' | 'via'>): void {
  refuseUnsafeValue(via.host, 'bad-request');
  refuseUnsafeValue(via.clientAddress, 'bad-request');
  if (via.fromTrustedProxy) {
    addToBelieved(out, fields, via);
    return;
  }
  if (via.clientAddress !== undefined) out.push(['X-Forwarded-For', via.clientAddress]);
  if (via.host !== undefined) out.push(['X-Forwarded-Host', via.host]);
  out.push(['X-Forwarded-Proto', via.scheme], ['Forwarded', element(via)]);
}

function addToBelieved(out: Field[], fields: readonly Field[], via: UpstreamRequest['via']): void {
  const forwardedFor = valuesOf(fields, 'x-forwarded-for');
  const known = forwardedFor.flatMap((value) => value.split(',')).map((one) => one.trim());
  // The address we were given may be one that the proxy in front already wrote down.
  const ours = via.clientAddress === undefined || known.includes(via.clientAddress) ? [] : [via.clientAddress];
  const list = [...forwardedFor, ...ours];
  if (list.length > 0) out.push(['X-Forwarded-For', list.join(', ')]);
  if (valuesOf(fields, 'x-forwarded-host').length === 0 && via.host !== undefined) out.push(['X-Forwarded-Host', via.host]);
  if (valuesOf(fields, 'x-forwarded-proto').length === 0) out.push(['X-Forwarded-Proto', via.scheme]);
  const forwarded = valuesOf(fields, 'forwarded');
  out.push(['Forwarded', ours.length === 0 && forwarded.length > 0 ? forwarded.join(', ') : [...forwarded, element(via)].join(', ')]);
}

function element({ clientAddress, host, scheme }: UpstreamRequest['via']): string {
  return (clientAddress === undefined ? '' : `for=${node(clientAddress)};`) + (host === undefined ? '' : `host=${hostElement(host)};`) + `proto=${scheme}`;
}

/** Requests that follow each other nearly always name the same host. */
let lastHost = { as: '', is: '""' };

function hostElement(host: string): string {
  if (host !== lastHost.as) lastHost = { as: host, is: quoted(host) };
  return lastHost.is;
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
