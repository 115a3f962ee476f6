/** One connection's life: requests in order, limits, leave-taking, and what every outcome leaves behind. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { WeirError } from '../../../../gateway/errors.js';
import { until } from '../../../kit/patience.js';
import { bytes, closeChannels, firstAnswer, parsedRoutes, problemOf, testChannel } from './kit.js';

afterEach(closeChannels);

const HOST = 'Host: weir.example\r\n';
const get = (target = '/'): string => `GET ${target} HTTP/1.1\r\n${HOST}\r\n`;
const post = (body: string, extra = ''): string => `POST /p HTTP/1.1\r\n${HOST}${extra}Content-Length: ${body.length}\r\n\r\n${body}`;

describe('a connection', () => {
  it.each([
    ['pass', 200], ['mask', 200], ['block', 403], ['hold', 202],
  ] as const)('lives on after %s', async (action, status) => {
    const { client, pipeline, port } = await testChannel();
    pipeline.decide = () => action;
    const one = client();
    for (const round of [1, 2, 3]) {
      one.write(post(`body ${round}`));
      await until('the answer is out', () => pipeline.seen[round - 1]?.told.length === 1);
    }
    one.socket.end();
    const text = await one.closed;
    expect(text.match(new RegExp(`HTTP/1.1 ${status} `, 'g'))).toHaveLength(3);
    expect(pipeline.seen.map((seen) => [seen.body.toString(), seen.told])).toEqual([1, 2, 3].map((round) => [`body ${round}`, [status]]));
    expect(port).toBeGreaterThan(0);
  });

  it('carries pipelined requests one after the other and answers in order', async () => {
    const { client, pipeline, upstream } = await testChannel();
    let running = 0;
    let most = 0;
    upstream.answer = async (request) => {
      most = Math.max(most, (running += 1));
      await new Promise((next) => setImmediate(next));
      running -= 1;
      return { fields: [['Content-Length', String(request.outbound.target.length)]], body: bytes(request.outbound.target) };
    };
    const one = client();
    one.write(post('1') + get('/2') + post('3') + get('/4'));
    await one.until(/\/4$/);
    expect(one.text().match(/\r\n\r\n\/\w/g)?.join('')).toBe('\r\n\r\n/p\r\n\r\n/2\r\n\r\n/p\r\n\r\n/4');
    expect(pipeline.seen.map((seen) => seen.body.toString())).toEqual(['1', '', '3', '']);
    expect(most).toBe(1);
  });

  it('answers what was whole before it refuses a malformed request behind it', async () => {
    const { client, pipeline } = await testChannel();
    const one = client();
    one.write(`${post('1')}NONSENSE\r\n\r\n`);
    const text = await one.closed;
    expect(text).toMatch(/^HTTP\/1.1 200 [^]*ok(HTTP\/1.1 400 )[^]*bad-request/);
    expect(pipeline.seen).toHaveLength(1);
  });

  it('lives on after a refusal that read nothing of a body that was all there', async () => {
    const { client, pipeline } = await testChannel();
    pipeline.decide = (exchange) => (exchange.http.method === 'POST' ? 'block' : 'pass');
    pipeline.headOnly = true;
    const one = client();
    one.write(post('x'.repeat(1000)) + get());
    await one.until(/HTTP\/1.1 403 [^]*HTTP\/1.1 200 [^]*ok/);
  });

  it('an upgrade or tunnel behind a request waits for its answer', async () => {
    const { client } = await testChannel();
    for (const wish of [`GET /ws HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`, `CONNECT a:1 HTTP/1.1\r\n${HOST}\r\n`]) {
      const one = client();
      one.write(get() + wish);
      expect(await one.closed).toMatch(/^HTTP\/1.1 200 [^]*okHTTP\/1.1 403 [^]*upgrade-refused/);
    }
  });

  it('a request behind one that closes the connection never begins', async () => {
    const { client, pipeline } = await testChannel();
    const one = client();
    one.write(`POST /p HTTP/1.1\r\n${HOST}Connection: close\r\nContent-Length: 1\r\n\r\na${get()}`);
    await one.closed;
    expect(pipeline.seen).toHaveLength(1);
  });
});

describe('limits', () => {
  it('a head that dribbles in is given up with 408', async () => {
    const { client, errors } = await testChannel({ config: { limits: { headTimeout: '30ms' } } });
    const one = client();
    one.write('GET / HTTP/1.1\r\nHost: a\r\nX: ');
    const text = await one.closed;
    expect([firstAnswer(text).status, problemOf(text)['type']]).toEqual([408, 'urn:weir:problem:head-timeout']);
    expect(errors).toEqual([['head-timeout', undefined]]);
  });
  it('a connection that never says anything is given up too', async () => {
    const { client } = await testChannel({ config: { limits: { headTimeout: '30ms' } } });
    expect(firstAnswer(await client().closed).status).toBe(408);
  });
  it('a body that falls silent is given up with 408', async () => {
    const { client, errors, pipeline } = await testChannel({ routes: [{ bodyTimeout: '20ms' }] });
    const one = client();
    one.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\nabc`);
    expect(firstAnswer(await one.closed).status).toBe(408);
    expect(errors).toEqual([['body-timeout', 'route-1']]);
    expect(pipeline.seen[0]?.told).toEqual([408]);
  });
  it('a declared length over the limit is refused before a byte of it is read', async () => {
    const { client, pipeline } = await testChannel({ routes: [{ maxBody: '4B' }] });
    const one = client();
    one.write(`POST / HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`);
    expect(firstAnswer(await one.closed).status).toBe(413);
    expect(pipeline.seen).toHaveLength(0);
  });
  it('a chunked body over the limit is refused when it gets there', async () => {
    const { client, pipeline } = await testChannel({ routes: [{ maxBody: '4B' }] });
    const one = client();
    one.write(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n`);
    const answer = firstAnswer(await one.closed);
    expect([answer.status, answer.fields['connection']]).toEqual([413, 'close']);
    expect(pipeline.seen[0]?.told).toEqual([413]);
  });
  it('a client that stops reading its answer is let go', async () => {
    const { client, upstream, errors } = await testChannel({ routes: [{ bodyTimeout: '20ms' }] });
    upstream.answer = () => ({
      fields: [],
      body: (async function* () {
        for (;;) yield Buffer.alloc(65_536);
      })(),
    });
    const one = client();
    one.socket.pause();
    one.write(get());
    await until('the error is counted', () => errors.length > 0);
    expect(errors).toEqual([['client-aborted', 'route-1']]);
  });
  it('connections beyond the cap are closed, and make room when they end', async () => {
    const { client } = await testChannel({ config: { limits: { connections: 1 } } });
    const one = client();
    one.write(get());
    await one.until(/ok/);
    expect(await client().closed).toBe('');
    one.socket.destroy();
    await one.closed;
  });
  it('every field of a head counts, however many there are', async () => {
    const { client, pipeline } = await testChannel();
    const one = client();
    one.write(`GET / HTTP/1.1\r\n${HOST}${'A: b\r\n'.repeat(3000)}X-Last: 1\r\n\r\n`);
    await one.until(/ok/);
    expect(pipeline.seen[0]?.exchange.http.fields.at(-1)).toEqual(['X-Last', '1']);
  });
  it('what a client may not send is in no error and no log', async () => {
    const { client, logged, errors } = await testChannel();
    const one = client();
    one.write(`GET /canary-4711?canary-4711 HTTP/1.1\r\n${HOST}X-canary-4711: canary-4711\0\r\n\r\n`);
    const text = await one.closed;
    expect(JSON.stringify([text, logged, errors])).not.toContain('4711');
  });
});

describe('a client that leaves', () => {
  it('midway: the exchange ends as aborted, and nobody takes its body for whole', async () => {
    const { client, pipeline, upstream, errors } = await testChannel();
    const one = client();
    one.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\nabc`);
    await until('what was sent so far has arrived', () => upstream.arrived[0]?.body.toString() === 'abc');
    one.socket.resetAndDestroy();
    await until('the exchange has ended', () => pipeline.seen[0]?.told.length === 1);
    expect(pipeline.seen[0]?.told).toEqual([undefined]);
    expect(errors).toEqual([['client-aborted', 'route-1']]);
    expect(upstream.arrived[0]?.complete).toBe(false);
    expect(upstream.arrived[0]?.request.signal?.aborted).toBe(true);
  });
  it('having said that more would come, and still listening: it is told that lengths differ', async () => {
    const { client, errors } = await testChannel();
    const one = client();
    one.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\nabc`);
    one.socket.end();
    expect(firstAnswer(await one.closed).status).toBe(400);
    expect(errors).toEqual([['length-mismatch', 'route-1']]);
  });
  it('in the middle of a chunked body', async () => {
    const { client, errors } = await testChannel();
    const one = client();
    one.write(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`);
    one.socket.end();
    expect(firstAnswer(await one.closed).status).toBe(400);
    expect(errors).toEqual([['client-aborted', 'route-1']]);
  });
  it('while the upstream thinks: the upstream is told to stop', async () => {
    const { client, upstream, pipeline } = await testChannel();
    upstream.answer = (request) => new Promise((_, reject) => request.signal?.addEventListener('abort', () => reject(new WeirError('client-aborted'))));
    const one = client();
    one.write(post('a'));
    await until('the request has arrived whole', () => upstream.arrived[0]?.complete === true);
    one.socket.destroy();
    await until('the exchange has ended', () => pipeline.seen[0]?.told.length === 1);
    expect(pipeline.seen[0]?.told).toEqual([undefined]);
  });
  it('while it is being answered: the rest of the answer is not fetched', async () => {
    const { client, upstream, pipeline } = await testChannel();
    let fetched = 0;
    let finished = false;
    upstream.answer = () => ({
      fields: [],
      body: (async function* () {
        try {
          for (;;) {
            fetched += 1;
            yield Buffer.alloc(65_536);
          }
        } finally {
          finished = true;
        }
      })(),
    });
    const one = client();
    one.write(get());
    await one.until(/\r\n\r\n/);
    one.socket.resetAndDestroy();
    await until("the exchange has ended, and with it the answer's source", () => finished && pipeline.seen[0]?.told.length === 1);
    expect(pipeline.seen[0]?.told).toEqual([200]);
    expect(fetched).toBeLessThan(10_000);
  });
});

describe('Expect: 100-continue', () => {
  const asking = (target: string): string => `PUT ${target} HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`;
  it('is granted when the body is wanted', async () => {
    const { client, pipeline } = await testChannel();
    const one = client();
    one.write(asking('/x'));
    await one.until(/^HTTP\/1.1 100 Continue\r\n\r\n$/);
    one.write('hello');
    await one.until(/HTTP\/1.1 200 [^]*ok/);
    expect(pipeline.seen[0]?.body.toString()).toBe('hello');
  });
  it('is not granted when the head decides: the final answer comes at once, and the connection closes', async () => {
    const { client, pipeline } = await testChannel();
    pipeline.decide = () => 'block';
    pipeline.headOnly = true;
    const one = client();
    one.write(asking('/x'));
    const answer = firstAnswer(await one.closed);
    expect([answer.status, answer.fields['connection']]).toEqual([403, 'close']);
  });
  it('is not granted where no route is', async () => {
    const { client } = await testChannel({ routes: [{ match: { path: '/only' } }] });
    const one = client();
    one.write(asking('/x'));
    expect(firstAnswer(await one.closed).status).toBe(404);
  });
});

describe('an answer that comes before the body is read', () => {
  it('reaches a sender that goes on sending, and the connection closes', async () => {
    const { client, pipeline } = await testChannel();
    pipeline.decide = () => 'block';
    pipeline.headOnly = true;
    const one = client();
    one.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 100000000\r\n\r\n`);
    let stop = false;
    one.socket.on('close', () => { stop = true; });
    const more = (): void => {
      if (!stop && !one.text().includes('\r\n\r\n')) one.socket.write(Buffer.alloc(65_536), more);
      else one.socket.end();
    };
    more();
    const text = await one.closed;
    expect(firstAnswer(text)).toMatchObject({ status: 403, fields: { connection: 'close' } });
    expect(problemOf(text)['status']).toBe(403);
  });
  it('from the upstream: is forwarded with Connection: close', async () => {
    const { client, upstream } = await testChannel();
    upstream.early = true;
    upstream.answer = () => ({ status: 401, statusText: 'Unauthorized' });
    const one = client();
    one.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\nabc`);
    await one.until(/ok$/);
    one.socket.end();
    const answer = firstAnswer(await one.closed);
    expect([answer.status, answer.fields['connection'], answer.body]).toEqual([401, 'close', 'ok']);
  });
});

describe('other protocols', () => {
  const upgrade = `GET /ws HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
  it('are refused', async () => {
    const { client, errors } = await testChannel();
    const one = client();
    one.write(upgrade);
    expect(firstAnswer(await one.closed).status).toBe(403);
    expect(errors).toEqual([['upgrade-refused', 'route-1']]);
  });
  it('are handed on where the route says so', async () => {
    const { client } = await testChannel({ routes: [{ upgrades: 'pass' }] });
    const one = client();
    one.write(upgrade);
    expect(firstAnswer(await one.closed).status).toBe(101);
  });
  it('an offer of h2c is overlooked, as a server may, body and all', async () => {
    const { client, pipeline } = await testChannel();
    const one = client();
    one.write(`POST /x HTTP/1.1\r\n${HOST}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\nContent-Length: 5\r\n\r\nhel`);
    one.write('lo');
    await one.until(/ok/);
    one.write(get('/second'));
    await one.until(/ok[^]*ok/);
    expect(pipeline.seen.map((seen) => [seen.exchange.http.target, seen.body.toString()])).toEqual([['/x', 'hello'], ['/second', '']]);
  });
});

describe('routes', () => {
  it('without scanning are handed on, 100 Continue included', async () => {
    let expectation: string | undefined = 'unset';
    const { client, pipeline } = await testChannel({
      routes: [{ scan: false }],
      options: {
        passThrough: (_route, request, response) => {
          expectation = request.headers.expect;
          request.resume().on('end', () => response.end('through'));
        },
      },
    });
    const one = client();
    one.write(`PUT / HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 1\r\n\r\n`);
    await one.until(/100 Continue/);
    one.write('a');
    await one.until(/through/);
    expect([pipeline.seen.length, expectation]).toEqual([0, undefined]);
  });
  it('can be replaced while exchanges run, which keep theirs', async () => {
    const { client, channel, upstream, pipeline } = await testChannel();
    let go: () => void = () => undefined;
    upstream.answer = () => new Promise((resolve) => { go = () => resolve({}); });
    const one = client();
    one.write(post('a'));
    await until('the request has arrived whole', () => upstream.arrived[0]?.complete === true);
    await channel.setRoutes(parsedRoutes({ id: 'new', match: { path: '/new' } }), new Map([['new', upstream]]));
    go();
    await one.until(/ok/);
    const two = client();
    two.write(get('/old'));
    await two.until(/HTTP\/1.1 404/);
    expect(pipeline.seen[0]?.told).toEqual([200]);
  });
  it('whose facts cannot be prepared leave the old ones in force', async () => {
    const { client, channel, upstream } = await testChannel();
    await expect(channel.setRoutes(parsedRoutes({ facts: { departments: '/nowhere/at/all.json' } }), new Map([['route-1', upstream]]))).rejects.toThrow();
    const one = client();
    one.write(get());
    await one.until(/ok/);
  });
});

describe('draining', () => {
  it('lets a running exchange finish, closes its connection, and takes no new one', async () => {
    const { client, channel, upstream, pipeline } = await testChannel();
    let go: () => void = () => undefined;
    upstream.answer = () => new Promise((resolve) => { go = () => resolve({}); });
    const one = client();
    const idle = client();
    idle.write('');
    one.write(post('a'));
    await until('the request has arrived whole', () => upstream.arrived[0]?.complete === true);
    const drained = channel.drain(60_000);
    go();
    expect(firstAnswer(await one.closed)).toMatchObject({ status: 200, fields: { connection: 'close' }, body: 'ok' });
    idle.socket.destroy();
    await drained;
    const late = client();
    expect(await late.closed).toBe('');
    expect(pipeline.seen).toHaveLength(1);
  });
  it('cuts off what does not finish within the bound', async () => {
    const { client, channel, upstream } = await testChannel();
    upstream.answer = () => new Promise(() => undefined);
    const one = client();
    one.write(post('a'));
    await until('the request has arrived whole', () => upstream.arrived[0]?.complete === true);
    await channel.drain(10);
    expect(await one.closed).toBe('');
  });
});
