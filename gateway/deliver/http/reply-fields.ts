/** The head of an answer as the client is to see it: everything end-to-end as it came, with the upstream's own addresses turned into the route's. */
import type { Field, UpstreamRequest } from '../../ports.js';
import { kindOf } from './field-kinds.js';
import { connectionNamed, refuseUnsafe } from './field-rules.js';
import { toPublic } from './path-map.js';
import type { UpstreamPlace } from './request-fields.js';

export function replyFields(fields: readonly Field[], via: UpstreamRequest['via'], place: UpstreamPlace): Field[] {
  refuseUnsafe(fields, 'upstream-invalid');
  const named = connectionNamed(fields);
  const out: Field[] = [];
  for (const field of fields) {
    const kind = kindOf(field[0]);
    if (named.has(kind.lower)) continue;
    switch (kind.reply) {
      case 'plain': out.push(field); break;
      case 'address': out.push([field[0], publicAddress(field[1], via, place)]); break;
      case 'cookie': out.push([field[0], publicCookie(field[1], via, place)]); break;
      // Between the upstream and us.
      case 'connection': case 'keep-alive': case 'gone': break;
    }
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
