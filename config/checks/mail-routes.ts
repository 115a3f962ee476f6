/** Routes of mail: which listener's, and where each recipient's mail goes. */
import { parseRange } from '../../gateway/policy/cidr.js';
import { doubtful, wrong, type Complaint, type Path } from '../problem.js';
import { hint } from '../spelling.js';
import { mailListenersOf } from './mail-listeners.js';
import { group, list, routesOf, text, texts, type Group, type RawRoute } from './raw.js';

const PORT_MOST = 65_535;
const HERE = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

const placeOf = (host: string): { readonly name: string; readonly port: number } => {
  const at = host.lastIndexOf(':');
  return { name: host.slice(0, at).toLowerCase(), port: Number(host.slice(at + 1)) };
};

function hopOf(hop: Group, at: Path, own: ReadonlySet<number>): Complaint[] {
  const hosts = texts(hop.hosts).filter((host) => /:\d{1,5}$/.test(host)).map(placeOf);
  const found: Complaint[] = [];
  hosts.forEach(({ name, port }, index) => {
    if (port < 1 || port > PORT_MOST) found.push(wrong([...at, 'hosts', index], `has no port of a host: ${port}`, 'hosts: ["mx1.corp.example:25"]'));
    if (HERE.test(name) && own.has(port)) found.push(wrong([...at, 'hosts', index], 'is this gateway itself: mail would go round in a circle', 'hosts: ["mx1.corp.example:25"]'));
  });
  const tls = text(hop.tls) ?? 'opportunistic';
  const isHere = hosts.length > 0 && hosts.every(({ name }) => HERE.test(name));
  if (hop.auth !== undefined && (tls === 'none' || tls === 'opportunistic') && !isHere) found.push(wrong([...at, 'auth'], `the password could cross the network in clear with "tls: ${tls}"`, 'tls: verified'));
  if (hop.auth !== undefined && tls === 'required' && !isHere) found.push(doubtful([...at, 'auth'], 'the password goes to whoever answers: with "tls: required" no certificate is checked', 'tls: verified'));
  if ((tls === 'none' || tls === 'opportunistic' || tls === 'required') && (hop.ca !== undefined || hop.serverName !== undefined)) {
    found.push(doubtful([...at, hop.ca === undefined ? 'serverName' : 'ca'], `has no effect: with "tls: ${tls}" no certificate is checked`, 'tls: verified'));
  }
  if (tls === 'none' && !isHere && hosts.length > 0) found.push(doubtful([...at, 'tls'], 'mail crosses the network in clear', 'tls: required'));
  return found;
}

function upstreamOf({ route, path }: RawRoute, raw: Group): Complaint[] {
  const at = [...path, 'upstream', 'hops'];
  if (typeof route.upstream === 'string') return [];
  const hops = list(group(route.upstream).hops).map(group);
  if (hops.length === 0) return [];
  const own = new Set(mailListenersOf(raw).map(({ listener }) => (typeof listener.port === 'number' ? listener.port : 2525)));
  const found = hops.flatMap((hop, index) => hopOf(hop, [...at, index], own));
  const defaults = hops.flatMap((hop, index) => (hop.to === undefined ? [index] : []));
  const [, second] = defaults;
  if (defaults.length === 0) found.push(wrong(at, 'has no hop for all other recipients: one of them must be without "to"', 'hops: [{ to: [corp.example], hosts: ["mx.corp.example:25"] }, { hosts: ["relay.provider.example:587"], tls: required }]'));
  if (second !== undefined) found.push(wrong([...at, second], 'is never used: another hop before it takes all other recipients as well', 'to: [partner.example]'));
  const named = new Map<string, number>();
  hops.forEach((hop, index) => texts(hop.to).forEach((domain, place) => {
    const name = domain.toLowerCase();
    if (named.has(name)) found.push(wrong([...at, index, 'to', place], `is named for another hop too: ${name}`, 'to: [corp.example]'));
    named.set(name, index);
  }));
  return found;
}

function matchOf({ route, path }: RawRoute, ids: readonly string[]): Complaint[] {
  const match = group(route.match);
  const at = [...path, 'match'];
  const missing = texts(match.listener).flatMap((id, index) => (ids.includes(id) || ids.length === 0 ? [] : [wrong([...at, 'listener', index], `there is no listener "${id}"${hint(id, ids)}`, `listener: [${ids[0] ?? 'mail'}]`)]));
  const clients = texts(match.client).flatMap((range, index) => (range === 'unknown' || parseRange(range) !== undefined ? [] : [wrong([...at, 'client', ...(Array.isArray(match.client) ? [index] : [])], 'must be an address, a CIDR range, or "unknown"')]));
  return [...missing, ...clients];
}

const KEYS = ['listener', 'sender', 'client'] as const;

/** Everything that `later` matches, `earlier` has taken: each of its keys is left out or names all that the other names. */
function takesAll(earlier: Group, later: Group): boolean {
  return KEYS.every((key) => earlier[key] === undefined || (later[key] !== undefined && texts(later[key]).every((one) => texts(earlier[key]).includes(one))));
}

/** The first that matches counts. */
function reachable(routes: readonly RawRoute[]): Complaint[] {
  return routes.flatMap(({ route, path }, index) => {
    const earlier = routes.slice(0, index).find((one) => takesAll(group(one.route.match), group(route.match)));
    return earlier === undefined ? [] : [wrong([...path, 'match'], `can never be reached: route "${text(earlier.route.id) ?? '?'}" above it takes the same mail`, 'match: { listener: [mail], sender: "*@branch.example" }')];
  });
}

export function checkMailRoutes(value: unknown): readonly Complaint[] {
  const raw = group(value);
  const routes = routesOf(raw).filter(({ route }) => route.channel === 'smtp');
  const ids = mailListenersOf(raw).map(({ id }) => id);
  const listens = Array.isArray(group(raw.listen).smtp) ? ids.length > 0 : group(raw.listen).smtp !== undefined;
  const signsInThere = (id: string): boolean => mailListenersOf(raw).some((one) => one.id === id && one.listener.auth === 'next-hop');
  return [
    ...(listens ? [] : routes.map(({ path }) => wrong(path, 'no listener takes mail for this route', 'listen: { smtp: [{ id: mail, host: 127.0.0.1, port: 2525 }] }'))),
    ...routes.flatMap((one) => [...matchOf(one, ids), ...upstreamOf(one, raw)]),
    ...routes.flatMap(({ route, path }) => (route.upstream === 'demo' && (texts(group(route.match).listener).length === 0 ? ids : texts(group(route.match).listener)).some(signsInThere) ? [wrong([...path, 'upstream'], 'the demo knows no accounts, and a listener of this route signs in at the next hop', 'upstream: { hops: [{ hosts: ["mail.corp.example:587"], tls: verified }] }')] : [])),
    ...reachable(routes),
  ];
}
