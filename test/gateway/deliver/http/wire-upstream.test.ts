/** What only the wire does: whole bodies in one write, its own pool and its own line. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { wireUpstream } from '../../../../gateway/deliver/http/wire-upstream.js';
import type { Upstream } from '../../../../gateway/ports.js';
import { heldTimers } from '../../../kit/held-timers.js';
import { until } from '../../../kit/patience.js';
import { recordingUpstream, type RecordingUpstream } from '../../../kit/upstream.js';
import { bodyOf, request, routeTo, textOf, valueOf } from './fixture.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function server(): Promise<RecordingUpstream> {
  const one = await recordingUpstream();
  cleanups.push(() => one.close());
  return one;
}

type UpstreamSettings = Parameters<typeof routeTo>[1];
function wireTo(url: string, settings: UpstreamSettings = {}): Upstream {
  const upstream = wireUpstream(routeTo(url, settings));
  cleanups.push(() => upstream.close());
  return upstream;
}

/** Each read that comes, on a raw socket. */
async function rawServer(onRead: (socket: Socket, read: Buffer, connection: number) => void): Promise<{ readonly url: string; readonly reads: Buffer[]; readonly connections: () => number }> {
  const reads: Buffer[] = [];
  const sockets = new Set<Socket>();
  const raw = createServer((socket) => {
    const connection = sockets.add(socket).size - 1;
    socket.on('error', () => undefined).on('data', (chunk) => {
      reads.push(chunk);
      onRead(socket, chunk, connection);
    });
  });
  await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise<void>((resolve) => {
    raw.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  }));
  return { url: `http://127.0.0.1:${(raw.address() as AddressInfo).port}`, reads, connections: () => sockets.size };
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const filled = (bytes: number, seed = 1): Buffer => Buffer.from(Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + seed + (i >> 8)) & 0xff));

