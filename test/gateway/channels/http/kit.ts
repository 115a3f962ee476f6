/** What the channel's tests stand on: a pipeline and an upstream that do as told, and a client that writes raw bytes. */
import { connect, type Socket } from 'node:net';
import { httpRoutes } from '../../../../config/routes.js';
import { configSchema, type Config, type HttpRoute } from '../../../../config/schema.js';
import { httpChannel, type HttpChannel, type HttpChannelOptions } from '../../../../gateway/channels/http/http-channel.js';
import { asWeirError, type ErrorCode } from '../../../../gateway/errors.js';
import type { Action, Ended, Exchange, ExchangeId, Field, Outbound, Pipeline, Upstream, UpstreamReply, UpstreamRequest, Verdict } from '../../../../gateway/ports.js';
import { manualClock } from '../../../kit/clock.js';

export type RouteInput = Record<string, unknown>;

export function parsedConfig(input: Record<string, unknown> = {}, routes: readonly RouteInput[] = [{}]): Config {
  const complete = routes.map((route, at) => ({ id: `route-${at + 1}`, match: {}, upstream: { url: 'http://upstream.example' }, policy: 'p', ...route }));
  return configSchema.parse({ version: 1, routes: complete, policies: { p: { rules: [] } }, ...input });
}

export function parsedRoutes(...routes: readonly RouteInput[]): readonly HttpRoute[] {
  return httpRoutes(parsedConfig({}, routes));
}

export function verdictOf(action: Action): Verdict {
  return { action, rule: 'r', policy: 'p@1', severity: 'low', notify: false, fourEyes: false, monitored: [] };
}

export interface Seen {
  readonly exchange: Exchange;
  body: Buffer;
  trailers: readonly Field[];
  /** Statuses that `close` was called with. */
  readonly told: (number | undefined)[];
}

export interface ObedientPipeline extends Pipeline {
  readonly seen: Seen[];
  /** By default: pass. `stream` forwards while reading, else the whole body is read first. */
  decide: (exchange: Exchange) => Action;
  stream: boolean;
  /** Blocks and holds without reading the body. */
  headOnly: boolean;
  /** Changes what is forwarded. */
  alter: (outbound: Outbound, exchange: Exchange) => Outbound;
}

export function obedientPipeline(): ObedientPipeline {
  const seen: Seen[] = [];
  return {
    seen,
    decide: () => 'pass',
    stream: true,
    headOnly: false,
    alter: (outbound) => outbound,
    async run<T>(exchange: Exchange, forward: (outbound: Outbound) => Promise<T>): Promise<Ended<T>> {
      const mine: Seen = { exchange, body: Buffer.alloc(0), trailers: [], told: [] };
      seen.push(mine);
      const close = (status: number | undefined): void => void mine.told.push(status);
      const action = this.decide(exchange);
      const verdict = (): Verdict => verdictOf(action);
      async function* copied(): AsyncGenerator<Uint8Array> {
        const parts: Uint8Array[] = [];
        for await (const chunk of exchange.chunks) {
          parts.push(chunk);
          mine.body = Buffer.concat(parts);
          yield chunk;
        }
        mine.trailers = exchange.trailers();
      }
      try {
        let body: AsyncIterable<Uint8Array> = copied();
        const stops = action === 'block' || action === 'hold';
        if ((!this.stream || stops) && !(stops && this.headOnly)) {
          const parts: Uint8Array[] = [];
          for await (const chunk of body) parts.push(chunk);
          body = (async function* () { yield* parts; })();
        }
        if (action === 'block') return { kind: 'blocked', verdict, close };
        if (action === 'hold') return { kind: 'held', verdict, incident: 'w-older' as ExchangeId, close };
        const change = action === 'mask' ? 'same-length' : 'none';
        const outbound: Outbound = { target: exchange.http.target, change, length: exchange.body.length, body, trailers: () => exchange.trailers(), ...(this.stream ? {} : { verdict: verdict() }) };
        return { kind: 'forwarded', sent: await forward(this.alter(outbound, exchange)), verdict, close };
      } catch (thrown) {
        return { kind: 'failed', error: asWeirError(thrown, 'internal'), close };
      }
    },
  };
}

export interface Arrived {
  readonly request: UpstreamRequest;
  body: Buffer;
  complete: boolean;
}
export interface ScriptedUpstream extends Upstream {
  readonly arrived: Arrived[];
  answer: (request: UpstreamRequest) => Partial<UpstreamReply> | Promise<Partial<UpstreamReply>>;
  /** Answers before it reads the body. */
  early: boolean;
}

export async function* bytes(...texts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield typeof text === 'string' ? Buffer.from(text) : text;
}

