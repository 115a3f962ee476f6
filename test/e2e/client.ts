/** Clients of the end-to-end tests: one plain request, a connection that writes raw bytes, a command. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { request as httpsRequest, type RequestOptions as TlsOptions } from 'node:https';
import { connect } from 'node:net';
import { PATIENCE_MS } from '../kit/patience.js';
import { WEIR } from '../kit/program.js';
import type { Gateway } from './start-gateway.js';

export interface Answer {
  readonly status: number;
  readonly fields: IncomingHttpHeaders;
  readonly trailers: NodeJS.Dict<string>;
  readonly body: Buffer;
  readonly text: string;
  /** The problem document, or whatever JSON the body is. */
  json(): Record<string, unknown>;
}

export interface Asked extends Omit<RequestOptions & TlsOptions, 'headers'> {
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  readonly fields?: Readonly<Record<string, string | readonly string[]>>;
}

/** On a connection of its own unless `agent` says otherwise. */
export function ask(url: string, asked: Asked = {}): Promise<Answer> {
  const { body, fields, ...options } = asked;
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const headers = Object.fromEntries(Object.entries(fields ?? {}).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]));
    const sending = send(url, { method: body === undefined ? 'GET' : 'POST', agent: false, ...options, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('error', reject).on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const whole = Buffer.concat(parts);
        resolve({
          status: answer.statusCode ?? 0,
          fields: answer.headers,
          trailers: answer.trailers,
          body: whole,
          text: whole.toString(),
          json: () => JSON.parse(whole.toString()) as Record<string, unknown>,
        });
      });
    });
    sending.on('error', reject);
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) sending.end(body);
    else void (async () => {
      const closed = once(sending, 'close');
      closed.catch(() => undefined);
      for await (const part of body) if (!sending.write(part)) await drained(sending, closed);
      sending.end();
    })().catch(reject);
  });
}

async function drained(sending: ClientRequest, closed: Promise<unknown>): Promise<void> {
  const waiting = new AbortController();
  await Promise.race([once(sending, 'drain', { signal: waiting.signal }), closed]);
  waiting.abort();
}

/** The admin side, with its token. */
export function admin(gateway: Gateway, path: string, asked: Asked = {}): Promise<Answer> {
  return ask(`${gateway.adminUrl}${path}`, { ...asked, fields: { authorization: `Bearer ${gateway.token}`, ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }), ...asked.fields } });
}

/** The sum of a metric's samples whose labels contain all of these. */
export async function metric(gateway: Gateway, name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  const { text } = await ask(`${gateway.adminUrl}/metrics`);
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return text
    .split('\n')
    .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && wanted.every((one) => line.includes(one)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

export interface RawClient {
  write(bytes: string | Uint8Array): void;
  /** Everything received so far, as latin1. */
  received(): string;
  /** Resolves once what was received matches. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves with everything received once the far side has ended. */
  readonly closed: Promise<string>;
  /** Half-closes: no more bytes will be written. */
  end(): void;
  destroy(): void;
  reset(): void;
}

export function rawClient(port: number): RawClient {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  let look: () => void = () => undefined;
  socket.setEncoding('latin1').on('data', (part: string) => {
    text += part;
    look();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => {
    socket.once('end', () => resolve(text)).once('close', () => resolve(text));
  });
  return {
    write: (bytes) => void socket.write(bytes),
    received: () => text,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const fail = (why: string): void => {
          clearTimeout(late);
          reject(new Error(`${why} ${String(pattern)}:\n${text}`));
        };
        const late = setTimeout(() => fail('waited in vain for'), PATIENCE_MS);
        look = () => {
          if (!pattern.test(text)) return;
          clearTimeout(late);
          resolve(text);
        };
        void closed.then(() => fail('the connection ended before'));
        look();
      }),
    closed,
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    reset: () => void socket.resetAndDestroy(),
  };
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end. */
export async function run(command: string, words: readonly string[], env: NodeJS.ProcessEnv = {}, input = ''): Promise<Ended> {
  const child = spawn(command, words, { env: { PATH: process.env['PATH'], LANG: 'C', ...env } });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => out.push(part));
  child.stderr.on('data', (part: Buffer) => err.push(part));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

/** The compiled `weir` command, pointed at a running gateway. */
export function weir(gateway: Pick<Gateway, 'dataDir' | 'adminUrl'> | undefined, ...words: readonly string[]): Promise<Ended> {
  const env = gateway === undefined ? {} : { WEIR_DATA: gateway.dataDir, WEIR_ADMIN_URL: gateway.adminUrl };
  return run(process.execPath, [WEIR, ...words], env);
}
