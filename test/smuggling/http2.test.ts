/** HTTP/2 that would be two requests, or another one, once it is written as HTTP/1.1: what arrives at a real upstream is at most the one request it was, and the next exchange is well. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { httpUpstream } from '../../gateway/deliver/http/upstream.js';
import { wireUpstream } from '../../gateway/deliver/http/wire-upstream.js';
import { ask, block, END_HEADERS, END_STREAM, endClients, FRAME, frame, h2Channel, h2Client, rawH2 } from '../gateway/channels/http/h2-kit.js';
import { closeChannels, parsedRoutes } from '../gateway/channels/http/kit.js';
import { echoUpstream, type EchoUpstream } from './echo-upstream.js';

type Fields = readonly (readonly [string, string])[];
interface Attack {
  readonly name: string;
  readonly head: Fields;
  readonly trailers?: Fields;
  readonly body?: string;
}

const plain = (change: Readonly<Record<string, string>> = {}): Fields => Object.entries({ ':method': 'POST', ':scheme': 'https', ':authority': 'here.example', ':path': '/r/x', ...change });
const SECOND = 'GET /r/smuggled HTTP/1.1\r\nHost: here.example\r\n\r\n';
const odd = (name: string, change: Readonly<Record<string, string>>): Attack => ({ name, head: plain(change) });
const field = (name: string, value: string): Attack => ({ name: `a field ${JSON.stringify(`${name}: ${value}`).slice(0, 60)}`, head: [...plain(), [name, value]] });

const ENDS = ['\r\n', '\n', '\r', '\0'];
const ATTACKS: readonly Attack[] = [
  ...ENDS.flatMap((end) => [
    field('x-one', `1${end}x-smuggled: 1`),
    field('x-one', `1${end}${end}${SECOND}`),
    field(`x-one${end}x-smuggled`, '1'),
    odd(`${JSON.stringify(end)} in the path`, { ':path': `/r/x HTTP/1.1${end}x-smuggled: 1${end}${end}${SECOND}` }),
    odd(`${JSON.stringify(end)} in the method`, { ':method': `GET /r/smuggled HTTP/1.1${end}Host: a${end}${end}POST` }),
    odd(`${JSON.stringify(end)} in the authority`, { ':authority': `here.example${end}x-smuggled: 1` }),
    odd(`${JSON.stringify(end)} in the scheme`, { ':scheme': `https${end}x-smuggled: 1` }),
  ]),
  odd('a path with a blank', { ':path': '/r/x HTTP/1.1 /r/smuggled' }),
  odd('a path without a slash', { ':path': 'r/smuggled' }),
  odd('a path of nothing', { ':path': '' }),
  odd('a path that is an address', { ':path': 'http://other.example/r/smuggled' }),
  odd('a method with a blank', { ':method': 'GET /r/smuggled' }),
  odd('a method of nothing', { ':method': '' }),
  odd('an authority with a user', { ':authority': 'a@here.example' }),
  odd('an authority with a path', { ':authority': 'here.example/r/smuggled?' }),
  odd('an authority of nothing', { ':authority': '' }),
  field('host', 'other.example'),
  field('transfer-encoding', 'chunked'),
  field('connection', 'x-one'),
  field('keep-alive', 'timeout=9'),
  field('proxy-connection', 'close'),
  field('upgrade', 'h2c'),
  field('te', 'chunked'),
  field('http2-settings', 'AAMAAABkAAQAAP__'),
  field('content-length', '5'),
  field('content-length', '0'),
  field('content-length', '+4'),
  field('content-length', '4, 4'),
  field('X-One', '1'),
  field('x one', '1'),
  field('x-one:', '1'),
  field('', '1'),
  field(' x-one', '1'),
  field(':smuggled', '1'),
  field(':path', '/r/smuggled'),
  field('expect', '100-continue\r\n'),
  { name: 'two lengths', head: [...plain(), ['content-length', '4'], ['content-length', '5']] },
  { name: 'a pseudo-field in the trailers', head: plain(), trailers: [[':path', '/r/smuggled']] },
  { name: 'a status in the trailers', head: plain(), trailers: [[':status', '200']] },
  { name: 'a length in the trailers', head: plain(), trailers: [['content-length', '9']] },
  { name: 'a coding in the trailers', head: plain(), trailers: [['transfer-encoding', 'chunked']] },
  { name: 'a host in the trailers', head: plain(), trailers: [['host', 'other.example']] },
  { name: 'a line end in the trailers', head: plain(), trailers: [['x-sum', `1\r\n\r\n${SECOND}`]] },
  { name: 'a body that is a request', head: plain(), body: SECOND },
  { name: 'a body that is a last chunk and a request', head: plain(), body: `0\r\n\r\n${SECOND}` },
  { name: 'a body behind a length of nothing', head: [...plain({ ':method': 'GET' }), ['content-length', '0']], body: SECOND },
  { name: 'CONNECT', head: [[':method', 'CONNECT'], [':authority', 'here.example:443']] },
  { name: 'an upgrade of RFC 8441', head: plain({ ':method': 'CONNECT', ':protocol': 'websocket' }) },
];

describe.each([['node', httpUpstream], ['fast', wireUpstream]] as const)('over the upstream of the front %s', (front, make) => {
  let echo: EchoUpstream;
  let port: number;
  beforeAll(async () => {
    echo = await echoUpstream();
    const input = { id: 'r', match: { path: '/r' }, upstream: { url: echo.url } };
    const upstreams = new Map(parsedRoutes(input).map((route) => ['r', make(route)]));
    ({ port } = await h2Channel({ front, routes: [input], options: { upstreams } }));
  });
  afterAll(async () => {
    endClients();
    await closeChannels();
    await echo.close();
  });

  it.each(ATTACKS)('$name', async ({ head, trailers, body = 'body' }) => {
    const before = echo.arrived.length;
    const client = await rawH2(port);
    client.write(frame(FRAME.headers, END_HEADERS, 1, block(head)), frame(FRAME.data, trailers === undefined ? END_STREAM : 0, 1, Buffer.from(body, 'latin1')));
    if (trailers !== undefined) client.write(frame(FRAME.headers, END_HEADERS | END_STREAM, 1, block(trailers)));
    await Promise.race([client.frame(FRAME.headers, 1), client.frame(FRAME.reset, 1), client.frame(FRAME.goaway, 0), client.closed]);
    client.socket.destroy();
    const canary = await ask(h2Client(port), { ':method': 'POST', ':path': '/r/canary' }, 'twee');
    expect([canary.status, JSON.parse(canary.body)]).toEqual([200, { target: '/r/canary', method: 'POST', body: 'twee' }]);
    const mine = echo.arrived.slice(before).filter(({ target }) => target !== '/r/canary');
    expect(mine.length).toBeLessThanOrEqual(1);
    for (const { target, fields, body: came, complete } of mine) {
      expect(target.startsWith('/r/x')).toBe(true);
      expect(JSON.stringify([target, fields])).not.toContain('smuggled');
      if (complete) expect(came).toBe(body);
    }
    expect(echo.refused).toEqual([]);
    endClients();
  });

  it('a head that refers to one long field thousands of times is bounded by what it would be', async () => {
    const before = echo.arrived.length;
    const client = await rawH2(port);
    const remembered = Buffer.concat([Buffer.from([0x40]), block([['x-long', 'v'.repeat(3_000)]]).subarray(1)]);
    // 62 is the newest entry of the table that both sides keep.
    const bomb = Buffer.concat([block(plain()), remembered, Buffer.alloc(12_000, 0x80 | 62)]);
    client.write(frame(FRAME.headers, END_HEADERS | END_STREAM, 1, bomb));
    await Promise.race([client.frame(FRAME.reset, 1), client.frame(FRAME.goaway, 0), client.closed]);
    expect(echo.arrived.length).toBe(before);
    client.socket.destroy();
  });
});
