/** The head of an answer as the client is to see it: everything end-to-end as it came, with the upstream's own addresses turned into the route's. */
import type { Field, UpstreamRequest } from '../../ports.js';
import { hopByHop, refuseUnsafe } from './field-rules.js';
import { toPublic } from './path-map.js';
import type { UpstreamPlace } from './request-fields.js';

export function replyFields(fields: readonly Field[], via: UpstreamRequest['via'], place: UpstreamPlace): Field[] {
  refuseUnsafe(fields, 'upstream-invalid');
  const gone = hopByHop(fields);
  const out: Field[] = [];
  for (const field of fields) {
    const [name, value] = field;
    const lower = name.toLowerCase();
    if (gone.has(lower)) continue;
    if (lower === 'location' || lower === 'content-location') out.push([name, publicAddress(value, via, place)]);
    else if (lower === 'set-cookie') out.push([name, publicCookie(value, via, place)]);
    else out.push(field);
  }
  return out;
}

function publicAddress(value: string, via: UpstreamRequest['via'], place: UpstreamPlace): string {
  const absolute = /^(https?:\/\/[^/?#]*)(.*)$/i.exec(value);
  if (absolute === null) return /^\/(?!\/)/.test(value) ? (toPublic(place.paths, value) ?? value) : value;
  const [, origin = '', path = ''] = absolute;
  const ours = via.host === undefined ? undefined : `${via.scheme}://${via.host}`;
  // With the client's Host in hand, an upstream names the public address itself, often with the scheme of its own side.
  const own = place.preserveHost && via.host !== undefined ? [`http://${via.host}`, `https://${via.host}`, place.origin] : [place.origin];
  if (!own.some((one) => sameOrigin(one, origin))) return value;
  const mapped = toPublic(place.paths, path === '' ? '/' : path);
  return mapped === undefined ? value : (ours ?? '') + mapped;
}

function sameOrigin(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}

function publicCookie(value: string, via: UpstreamRequest['via'], place: UpstreamPlace): string {
  const [pair = '', ...attributes] = value.split(';');
  // `__Host-` promises Path=/ and no Domain; any change would make browsers refuse it.
  if (/^\s*__Host-/i.test(pair)) return value;
  const kept = attributes.flatMap((attribute): string[] => {
    const parts = /^(\s*)(path|domain)(\s*=\s*)(.*)$/i.exec(attribute);
    if (parts === null) return [attribute];
    const [, before = '', name = '', equals = '', rest = ''] = parts;
    const text = rest.trimEnd();
    const behind = rest.slice(text.length);
    if (name.toLowerCase() === 'domain') return covers(text, place.host) && !covers(text, via.host ?? '') ? [] : [attribute];
    const mapped = toPublic(place.paths, text);
    if (mapped === undefined) return [attribute];
    // A path with a slash at its end would no longer match the route's own address.
    const path = text === '/' && mapped !== '/' ? mapped.replace(/\/$/, '') : mapped;
    return [`${before}${name}${equals}${path}${behind}`];
  });
  return [pair, ...kept].join(';');
}

/** True when a cookie with this Domain belongs to `host`. One for the upstream but not for us could never be sent back. */
function covers(domain: string, host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const wanted = domain.replace(/^\./, '').toLowerCase();
  return name === wanted || name.endsWith(`.${wanted}`);
}
