/** One route's connections to its upstream: a keep-alive pool, TLS with verification always on, certificates taken anew when their files change. */
import { Agent, request as httpRequest, type ClientRequest, type RequestOptions } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import type { HttpRoute } from '../../../config/schema.js';
import { certificates, type CertificateOptions } from './certificates.js';
import { UpstreamConfigError } from './upstream-errors.js';

/** Under the 60 s after which common load balancers drop an idle connection; a server's own Keep-Alive hint goes first. */
export const IDLE_MS = 30_000;

export interface Connections {
  readonly url: URL;
  /** The pool to use now. */
  agent(): Agent;
  /** On a connection from the pool, or on one opened for this request alone. */
  open(options: RequestOptions, fresh: boolean): ClientRequest;
  close(): void;
}

export interface ConnectionOptions extends CertificateOptions {
  readonly maxSockets: number;
}

/** The target of a route in one form, `demo` resolved. Throws UpstreamConfigError. */
export function targetOf(route: HttpRoute, demoUrl: string | undefined): Exclude<HttpRoute['upstream'], 'demo'> {
  if (route.upstream !== 'demo') return route.upstream;
  if (demoUrl === undefined) throw new UpstreamConfigError(route.id, 'upstream "demo" exists only under "demo: true"');
  return { url: demoUrl, preserveHost: false, connectTimeout: 5_000, responseTimeout: 60_000, maxSockets: 256 };
}

/** Throws UpstreamConfigError when the certificates cannot be used; later on a bad file leaves the last good ones in use. */
export function connectionsTo(routeId: string, options: ConnectionOptions): Connections {
  const { url, tls } = options;
  const secure = url.protocol === 'https:';
  const files = certificates(routeId, options);
  let pool: Agent;

  const agent = (keepAlive: boolean): Agent => {
    const common = { keepAlive, timeout: IDLE_MS, scheduling: 'lifo' as const, ...(keepAlive && { maxSockets: options.maxSockets }) };
    return secure
      ? new TlsAgent({ ...common, minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(files.context && { secureContext: files.context }), ...(tls?.serverName !== undefined && { servername: tls.serverName }) })
      : new Agent(common);
  };

  pool = agent(true);
  let single = agent(false);

  const refresh = (): void => {
    if (!files.refresh()) return;
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
