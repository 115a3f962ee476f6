/** HTTP/2 in front: the same turns, verdicts and laws as over HTTP/1.1, and what one connection may not do. */
import { createHash } from 'node:crypto';
import { constants } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { STREAMS_MOST } from '../../../../gateway/channels/http/front/h2-limits.js';
import { until } from '../../../kit/patience.js';
import { ask, block, END_HEADERS, END_STREAM, endClients, FRAME, frame, h2Channel, h2Client, rawH2 } from './h2-kit.js';
import { bytes, closeChannels } from './kit.js';

afterEach(async () => {
  endClients();
  await closeChannels();
});

const POST = { ':method': 'POST', ':path': '/up', 'content-type': 'text/plain' };
const text = (stream: number, ...fields: readonly (readonly [string, string])[]): Buffer =>
  frame(FRAME.headers, END_HEADERS, stream, block([[':method', 'POST'], [':scheme', 'https'], [':authority', 'localhost'], [':path', '/up'], ...fields]));

describe('HTTP/2 in front', () => {
  it('is offered only where it is wanted, and HTTP/1.1 beside it', async () => {
    const [both, one] = [await h2Channel(), await h2Channel({}, { http2: false })];
    const chosen = (port: number, offers: string[]): Promise<string | false | null> =>
      new Promise((resolve, reject) => {
        const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: offers }, () => {
          resolve(socket.alpnProtocol);
          socket.destroy();
        });
        socket.on('error', reject);
      });
    expect([await chosen(both.port, ['h2', 'http/1.1']), await chosen(both.port, ['http/1.1']), await chosen(one.port, ['h2', 'http/1.1'])]).toEqual(['h2', 'http/1.1', 'http/1.1']);
  });
  it('takes a request through the pipeline and brings its answer back', async () => {
    const { port, pipeline, upstream } = await h2Channel();
    upstream.answer = () => ({ status: 201, fields: [['Content-Type', 'text/plain'], ['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2'], ['Connection', 'x-hop'], ['Keep-Alive', 'timeout=5'], ['Content-Length', '2']] });
    const answer = await ask(h2Client(port), { ...POST, 'x-mine': '1' }, 'a body');
    expect([answer.status, answer.body, answer.headers['weir-action'], answer.headers['set-cookie'], answer.headers['keep-alive'], answer.headers.connection]).toEqual([201, 'ok', 'pass', ['a=1', 'b=2'], undefined, undefined]);
    const seen = pipeline.seen[0];
    expect([seen?.body.toString(), seen?.exchange.http.method, seen?.exchange.http.target, seen?.told]).toEqual(['a body', 'POST', '/up', [201]]);
    expect(seen?.exchange.http.fields).toEqual(expect.arrayContaining([['Host', `localhost:${String(port)}`], ['x-mine', '1']]));
    expect(upstream.arrived[0]?.request.via).toMatchObject({ scheme: 'https', host: `localhost:${String(port)}`, clientAddress: '127.0.0.1' });
  });
  it('carries large bodies both ways, many at once, byte for byte', async () => {
    const { port, pipeline, upstream } = await h2Channel();
    const body = Buffer.alloc(2 ** 20, 'weir');
    upstream.answer = () => ({ fields: [['Content-Type', 'text/plain']], body: bytes(...Array.from({ length: 16 }, (_, at) => body.subarray(at * 65_536, (at + 1) * 65_536))) });
    const client = h2Client(port);
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(client, POST, body)));
    const digest = (some: Buffer): string => createHash('sha256').update(some).digest('hex');
    expect(new Set(answers.map((one) => `${String(one.status)} ${digest(Buffer.from(one.body, 'latin1'))}`))).toEqual(new Set([`200 ${digest(body)}`]));
    expect(pipeline.seen.every((one) => one.body.equals(body))).toBe(true);
  });
  it.each([['block', 403], ['hold', 202]] as const)('answers %s as over HTTP/1.1', async (action, status) => {
    const { port, pipeline, upstream } = await h2Channel();
    pipeline.decide = () => action;
    const answer = await ask(h2Client(port), POST, 'a body');
    expect([answer.status, answer.headers['weir-action'], answer.headers['content-type'], upstream.arrived.length]).toEqual([status, action, 'application/problem+json', 0]);
    expect(JSON.parse(answer.body)).toMatchObject({ status });
  });
  it('answers HEAD without a body, and 204', async () => {
    const { port, upstream } = await h2Channel();
    const client = h2Client(port);
    const head = await ask(client, { ':method': 'HEAD', ':path': '/a' });
    upstream.answer = () => ({ status: 204, fields: [], body: bytes() });
    const none = await ask(client, { ':method': 'GET', ':path': '/a' });
    expect([head.status, head.headers['content-length'], head.body, none.status, none.body]).toEqual([200, '2', '', 204, '']);
  });
  it('gives leave to send when the body is wanted, and refuses other expectations', async () => {
    const { port } = await h2Channel();
    const client = h2Client(port);
    const order: string[] = [];
    const answer = await ask(client, { ...POST, expect: '100-continue' }, (stream) => {
      stream.on('continue', () => {
        order.push('continue');
        stream.end('now');
      });
    });
    expect([answer.status, order]).toEqual([200, ['continue']]);
    expect((await ask(client, { ...POST, expect: 'a miracle' }, 'x')).status).toBe(417);
  });
  it('passes trailers on, both ways', async () => {
    const { port, pipeline, upstream } = await h2Channel();
    upstream.answer = () => ({ fields: [['Content-Type', 'text/plain']], body: bytes('ok'), trailers: () => [['X-Sum', '7']] });
    const answer = await ask(
      h2Client(port),
      POST,
      (stream) => {
        stream.on('wantTrailers', () => stream.sendTrailers({ 'x-count': '3' }));
        stream.end('abc');
      },
      { waitForTrailers: true },
    );
    expect([answer.body, answer.trailers['x-sum'], pipeline.seen[0]?.trailers]).toEqual(['ok', '7', [['x-count', '3']]]);
  });
  it('sends clients of an unscanned route back to HTTP/1.1', async () => {
    const { port } = await h2Channel({ routes: [{ scan: false, policy: undefined }] });
    const answer = await ask(h2Client(port), POST, 'x');
    expect([answer.status, answer.rstCode]).toEqual([0, constants.NGHTTP2_HTTP_1_1_REQUIRED]);
  });
});

