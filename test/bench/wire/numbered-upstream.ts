/** The destination of the wire's soak: it answers each request with the number in its target and the digest of what came, and misbehaves where the target says so. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export const MISCHIEFS = ['reset', 'half', 'rubbish', 'early', 'stray'] as const;
/** `plain` and `chunked` are honest; `close` ends the body with the connection; the others break. */
export type Manner = 'plain' | 'chunked' | 'close' | 'slow' | (typeof MISCHIEFS)[number];

export interface NumberedUpstream {
  readonly url: string;
  /** Numbers of requests that came to their end, with how often. */
  readonly complete: ReadonlyMap<number, number>;
  /** Numbers whose body held the text that must not arrive. */
  readonly leaked: readonly number[];
  /** Told before it is sent. */
  guard(number: number, text: string): void;
  close(): Promise<void>;
}

/** The whole answer to a number. */
export function answerOf(number: number, bytes: number): Buffer {
  return Buffer.alloc(bytes, `answer ${String(number)};`);
}

const STRAY = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON';
const PIECES = 8;
const PIECE_MS = 40;
/** What is looked through for a guarded text; guarded bodies are smaller. */
const LOOKED_MOST = 1024 * 1024;

async function answer(response: ServerResponse, manner: Manner, body: Buffer): Promise<void> {
  const { socket } = response;
  const half = Math.ceil(body.length / 2);
  switch (manner) {
    case 'reset':
      socket?.resetAndDestroy();
      return;
    case 'half':
      response.setHeader('Content-Length', String(body.length + 1));
      response.write(body.subarray(0, half), () => socket?.resetAndDestroy());
      return;
    case 'rubbish':
      socket?.end('HTTP/1.1 2OO OK\r\nContent-Length : 1\r\n\r\nx');
      return;
    case 'stray':
      response.setHeader('Content-Length', String(body.length));
      response.end(body, () => socket?.write(STRAY));
      return;
    case 'close':
      response.setHeader('Connection', 'close');
      response.useChunkedEncodingByDefault = false;
      response.write(body.subarray(0, half));
      response.end(body.subarray(half));
      return;
    case 'slow':
      for (let at = 0; at < PIECES && !response.destroyed; at++) {
        response.write(body.subarray(Math.ceil((body.length * at) / PIECES), Math.ceil((body.length * (at + 1)) / PIECES)));
        await delay(PIECE_MS);
      }
      response.end();
      return;
    case 'chunked':
      response.setHeader('Trailer', 'X-Sum');
      response.write(body.subarray(0, half));
      response.addTrailers({ 'X-Sum': String(body.length) });
      response.end(body.subarray(half));
      return;
    case 'early':
    case 'plain':
      response.setHeader('Content-Length', String(body.length));
      response.end(body);
  }
}

export async function numberedUpstream(): Promise<NumberedUpstream> {
  const complete = new Map<number, number>();
  const leaked: number[] = [];
  const guarded = new Map<number, string>();
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = new URL(request.url ?? '/', 'http://here');
    const number = Number(target.pathname.split('/')[2]);
    const manner = (target.searchParams.get('as') ?? 'plain') as Manner;
    const body = answerOf(number, Number(target.searchParams.get('bytes') ?? 40));
    response.on('error', () => undefined);
    if (manner === 'early') {
      response.writeHead(413, { 'Content-Length': '0', Connection: 'close', 'X-Number': String(number) }).end();
      return;
    }
    const digest = createHash('sha256');
    const text = guarded.get(number);
    const kept: Buffer[] = [];
    let bytes = 0;
    for await (const part of request as AsyncIterable<Buffer>) {
      digest.update(part);
      bytes += part.length;
      if (text !== undefined && bytes < LOOKED_MOST) kept.push(part);
    }
    if (text !== undefined && Buffer.concat(kept).includes(text)) leaked.push(number);
    complete.set(number, (complete.get(number) ?? 0) + 1);
    response.setHeader('X-Number', String(number)).setHeader('X-Digest', digest.digest('hex')).setHeader('X-Bytes', String(bytes));
    await answer(response, manner, body);
  };
  // Kept for less long than the gateway keeps them: it meets connections that have just been closed.
  const server = createServer({ keepAliveTimeout: 3_000, requestTimeout: 0 }, (request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    complete, leaked,
    guard: (number, text) => void guarded.set(number, text),
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
