/** Routes against each other and against the rest of the file. */
import { doubtful, wrong, type Complaint } from '../problem.js';
import { hint } from '../spelling.js';
import { group, list, routesOf, text, texts, type Group, type RawRoute } from './raw.js';

/** Two routes with the same answer here can never both be reached. */
function matchOf(route: Group): string {
  const match = group(route.match);
  const path = text(match.path) ?? '/';
  return JSON.stringify([
    path.length > 1 ? path.replace(/\/+$/, '') : path,
    texts(match.host).map((host) => host.toLowerCase()).sort(),
    texts(match.methods).map((method) => method.toUpperCase()).sort(),
  ]);
}

function repeated(routes: readonly RawRoute[]): Complaint[] {
  const ids = new Map<string, number>();
  const matches = new Map<string, string>();
  const found: Complaint[] = [];
  for (const { route, path } of routes) {
    const id = text(route.id);
    if (id !== undefined) {
      if (ids.has(id)) found.push(wrong([...path, 'id'], `another route is called "${id}" too`, `id: ${id}-2`));
      ids.set(id, (ids.get(id) ?? 0) + 1);
    }
    // What a mail route matches is looked at with the other mail routes.
    if (route.channel === 'smtp' || (Object.keys(group(route.match)).length === 0 && route.match === undefined)) continue;
    const match = matchOf(route);
    const earlier = matches.get(match);
    if (earlier !== undefined) found.push(wrong([...path, 'match'], `can never be reached: route "${earlier}" has the same match`, 'match: { path: /elsewhere }'));
    else matches.set(match, id ?? '?');
  }
  return found;
}

function policyOf({ route, path }: RawRoute, policies: readonly string[]): Complaint[] {
  const scanned = route.scan !== false;
  const name = text(route.policy);
  if (route.policy === undefined && scanned) return [wrong([...path, 'policy'], 'is missing: a scanned route needs a policy; to let everything pass unscanned, say so with "scan: false"', `policy: ${policies[0] ?? 'mail'}`)];
  if (name === undefined) return [];
  if (!policies.includes(name)) return [wrong([...path, 'policy'], `there is no policy "${name}"${hint(name, policies)}`, `policy: ${policies[0] ?? 'mail'}`)];
  return scanned ? [] : [doubtful([...path, 'policy'], 'has no effect: this route is not scanned', 'scan: true')];
}

const identityFacts = ['user', 'sender', 'recipients', 'subject'] as const;

function factsOf({ route, path }: RawRoute, raw: Group): Complaint[] {
  const facts = group(route.facts);
  const nobodyTrusted = list(raw.trustedProxies).length === 0;
  const certificates = text(group(group(group(raw.listen).data).tls).clientCertificate) ?? 'none';
  return identityFacts.flatMap((name) => {
    const value = facts[name];
    const sources = Array.isArray(value) ? value.map((one, index) => ({ one: group(one), at: [...path, 'facts', name, index] })) : [{ one: group(value), at: [...path, 'facts', name] }];
    return sources.flatMap(({ one, at }): Complaint[] => {
      if (one.header !== undefined && one.trusted !== false && nobodyTrusted) return [doubtful(at, 'stays unknown: this header is believed from trustedProxies only, and there are none', 'trustedProxies: [10.0.0.0/8]')];
      if (one.clientCertificate === true && certificates === 'none') return [doubtful(at, 'stays unknown: the data listener asks for no client certificate', 'tls: { cert: …, key: …, clientCa: …, clientCertificate: optional }')];
      return [];
    });
  });
}

function loops(upstream: Group, raw: Group): boolean {
  const url = text(upstream.url);
  if (url === undefined || !URL.canParse(url)) return false;
  const { hostname, port } = new URL(url);
  const listener = group(group(raw.listen).data);
  const own = typeof listener.port === 'number' ? listener.port : 8080;
  return ['127.0.0.1', 'localhost', '[::1]', text(listener.host)].includes(hostname) && port === String(own);
}

function upstreamOf({ route, path }: RawRoute, raw: Group): Complaint[] {
  const at = [...path, 'upstream'];
  if (route.upstream === 'demo') return raw.demo === true ? [] : [wrong(at, 'the demo sink exists only under "demo: true"', 'upstream: { url: "https://mail.example" }')];
  const upstream = group(route.upstream);
  const tls = group(upstream.tls);
  const found: Complaint[] = [];
  if (loops(upstream, raw)) found.push(wrong([...at, 'url'], 'is this gateway itself: requests would go round in a circle'));
  if ((tls.cert === undefined) !== (tls.key === undefined)) found.push(wrong([...at, 'tls'], 'needs both cert and key, or neither', 'tls: { cert: tls/client.crt, key: tls/client.key }'));
  return found;
}

function conduct({ route, path }: RawRoute): Complaint[] {
  const found: Complaint[] = [];
  const directions = texts(route.direction);
  if (route.streamWithAbort === true && !directions.includes('response')) found.push(doubtful([...path, 'streamWithAbort'], 'has no effect: it is about endless answers, and this route does not scan the response', 'direction: [request, response]'));
  if (route.streamWithAbort === true && route.release === 'resubmit') found.push(wrong([...path, 'streamWithAbort'], 'cannot be joined with "release: resubmit": what has partly left cannot be sent again', 'streamWithAbort: false'));
  if (route.release === 'resubmit' && route.onHold !== 'refuse' && route.scan !== false && (directions.length === 0 || directions.includes('request')))
    found.push(wrong([...path, 'release'], '"resubmit" waits for the sender\'s own next try, which nobody makes who was answered 202: say "onHold: refuse" beside it', 'onHold: refuse'));
  if (route.upgrades === 'pass' && route.scan !== false) found.push(doubtful([...path, 'upgrades'], 'what is said after an upgrade (WebSocket) is not scanned', 'upgrades: refuse'));
  if (route.syncClient === true && route.onHold !== 'refuse') found.push(doubtful([...path, 'syncClient'], 'clients that synchronise read any 2xx as stored: use "onHold: refuse" beside it', 'onHold: refuse'));
  if (route.scan === false) found.push(doubtful([...path, 'scan'], 'nothing on this route is scanned', 'scan: true'));
  return found;
}

export function checkRoutes(value: unknown): readonly Complaint[] {
  const raw = group(value);
  const routes = routesOf(raw);
  const policies = Object.keys(group(raw.policies));
  const used = new Set(routes.flatMap(({ route }) => texts(route.policy)));
  return [
    ...repeated(routes),
    ...routes.flatMap((one) => [...policyOf(one, policies), ...upstreamOf(one, raw), ...factsOf(one, raw), ...conduct(one)]),
    ...policies.filter((name) => !used.has(name)).map((name) => doubtful(['policies', name], 'no route uses this policy', `policy: ${name}`)),
  ];
}
