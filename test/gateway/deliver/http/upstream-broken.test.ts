/** Delivery to upstreams that misbehave, on raw sockets: nobody may take a broken message for a whole one. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WeirError } from '../../../../gateway/errors.js';
import type { Upstream } from '../../../../gateway/ports.js';
import { heldTimers } from '../../../kit/held-timers.js';
import { until } from '../../../kit/patience.js';
import { recordingUpstream } from '../../../kit/upstream.js';
import { bodyOf, request, routeTo, textOf } from './fixture.js';
import { UPSTREAMS } from './upstreams.js';

interface RawServer {
  readonly url: string;
  /** Bytes of each connection so far. */
  readonly received: string[];
  /** Resolves when connection `n` (from 0) has come and ended: a client may know of it before its server does. */
  ended(n: number): Promise<void>;
  /** Resolves when connection `n` has brought its first bytes. */
  begun(n: number): Promise<void>;
  /** Resets every connection. */
  readonly resetAll: () => void;
  readonly close: () => Promise<void>;
}

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function signal(): { readonly fired: Promise<void>; readonly fire: () => void } {
  let fire: () => void = () => undefined;
  const fired = new Promise<void>((resolve) => (fire = resolve));
  return { fired, fire };
}

/** `answer` sees what has come on a connection whenever more has. */
async function rawServer(answer: (socket: Socket, received: string, connection: number) => void): Promise<RawServer> {
  const received: string[] = [];
  const ends: Promise<void>[] = [];
  const begun = [signal(), signal(), signal()];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const n = received.push('') - 1;
    sockets.add(socket);
    ends.push(new Promise((resolve) => socket.on('close', () => resolve())));
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const text = (received[n] ?? '') + chunk.toString('latin1');
      received[n] = text;
      begun[n]?.fire();
      answer(socket, text, n);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  cleanups.push(close);
  const ended = async (n: number): Promise<void> => {
    await until('the connection has come', () => ends.length > n);
    await ends[n];
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, ended, begun: async (n) => begun[n]?.fired, resetAll: () => sockets.forEach((socket) => socket.resetAndDestroy()), close };
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const headCame = (text: string): boolean => text.includes('\r\n\r\n');

describe.each(UPSTREAMS)('%s', (_name, upstreamTo) => {
  function upstreamAt(url: string, times: { connectTimeout?: string; responseTimeout?: string } = {}): Upstream {
    const upstream = upstreamTo(routeTo(url, times));
    cleanups.push(() => upstream.close());
    return upstream;
  }

  describe('a body that fails on its way', () => {
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('judged');
      throw new WeirError('unscannable');
    };

    it('never gets a terminating chunk', async () => {
      const server = await rawServer(() => undefined);
      await expect(upstreamAt(server.url).request(request({ body: failing() }))).rejects.toMatchObject({ code: 'unscannable' });
      await server.ended(0);
      expect(server.received[0]).toMatch(/^POST/);
      expect(server.received[0]).not.toContain('\r\n0\r\n');
    });

    it('is incomplete upstream even when it fails behind its last declared byte', async () => {
      const server = await rawServer(() => undefined);
      const request5 = request({ body: failing(), length: 6 });
      await expect(upstreamAt(server.url).request(request5)).rejects.toMatchObject({ code: 'unscannable' });
      await server.ended(0);
      expect(server.received[0]?.split('\r\n\r\n')[1]?.length ?? 0).toBeLessThan(6);
    });

    it('leaves no head behind when it was declared empty', async () => {
      const server = await rawServer(() => undefined);
      const nothing = async function* (): AsyncGenerator<Uint8Array> {
        yield* bodyOf();
        throw new WeirError('scan-failed');
      };
      await expect(upstreamAt(server.url).request(request({ method: 'POST', body: nothing(), length: 0 }))).rejects.toMatchObject({ code: 'scan-failed' });
      await server.ended(0);
      expect(server.received[0]).toBe('');
    });

    it('that is longer or shorter than declared is a mismatch and incomplete upstream', async () => {
      const server = await rawServer(() => undefined);
      const upstream = upstreamAt(server.url);
      await expect(upstream.request(request({ body: bodyOf('abc', 'def'), length: 3 }))).rejects.toMatchObject({ code: 'length-mismatch' });
      await expect(upstream.request(request({ body: bodyOf('abcdef'), length: 3 }))).rejects.toMatchObject({ code: 'length-mismatch' });
      await expect(upstream.request(request({ body: bodyOf('ab'), length: 3 }))).rejects.toMatchObject({ code: 'length-mismatch' });
      await Promise.all([0, 1, 2].map((n) => server.ended(n)));
      for (const seen of server.received) expect(seen.split('\r\n\r\n')[1]?.length ?? 0).toBeLessThan(3);
    });

    it('shows whatever else was thrown as internal, not as the upstream’s fault', async () => {
      const server = await rawServer(() => undefined);
      const broken = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('x');
        throw new TypeError('secret');
      };
      await expect(upstreamAt(server.url).request(request({ body: broken() }))).rejects.toMatchObject({ code: 'internal' });
    });
  });

  describe('an early answer', () => {
    it('is handed on while the body is being pulled; then no further byte is sent and the connection ends', async () => {
      const server = await rawServer((socket, text) => {
        if (text.includes('first')) socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig');
      });
      const upstream = upstreamAt(server.url);
      let returned = false;
      const answered = signal();
      const body = async function* (): AsyncGenerator<Uint8Array> {
        try {
          yield Buffer.from('first');
          await answered.fired;
          yield Buffer.from('second');
          yield Buffer.from('third');
        } finally {
          returned = true;
        }
      };
      const reply = await upstream.request(request({ body: body() }));
      answered.fire();
      expect([reply.status, reply.early]).toEqual([413, true]);
      expect(await textOf(reply)).toBe('big');
      await server.ended(0);
      expect(returned).toBe(true);
      expect(server.received[0]).not.toContain('second');
      expect(server.received[0]).not.toContain('\r\n0\r\n');
    });

    it('is not called early when it comes behind the last byte', async () => {
      const server = await rawServer((socket, text) => {
        if (text.endsWith('abc')) socket.write(OK);
      });
      const reply = await upstreamAt(server.url).request(request({ body: bodyOf('a', 'b', 'c'), length: 3 }));
      expect(reply.early).toBe(false);
      expect(await textOf(reply)).toBe('ok');
    });

    it('may be an interim one, which is ignored', async () => {
      const server = await rawServer((socket, text) => {
        if (text.endsWith('abc')) socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${OK}`);
      });
      const reply = await upstreamAt(server.url).request(request({ body: bodyOf('abc'), length: 3 }));
      expect([reply.status, await textOf(reply)]).toEqual([200, 'ok']);
    });
  });

  describe('an upstream that breaks off', () => {
    it('before its head is upstream-reset', async () => {
      const server = await recordingUpstream();
      cleanups.push(() => server.close());
      server.next({ reset: 'body' }, { reset: 'head' });
      const upstream = upstreamAt(server.url);
      await expect(upstream.request(request({ body: bodyOf('x'), length: 1 }))).rejects.toMatchObject({ code: 'upstream-reset', status: 502 });
      await expect(upstream.request(request({ body: bodyOf('x'), length: 1 }))).rejects.toMatchObject({ code: 'upstream-reset' });
    });

    it.each([
      ['with a declared length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart', 'end'],
      ['within chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n', 'end'],
      ['with a body up to the end of the connection', 'HTTP/1.1 200 OK\r\n\r\npart', 'reset'],
    ])('in the middle of an answer %s makes the reader fail', async (_name, answer, how) => {
      const server = await rawServer((socket, text) => {
        if (!headCame(text)) return;
        socket.write(answer, () => {
          if (how === 'end') socket.end();
        });
      });
      const upstream = upstreamAt(server.url);
      const reply = await upstream.request(request());
      const iterator = reply.body[Symbol.asyncIterator]();
      expect(Buffer.from(((await iterator.next()) as IteratorYieldResult<Uint8Array>).value).toString()).toBe('part');
      const next = iterator.next();
      if (how === 'reset') server.resetAll();
      await expect(next).rejects.toMatchObject({ code: 'upstream-reset' });
    });

    it('with an unreadable answer is upstream-invalid', async () => {
      const server = await rawServer((socket, text) => {
        if (headCame(text)) socket.write('SSH-2.0-OpenSSH_9.2\r\n\r\n');
      });
      await expect(upstreamAt(server.url).request(request())).rejects.toMatchObject({ code: 'upstream-invalid', status: 502 });
    });

    it('with an endless head is upstream-invalid', async () => {
      const server = await rawServer((socket, text) => {
        if (headCame(text)) socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`);
      });
      await expect(upstreamAt(server.url).request(request())).rejects.toMatchObject({ code: 'upstream-invalid' });
    });

    it('or says much loses none of its fields', async () => {
      const many = Array.from({ length: 3000 }, (_, i) => `a${i}: b\r\n`).join('');
      const server = await rawServer((socket, text) => {
        if (headCame(text)) socket.write(`HTTP/1.1 200 OK\r\n${many}Content-Length: 0\r\n\r\n`);
      });
      expect((await upstreamAt(server.url).request(request())).fields).toHaveLength(3001);
    });

    it('by changing the protocol unasked is upstream-invalid', async () => {
      const server = await rawServer((socket, text) => {
        if (headCame(text)) socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
      });
      await expect(upstreamAt(server.url).request(request())).rejects.toMatchObject({ code: 'upstream-invalid' });
    });

    it('with two lengths in one answer is upstream-invalid', async () => {
      const server = await rawServer((socket, text) => {
        if (headCame(text)) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok');
      });
      await expect(upstreamAt(server.url).request(request())).rejects.toMatchObject({ code: 'upstream-invalid' });
    });
  });

  describe('an upstream that is away or slow', () => {
    it('is unreachable when nobody listens or its name is unknown', async () => {
      const gone = await rawServer(() => undefined);
      await gone.close();
      await expect(upstreamAt(gone.url).request(request())).rejects.toMatchObject({ code: 'upstream-unreachable', status: 502 });
      await expect(upstreamAt('http://no-such-host.invalid').request(request())).rejects.toMatchObject({ code: 'upstream-unreachable' });
    });

    it('times out when no answer follows the last request byte', async () => {
      const server = await rawServer(() => undefined);
      await expect(upstreamAt(server.url, { responseTimeout: '50ms' }).request(request({ body: bodyOf('x'), length: 1 }))).rejects.toMatchObject({ code: 'upstream-timeout', status: 504 });
    });

    it('times out when it stops taking bytes', async () => {
      const server = await rawServer((socket) => socket.pause());
      const endless = async function* (): AsyncGenerator<Uint8Array> {
        for (;;) yield Buffer.alloc(1 << 20);
      };
      await expect(upstreamAt(server.url, { responseTimeout: '100ms' }).request(request({ body: endless() }))).rejects.toMatchObject({ code: 'upstream-timeout' });
    });

    it('times out when its answer falls silent', async () => {
      const server = await rawServer((socket, text) => {
        if (headCame(text)) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart');
      });
      const reply = await upstreamAt(server.url, { responseTimeout: '50ms' }).request(request());
      await expect(textOf(reply)).rejects.toMatchObject({ code: 'upstream-timeout' });
    });

    it('may let the client wait for its own body longer than for an answer', async () => {
      const server = await rawServer((socket, text) => {
        if (text.endsWith('ab')) socket.write(OK);
      });
      const silent = await rawServer(() => undefined);
      const timers = heldTimers();
      const upstream = upstreamAt(server.url, { responseTimeout: '60ms' });
      const other = upstreamAt(silent.url, { responseTimeout: '90ms' });
      const slow = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('a');
        let code: string | undefined;
        void other.request(request()).catch((thrown: unknown) => (code = (thrown as WeirError).code));
        await until('the answer to another request is given up', () => {
          timers.pass(90);
          return code !== undefined;
        });
        expect(code).toBe('upstream-timeout');
        yield Buffer.from('b');
      };
      const reply = await upstream.request(request({ body: slow(), length: 2 }));
      expect(await textOf(reply)).toBe('ok');
    });
  });

  describe('a kept connection that its server has closed', () => {
    /** Answers the first request of the first connection, and meets the second with a reset. */
    const forgetful = (): Promise<RawServer> =>
      rawServer((socket, text, connection) => {
        const heads = text.split('\r\n\r\n').length - 1;
        if (connection === 0 && heads > 1) socket.resetAndDestroy();
        else if (heads > 0 && (text.startsWith('GET') || text.endsWith('x'))) socket.write(OK);
      });

    it('is replaced for a request that may be repeated', async () => {
      const server = await forgetful();
      const upstream = upstreamAt(server.url);
      await textOf(await upstream.request(request()));
      expect(await textOf(await upstream.request(request()))).toBe('ok');
      expect(server.received).toHaveLength(2);
    });

    it('is replaced while no byte of the body has been taken', async () => {
      const server = await forgetful();
      const upstream = upstreamAt(server.url);
      await textOf(await upstream.request(request()));
      const late = async function* (): AsyncGenerator<Uint8Array> {
        // Nothing to send until the first connection is known to be gone.
        await server.begun(1);
        yield Buffer.from('x');
      };
      expect(await textOf(await upstream.request(request({ body: late(), length: 1 })))).toBe('ok');
      expect(server.received[1]).toMatch(/^POST[\s\S]*x$/);
    });

    it('fails a request whose body was begun, since upstream may have acted on it', async () => {
      const server = await rawServer((socket, text) => {
        if (text.startsWith('GET') && !text.includes('POST')) socket.write(OK);
        if (text.endsWith('begun')) socket.resetAndDestroy();
      });
      const upstream = upstreamAt(server.url);
      await textOf(await upstream.request(request()));
      const begun = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('begun');
        await server.ended(0);
        yield Buffer.from('more');
      };
      await expect(upstream.request(request({ body: begun(), length: 9 }))).rejects.toMatchObject({ code: 'upstream-reset' });
      expect(server.received).toHaveLength(1);
    });

    it('fails an empty POST, which may have been carried out', async () => {
      const server = await forgetful();
      const upstream = upstreamAt(server.url);
      await textOf(await upstream.request(request()));
      await expect(upstream.request(request({ method: 'POST' }))).rejects.toMatchObject({ code: 'upstream-reset' });
      expect(server.received).toHaveLength(1);
    });

    it('is replaced once only', async () => {
      const server = await rawServer((socket, text, connection) => {
        const heads = text.split('\r\n\r\n').length - 1;
        if (connection === 0 && heads === 1) socket.write(OK);
        else socket.resetAndDestroy();
      });
      const upstream = upstreamAt(server.url);
      await textOf(await upstream.request(request()));
      await expect(upstream.request(request())).rejects.toMatchObject({ code: 'upstream-reset' });
      expect(server.received).toHaveLength(2);
    });
  });
});
