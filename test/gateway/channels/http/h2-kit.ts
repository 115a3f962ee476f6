/** HTTP/2 by hand: a channel that speaks it, node:http2's own client, and frames written byte by byte for what no client would send. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type ClientHttp2Session, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { tempFolder } from '../../../kit/temp.js';
import { testChannel, type ChannelSettings, type TestChannel } from './kit.js';

const folder = tempFolder('h2');
const at = (name: string): string => join(folder, name);
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'one.key', '-out', 'one.pem', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'], { cwd: folder, stdio: 'ignore' });
export const CA = at('one.pem');

/** Its listener speaks TLS, and HTTP/2 unless told not to. */
export function h2Channel(settings: ChannelSettings = {}, listen: Record<string, unknown> = {}): Promise<TestChannel> {
  return testChannel({ ...settings, config: { ...settings.config, listen: { data: { tls: { cert: at('one.pem'), key: at('one.key') }, http2: true, ...listen } } } });
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly trailers: IncomingHttpHeaders;
  /** Of the stream's end. */
  readonly rstCode: number;
}

const clients = new Set<ClientHttp2Session>();
export function endClients(): void {
  for (const one of clients) one.destroy();
  clients.clear();
}

export function h2Client(port: number, options: Record<string, unknown> = {}): ClientHttp2Session {
  const client = connect(`https://localhost:${String(port)}`, { ca: readFileSync(CA), ...options });
  client.on('error', () => undefined);
  clients.add(client);
  return client;
}

/** `send`: undefined sends nothing and ends; a function writes what it likes and ends when it likes. */
export function ask(client: ClientHttp2Session, headers: OutgoingHttpHeaders, send?: string | Buffer | ((stream: ReturnType<ClientHttp2Session['request']>) => void), options: { readonly waitForTrailers?: boolean } = {}): Promise<Answer> {
  return new Promise((resolve) => {
    const stream = client.request(headers, { endStream: send === undefined, ...options });
    let got: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    let body = '';
    stream.on('response', (fields: IncomingHttpHeaders) => {
      got = fields;
    });
    stream.on('trailers', (fields: IncomingHttpHeaders) => {
      trailers = fields;
    });
    stream.setEncoding('latin1').on('data', (part: string) => (body += part));
    stream.on('error', () => undefined);
    stream.on('close', () => resolve({ status: Number(got[':status'] ?? 0), headers: got, body, trailers, rstCode: stream.rstCode }));
    if (typeof send === 'function') send(stream);
    else if (send !== undefined) stream.end(send);
  });
}

// ---------------------------------------------------------------- frames by hand

export const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, window: 8, continuation: 9 } as const;
export const END_STREAM = 1;
export const END_HEADERS = 4;

export function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const length = [127];
  let rest = bytes.length - 127;
  for (; rest >= 128; rest >>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([...length, rest]), bytes]);
}
/** Literals that no table remembers, not compressed. */
export const block = (fields: readonly (readonly [string, string])[]): Buffer => Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));

export interface RawH2 {
  readonly socket: TLSSocket;
  write(...frames: readonly Buffer[]): void;
  /** The first frame of that type on that stream, or undefined when the connection ended before. */
  frame(type: number, stream: number): Promise<Buffer | undefined>;
  readonly closed: Promise<void>;
  /** All frames so far: type, stream, payload. */
  readonly seen: readonly { readonly type: number; readonly stream: number; readonly payload: Buffer }[];
}

/** Connected, with its preface and empty settings sent. */
export async function rawH2(port: number): Promise<RawH2> {
  const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: readFileSync(CA), ALPNProtocols: ['h2'] });
  const seen: { type: number; stream: number; payload: Buffer }[] = [];
  const waiting = new Set<() => void>();
  let bytes = Buffer.alloc(0);
  let over = false;
  const tell = (): void => {
    for (const one of waiting) one();
  };
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 9 && bytes.length >= 9 + bytes.readUIntBE(0, 3)) {
      const length = bytes.readUIntBE(0, 3);
      seen.push({ type: bytes.readUInt8(3), stream: bytes.readUInt32BE(5) & 0x7fffffff, payload: bytes.subarray(9, 9 + length) });
      bytes = bytes.subarray(9 + length);
    }
    tell();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      over = true;
      tell();
      resolve();
    });
  });
  await new Promise<void>((resolve) => {
    socket.once('secureConnect', () => resolve());
  });
  socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(FRAME.settings, 0, 0)]));
  return {
    socket,
    seen,
    closed,
    write: (...frames) => void socket.write(Buffer.concat(frames)),
    frame: (type, stream) =>
      new Promise((resolve) => {
        const look = (): void => {
          const one = seen.find((each) => each.type === type && each.stream === stream);
          if (one === undefined && !over) return;
          waiting.delete(look);
          resolve(one?.payload);
        };
        waiting.add(look);
        look();
      }),
  };
}
