/** Node's HTTP or HTTPS server with every limit set on purpose, and certificates that follow their files. */
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import type { Config } from '../../../config/schema.js';
import { causeCode } from '../../errors.js';
import type { Log } from '../../ports.js';
import { protocolsOf } from './front/h2-front.js';

type Listen = Config['listen']['data'];
type Tls = NonNullable<Listen['tls']>;

export interface Timing {
  /** How often heads that are overdue are looked for. */
  readonly checkEveryMs: number;
  /** How long an idle connection is kept: longer than common balancers keep theirs (60 s), so that the balancer closes first. */
  readonly keepAliveMs: number;
  /** How often certificate files are looked at; polling follows swapped symbolic links too. */
  readonly certificateCheckMs: number;
  /** How long the end of an answer waits for its client, on the fast front. */
  readonly lastBytesMs: number;
  /** So long a body of moderate length is waited for before it is taken as it comes: longer than a network takes between its packets, shorter than anyone notices. */
  readonly wholeMs: number;
}

/** What a client reads out of the system's own buffers does not show, and they hold some MiB: in so long, 8 KB a second empty them. */
const LAST_BYTES_MS = 600_000;

export const TIMING: Timing = { checkEveryMs: 1000, keepAliveMs: 65_000, certificateCheckMs: 2000, lastBytesMs: LAST_BYTES_MS, wholeMs: 20 };

export interface ListeningServer {
  readonly server: Server;
  /** Stops watching certificate files. */
  readonly unwatch: () => void;
}

export function nodeServer(listen: Listen, limits: Pick<Config['limits'], 'headBytes' | 'headTimeout' | 'connections'>, timing: Timing, log: Log): ListeningServer {
  const options: ServerOptions = {
    maxHeaderSize: limits.headBytes,
    headersTimeout: limits.headTimeout,
    // A body may take hours; how long it may be silent is the route's bodyTimeout.
    requestTimeout: 0,
    connectionsCheckingInterval: timing.checkEveryMs,
    keepAliveTimeout: timing.keepAliveMs,
    insecureHTTPParser: false,
    // We refuse a missing Host ourselves, with a document.
    requireHostHeader: false,
    noDelay: true,
  };
  const server = listen.tls === undefined ? createServer(options) : createTlsServer({ ...options, ...tlsOptions(listen.tls, protocolsOf(listen)) });
  // Node drops fields beyond this count without a word; the head's size bounds them already.
  server.maxHeadersCount = 0;
  server.maxConnections = limits.connections;
  server.timeout = 0;
  const unwatch = listen.tls === undefined || !('setSecureContext' in server) ? () => undefined : followCertificates(server, listen.tls, timing, log);
  return { server, unwatch };
}

function secureContext(tls: Tls): SecureContextOptions {
  return {
    cert: readFileSync(tls.cert),
    key: readFileSync(tls.key),
    ...(tls.clientCa === undefined ? {} : { ca: readFileSync(tls.clientCa) }),
    minVersion: 'TLSv1.2',
  };
}

export function tlsOptions(tls: Tls, protocols: string[]): TlsOptions {
  return {
    ...secureContext(tls),
    requestCert: tls.clientCertificate !== 'none',
    rejectUnauthorized: tls.clientCertificate === 'required',
    ALPNProtocols: protocols,
  };
}

/** New connections get the new certificate; those that are open keep theirs. A pair that does not load changes nothing. */
export function followCertificates(server: { setSecureContext(options: SecureContextOptions): void }, tls: Tls, timing: Timing, log: Log): () => void {
  const files = [tls.cert, tls.key, ...(tls.clientCa === undefined ? [] : [tls.clientCa])];
  const reload = (): void => {
    try {
      server.setSecureContext(secureContext(tls));
      log.info('http.certificate-reloaded');
    } catch (thrown) {
      log.error('http.certificate-unreadable', { cause: causeCode(thrown) });
    }
  };
  for (const file of files) watchFile(file, { interval: timing.certificateCheckMs, persistent: false }, reload);
  return () => {
    for (const file of files) unwatchFile(file, reload);
  };
}
