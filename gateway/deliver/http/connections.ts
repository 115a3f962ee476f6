/** One route's connections to its upstream: a keep-alive pool, TLS with verification always on, certificates taken anew when their files change. */
import { readFileSync } from 'node:fs';
import { Agent, request as httpRequest, type ClientRequest, type RequestOptions } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Route } from '../../../config/schema.js';
import { codeOf, UpstreamConfigError } from './upstream-errors.js';

/** Under the 60 s after which common load balancers drop an idle connection; a server's own Keep-Alive hint goes first. */
const IDLE_MS = 30_000;
/** How long a replaced certificate may stay in use; the files are small and re-read at most this often. */
const CERTIFICATE_CHECK_MS = 5_000;

export interface Connections {
  readonly url: URL;
  /** The pool to use now. */
  agent(): Agent;
  /** On a connection from the pool, or on one opened for this request alone. */
  open(options: RequestOptions, fresh: boolean): ClientRequest;
  close(): void;
}

export interface ConnectionOptions {
  readonly url: URL;
  readonly maxSockets: number;
  readonly tls?: { readonly ca?: string | undefined; readonly cert?: string | undefined; readonly key?: string | undefined; readonly serverName?: string | undefined } | undefined;
  readonly readFile?: ((path: string) => Buffer) | undefined;
  readonly now?: (() => number) | undefined;
}

/** The target of a route in one form, `demo` resolved. Throws UpstreamConfigError. */
export function targetOf(route: Route, demoUrl: string | undefined): Exclude<Route['upstream'], 'demo'> {
  if (route.upstream !== 'demo') return route.upstream;
  if (demoUrl === undefined) throw new UpstreamConfigError(route.id, 'upstream "demo" exists only under "demo: true"');
  return { url: demoUrl, preserveHost: false, connectTimeout: 5_000, responseTimeout: 60_000, maxSockets: 256 };
}

/** Throws UpstreamConfigError when the certificates cannot be used; later on a bad file leaves the last good ones in use. */
export function connectionsTo(routeId: string, options: ConnectionOptions): Connections {
  const { url, tls } = options;
  const readFile = options.readFile ?? ((path) => readFileSync(path));
  const now = options.now ?? Date.now;
  const secure = url.protocol === 'https:';
  let material = '';
  let context: SecureContext | undefined;
  let checkedAt = now();
  let pool: Agent;

  const load = (): boolean => {
    if (!secure) return false;
    const [ca, cert, key] = [tls?.ca, tls?.cert, tls?.key].map((path) => (path === undefined ? undefined : readFile(path)));
    const next = [ca, cert, key].map((one) => one?.toString('base64') ?? '').join('.');
    if (context !== undefined && next === material) return false;
    context = createSecureContext({ minVersion: 'TLSv1.2', ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) });
    material = next;
    return true;
  };
  const agent = (keepAlive: boolean): Agent => {
    const common = { keepAlive, timeout: IDLE_MS, scheduling: 'lifo' as const, ...(keepAlive && { maxSockets: options.maxSockets }) };
    return secure
      ? new TlsAgent({ ...common, minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(context && { secureContext: context }), ...(tls?.serverName !== undefined && { servername: tls.serverName }) })
      : new Agent(common);
  };

  try {
    load();
  } catch (error) {
    throw new UpstreamConfigError(routeId, `its upstream's certificates cannot be used (${codeOf(error) || 'unreadable'})`, { cause: error });
  }
  pool = agent(true);
  let single = agent(false);

  const refresh = (): void => {
    if (!secure || now() - checkedAt < CERTIFICATE_CHECK_MS) return;
    checkedAt = now();
    try {
      if (!load()) return;
    } catch {
      // Halfway through a replacement, certificate and key do not match: what worked stays until the next look.
      return;
    }
    retire(pool);
    pool = agent(true);
    single = agent(false);
  };

  return {
    url,
    agent: () => {
      refresh();
      return pool;
    },
    open: (request, fresh) => {
      refresh();
      const whole: RequestOptions = {
        ...request,
        protocol: url.protocol,
        // URL keeps the brackets of an IPv6 address, connect() wants none.
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        ...(url.port !== '' && { port: url.port }),
        agent: fresh ? single : pool,
      };
      return secure ? httpsRequest(whole) : httpRequest(whole);
    },
    close: () => {
      pool.destroy();
      single.destroy();
    },
  };
}

/** Lets running exchanges end and keeps none of their connections. */
function retire(pool: Agent): void {
  pool.maxFreeSockets = 0;
  for (const sockets of Object.values(pool.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}
