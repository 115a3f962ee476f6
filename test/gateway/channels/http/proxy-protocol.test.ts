/** PROXY protocol headers, and whose are read. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { parseProxyHeader } from '../../../../gateway/channels/http/proxy-protocol.js';
import { closeChannels, firstAnswer, testChannel } from './kit.js';

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const v2 = (command: number, family: number, body: readonly number[]): Buffer => Buffer.concat([Buffer.from(SIGNATURE, 'latin1'), Buffer.from([command, family, body.length >> 8, body.length & 255, ...body])]);
const V1 = 'PROXY TCP4 192.0.2.1 198.51.100.1 4000 80\r\n';
const V4 = v2(0x21, 0x11, [192, 0, 2, 1, 198, 51, 100, 1, 15, 160, 0, 80, 1, 0, 1, 9]);

afterEach(closeChannels);

describe('a PROXY header', () => {
  it('v1 and v2 name the source', () => {
    expect(parseProxyHeader(Buffer.from(`${V1}GET`))).toEqual({ kind: 'done', length: V1.length, source: '192.0.2.1' });
    expect(parseProxyHeader(V4)).toEqual({ kind: 'done', length: V4.length, source: '192.0.2.1' });
    expect(parseProxyHeader(v2(0x21, 0x21, [0x20, 1, 0x0d, 0xb8, ...Array<number>(11).fill(0), 1, ...Array<number>(20).fill(0)]))).toMatchObject({ kind: 'done', source: '2001:db8::1' });
  });
  it('a balancer that speaks for itself names none', () => {
    expect(parseProxyHeader(Buffer.from('PROXY UNKNOWN\r\n'))).toMatchObject({ kind: 'done', source: undefined });
    expect(parseProxyHeader(v2(0x20, 0, []))).toMatchObject({ kind: 'done', source: undefined });
  });
  it('every beginning of one asks for more', () => {
    for (const whole of [Buffer.from(V1), V4]) for (let at = 0; at < whole.length; at += 1) expect(parseProxyHeader(whole.subarray(0, at)).kind).toBe('more');
  });
  it.each(['GET / HTTP/1.1\r\n', 'PROXY TCP4 a b 1 2\r\n', 'PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n', `PROXY ${'x'.repeat(200)}`, `${SIGNATURE}\x11\x11\0\0`, `${SIGNATURE}\x21\x11\xff\xff`])('%j is none', (text) => {
    expect(parseProxyHeader(Buffer.from(text, 'latin1')).kind).toBe('bad');
  });
});

describe('a listener that speaks PROXY protocol', () => {
  const settings = (trusted: string[]) => ({ config: { listen: { data: { proxyProtocol: true } }, trustedProxies: trusted } });
  const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n';

  it.each([['v1', Buffer.from(V1)], ['v2', V4]])('%s: takes the client from a trusted balancer, at once or byte by byte, for every request of the connection', async (_, header) => {
    const { client, pipeline } = await testChannel(settings(['127.0.0.1']));
    const one = client();
    one.write(Buffer.concat([header, Buffer.from(GET)]));
    await one.until(/\r\n\r\nok/);
    one.write(GET);
    await one.until(/ok[^]*ok/);
    const two = client();
    for (const byte of Buffer.concat([header, Buffer.from(GET)])) two.write(Buffer.from([byte]));
    await two.until(/\r\n\r\nok/);
    expect(pipeline.seen.map((seen) => seen.exchange.facts.clientAddress)).toEqual(['192.0.2.1', '192.0.2.1', '192.0.2.1']);
  });
  it('a trusted balancer that sends none is refused', async () => {
    const { client, errors } = await testChannel(settings(['127.0.0.1']));
    const one = client();
    one.write(GET);
    expect(firstAnswer(await one.closed).status).toBe(400);
    expect(errors).toEqual([['bad-request', undefined]]);
  });
  it('a header from anyone else is a malformed request', async () => {
    const { client, pipeline } = await testChannel(settings(['10.0.0.0/8']));
    const one = client();
    one.write(V1 + GET);
    expect(firstAnswer(await one.closed).status).toBe(400);
    const two = client();
    two.write(GET);
    await two.until(/ok/);
    expect(pipeline.seen.map((seen) => seen.exchange.facts.clientAddress)).toEqual(['127.0.0.1']);
  });
  it('a balancer that never finishes its header is let go', async () => {
    const { client } = await testChannel({ config: { ...settings(['127.0.0.1']).config, limits: { headTimeout: '20ms' } } });
    const one = client();
    one.write('PROXY TCP4 ');
    expect(await one.closed).toBe('');
  });
});
