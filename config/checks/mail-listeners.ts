/** Listeners for mail: who may relay, how passwords are protected, and that no other listener is in the way. */
import { parseRange } from '../../gateway/policy/cidr.js';
import { doubtful, wrong, type Complaint, type Path } from '../problem.js';
import { isOpen } from './open-relay.js';
import { group, list, routesOf, text, texts, type Group } from './raw.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;
const PORT = 2525;

interface RawListener {
  readonly listener: Group;
  readonly id: string;
  readonly path: Path;
}
export const mailListenersOf = (raw: Group): readonly RawListener[] =>
  list(group(raw.listen).smtp).map((one, index) => ({ listener: group(one), id: text(group(one).id) ?? 'smtp', path: ['listen', 'smtp', index] }));

const isOnLoopback = (listener: Group): boolean => LOOPBACK.test(text(listener.host) ?? '127.0.0.1');
const asksForNames = ({ auth }: Group): boolean => auth === 'next-hop' || (typeof auth === 'object' && auth !== null);

function networks({ listener, path }: RawListener): Complaint[] {
  return ['clients', 'trustedProxies'].flatMap((key) =>
    texts(listener[key]).flatMap((range, index) => (parseRange(range) === undefined ? [wrong([...path, key, index], 'must be an address or a CIDR range', `${key}: [10.1.2.3, 10.1.0.0/16]`)] : [])),
  );
}

function relaying({ listener, path }: RawListener): Complaint[] {
  const found: Complaint[] = [];
  if (isOpen(texts(listener.clients)) && !(listener.authRequired === true && asksForNames(listener))) {
    found.push(wrong([...path, 'clients'], 'would make an open relay: anybody could send mail to anybody through this listener, in your name. Name your mail servers, or ask everybody to sign in with "authRequired: true"', 'clients: [10.1.2.3, 10.1.2.4]'));
  }
  if (isOpen(texts(listener.trustedProxies))) found.push(wrong([...path, 'trustedProxies'], 'would make an open relay: anybody could say to be another client and send mail to anybody. Name the proxies in front', 'trustedProxies: [10.1.2.9]'));
  if (listener.authRequired === true && !asksForNames(listener)) found.push(wrong([...path, 'authRequired'], 'asks everybody to sign in, and "auth" says that nobody can', 'auth: { accounts: smtp-accounts }'));
  const clients = Array.isArray(listener.clients) ? texts(listener.clients) : ['127.0.0.0/8'];
  if (clients.length === 0 && !asksForNames(listener)) found.push(wrong([...path, 'clients'], 'is empty and nobody can sign in: no mail would ever be taken', 'clients: [10.1.2.3]'));
  if (!isOnLoopback(listener) && listener.clients === undefined && !asksForNames(listener)) found.push(doubtful([...path, 'clients'], 'is left out, so only this machine may send mail, though the listener is open to the network', 'clients: [10.1.2.3, 10.1.2.4]'));
  if (listener.proxyProtocol === true && texts(listener.trustedProxies).length === 0) found.push(wrong([...path, 'proxyProtocol'], 'is believed from trustedProxies only, and there are none: no connection would be taken', 'trustedProxies: [10.1.2.9]'));
  return found;
}

function protection({ listener, path }: RawListener): Complaint[] {
  const tls = group(listener.tls);
  const at = [...path, 'tls'];
  const example = 'tls: { mode: required, cert: tls/mail.crt, key: tls/mail.key }';
  const mode = text(tls.mode) ?? 'none';
  const found: Complaint[] = [];
  if ((tls.cert === undefined) !== (tls.key === undefined)) found.push(wrong(at, 'needs both cert and key, or neither', example));
  else if (mode === 'none' && tls.cert !== undefined) found.push(wrong([...at, 'mode'], 'says no TLS, though there is a certificate: say optional, required or implicit', 'mode: required'));
  else if (mode !== 'none' && tls.cert === undefined) found.push(wrong(at, `needs cert and key for "mode: ${mode}"`, example));
  // A password must not cross a network in clear (HC 18).
  if (mode === 'none' && asksForNames(listener) && !isOnLoopback(listener) && texts(listener.trustedProxies).length === 0) {
    found.push(wrong([...path, 'auth'], 'passwords would cross the network in clear: give this listener "tls", name the proxy that ends TLS in "trustedProxies", or bind it to 127.0.0.1', example));
  }
  return found;
}

