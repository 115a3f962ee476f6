/** Alerts that could not reach anybody, or not when their author meant. */
import { doubtful, wrong, type Complaint, type Path } from '../problem.js';
import { hint } from '../spelling.js';
import { crossesInClear } from './in-clear.js';
import { group, list, text, type Group } from './raw.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
const ZONES_NEAR = ['Asia/Shanghai', 'Asia/Hong_Kong', 'Asia/Singapore', 'Asia/Tokyo', 'Europe/Berlin', 'Europe/London', 'America/New_York', 'UTC'];
const IN_CLEAR = 'alerts cross the network in clear; they hold no value, but names of routes and incidents';
const HTTPS = 'url: https://alerts.example/weir';
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The runtime's own list knows aliases too; asking it is the only complete test. */
export function zoneExists(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    // Offsets such as "+08:00" are taken as well, but know no summer time: a name was asked for.
    return !/^[+-]/.test(zone);
  } catch {
    return false;
  }
}

export function checkZone(value: unknown, path: Path): Complaint[] {
  const zone = text(value);
  return zone === undefined || zoneExists(zone) ? [] : [wrong(path, `there is no time zone "${zone.slice(0, 64)}"${hint(zone, ZONES_NEAR)}`, 'zone: Asia/Shanghai')];
}

function twice(ids: readonly (string | undefined)[], path: (index: number) => Path, what: string): Complaint[] {
  return ids.flatMap((id, index) => (id !== undefined && ids.indexOf(id) !== index ? [wrong(path(index), `another ${what} is called "${id}" too`, `id: ${id}-2`)] : []));
}

const millis = (value: unknown): number | undefined => {
  const [, count, unit] = /^(\d{1,6})(ms|s|m|h|d)$/.exec(text(value) ?? '') ?? [];
  return count === undefined ? undefined : Number(count) * { ms: 1, s: 1_000, m: MINUTE_MS, h: 60 * MINUTE_MS, d: DAY_MS }[unit as 'ms' | 's' | 'm' | 'h' | 'd'];
};

function checkSink(sink: Group, path: Path): Complaint[] {
  const found: Complaint[] = [];
  if (sink.kind === 'mail') {
    if (sink.tls === 'none' && !LOOPBACK.test(text(sink.host) ?? '')) found.push(wrong([...path, 'tls'], 'mail in clear is sent to a relay on this machine alone', 'tls: starttls'));
    if ((sink.user === undefined) !== (sink.password === undefined)) found.push(wrong([...path, sink.user === undefined ? 'password' : 'user'], 'user and password go together', 'password: { env: WEIR_MAIL_PASSWORD }'));
    if (sink.tls === 'none' && sink.password !== undefined) found.push(wrong([...path, 'password'], 'a password is not sent in clear', 'tls: starttls'));
  }
  if (sink.kind === 'syslog') {
    if ((sink.cert === undefined) !== (sink.key === undefined)) found.push(wrong([...path, sink.cert === undefined ? 'key' : 'cert'], 'a client certificate and its key go together', 'cert: tls/syslog.crt'));
    const plain = sink.protocol === 'udp' || sink.protocol === 'tcp';
    for (const key of ['ca', 'cert', 'serverName']) if (plain && sink[key] !== undefined) found.push(wrong([...path, key], 'has no meaning without TLS', 'protocol: tls'));
    if (plain && !LOOPBACK.test(text(sink.host) ?? '')) found.push(doubtful([...path, 'protocol'], IN_CLEAR, 'protocol: tls'));
  }
  // Of a robot, and of a webhook whose address is a secret, only https is taken when the sink is made.
  if (sink.kind === 'webhook' && crossesInClear(text(sink.url))) found.push(doubtful([...path, 'url'], IN_CLEAR, HTTPS));
  return found;
}

function checkRule(rule: Group, path: Path, sinks: readonly string[]): Complaint[] {
  const found: Complaint[] = [];
  const to = list(rule.to);
  to.forEach((one, index) => {
    const name = text(one);
    if (name === undefined) return;
    if (!sinks.includes(name)) found.push(wrong([...path, 'to', index], `there is no sink "${name}"${hint(name, sinks)}`, `to: [${sinks[0] ?? 'on-call'}]`));
    if (to.indexOf(one) !== index) found.push(wrong([...path, 'to', index], `"${name}" is named twice`, `to: [${name}]`));
  });
  const window = millis(rule.window);
  if (window !== undefined && (window < 1_000 || window > DAY_MS)) found.push(wrong([...path, 'window'], 'must be between 1s and 1d', 'window: 1m'));
  const within = millis(group(group(rule.when).countOver).within);
  if (within !== undefined && (within < 1_000 || within > DAY_MS)) found.push(wrong([...path, 'when', 'countOver', 'within'], 'must be between 1s and 1d', 'within: 10m'));
  const quiet = group(rule.quiet);
  found.push(...checkZone(quiet.zone, [...path, 'quiet', 'zone']));
  if (text(quiet.from) !== undefined && quiet.from === quiet.to) found.push(wrong([...path, 'quiet', 'to'], 'is the same as "from": quiet all day would be no alert at all', 'to: "08:00"'));
  if (rule.quiet !== undefined && quiet.except === undefined) found.push(doubtful([...path, 'quiet'], 'even what is critical waits until the quiet hours are over', 'except: critical'));
  return found;
}

export function checkAlerts(value: unknown): readonly Complaint[] {
  const alerts = group(group(value).alerts);
  const sinks = list(alerts.sinks).map(group);
  const rules = list(alerts.rules).map(group);
  const hooks = list(alerts.webhooks).map(group);
  const webhooks = hooks.map(({ id }) => text(id));
  const ids = sinks.map(({ id }) => text(id));
  const found = [
    ...twice(ids, (index) => ['alerts', 'sinks', index, 'id'], 'sink'),
    ...twice(rules.map(({ id }) => text(id)), (index) => ['alerts', 'rules', index, 'id'], 'rule of alerts'),
    ...twice(webhooks, (index) => ['alerts', 'webhooks', index, 'id'], 'webhook'),
    ...twice(list(alerts.canaries).map((one) => text(group(one).id)), (index) => ['alerts', 'canaries', index, 'id'], 'canary'),
    ...checkZone(alerts.zone, ['alerts', 'zone']),
  ];
  const known = ids.filter((id) => id !== undefined);
  webhooks.forEach((id, index) => {
    if (id !== undefined && known.includes(id)) found.push(wrong(['alerts', 'webhooks', index, 'id'], `a sink is called "${id}" too`, `id: ${id}-hook`));
  });
  hooks.forEach(({ url }, index) => {
    if (crossesInClear(text(url))) found.push(doubtful(['alerts', 'webhooks', index, 'url'], IN_CLEAR, HTTPS));
  });
  sinks.forEach((sink, index) => found.push(...checkSink(sink, ['alerts', 'sinks', index])));
  rules.forEach((rule, index) => found.push(...checkRule(rule, ['alerts', 'rules', index], known)));
  const used = new Set(rules.flatMap(({ to }) => list(to)));
  sinks.forEach(({ id }, index) => {
    if (text(id) !== undefined && !used.has(id)) found.push(doubtful(['alerts', 'sinks', index, 'id'], 'no rule sends anything to it', `rules: [{ id: everything, to: [${text(id) ?? ''}] }]`));
  });
  return found;
}
