/** Unscanned routes and upgrades, over real sockets. */
import { createHash } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { connect, createServer as createNetServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { passThrough, type PassThroughOptions, type Via } from '../../../../gateway/deliver/http/pass-through.js';
import { recordingUpstream, type RecordingUpstream } from '../../../kit/upstream.js';
import { routeTo, valueOf } from './fixture.js';

const via: Via = { clientAddress: '192.0.2.7', scheme: 'https', host: 'weir.example', fromTrustedProxy: false };

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Front {
  readonly port: number;
  readonly errors: string[];
  readonly done: [number, number][];
  /** Resolves when `count` exchanges have ended. */
  ended(count: number): Promise<void>;
}

async function front(route: Parameters<typeof passThrough>[0]): Promise<Front> {
  const errors: string[] = [];
  const done: [number, number][] = [];
  const waiting: { count: number; go: () => void }[] = [];
  const options: PassThroughOptions = {
    refuse: (_request, response, error) => void response.writeHead(error.status, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify({ code: error.code })),
    refuseSocket: (_request, socket, error) => void socket.end(`HTTP/1.1 ${error.status} Refused\r\nConnection: close\r\n\r\n`),
    onError: (code) => void errors.push(code),
    onDone: (...bytes) => {
      done.push(bytes);
      for (const one of waiting) if (done.length >= one.count) one.go();
    },
  };
  const passing = passThrough(route, options);
  const server: Server = createServer((message, response) => passing.web(message, response, via));
  server.on('upgrade', (message: IncomingMessage, _socket, head: Buffer) => passing.upgrade(message, message.socket, head, via));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise<void>((resolve) => {
    passing.close();
    server.close(() => resolve());
    server.closeAllConnections();
  }));
  const ended = (count: number): Promise<void> => (done.length >= count ? Promise.resolve() : new Promise((go) => waiting.push({ count, go })));
  return { port: (server.address() as AddressInfo).port, errors, done, ended };
}

async function recording(): Promise<RecordingUpstream> {
  const server = await recordingUpstream();
  cleanups.push(() => server.close());
  return server;
}

interface Answer { readonly status: number; readonly fields: readonly (readonly [string, string])[]; readonly text: string; readonly whole: boolean }

/** Writes raw bytes and reads until the connection ends. */
function exchangeRaw(port: number, ...pieces: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    for (const piece of pieces) socket.write(piece);
  });
}

function get(port: number, path = '/', headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', path, headers, agent: false }, (response) => {
      let text = '';
      const finish = (): void => resolve({
        status: response.statusCode ?? 0,
        fields: Array.from({ length: response.rawHeaders.length / 2 }, (_, i) => [response.rawHeaders[2 * i] ?? '', response.rawHeaders[2 * i + 1] ?? ''] as const),
        text,
        whole: response.complete,
      });
      response.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      response.on('error', finish);
      response.on('end', finish);
    });
    request.on('error', reject).end();
  });
}