export function scriptedUpstream(): ScriptedUpstream {
  const arrived: Arrived[] = [];
  return {
    arrived,
    early: false,
    answer: () => ({}),
    async request(request) {
      const mine: Arrived = { request, body: Buffer.alloc(0), complete: false };
      arrived.push(mine);
      if (!this.early) {
        const parts: Uint8Array[] = [];
        for await (const chunk of request.outbound.body) {
          parts.push(chunk);
          mine.body = Buffer.concat(parts);
        }
        mine.complete = true;
      }
      const reply = await this.answer(request);
      return { status: 200, statusText: 'OK', fields: [['Content-Type', 'text/plain'], ['Content-Length', '2']], body: bytes('ok'), trailers: () => [], early: this.early, ...reply };
    },
    close: async () => undefined,
  };
}

export interface TestChannel {
  readonly channel: HttpChannel;
  readonly port: number;
  readonly pipeline: ObedientPipeline;
  readonly upstream: ScriptedUpstream;
  readonly errors: (readonly [ErrorCode, string | undefined])[];
  readonly logged: string[];
  readonly client: () => RawClient;
}

export interface ChannelSettings {
  readonly routes?: readonly RouteInput[];
  readonly config?: Record<string, unknown>;
  readonly options?: Partial<HttpChannelOptions>;
  /** Left out: the one that the run names. */
  readonly front?: 'node' | 'fast';
}

/** The front that suites run over where they name none: every suite of the channel passes on each (WEIR_TEST_FRONTEND=fast). */
const front = ([undefined, 'node', 'fast'] as const).find((one) => one === process.env['WEIR_TEST_FRONTEND']);

const open: HttpChannel[] = [];

/** Call in afterEach. */
export async function closeChannels(): Promise<void> {
  await Promise.all(open.splice(0).map((channel) => channel.drain(0)));
}

export async function testChannel(settings: ChannelSettings = {}): Promise<TestChannel> {
  const config = parsedConfig(settings.config, settings.routes);
  const pipeline = obedientPipeline();
  const upstream = scriptedUpstream();
  const errors: (readonly [ErrorCode, string | undefined])[] = [];
  const logged: string[] = [];
  const note = (event: string, fields?: object): void => void logged.push(JSON.stringify([event, fields]));
  let ids = 0;
  const channel = httpChannel({
    listen: { ...config.listen.data, port: 0, frontend: settings.front ?? front ?? config.listen.data.frontend },
    routes: httpRoutes(config),
    limits: config.limits,
    trustedProxies: config.trustedProxies,
    pipeline,
    upstreams: new Map(config.routes.map((route) => [route.id, upstream])),
    passThrough: (_route, _request, response) => void response.end('through'),
    upgrade: (_route, _request, socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
    newId: () => `w-${(ids += 1)}` as ExchangeId,
    clock: manualClock(),
    language: config.language,
    log: { error: note, warn: note, info: note, debug: note },
    onError: (code, route) => void errors.push([code, route]),
    timing: { checkEveryMs: 10 },
    ...settings.options,
  });
  open.push(channel);
  const { port } = await channel.listen();
  return { channel, port, pipeline, upstream, errors, logged, client: () => rawClient(port) };
}

export interface RawClient {
  readonly socket: Socket;
  /** Everything received so far, as latin1. */
  readonly text: () => string;
  write(text: string | Uint8Array): void;
  /** Resolves when what was received matches; rejects when the connection ends before. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves with everything received when the connection has ended, well or badly. */
  readonly closed: Promise<string>;
}

export function rawClient(port: number): RawClient {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  let received = '';
  let over = false;
  const checks = new Set<() => void>();
  const check = (): void => { for (const one of checks) one(); };
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    check();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => {
    socket.on('close', () => {
      over = true;
      check();
      resolve(received);
    });
  });
  return {
    socket,
    text: () => received,
    write: (text) => void socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text),
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const one = (): void => {
          if (pattern.test(received)) resolve(received);
          else if (over) reject(new Error(`closed before ${String(pattern)}; got: ${received.slice(0, 400)}`));
          else return;
          checks.delete(one);
        };
        checks.add(one);
        one();
      }),
    closed,
  };
}

/** Status, fields by lower-case name and body of the first answer in a text. */
export function firstAnswer(text: string): { readonly status: number; readonly fields: Readonly<Record<string, string>>; readonly body: string } {
  const end = text.indexOf('\r\n\r\n');
  const [line = '', ...lines] = text.slice(0, end).split('\r\n');
  const fields = Object.fromEntries(lines.map((one) => [one.slice(0, one.indexOf(':')).toLowerCase(), one.slice(one.indexOf(':') + 1).trim()]));
  return { status: Number(line.split(' ')[1]), fields, body: text.slice(end + 4) };
}

export function problemOf(text: string): Record<string, unknown> {
  return JSON.parse(firstAnswer(text).body) as Record<string, unknown>;
}
