/** What `weir config check --connect` says of alert sinks, notices to senders and upstreams: whether somebody answers there. */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { SinkConfig } from '../../config/alerts-schema.js';
import { httpRoutes } from '../../config/routes.js';
import type { Config } from '../../config/schema.js';
import { liner, type ConnectLine, type ConnectPart } from './connect-line.js';
import { reached, reachOf, type Reach } from './connect-reach.js';
import type { ConnectWords } from './words-connect.js';

type Secret = { readonly env: string } | { readonly file: string };
export type Env = Readonly<Record<string, string | undefined>>;

interface FarSide {
  readonly part: ConnectPart;
  readonly name: string;
  /** `undefined`: cannot be told apart from nobody. Throws where a file or a secret is missing. */
  readonly reach: () => Reach | undefined;
}

export async function farSideLines(config: Config, env: Env, words: ConnectWords): Promise<readonly ConnectLine[]> {
  return Promise.all(farSides(config, env).map(async ({ part, name, reach }) => {
    const say = liner(words, part, name);
    let where;
    try {
      where = reach();
    } catch {
      return say.missing('noSecret');
    }
    return where === undefined ? say.ok('udp') : await reached(where, say);
  }));
}

function farSides(config: Config, env: Env): readonly FarSide[] {
  const sinks = config.alerts.sinks.map((sink): FarSide => ({ part: 'sink', name: sink.id, reach: () => sinkReach(sink, env) }));
  const webhooks = config.alerts.webhooks.map(({ id, url }): FarSide => ({ part: 'sink', name: id, reach: () => reachOf(url) }));
  const notices = config.notices.sinks.map(({ id, url }): FarSide => ({ part: 'notices', name: id, reach: () => reachOf(url) }));
  const upstreams = httpRoutes(config).flatMap(({ id, upstream }): readonly FarSide[] => (upstream === 'demo' ? [] : [{ part: 'upstream', name: id, reach: () => reachOf(upstream.url, tlsOf(upstream.tls ?? {})) }]));
  return [...sinks, ...webhooks, ...notices, ...upstreams];
}

function sinkReach(sink: SinkConfig, env: Env): Reach | undefined {
  if (sink.kind === 'mail') {
    const { host, tls } = sink;
    // STARTTLS begins with words, and nothing is said here.
    return tls === 'implicit' ? { host, port: sink.port ?? 465, tls: tlsOf(sink) } : { host, port: sink.port ?? 587 };
  }
  if (sink.kind === 'syslog') {
    const { host, protocol } = sink;
    if (protocol === 'udp') return undefined;
    return protocol === 'tls' ? { host, port: sink.port ?? 6514, tls: tlsOf(sink) } : { host, port: sink.port ?? 514 };
  }
  return reachOf(typeof sink.url === 'string' ? sink.url : secretOf(sink.url, env), tlsOf(sink));
}

export function secretOf(secret: Secret, env: Env): string {
  const value = 'file' in secret ? readFileSync(secret.file, 'utf8').trimEnd() : env[secret.env];
  if (value === undefined || value === '') throw new TypeError('the secret is not there');
  return value;
}

interface TlsFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly serverName?: string | undefined;
}

function tlsOf({ ca, cert, key, serverName }: TlsFiles): ConnectionOptions {
  const read = (path: string): Buffer => readFileSync(path);
  return {
    ...(ca === undefined ? {} : { ca: read(ca) }),
    ...(cert === undefined ? {} : { cert: read(cert) }),
    ...(key === undefined ? {} : { key: read(key) }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}
