/** Delivery to real HTTP servers: what they receive, and what comes back. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Upstream } from '../../../../gateway/ports.js';
import { aliveBytes } from '../../../kit/alive-memory.js';
import { recordingUpstream, type RecordingUpstream } from '../../../kit/upstream.js';
import { bodyOf, request, routeTo, textOf, valueOf } from './fixture.js';
import { UPSTREAMS } from './upstreams.js';

describe.each(UPSTREAMS)('%s', (_name, upstreamTo) => {
  let server: RecordingUpstream;
  let upstream: Upstream;
  beforeEach(async () => {
    server = await recordingUpstream();
    upstream = upstreamTo(routeTo(server.url));
  });
  afterEach(async () => {
    await upstream.close();
    await server.close();
  });

  it('hands on fields nobody had to touch in their order, case and number, and body bytes as they are', async () => {
    const disposition = Buffer.from('attachment; filename=报表.txt').toString('latin1');
    await textOf(await upstream.request(request({
      fields: [['hOsT', 'weir.example'], ['X-Twice', '1'], ['content-disposition', disposition], ['x-twice', '2'], ['Content-Length', '5']],
      body: bodyOf('he', 'llo'),
      length: 5,
    })));
    const [seen] = await server.recorded(1);
    expect(seen?.fields.slice(0, 5)).toEqual([
      ['hOsT', `127.0.0.1:${server.port}`], ['X-Twice', '1'], ['content-disposition', disposition], ['x-twice', '2'], ['Content-Length', '5'],
    ]);
    expect(seen?.body.toString()).toBe('hello');
    expect(seen?.complete).toBe(true);
  });

  it('frames a body of unknown length in chunks and forwards its trailers', async () => {
    const reply = await upstream.request(request({ method: 'DELETE', body: bodyOf('a', '', 'b'), trailers: [['X-Sum', 'ab'], ['Content-Length', '1']] }));
    await textOf(reply);
    const [seen] = await server.recorded(1);
    expect(valueOf(seen?.fields ?? [], 'transfer-encoding')).toBe('chunked');
    expect(seen?.body.toString()).toBe('ab');
    expect(seen?.trailers).toEqual([['X-Sum', 'ab']]);
    expect(reply.early).toBe(false);
  });

  it('sends a spooled body whose trailers are known in chunks, so that they can follow', async () => {
    await textOf(await upstream.request(request({ fields: [['Trailer', 'X-Sum']], body: bodyOf('ab'), length: 2, trailers: [['X-Sum', 'ab']] })));
    expect((await server.recorded(1))[0]?.trailers).toEqual([['X-Sum', 'ab']]);
  });

  it('never forwards Expect', async () => {
    await textOf(await upstream.request(request({ fields: [['Expect', '100-continue'], ['Content-Length', '1']], body: bodyOf('a'), length: 1 })));
    expect(valueOf((await server.recorded(1))[0]?.fields ?? [], 'expect')).toBeUndefined();
  });

  it('writes no framing for a bodyless GET, and Content-Length: 0 for an empty POST', async () => {
    await textOf(await upstream.request(request()));
    await textOf(await upstream.request(request({ method: 'POST' })));
    const [get, post] = await server.recorded(2);
    expect(valueOf(get?.fields ?? [], 'content-length')).toBeUndefined();
    expect(valueOf(get?.fields ?? [], 'transfer-encoding')).toBeUndefined();
    expect(valueOf(post?.fields ?? [], 'content-length')).toBe('0');
  });

  it('uses one connection for requests that follow each other', async () => {
    for (let i = 0; i < 5; i += 1) await textOf(await upstream.request(request({ body: bodyOf('x'), length: 1 })));
    expect(server.connections).toBe(1);
  });

  it('opens no more connections than the route allows, and serves all', async () => {
    const narrow = upstreamTo(routeTo(server.url, { maxSockets: 2 }));
    await Promise.all(Array.from({ length: 10 }, async () => textOf(await narrow.request(request({ body: bodyOf('x'), length: 1 })))));
    await narrow.close();
    expect(server.requests).toHaveLength(10);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('gives the answer with its fields, statusText, body and trailers', async () => {
    server.next({ status: 207, statusText: 'So So', fields: [['X-B', '1'], ['x-a', '2'], ['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2'], ['Connection', 'X-B']], body: 'answer', trailers: [['X-T', 't']] });
    const reply = await upstream.request(request());
    expect([reply.status, reply.statusText]).toEqual([207, 'So So']);
    expect(reply.fields.slice(0, 3)).toEqual([['x-a', '2'], ['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2']]);
    expect(await textOf(reply)).toBe('answer');
    expect(reply.trailers()).toEqual([['X-T', 't']]);
  });

  it('expects no body behind HEAD, 204 and 304, and keeps their Content-Length', async () => {
    server.next({ fields: [['Content-Length', '1234']] }, { status: 204 }, { status: 304, fields: [['ETag', '"x"']] });
    const head = await upstream.request(request({ method: 'HEAD' }));
    expect(valueOf(head.fields, 'content-length')).toBe('1234');
    expect(await textOf(head)).toBe('');
    expect(await textOf(await upstream.request(request()))).toBe('');
    const notModified = await upstream.request(request());
    expect([notModified.status, await textOf(notModified)]).toEqual([304, '']);
    expect(server.connections).toBe(1);
  });

  it('rewrites the path of the route into that of the upstream, and its redirects back', async () => {
    const rewriting = upstreamTo(routeTo(`${server.url}/base/`, {}, { match: { path: '/up' }, rewritePrefix: '/v2' }));
    server.next({ status: 302, fields: [['Location', `${server.url}/base/v2/next?a=%2F`]] });
    const reply = await rewriting.request(request({ target: '/up/a//b%2f/../c?q=/up/x' }));
    await textOf(reply);
    await rewriting.close();
    expect((await server.recorded(1))[0]?.target).toBe('/base/v2/a//b%2f/../c?q=/up/x');
    expect(valueOf(reply.fields, 'location')).toBe('https://weir.example/up/next?a=%2F');
  });

  it('says when some and when all of a request was sent', async () => {
    const progress: string[] = [];
    await textOf(await upstream.request(request({ body: bodyOf('a', 'b'), length: 2, onProgress: (sent) => progress.push(sent) })));
    expect(progress).toEqual(['some', 'all']);
  });

  it('carries 100 MB there and back without keeping them', async () => {
    const piece = Buffer.alloc(64 * 1024, 'weir');
    const pieces = 1600;
    const sum = createHash('sha256');
    for (let i = 0; i < pieces; i += 1) sum.update(piece);
    const digest = sum.digest('hex');
    let peak = 0;
    const many = async function* (): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < pieces; i += 1) {
        if (i % 400 === 399) peak = Math.max(peak, aliveBytes());
        yield piece;
      }
    };
    server.next({ body: many() });
    const before = aliveBytes();
    const reply = await upstream.request(request({ body: many(), length: pieces * piece.length }));
    const back = createHash('sha256');
    for await (const chunk of reply.body) back.update(chunk);
    expect((await server.recorded(1))[0]).toMatchObject({ bytes: pieces * piece.length, sha256: digest, complete: true });
    expect(back.digest('hex')).toBe(digest);
    // Buffers of sockets on both sides; the body alone would be 100 MiB.
    expect(peak - before).toBeLessThan(48 * 1024 * 1024);
  });

  it('pulls an answer no faster than its reader', async () => {
    let produced = 0;
    const piece = Buffer.alloc(64 * 1024);
    server.next({
      body: (async function* () {
        for (; produced < 1000; produced += 1) yield piece;
      })(),
    });
    const reply = await upstream.request(request());
    const iterator = reply.body[Symbol.asyncIterator]();
    await iterator.next();
    // Whatever the system's buffers take has been taken once a few other exchanges have come and gone.
    for (let i = 0; i < 20; i += 1) await textOf(await upstream.request(request()));
    expect(produced).toBeLessThan(500);
    await iterator.return?.();
  });

  it('closes the connection of an answer that its reader leaves', async () => {
    server.next({ body: (async function* () { for (;;) yield Buffer.alloc(1024); })() });
    const reply = await upstream.request(request());
    for await (const _chunk of reply.body) break;
    await textOf(await upstream.request(request()));
    expect(server.connections).toBe(2);
  });

  it('hands nothing on once the client has left', async () => {
    const leaving = new AbortController();
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('first');
      await server.reached(1);
      leaving.abort();
      yield Buffer.from('second');
    };
    await expect(upstream.request(request({ body: body(), length: 11, signal: leaving.signal }))).rejects.toMatchObject({ code: 'client-aborted' });
    const [seen] = await server.recorded(1);
    expect(seen).toMatchObject({ complete: false, body: Buffer.from('first') });
    await expect(upstream.request(request({ signal: leaving.signal }))).rejects.toMatchObject({ code: 'client-aborted' });
  });

  it('refuses fields that could start a field of their own, and methods that open a tunnel', async () => {
    for (const value of ['a\r\nX: y', 'a\nb', 'a\0b']) {
      await expect(upstream.request(request({ fields: [['X-A', value]] }))).rejects.toMatchObject({ code: 'bad-request' });
    }
    await expect(upstream.request(request({ method: 'CONNECT' }))).rejects.toMatchObject({ code: 'bad-request' });
    await expect(upstream.request(request({ target: '/a b' }))).rejects.toMatchObject({ code: 'bad-request' });
    expect(server.connections).toBe(0);
  });
});