describe('a body that is in memory', () => {
  it.each([0, 1, 1_000, 15_000, 17_000, 65_536, 300_000, 3_000_000])('of %i bytes arrives as it is', async (bytes) => {
    const upstream = await server();
    const whole = bytes === 0 ? [] : [filled(bytes).subarray(0, bytes >> 1), new Uint8Array(0), filled(bytes).subarray(bytes >> 1)];
    const progress: string[] = [];
    const reply = await wireTo(upstream.url).request(request({ whole, onProgress: (sent) => progress.push(sent) }));
    await textOf(reply);
    const [seen] = await upstream.recorded(1);
    expect([seen?.bytes, seen?.complete, seen?.body.equals(filled(bytes).subarray(0, seen.body.length))]).toEqual([bytes, true, true]);
    expect(valueOf(seen?.fields ?? [], 'content-length')).toBe(String(bytes));
    expect([progress, reply.early]).toEqual([['some', 'all'], false]);
  });

  it('leaves with its head in one piece, and the answer comes back in one', async () => {
    const raw = await rawServer((socket) => socket.write(OK));
    const reply = await wireTo(raw.url).request(request({ whole: [Buffer.from('hello')] }));
    expect(raw.reads).toHaveLength(1);
    expect(raw.reads[0]?.toString()).toMatch(/^POST \/ HTTP\/1\.1\r\n[\s\S]*\r\n\r\nhello$/);
    expect(Buffer.concat(reply.whole ?? []).toString()).toBe('ok');
  });

  it('is sent in chunks with its trailers where it has some', async () => {
    const upstream = await server();
    await textOf(await wireTo(upstream.url).request(request({ fields: [['Trailer', 'X-Sum']], whole: [Buffer.from('a'), new Uint8Array(0), Buffer.from('b')], trailers: [['X-Sum', 'ab']] })));
    expect((await upstream.recorded(1))[0]).toMatchObject({ complete: true, trailers: [['X-Sum', 'ab']], bytes: 2 });
  });

  it('of another length than its head will say is not sent at all', async () => {
    const upstream = await server();
    for (const length of [0, 4, 6]) await expect(wireTo(upstream.url).request(request({ whole: [Buffer.from('hello')], length }))).rejects.toMatchObject({ code: 'length-mismatch' });
    expect(upstream.started).toBe(0);
  });

  it('is not sent further once an early answer has come', async () => {
    const raw = await rawServer((socket) => socket.pause().end('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig'));
    const reply = await wireTo(raw.url).request(request({ whole: [Buffer.alloc(64 * 1024 * 1024)] }));
    expect([reply.status, reply.early]).toEqual([413, true]);
    expect(await textOf(reply)).toBe('big');
  });

  it('times out when the upstream stops taking it', async () => {
    const raw = await rawServer((socket) => socket.pause());
    await expect(wireTo(raw.url, { responseTimeout: '50ms' }).request(request({ whole: [Buffer.alloc(64 * 1024 * 1024)] }))).rejects.toMatchObject({ code: 'upstream-timeout' });
  });

  it.each([
    ['PUT', 'is sent again where the kept connection was closed', 'ok'],
    ['POST', 'is not sent twice: it may have been carried out', 'upstream-reset'],
  ])('of %s %s', async (method, _law, expected) => {
    const raw = await rawServer((socket, read, connection) => {
      if (connection === 0 && read.toString().startsWith(method)) socket.resetAndDestroy();
      else socket.write(OK);
    });
    const upstream = wireTo(raw.url);
    await textOf(await upstream.request(request()));
    const second = upstream.request(request({ method, whole: [Buffer.from('hello')] })).then(textOf, (thrown: unknown) => (thrown as { code: string }).code);
    expect([await second, raw.connections()]).toEqual([expected, expected === 'ok' ? 2 : 1]);
  });

  it('larger than one batch is sent again whole where the kept connection was closed behind it', async () => {
    const body = filled(300_000);
    let arrived = 0;
    const raw = await rawServer((socket, read, connection) => {
      if (read.toString('latin1').startsWith('GET')) {
        socket.write(OK);
        return;
      }
      arrived = (read.toString('latin1').startsWith('PUT') ? -(read.indexOf('\r\n\r\n') + 4) : arrived) + read.length;
      if (arrived !== body.length) return;
      if (connection === 0) socket.resetAndDestroy();
      else socket.write(OK);
    });
    const upstream = wireTo(raw.url);
    await textOf(await upstream.request(request()));
    expect(await textOf(await upstream.request(request({ method: 'PUT', whole: [body] })))).toBe('ok');
    expect([arrived, raw.connections()]).toEqual([body.length, 2]);
  });
});

