/** What the front on sockets does beyond what every front does: bodies in one piece, answers in one write, connections given away whole and never left open. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WHOLE_MOST } from '../../../../gateway/channels/http/front/fast-call.js';
import { WAITED_MOST } from '../../../../gateway/channels/http/front/fast-connection.js';
import { WeirError } from '../../../../gateway/errors.js';
import { until } from '../../../kit/patience.js';
import { closeChannels, testChannel, type ChannelSettings, type RawClient, type TestChannel } from './kit.js';

afterEach(closeChannels);

const HOST = 'Host: weir.example\r\n';
const fast = (settings: ChannelSettings = {}): Promise<TestChannel> => testChannel({ ...settings, front: 'fast' });
/** Beyond what a busy machine takes for a test. */
const PATIENT: ChannelSettings = { options: { timing: { checkEveryMs: 10, wholeMs: 60_000 } } };
const whole = ({ pipeline }: TestChannel): string | undefined => {
  const chunks = pipeline.seen[0]?.exchange.whole;
  return chunks === undefined ? undefined : Buffer.concat(chunks).toString('latin1');
};

describe('a body that came with its head', () => {
  it.each([
    ['of a length', `Content-Length: 5\r\n\r\nhello`, 'hello'],
    ['in chunks', `Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`, 'hello'],
    ['of nothing', 'Content-Length: 0\r\n\r\n', ''],
  ])('%s is whole', async (_name, rest, body) => {
    const test = await fast();
    const one = test.client();
    one.write(`POST / HTTP/1.1\r\n${HOST}${rest}`);
    await one.until(/ok$/);
    expect([whole(test), test.pipeline.seen[0]?.body.toString()]).toEqual([body, body]);
  });
  it.each([[262_144, 262_144], [262_145, undefined]])('of %s bytes is whole up to what is taken in one piece', async (bytes, asWhole) => {
    const test = await fast(PATIENT);
    const one = test.client();
    one.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: ${bytes}\r\n\r\n${'a'.repeat(bytes)}`);
    await one.until(/ok$/);
    expect([whole(test)?.length, test.pipeline.seen[0]?.body.length]).toEqual([asWhole, bytes]);
  });
  it('is not whole where it is longer than its route allows', async () => {
    const test = await fast({ routes: [{ maxBody: '4B' }] });
    const one = test.client();
    one.write(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`);
    await one.until(/HTTP\/1.1 413/);
    expect(whole(test)).toBeUndefined();
  });
});

describe('a body that is on its way behind its head', () => {
  const BEGINS = `POST / HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhe`;

  it('is waited for and taken whole where it is of moderate length', async () => {
    const test = await fast(PATIENT);
    const [one, other] = [test.client(), test.client()];
    one.write(BEGINS);
    other.write(`GET /other HTTP/1.1\r\n${HOST}\r\n`);
    await other.until(/ok$/);
    expect(test.pipeline.seen.map(({ exchange }) => exchange.http.target)).toEqual(['/other']);
    one.write('l');
    one.write('lo');
    await one.until(/ok$/);
    expect(Buffer.concat([...(test.pipeline.seen[1]?.exchange.whole ?? [])]).toString()).toBe('hello');
  });
  it.each([[65_536, true], [65_537, false]])('of %s bytes in two pieces is taken in one: %s', async (bytes, inOne) => {
    const test = await fast(PATIENT);
    const [one, other] = [test.client(), test.client()];
    one.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: ${bytes}\r\n\r\nhe`);
    // Sent behind it, so that the beginning has been read by itself.
    other.write(`GET /other HTTP/1.1\r\n${HOST}\r\n`);
    await other.until(/ok$/);
    one.write('x'.repeat(bytes - 2));
    await one.until(/ok$/);
    const whole = test.pipeline.seen[1]?.exchange.whole ?? [];
    expect(Buffer.concat([...whole]).toString()).toBe(`he${'x'.repeat(bytes - 2)}`);
    expect(whole.length === 1).toBe(inOne);
  });
  it('is not waited for where its sender pauses: what came is taken', async () => {
    const test = await fast();
    const one = test.client();
    one.write(BEGINS);
    await until('what came has arrived', () => test.upstream.arrived[0]?.body.toString() === 'he');
    one.write('llo');
    await one.until(/ok$/);
    expect([test.pipeline.seen[0]?.exchange.whole, test.pipeline.seen[0]?.body.toString()]).toEqual([undefined, 'hello']);
  });
  it('is not waited for longer than its route lets a sender be silent', async () => {
    const { client, errors } = await fast({ routes: [{ bodyTimeout: '20ms' }] });
    const one = client();
    one.write(BEGINS);
    await one.until(/HTTP\/1\.1 408/);
    await one.closed;
    expect(errors).toEqual([['body-timeout', 'route-1']]);
  });
  it('is on record where its sender leaves before it came', async () => {
    const { client, errors, pipeline } = await fast();
    const [one, other] = [client(), client()];
    one.write(BEGINS);
    other.write(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    await other.until(/ok$/);
    one.socket.resetAndDestroy();
    await until('the error is counted', () => errors.length > 0);
    expect([errors, pipeline.seen.length]).toEqual([[['client-aborted', 'route-1']], 2]);
  });
  it('is refused as too short where its sender says that no more comes', async () => {
    const { client, errors } = await fast();
    const one = client();
    one.write(BEGINS);
    one.socket.end();
    await one.until(/HTTP\/1\.1 400/);
    expect(errors).toEqual([['length-mismatch', 'route-1']]);
  });
  it.each([
    ['too large', `POST / HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhe`, 413],
    ['on no route', `POST /nowhere HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nhe`, 404],
    ['without a host', `POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nhe`, 400],
    ['expecting what nobody knows', `POST / HTTP/1.1\r\n${HOST}Expect: more\r\nContent-Length: 3\r\n\r\nhe`, 417],
  ])('is not waited for where its head is %s', async (_name, head, status) => {
    const { client } = await fast({ routes: [{ maxBody: '4B', match: { path: '/a' } }] });
    const one = client();
    one.write(head.replace('POST / ', 'POST /a '));
    await one.until(new RegExp(`HTTP/1\\.1 ${status}`));
  });
  it('is waited for only as long as those of all senders together are bounded, and again when there is room', async () => {
    const test = await fast(PATIENT);
    const most = WAITED_MOST / WHOLE_MOST;
    const stall = (): RawClient => {
      const one = test.client();
      one.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: ${String(WHOLE_MOST)}\r\n\r\nhe`);
      return one;
    };
    const waiting = Array.from({ length: most + 2 }, stall);
    // Two are beyond the bound.
    await until('two are not waited for', () => test.pipeline.seen.length === 2);
    waiting[0]?.socket.resetAndDestroy();
    waiting[1]?.socket.resetAndDestroy();
    await until('one that left is counted', () => test.errors.length > 0);
    for (const one of waiting) one.socket.resetAndDestroy();
    await until('all that left are counted', () => test.errors.length === most + 2);
    const late = stall();
    const other = test.client();
    other.write(`GET /other HTTP/1.1\r\n${HOST}\r\n`);
    await other.until(/ok$/);
    expect(test.pipeline.seen.length).toBe(most + 3);
    late.socket.resetAndDestroy();
  });
  it('is asked for where its sender waits for leave to send it', async () => {
    const test = await fast();
    const one = test.client();
    one.write(`POST / HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`);
    await one.until(/100 Continue/);
    one.write('hello');
    await one.until(/ok$/);
    expect(test.pipeline.seen[0]?.body.toString()).toBe('hello');
  });
});

