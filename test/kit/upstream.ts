/** A real HTTP(S) server on loopback that records what arrives and answers as the test has scripted. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, STATUS_CODES, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { Field } from '../../gateway/ports.js';

/** Body bytes kept per request; all of them are counted and hashed. */
const BODY_KEPT = 1024 * 1024;

export interface RecordedRequest {
  readonly method: string;
  readonly target: string;
  /** As they stood on the wire: order, case and repeats. */
  readonly fields: readonly Field[];
  readonly trailers: readonly Field[];
  /** Bytes of the body that arrived. */
  readonly bytes: number;
  readonly sha256: string;
  /** The first `bodyKept` bytes of it. */
  readonly body: Buffer;
  /** False when the sender's connection ended before its body did. */
  readonly complete: boolean;
  /** Numbered from 1: two requests with the same number shared a connection. */
  readonly connection: number;
  /** Common name of the client's certificate, over TLS. */
  readonly clientName: string | undefined;
  /** Server name the client asked for (SNI), over TLS. */
  readonly serverName: string | undefined;
}

export interface Script {
  readonly status?: number;
  readonly statusText?: string;
  readonly fields?: readonly Field[];
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  readonly trailers?: readonly Field[];
  /** The answer waits for it. */
  readonly delay?: Promise<unknown>;
  /** `head`: no answer once the head is here; `body`: once the body is here; `answer`: after the answer's head and body, without an end. */
  readonly reset?: 'head' | 'body' | 'answer';
  /** Answer without reading the body. */
  readonly early?: boolean;
}

export interface RecordingUpstream {
  /** Without a trailing slash, for example `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly port: number;
  /** Every request whose body has ended, well or badly, in that order. */
  readonly requests: readonly RecordedRequest[];
  /** Requests whose head has arrived. */
  readonly started: number;
  /** Body bytes that have arrived so far, of requests that are not over as well. */
  readonly arriving: number;
  /** Connections accepted so far. */
  readonly connections: number;
  /** Scripts the next requests, one each; afterwards `always` holds. */
  next(...scripts: readonly Script[]): void;
  always(script: Script): void;
  /** Resolves when `count` requests have ended, well or badly. */
  recorded(count: number): Promise<readonly RecordedRequest[]>;
  /** Resolves when `count` heads have arrived. */
  reached(count: number): Promise<void>;
  /** Resolves when so many body bytes have arrived, over all requests. */
  arrived(bytes: number): Promise<void>;
  /** Ends connections that carry no request now, as a server's idle timeout does; resolves when their clients have heard of it. */
  closeIdle(): Promise<void>;
  close(): Promise<void>;
}

const pairs = (raw: readonly string[]): Field[] =>
  Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i] ?? '', raw[2 * i + 1] ?? ''] as const);

interface Waiter { readonly ready: () => boolean; readonly go: () => void }

export async function recordingUpstream(options: { readonly bodyKept?: number; readonly tls?: TlsServerOptions } = {}): Promise<RecordingUpstream> {
  const kept = options.bodyKept ?? BODY_KEPT;
  const requests: RecordedRequest[] = [];
  const queue: Script[] = [];
  const connectionNumbers = new WeakMap<object, number>();
  const resting = new Set<Socket>();
  let fallback: Script = {};
  let started = 0;
  let connections = 0;
  let arriving = 0;
  let waiters: Waiter[] = [];

  const wake = (): void => {
    const ready = waiters.filter((one) => one.ready());
    waiters = waiters.filter((one) => !ready.includes(one));
    for (const one of ready) one.go();
  };
  const until = (ready: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      waiters.push({ ready, go: resolve });
      wake();
    });

  const record = (request: IncomingMessage, read: boolean): Promise<void> => {
    const hash = createHash('sha256');
    const chunks: Buffer[] = [];
    const tls = 'encrypted' in request.socket ? (request.socket as TLSSocket) : undefined;
    // Without a client certificate this is an empty object, whatever the types say.
    const certificate: Partial<PeerCertificate> | undefined = tls?.getPeerCertificate();
    const connection = connectionNumbers.get(request.socket) ?? 0;
    let bytes = 0;
    return new Promise((resolve) => {
      if (read) request.on('data', (chunk: Buffer) => {
        hash.update(chunk);
        if (bytes < kept) chunks.push(chunk.subarray(0, kept - bytes));
        bytes += chunk.length;
        arriving += chunk.length;
        wake();
      });
      // `close` follows both a complete body and a broken one; an error says no more than `complete` does.
      request.on('error', () => undefined);
      request.on('end', finish);
      request.on('close', finish);
      let finished = false;
      function finish(): void {
        if (finished) return;
        finished = true;
        requests.push({
          method: request.method ?? '',
          target: request.url ?? '',
          fields: pairs(request.rawHeaders),
          trailers: pairs(request.rawTrailers),
          bytes,
          sha256: hash.digest('hex'),
          body: Buffer.concat(chunks),
          complete: request.complete,
          connection,
          clientName: [certificate?.subject?.CN].flat()[0],
          serverName: typeof tls?.servername === 'string' ? tls.servername : undefined,
        });
        wake();
        resolve();
      }
    });
  };

  const answer = async (script: Script, response: ServerResponse): Promise<void> => {
    const closed = once(response, 'close');
    const raw = (script.fields ?? []).flat();
    const status = script.status ?? 200;
    response.writeHead(status, script.statusText ?? STATUS_CODES[status] ?? '', raw);
    const body = script.body ?? '';
    if (typeof body === 'string' || body instanceof Uint8Array) {
      if (body.length > 0) response.write(body);
      else response.flushHeaders();
    } else {
      for await (const chunk of body) {
        if (response.destroyed) return;
        if (!response.write(chunk)) await Promise.race([once(response, 'drain'), closed]);
      }
    }
    if (script.reset === 'answer') {
      // Only once the written bytes have left does the reader get to see them before the reset.
      await new Promise<void>((resolve) => response.write(' ', () => resolve()));
      response.destroy();
      return;
    }
    if (script.trailers !== undefined) response.addTrailers([...script.trailers] as [string, string][]);
    response.end();
  };

  const listener: RequestListener = (request, response) => {
    const script = queue.shift() ?? fallback;
    started += 1;
    resting.delete(request.socket);
    response.on('error', () => undefined).on('close', () => {
      if (!request.socket.destroyed) resting.add(request.socket);
    });
    void (async () => {
      if (script.early !== true && script.reset !== 'head') {
        await record(request, true);
        if (!request.complete) return;
      } else {
        // Nobody looks at the body; whether it came to its end still counts.
        void record(request, false);
      }
      await script.delay;
      if (script.reset === 'head' || script.reset === 'body') request.socket.resetAndDestroy();
      else await answer(script, response);
    })();
    wake();
  };

  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  server.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    connections += 1;
    connectionNumbers.set(socket, connections);
    resting.add(socket);
    socket.once('close', () => resting.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    requests,
    get started() { return started; },
    get connections() { return connections; },
    get arriving() { return arriving; },
    next: (...scripts) => void queue.push(...scripts),
    always: (script) => void (fallback = script),
    recorded: async (count) => {
      await until(() => requests.length >= count);
      return requests;
    },
    reached: (count) => until(() => started >= count),
    arrived: (bytes) => until(() => arriving >= bytes),
    closeIdle: async () => {
      await Promise.all([...resting].map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()).end())));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
