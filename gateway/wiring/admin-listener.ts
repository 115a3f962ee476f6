/** Serves the admin side: express over http, or https with the listener's own certificate. */
import { readFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Config } from '../../config/schema.js';

/** A reader of /metrics or the API that keeps its connection must not keep the process. */
const CLOSE_MS = 2_000;

export interface AdminListener {
  readonly url: string;
  close(): Promise<void>;
}

/** Requests are small documents, and consoles are few: whoever sends slowly or opens many must not take the data plane's descriptors. */
const LIMITS = { connections: 500, headersMs: 10_000, requestMs: 30_000, checkMs: 5_000 } as const;
type Limits = Readonly<Record<keyof typeof LIMITS, number>>;

export async function adminListener(listen: Config['listen']['admin'], app: RequestListener, limits: Limits = LIMITS): Promise<AdminListener> {
  const { tls } = listen;
  const patience = { headersTimeout: limits.headersMs, requestTimeout: limits.requestMs, connectionsCheckingInterval: limits.checkMs };
  const server: Server =
    tls === undefined
      ? createHttp(patience, app)
      : createHttps(
          {
            ...patience,
            cert: readFileSync(tls.cert),
            key: readFileSync(tls.key),
            minVersion: 'TLSv1.2',
            ...(tls.clientCa === undefined ? {} : { ca: readFileSync(tls.clientCa), requestCert: tls.clientCertificate !== 'none', rejectUnauthorized: tls.clientCertificate === 'required' }),
          },
          app,
        );
  server.maxConnections = limits.connections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${hostForUrl(listen.host)}:${port}`,
    close: () =>
      new Promise((resolve) => {
        const force = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** An address as it stands in a URL; `0.0.0.0` and `::` are reached by loopback. */
export function hostForUrl(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