describe('an answer', () => {
  it('that is whole leaves in one packet with its head', async () => {
    const { client, upstream } = await fast();
    upstream.answer = () => ({ fields: [['Content-Length', '5']], whole: [Buffer.from('whole')] });
    const one = client();
    const packets: string[] = [];
    one.socket.on('data', (chunk: Buffer) => packets.push(chunk.toString('latin1')));
    one.write(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    await one.until(/whole$/);
    expect(packets).toHaveLength(1);
  });
});

describe('a connection', () => {
  it('whose client leaves while it waits is closed, not left half open', async () => {
    const { client, upstream, channel, pipeline } = await fast();
    upstream.answer = (request) => new Promise((_, reject) => request.signal?.addEventListener('abort', () => reject(new WeirError('client-aborted'))));
    const one = client();
    one.write(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    await until('the request has arrived whole', () => upstream.arrived[0]?.complete === true);
    one.socket.end();
    await until('the exchange has ended', () => pipeline.seen[0]?.told.length === 1);
    await one.closed;
    // Resolves when no connection is open any more.
    await channel.drain(60_000);
  });
  it('is given to node:http with every byte where a route is passed on unread, and stays there', async () => {
    const { client, pipeline } = await fast({ routes: [{ scan: false, match: { path: '/raw' } }, { match: { path: '/' } }], options: { passThrough: (_route, request, response) => void request.toArray().then((chunks) => response.end(Buffer.concat(chunks as Buffer[]))) } });
    const one = client();
    one.write(`GET /a HTTP/1.1\r\n${HOST}\r\nPOST /raw HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhe`);
    await one.until(/ok/);
    one.write('llo');
    await one.until(/hello/);
    one.write(`GET /b HTTP/1.1\r\n${HOST}\r\n`);
    await one.until(/hello[^]*ok/);
    expect(pipeline.seen.map(({ exchange }) => exchange.http.target)).toEqual(['/a', '/b']);
  });
});

describe('the one timer of all connections', () => {
  it('cuts nobody\'s time short, whenever between two ticks it began', async () => {
    const [headTimeout, checkEveryMs] = [100, 150];
    const test = await fast({ config: { limits: { headTimeout: `${String(headTimeout)}ms` } }, options: { timing: { checkEveryMs } } });
    const lasted: number[] = [];
    const ended: Promise<void>[] = [];
    for (let one = 0; one < 10; one++) {
      await new Promise((next) => setTimeout(next, checkEveryMs / 10));
      const client = test.client();
      client.write('GET ');
      const begun = performance.now();
      ended.push(client.closed.then(() => void lasted.push(performance.now() - begun)));
    }
    await Promise.all(ended);
    expect(Math.min(...lasted)).toBeGreaterThan(headTimeout - 5);
  });
  it('counts no time in which nobody was read', async () => {
    const [headTimeout, checkEveryMs] = [100, 150];
    const test = await fast({ config: { limits: { headTimeout: `${String(headTimeout)}ms` } }, options: { timing: { checkEveryMs } } });
    let free = 0;
    const busy = createServer((socket) => {
      socket.once('data', () => {
        for (const end = performance.now() + 2 * (headTimeout + checkEveryMs); performance.now() < end; );
        free = performance.now();
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    const other = connect((busy.address() as AddressInfo).port, '127.0.0.1');
    await once(other, 'connect');
    // The loop stands still just before it hears of the connection.
    other.write('x');
    const client = test.client();
    client.write('GET ');
    await client.closed;
    expect(performance.now() - free).toBeGreaterThan(headTimeout - 5);
    other.destroy();
    await new Promise((resolve) => busy.close(resolve));
  });
});