describe('what breaks', () => {
  it.each([['by a cancel', constants.NGHTTP2_CANCEL], ['without an error', constants.NGHTTP2_NO_ERROR]])('an upload that its sender takes back %s reaches nobody as a whole one, and its neighbour does', async (_name, code) => {
    const { port, pipeline, upstream, errors } = await h2Channel();
    const client = await rawH2(port);
    client.write(text(1), frame(FRAME.data, 0, 1, Buffer.from('half of i')));
    await until('half of it has come', () => pipeline.seen[0]?.body.length === 9);
    client.write(frame(FRAME.reset, 0, 1, Buffer.from([0, 0, 0, code])), text(3), frame(FRAME.data, END_STREAM, 3, Buffer.from('whole')));
    await client.frame(FRAME.headers, 3);
    await until('the error is counted', () => errors.length === 1);
    expect([errors.map(([told]) => told), upstream.arrived.map((one) => [one.body.toString(), one.complete])]).toEqual([['client-aborted'], [['half of i', false], ['whole', true]]]);
    client.socket.destroy();
  });
  it.each(['node', 'fast'])('a sender that leaves takes all its requests with it (%s)', async (frontend) => {
    const { port, pipeline, errors } = await h2Channel({}, { frontend });
    const client = h2Client(port);
    void ask(client, POST, (stream) => stream.write('half of i'));
    void ask(client, POST, (stream) => stream.write('half of i'));
    await until('half of both has come', () => pipeline.seen.filter((one) => one.body.length === 9).length === 2);
    client.destroy();
    await until('both errors are counted', () => errors.length === 2);
    expect(errors.map(([code]) => code)).toEqual(['client-aborted', 'client-aborted']);
  });
  it('an answer that breaks off upstream is reset, never ended', async () => {
    const { port, upstream } = await h2Channel();
    upstream.answer = () => ({
      fields: [['Content-Type', 'text/plain']],
      body: (async function* () {
        yield Buffer.from('part');
        throw new Error('broke off');
      })(),
    });
    const answer = await ask(h2Client(port), POST, 'x');
    expect([answer.status, answer.rstCode]).toEqual([200, constants.NGHTTP2_INTERNAL_ERROR]);
  });
  it('an answer with another number of bytes than it declares is reset', async () => {
    const { port, upstream } = await h2Channel();
    const client = h2Client(port);
    for (const declared of ['5', '1']) {
      upstream.answer = () => ({ fields: [['Content-Length', declared]], body: bytes('ok') });
      expect((await ask(client, POST, 'x')).rstCode).not.toBe(constants.NGHTTP2_NO_ERROR);
    }
  });
  it('a refused upload is told, and the rest of it is not wanted', async () => {
    const { port } = await h2Channel({ routes: [{ maxBody: '1MiB' }] });
    const client = h2Client(port);
    // More than the connection's own window: what was refused must not use it up for those that follow.
    for (let times = 0; times < 4; times++) {
      const answer = await ask(client, { ...POST, 'content-length': '4194304' }, (stream) => stream.write(Buffer.alloc(65_000)));
      expect([answer.status, answer.rstCode]).toEqual([413, constants.NGHTTP2_NO_ERROR]);
    }
    expect((await ask(client, POST, Buffer.alloc(500_000))).status).toBe(200);
  });
  it('a body that falls silent is given up', async () => {
    const { port } = await h2Channel({ routes: [{ bodyTimeout: '50ms' }] });
    const answer = await ask(h2Client(port), POST, (stream) => stream.write('x'));
    expect(answer.status).toBe(408);
  });
});