/** Every listener of the file with the port it would take. */
function portsOf(raw: Group): readonly { readonly place: string; readonly host: string; readonly port: unknown; readonly path: Path }[] {
  const listen = group(raw.listen);
  const others = ([['data', 8080], ['admin', 8081], ['metrics', 9464]] as const).filter(([name]) => name !== 'metrics' || listen.metrics !== undefined);
  return [
    ...others.map(([name, usual]) => ({ place: name, host: text(group(listen[name]).host) ?? '127.0.0.1', port: group(listen[name]).port ?? usual, path: ['listen', name, 'port'] })),
    ...mailListenersOf(raw).map(({ listener, id, path }) => ({ place: id, host: text(listener.host) ?? '127.0.0.1', port: listener.port ?? PORT, path: [...path, 'port'] })),
  ];
}
const EVERYWHERE = new Set(['0.0.0.0', '::', '']);
const meet = (a: string, b: string): boolean => a === b || EVERYWHERE.has(a) || EVERYWHERE.has(b);

function ports(raw: Group): Complaint[] {
  const all = portsOf(raw);
  return all.flatMap(({ host, port, path }, index) => {
    if (path[1] !== 'smtp' || port === 0) return [];
    const other = all.slice(0, index).find((one) => one.port === port && meet(one.host, host));
    return other === undefined ? [] : [wrong(path, `is the port of listener "${other.place}" too`, 'port: 2526')];
  });
}

const takes = (match: unknown, id: string): boolean => group(match).listener === undefined || texts(group(match).listener).includes(id);
const leadsToDemo = (raw: Group, { id }: RawListener): boolean => routesOf(raw).some(({ route }) => route.channel === 'smtp' && route.upstream === 'demo' && takes(route.match, id));

/** A listener without a route would refuse every mail, one behind conditions some. */
function routed(raw: Group): Complaint[] {
  const routes = routesOf(raw).filter(({ route }) => route.channel === 'smtp').map(({ route }) => group(route.match));
  return mailListenersOf(raw).flatMap(({ id, path }) => {
    const mine = routes.filter((match) => takes(match, id));
    if (mine.length === 0) return [wrong(path, `no route takes the mail of listener "${id}"`, `routes: [{ id: smtp, channel: smtp, match: { listener: [${id}] }, upstream: { hops: [{ hosts: ["mx1.corp.example:25"] }] }, policy: mail-out }]`)];
    if (mine.every(({ sender, client }) => sender !== undefined || client !== undefined)) return [doubtful(path, `mail that no route of listener "${id}" matches is refused`, `match: { listener: [${id}] }`)];
    return [];
  });
}

export function checkMailListeners(value: unknown): readonly Complaint[] {
  const raw = group(value);
  const listeners = mailListenersOf(raw);
  const ids = listeners.map(({ id }) => id);
  return [
    ...listeners.flatMap(({ id, path }, index) => (ids.indexOf(id) === index ? [] : [wrong([...path, 'id'], `another listener is called "${id}" too`, `id: ${id}-2`)])),
    ...listeners.flatMap((one) => [...networks(one), ...relaying(one), ...protection(one)]),
    ...ports(raw),
    ...routed(raw),
    ...listeners.filter((one) => !isOnLoopback(one.listener) && leadsToDemo(raw, one)).map(({ path }) => doubtful([...path, 'host'], 'the demo takes mail from this machine only', 'host: 127.0.0.1')),
  ];
}
