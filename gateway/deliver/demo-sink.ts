/** The destination of a demonstration: takes everything on loopback and remembers the last deliveries, so that a new user sees what arrived. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Field } from '../ports.js';
import { DEMO_MAIL_FIELD, readDemoEnvelope } from './demo-mail.js';
import { fieldPairs } from './http/field-rules.js';

/** Enough to look back on a first afternoon; with the bound below at most 6.25 MiB. */
const ENTRIES_KEPT = 100;
/** A person reads no more of one body, and a 1 GB upload must not stay in memory. */
const BODY_KEPT = 64 * 1024;

export interface DemoEntry {
  /** Counts up from 1 for as long as the process lives. */
  readonly number: number;
  readonly at: Date;
  readonly route: string;
  readonly method: string;
  readonly target: string;
  readonly fields: readonly Field[];
  readonly bytes: number;
  readonly sha256: string;
  /** The body's first bytes. */
  readonly body: Uint8Array;
  /** False when the sender broke off: such a body must never be taken for a delivery. */
  readonly complete: boolean;
}

export interface DemoSink {
  /** For `upstream: demo`. */
  readonly url: string;
  /** Newest first. */
  entries(): readonly DemoEntry[];
  close(): Promise<void>;
}

export interface DemoSinkOptions {
  readonly now?: () => number;
  /** Which route leads to this target, for whoever looks at the entries. */
  readonly routeOf?: (target: string) => string | undefined;
}

/** To be called only under `demo: true`. */
export async function demoSink(options: DemoSinkOptions = {}): Promise<DemoSink> {
  const now = options.now ?? Date.now;
  const kept: DemoEntry[] = [];
  let count = 0;

  const receive = async (request: IncomingMessage): Promise<DemoEntry> => {
    const hash = createHash('sha256');
    const start: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        hash.update(chunk);
        // Copied: a slice would keep the whole chunk alive.
        if (bytes < BODY_KEPT) start.push(Buffer.from(chunk.subarray(0, BODY_KEPT - bytes)));
        bytes += chunk.length;
      }
    } catch {
      // The sender broke off; `complete` says so.
    }
    count += 1;
    const entry: DemoEntry = {
      number: count,
      at: new Date(now()),
      ...(mailHead(request) ?? {
        route: options.routeOf?.(request.url ?? '') ?? '',
        method: request.method ?? '',
        target: request.url ?? '',
        fields: fieldPairs(request.rawHeaders),
      }),
      bytes,
      sha256: hash.digest('hex'),
      body: Buffer.concat(start),
      complete: request.complete,
    };
    kept.unshift(entry);
    kept.length = Math.min(kept.length, ENTRIES_KEPT);
    return entry;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.on('error', () => response.destroy());
    const entry = await receive(request);
    if (entry.complete) response.writeHead(200, { 'Content-Type': 'application/json' }).end(`${JSON.stringify({ received: entry.bytes })}\n`);
    else response.destroy();
  };

  // Large uploads take as long as they take: who sends them is the gateway, which has bounds of its own.
  const server = createServer({ requestTimeout: 0 }, (request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the demo sink has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    entries: () => [...kept],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Of a mail: its envelope in place of a request's head; its own header is where it always is, at the beginning of its bytes. */
function mailHead(request: IncomingMessage): Pick<DemoEntry, 'route' | 'method' | 'target' | 'fields'> | undefined {
  const field = request.headers[DEMO_MAIL_FIELD];
  const envelope = typeof field === 'string' ? readDemoEnvelope(field) : undefined;
  if (envelope === undefined) return undefined;
  const { route, from, to, more } = envelope;
  const fields = [['MAIL FROM', `<${from}>`] as const, ...to.map((address) => ['RCPT TO', `<${address}>`] as const), ...(more > 0 ? [['RCPT TO', `+${String(more)}`] as const] : [])];
  return { route, method: 'SMTP', target: `<${from}> → ${to.map((address) => `<${address}>`).join(', ')}${more > 0 ? ` +${String(more)}` : ''}`, fields };
}
