/** /metrics, /healthz and /readyz on an address of their own: of a worker, and of a gateway whose admin side Prometheus may not reach. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MetricsListen } from '../../config/metrics-schema.js';
import { inRange, parseAddress, parseRange, type Range } from '../policy/cidr.js';
import type { Health } from '../ports.js';
import type { Exposition } from '../record/exposition.js';
import { hasForeignName } from '../review/own-name.js';
import { readiness } from '../review/readiness.js';
import { adminListener, type AdminListener } from './admin-listener.js';

export interface MetricsListenerOptions {
  readonly listen: MetricsListen;
  /** In the form that the reader's Accept asks for. */
  readonly text: (accept: string | undefined) => Promise<Exposition>;
  readonly health: readonly Health[];
}

/** A scrape and a probe need few connections; nobody who may not read metrics shall take many. */
const LIMITS = { connections: 50, headersMs: 5_000, requestMs: 10_000, checkMs: 5_000 } as const;
const OWN: readonly Range[] = ['127.0.0.0/8', '::1'].flatMap((one) => parseRange(one) ?? []);

export function metricsListener({ listen, text, health }: MetricsListenerOptions): Promise<AdminListener> {
  const ready = readiness(health);
  // Without a list the listener is bound to this machine, or asks everyone for a certificate: config/checks/metrics.ts.
  const allowed = listen.allow.length === 0 ? undefined : [...OWN, ...listen.allow.flatMap((one) => parseRange(one) ?? [])];
  const mayRead = ({ socket }: IncomingMessage): boolean => {
    const peer = parseAddress(socket.remoteAddress ?? '');
    return allowed === undefined || (peer !== undefined && allowed.some((range) => inRange(peer, range)));
  };

  const answer = async ({ request, path, query }: Asked): Promise<Answer> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, type: 'text/plain', text: 'method not allowed\n', more: { Allow: 'GET, HEAD' } };
    if (path === '/healthz') return { status: 200, type: 'application/json', text: '{"status":"alive"}' };
    if (path === '/readyz') {
      const purpose = new URLSearchParams(query).get('for') ?? 'all';
      if (purpose !== 'all' && purpose !== 'hold') return { status: 400, type: 'text/plain', text: 'for: all or hold\n' };
      const answered = await ready(purpose);
      return { status: answered.ready ? 200 : 503, type: 'application/json', text: JSON.stringify(answered) };
    }
    if (path !== '/metrics') return { status: 404, type: 'text/plain', text: 'not found\n' };
    // A page whose name was made to point here; over TLS the certificate would have told.
    if (listen.tls === undefined && hasForeignName(request)) return { status: 421, type: 'text/plain', text: 'ask by address or as localhost\n' };
    if (!mayRead(request)) return { status: 403, type: 'text/plain', text: 'not allowed from this address\n' };
    return { status: 200, ...(await text(request.headers.accept)), more: { Vary: 'Accept' } };
  };
  // What failed is in the log of whoever failed; a reader of metrics is told that it did.
  const failed = (): Answer => ({ status: 500, type: 'text/plain', text: 'failed\n' });
  return adminListener(
    listen,
    (request, response) => {
      const [path, query] = (request.url ?? '/').split('?');
      void answer({ request, path, query }).catch(failed).then((one) => send(response, one));
    },
    LIMITS,
  );
}

interface Asked {
  readonly request: IncomingMessage;
  readonly path: string | undefined;
  readonly query: string | undefined;
}
interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly more?: Readonly<Record<string, string>>;
}

function send(response: ServerResponse, { status, type, text, more = {} }: Answer): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text), 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', ...more });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}