describe('frames that no client sends', () => {
  const REFUSED: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
    ['another host in the field', [['host', 'other.example']]],
    ['transfer-encoding', [['transfer-encoding', 'chunked']]],
    ['connection', [['connection', 'close']]],
    ['upgrade', [['upgrade', 'h2c']]],
    ['a name in capitals', [['X-One', '1']]],
    ['two lengths', [['content-length', '1'], ['content-length', '2']]],
    ['a pseudo-header behind a field', [['x-one', '1'], [':path', '/other']]],
  ];
  it.each(REFUSED)('a head with %s reaches no upstream', async (_name, fields) => {
    const { port, upstream, pipeline } = await h2Channel();
    const client = await rawH2(port);
    client.write(text(1, ...fields), frame(FRAME.data, END_STREAM, 1, Buffer.from('x')));
    const told = await Promise.race([client.frame(FRAME.headers, 1), client.frame(FRAME.reset, 1)]);
    expect([told === undefined, upstream.arrived.length, pipeline.seen.length]).toEqual([false, 0, 0]);
    client.socket.destroy();
  });
  it('a field with a line end in its value is passed on by nobody', async () => {
    const { port, upstream } = await h2Channel();
    const client = await rawH2(port);
    client.write(text(1, ['x-one', '1\r\nx-two: 2']), frame(FRAME.data, END_STREAM, 1, Buffer.from('x')));
    await Promise.race([client.frame(FRAME.headers, 1), client.frame(FRAME.reset, 1)]);
    expect(upstream.arrived.flatMap((one) => one.request.fields.map(([name]) => name)).filter((name) => name.startsWith('x-'))).toEqual([]);
    client.socket.destroy();
  });
  it.each([['fewer', '5', 'abc'], ['more', '2', 'abc']])('a body of %s bytes than declared never arrives whole', async (_name, length, body) => {
    const { port, upstream } = await h2Channel();
    const client = await rawH2(port);
    client.write(text(1, ['content-length', length]), frame(FRAME.data, END_STREAM, 1, Buffer.from(body)));
    expect(await client.frame(FRAME.reset, 1)).toBeDefined();
    expect(upstream.arrived.filter((one) => one.complete)).toEqual([]);
    client.socket.destroy();
  });
  it.each([
    ['bytes', Array.from({ length: 9 }, (_, at): [string, string] => [`x-${String(at)}`, 'v'.repeat(1000)])],
    ['fields', Array.from({ length: 300 }, (_, at): [string, string] => [`x${String(at)}`, ''])],
  ])('a head of a few too many %s is answered with 431, and no other request suffers', async (_what, fields) => {
    const { port, pipeline, errors } = await h2Channel({ config: { limits: { headBytes: fields.length === 9 ? '8KiB' : '32KiB' } } });
    const client = h2Client(port);
    const [refused, other] = await Promise.all([ask(client, { ...POST, ...Object.fromEntries(fields) }, 'half'), ask(client, POST, 'x')]);
    expect([refused.status, other.status]).toEqual([431, 200]);
    expect([pipeline.seen.length, errors]).toEqual([1, [['head-too-large', undefined]]]);
  });
  it('a head far larger than limits.headBytes is reset unread', async () => {
    const { port, pipeline } = await h2Channel({ config: { limits: { headBytes: '4KiB' } } });
    const client = await rawH2(port);
    client.write(text(1, ...Array.from({ length: 9 }, (_, at) => [`x-${String(at)}`, 'v'.repeat(1000)] as const)));
    expect(await client.frame(FRAME.reset, 1)).toBeDefined();
    expect(pipeline.seen).toEqual([]);
    client.socket.destroy();
  });
  it.each([['by a cancel', constants.NGHTTP2_CANCEL], ['without an error', constants.NGHTTP2_NO_ERROR]])('requests that are taken back at once %s, by the hundred, end the connection', async (_how, code) => {
    const { port, logged, pipeline } = await h2Channel();
    const client = await rawH2(port);
    for (let stream = 1; stream < 2400; stream += 2) client.write(text(stream), frame(FRAME.reset, 0, stream, Buffer.from([0, 0, 0, code])));
    await client.closed;
    // The farewell itself may be lost: a connection that is still being written to is reset.
    expect(logged.filter((line) => line.includes('TooMuch')).length).toBe(1);
    expect(pipeline.seen.length).toBeLessThan(400);
  });
  it.each([['settings', FRAME.settings, 0, Buffer.alloc(0)], ['ping', FRAME.ping, 0, Buffer.alloc(8)]] as const)('a flood of %s ends the connection', async (_name, type, flags, payload) => {
    const { port } = await h2Channel();
    const client = await rawH2(port);
    for (let times = 0; times < 300; times++) client.write(frame(type, flags, 0, payload));
    await client.closed;
    expect(client.seen.length).toBeGreaterThan(0);
  });
  it('a head that goes on and on ends the connection', async () => {
    const { port } = await h2Channel();
    const client = await rawH2(port);
    client.write(frame(FRAME.headers, 0, 1, block([[':method', 'GET']])));
    for (let times = 0; times < 200; times++) client.write(frame(FRAME.continuation, 0, 1, block([['x-more', 'v'.repeat(100)]])));
    await client.closed;
    expect(client.seen.filter(({ type }) => type === FRAME.headers)).toEqual([]);
  });
  it(`no more than ${String(STREAMS_MOST)} requests are under way on one connection, also where they were taken back`, async () => {
    const { port, pipeline, upstream } = await h2Channel();
    // Nobody tells this upstream that its client has left.
    upstream.answer = () => new Promise(() => undefined);
    const client = await rawH2(port);
    for (let one = 0; one < STREAMS_MOST + 20; one++) {
      const stream = 2 * one + 1;
      client.write(text(stream), frame(FRAME.data, END_STREAM, stream), frame(FRAME.reset, 0, stream, Buffer.from([0, 0, 0, constants.NGHTTP2_CANCEL])));
    }
    client.write(frame(FRAME.ping, 0, 0, Buffer.alloc(8)));
    await client.frame(FRAME.ping, 0);
    expect(pipeline.seen.length).toBeLessThanOrEqual(STREAMS_MOST);
    client.socket.destroy();
  });
  it('a connection without a request is closed when a head is overdue', async () => {
    const { port } = await h2Channel({ config: { limits: { headTimeout: '50ms' } } });
    const client = await rawH2(port);
    await client.closed;
    expect(client.seen.some(({ type }) => type === FRAME.goaway)).toBe(true);
  });
});

describe('a listener that stops', () => {
  it('lets what runs over HTTP/2 finish, and takes nothing new there', async () => {
    const { port, channel, upstream } = await h2Channel();
    let go: () => void = () => undefined;
    upstream.answer = async () => {
      await new Promise<void>((resolve) => (go = resolve));
      return {};
    };
    const client = h2Client(port);
    const running = ask(client, POST, 'x');
    await until('the request has arrived whole', () => upstream.arrived[0]?.complete === true);
    const drained = channel.drain(60_000);
    await new Promise<void>((resolve) => {
      client.once('goaway', () => resolve());
    });
    go();
    expect((await running).status).toBe(200);
    await drained;
  });
});