describe('the pool of a wire upstream', () => {
  it('gives connections in the order in which they were asked for', async () => {
    const upstream = await server();
    const narrow = wireTo(upstream.url, { maxSockets: 1 });
    await Promise.all(Array.from({ length: 20 }, async (_, i) => textOf(await narrow.request(request({ target: `/${i}` })))));
    expect(upstream.requests.map(({ target }) => target)).toEqual(Array.from({ length: 20 }, (_, i) => `/${i}`));
    expect(upstream.connections).toBe(1);
  });

  it('keeps what many answers bring at a time apart', async () => {
    const upstream = await server();
    const wire = wireTo(upstream.url, { maxSockets: 5 });
    const sizes = [1, 700, 16_383, 16_385, 65_536, 65_700, 140_000, 400_000];
    const ask = async (i: number): Promise<void> => {
      const body = filled(sizes[i % sizes.length] ?? 0, i);
      upstream.next({ body });
      const reply = await wire.request(request({ method: 'POST', body: bodyOf(String(i)) }));
      const text = await textOf(reply);
      // Scripts are taken in the order in which heads arrive, which is not ours: the size says which one this is.
      const seed = Array.from({ length: 40 }, (_, one) => one).filter((one) => sizes[one % sizes.length] === text.length);
      expect(seed.some((one) => filled(text.length, one).toString('latin1') === text)).toBe(true);
    };
    await Promise.all(Array.from({ length: 40 }, (_, i) => ask(i)));
  });

  it('sends on no connection that its server has closed in the meantime', async () => {
    const upstream = await server();
    const wire = wireTo(upstream.url);
    for (let i = 0; i < 5; i += 1) {
      await textOf(await wire.request(request({ whole: [Buffer.from('x')] })));
      await upstream.closeIdle();
    }
    expect(upstream.connections).toBe(5);
  });

  it('uses no connection again whose answer said close', async () => {
    const upstream = await server();
    upstream.always({ fields: [['Connection', 'close'], ['Content-Length', '2']], body: 'ok' });
    const wire = wireTo(upstream.url);
    for (let i = 0; i < 3; i += 1) await textOf(await wire.request(request()));
    expect(upstream.connections).toBe(3);
  });

  it('gives up what waits for a connection too long, and what waits behind it goes on', async () => {
    const raw = await rawServer((socket, read) => {
      if (!read.toString().startsWith('GET /slow')) socket.write(OK);
    });
    const timers = heldTimers();
    const wire = wireTo(raw.url, { maxSockets: 1, responseTimeout: '60ms' });
    const all: (string | undefined)[] = [undefined, undefined, undefined];
    for (const [at, target] of ['/slow', '/a', '/b'].entries()) void wire.request(request({ target })).then(textOf, (thrown: unknown) => (thrown as { code: string }).code).then((how) => (all[at] = how));
    await until('the slow one is given up', () => {
      timers.pass(10);
      return all[0] !== undefined;
    });
    await until('the others are over', () => !all.includes(undefined));
    expect(all[0]).toBe('upstream-timeout');
    for (const other of all.slice(1)) expect(['ok', 'upstream-timeout']).toContain(other);
    expect(await textOf(await wire.request(request()))).toBe('ok');
  });

  it('frees the place of a client that left while it waited or was being answered', async () => {
    const upstream = await server();
    let go: () => void = () => undefined;
    upstream.next({ delay: new Promise<void>((resolve) => (go = resolve)) });
    const wire = wireTo(upstream.url, { maxSockets: 1 });
    const leaving = [new AbortController(), new AbortController()];
    const asked = leaving.map(({ signal }) => wire.request(request({ body: bodyOf('x'), length: 1, signal })).catch((thrown: unknown) => (thrown as { code: string }).code));
    await upstream.recorded(1);
    for (const one of leaving) one.abort();
    expect(await Promise.all(asked)).toEqual(['client-aborted', 'client-aborted']);
    expect((await wire.request(request())).status).toBe(200);
    go();
  });

  it('fails what is under way, and takes nothing more, once it is closed', async () => {
    const raw = await rawServer(() => undefined);
    const wire = wireTo(raw.url, { maxSockets: 1 });
    const asked = [request(), request()].map((one) => wire.request(one).catch((thrown: unknown) => (thrown as { code: string }).code));
    await wire.close();
    expect(await Promise.all(asked)).toEqual(['upstream-reset', 'shutting-down']);
    await expect(wire.request(request())).rejects.toMatchObject({ code: 'shutting-down' });
  });

  it('writes no head that could be two', async () => {
    const upstream = await server();
    const wire = wireTo(upstream.url);
    for (const parts of [{ method: 'GET / HTTP/1.1\r\nX:' }, { method: '' }, { target: '/a\r\nX: y' }, { target: '/\u010a' }, { via: { host: 'a\r\nX: y' } }, { via: { clientAddress: '\u010d\u010aX' } }]) {
      await expect(wire.request(request({ whole: [], length: 0, ...parts }))).rejects.toMatchObject({ code: 'bad-request' });
    }
    expect(upstream.connections).toBe(0);
  });
});