describe('passThrough', () => {
  it('hands head, path, body and trailers on as delivery of scanned routes does, and counts what nobody scanned', async () => {
    const server = await recording();
    server.next({ fields: [['X-b', '1'], ['Location', `${server.url}/base/v2/n`]], body: 'answer' });
    const weir = await front(routeTo(`${server.url}/base`, {}, { match: { path: '/up' }, rewritePrefix: '/v2', scan: false }));
    const text = await exchangeRaw(weir.port, 'POST /up/a//b?c HTTP/1.1\r\nhOst: weir.example\r\nX-Twice: 1\r\nx-twice: 2\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nWeir-Action: pass\r\n\r\n', '5\r\nhello\r\n0\r\nX-Sum: h\r\n\r\n');
    const [seen] = await server.recorded(1);
    expect(seen).toMatchObject({ target: '/base/v2/a//b?c', complete: true, trailers: [['X-Sum', 'h']] });
    expect(seen?.body.toString()).toBe('hello');
    expect(seen?.fields.slice(0, 3)).toEqual([['hOst', `127.0.0.1:${server.port}`], ['X-Twice', '1'], ['X-Twice', '2']]);
    expect(['via', 'x-forwarded-for', 'weir-action'].map((name) => valueOf(seen?.fields ?? [], name))).toEqual(['1.1 weir', '192.0.2.7', undefined]);
    expect(text).toContain('\r\nX-b: 1\r\nLocation: https://weir.example/up/n\r\n');
    await weir.ended(1);
    expect(weir.done).toEqual([[5, 6]]);
  });

  it('keeps the body of a DELETE in its frame', async () => {
    const server = await recording();
    const weir = await front(routeTo(server.url, {}, { scan: false }));
    await exchangeRaw(weir.port, 'DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n');
    const [seen] = await server.recorded(1);
    expect([seen?.body.toString(), valueOf(seen?.fields ?? [], 'content-length')]).toEqual(['hello', undefined]);
  });

  it('uses kept connections, no more than the route allows, and serves all', async () => {
    const server = await recording();
    const weir = await front(routeTo(server.url, { maxSockets: 2 }, { scan: false }));
    await Promise.all(Array.from({ length: 12 }, () => get(weir.port)));
    expect(server.requests).toHaveLength(12);
    expect(server.connections).toBeLessThanOrEqual(3);
  });

  it('carries 30 MB through unchanged', async () => {
    const server = await recording();
    const weir = await front(routeTo(server.url, {}, { scan: false }));
    const body = Buffer.alloc(30 * 1024 * 1024, 'weir-');
    await exchangeRaw(weir.port, `PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`, body);
    expect((await server.recorded(1))[0]).toMatchObject({ bytes: body.length, sha256: createHash('sha256').update(body).digest('hex') });
  });

  it('answers for an upstream that is away, resets or talks nonsense, without a word of theirs', async () => {
    const gone = await recordingUpstream();
    await gone.close();
    const away = await front(routeTo(gone.url, {}, { scan: false }));
    expect(await get(away.port)).toMatchObject({ status: 502, text: '{"code":"upstream-unreachable"}' });
    const server = await recording();
    server.next({ reset: 'body' });
    const reset = await front(routeTo(server.url, {}, { scan: false }));
    expect(await get(reset.port)).toMatchObject({ status: 502, text: '{"code":"upstream-reset"}' });
    expect([away.errors, reset.errors]).toEqual([['upstream-unreachable'], ['upstream-reset']]);
  });

  it.each([
    ['takes a head that nobody could write for the fault of the upstream that wrote it', 'HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n', /^HTTP\/1\.1 502 Refused\r\nX-Code: upstream-invalid\r\n/],
    ['answers for an upstream that changes the protocol unasked', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', /^HTTP\/1\.1 502 Refused\r\nX-Code: upstream-invalid\r\n/],
    ['answers for an upstream that changes the protocol to none', 'HTTP/1.1 101 Switching\r\nContent-Length: 4\r\n\r\ngood', /^HTTP\/1\.1 502 Refused\r\nX-Code: upstream-invalid\r\n/],
    ['hands on a whole answer, and not what stands behind it', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngoodPOISON', /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\ngood$/],
  ])('%s', async (_law, said, heard) => {
    const upstream = createNetServer((socket) => socket.on('error', () => undefined).once('data', () => socket.write(said)));
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => new Promise<void>((resolve) => upstream.close(() => resolve())));
    const passing = passThrough(routeTo(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`), {
      refuse: (_request, response, error) => void response.writeHead(error.status, 'Refused', ['X-Code', error.code]).end(),
      refuseSocket: (_request, socket) => void socket.destroy(),
    });
    const server = createServer((message, response) => passing.web(message, response, via));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => new Promise<void>((resolve) => {
      passing.close();
      server.close(() => resolve());
      server.closeAllConnections();
    }));
    expect(await exchangeRaw((server.address() as AddressInfo).port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(heard);
  });

  it('times out an upstream that does not answer', async () => {
    const server = await recording();
    server.always({ delay: new Promise(() => undefined) });
    const weir = await front(routeTo(server.url, { responseTimeout: '50ms' }, { scan: false }));
    expect(await get(weir.port)).toMatchObject({ status: 504, text: '{"code":"upstream-timeout"}' });
  });

  it('shows a broken answer as incomplete', async () => {
    const server = await recording();
    server.next({ body: 'part', reset: 'answer' });
    const weir = await front(routeTo(server.url, {}, { scan: false }));
    expect(await get(weir.port)).toMatchObject({ status: 200, whole: false });
  });

  it('lets upstream see an incomplete body when the client leaves', async () => {
    const server = await recording();
    const weir = await front(routeTo(server.url, {}, { scan: false }));
    const socket = connect(weir.port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\npart');
    await server.reached(1);
    socket.destroy();
    expect((await server.recorded(1))[0]).toMatchObject({ complete: false });
    await weir.ended(1);
  });

  it('refuses a target outside the route', async () => {
    const server = await recording();
    const weir = await front(routeTo(server.url, {}, { match: { path: '/up' }, rewritePrefix: '/v2', scan: false }));
    expect((await get(weir.port, '/upper')).status).toBe(400);
    expect(server.connections).toBe(0);
  });
});

describe('passThrough for upgrades', () => {
  /** Answers an upgrade and sends everything back that follows. */
  async function echo(answer = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n'): Promise<{ port: number; heads: string[]; ended: Promise<void> }> {
    const heads: string[] = [];
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const server = createNetServer((socket) => {
      let head = '';
      socket.on('error', () => undefined);
      socket.on('close', () => end());
      socket.on('data', (chunk) => {
        if (head.includes('\r\n\r\n')) {
          socket.write(chunk);
          return;
        }
        head += chunk.toString('latin1');
        if (!head.includes('\r\n\r\n')) return;
        heads.push(head);
        socket.write(answer);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
    return { port: (server.address() as AddressInfo).port, heads, ended };
  }
  const HEAD = 'GET /chat HTTP/1.1\r\nHost: weir.example\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n';

  it('carries frames both ways and ends both sides together', async () => {
    const server = await echo();
    const weir = await front(routeTo(`http://127.0.0.1:${server.port}`, {}, { upgrades: 'pass' }));
    const socket = connect(weir.port, '127.0.0.1');
    const seen = await new Promise<string>((resolve) => {
      let text = '';
      socket.write(HEAD);
      socket.on('data', (chunk) => {
        const before = text;
        text += chunk.toString('latin1');
        if (!before.includes('\r\n\r\n') && text.includes('\r\n\r\n')) socket.write('frame');
        if (text.endsWith('frame')) resolve(text);
      });
    });
    expect(seen).toMatch(/^HTTP\/1\.1 101 /);
    socket.destroy();
    await server.ended;
    await weir.ended(1);
    expect(server.heads[0]).toContain('\r\nX-Forwarded-For: 192.0.2.7\r\n');
    expect(server.heads[0]).toContain('\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n');
    expect(server.heads[0]).toContain('\r\nSec-WebSocket-Key: k\r\n');
    expect(weir.done[0]?.[0]).toBe(5);
  });

  it('hands on an upstream’s refusal with its status and body', async () => {
    const server = await echo('HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\nnope\r\n0\r\n\r\n');
    const weir = await front(routeTo(`http://127.0.0.1:${server.port}`, {}, { upgrades: 'pass' }));
    const text = await exchangeRaw(weir.port, HEAD);
    expect(text).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n(?![\s\S]*Transfer-Encoding)[\s\S]*\r\n\r\nnope$/);
  });

  it('refuses other protocols, and answers for an upstream that is away', async () => {
    const gone = await recordingUpstream();
    await gone.close();
    const weir = await front(routeTo(gone.url, {}, { upgrades: 'pass' }));
    expect(await exchangeRaw(weir.port, HEAD.replace('Upgrade: websocket', 'Upgrade: tls/1.0'))).toMatch(/^HTTP\/1\.1 403 /);
    expect(await exchangeRaw(weir.port, HEAD)).toMatch(/^HTTP\/1\.1 502 /);
    expect(weir.errors).toEqual(['upgrade-refused', 'upstream-unreachable']);
  });
});
