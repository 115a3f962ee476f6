/** A Node server that tells each request what arrived of it, and keeps a log of all of them, malformed ones included. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Arrived {
  readonly target: string;
  readonly method: string;
  /** Flat, as they stood on the wire. */
  readonly fields: readonly string[];
  /** One code unit is one byte. */
  readonly body: string;
  /** Its body came to its end. */
  readonly complete: boolean;
}

export interface EchoUpstream {
  readonly url: string;
  readonly port: number;
  readonly arrived: readonly Arrived[];
  /** What the parser refused and why, other than ends in the middle of a message. */
  readonly refused: readonly string[];
  close(): Promise<void>;
}

/** Of connections that ended before their request did: the gateway broke it off, as it must. */
const BROKEN_OFF: ReadonlySet<string> = new Set(['HPE_INVALID_EOF_STATE', 'ECONNRESET', 'EPIPE']);

export async function echoUpstream(): Promise<EchoUpstream> {
  const arrived: Arrived[] = [];
  const refused: string[] = [];
  const record = (request: IncomingMessage, parts: readonly Buffer[]): void => {
    arrived.push({ target: request.url ?? '', method: request.method ?? '', fields: request.rawHeaders, body: Buffer.concat(parts).toString('latin1'), complete: request.complete });
  };
  const server = createServer({ keepAliveTimeout: 60_000, maxHeaderSize: 1024 * 1024 }, (request, response) => {
    const parts: Buffer[] = [];
    let recorded = false;
    const end = (): void => {
      if (recorded) return;
      recorded = true;
      record(request, parts);
    };
    request.on('data', (part: Buffer) => parts.push(part)).on('error', end).on('close', end).on('end', () => {
      end();
      response.end(JSON.stringify({ target: request.url, method: request.method, body: Buffer.concat(parts).toString('latin1') }));
    });
  });
  server.maxHeadersCount = 0;
  server.on('clientError', (error: NodeJS.ErrnoException & { readonly rawPacket?: Buffer }, socket) => {
    if (!BROKEN_OFF.has(error.code ?? '')) refused.push(`${error.code ?? error.message}: ${error.rawPacket?.toString('latin1').slice(0, 200) ?? ''}`);
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    port,
    arrived,
    refused,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
