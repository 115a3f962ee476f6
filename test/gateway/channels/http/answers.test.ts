/** What senders are told: documents, languages, headers, and upstream answers as they came. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { WeirError } from '../../../../gateway/errors.js';
import type { Field } from '../../../../gateway/ports.js';
import { bytes, closeChannels, firstAnswer, problemOf, testChannel } from './kit.js';

afterEach(closeChannels);

const HOST = 'Host: weir.example\r\n';
const asking = (fields = '', method = 'POST'): string => `${method} /p HTTP/1.1\r\n${HOST}${fields}Content-Length: 1\r\nConnection: close\r\n\r\na`;

describe('a document of ours', () => {
  it('tells a program what happened, with the incident and what can be done', async () => {
    const { client, pipeline } = await testChannel();
    pipeline.decide = () => 'block';
    const one = client();
    one.write(asking());
    const text = await one.closed;
    expect(firstAnswer(text).fields).toMatchObject({ 'content-type': 'application/problem+json', 'weir-action': 'block', 'weir-incident': 'w-1', 'cache-control': 'no-store' });
    expect(problemOf(text)).toEqual({ type: 'urn:weir:problem:blocked', title: 'Blocked', status: 403, detail: expect.any(String), incident: 'w-1', advice: expect.any(String) });
  });
  it('stands in place of a passed-on head that could not be written, and says nothing of it', async () => {
    const { channel, client, logged } = await testChannel({
      routes: [{ scan: false }],
      options: {
        passThrough: (route, message, response) => {
          expect(() => response.writeHead(200, 'O\0K', [])).toThrow();
          channel.refuse(message, response, 'upstream-invalid', route);
        },
      },
    });
    const one = client();
    one.write(asking());
    expect(await one.closed).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    expect(logged.join()).not.toContain('turn-failed');
  });
  it.each([
    ['accept', 202], ['refuse', 403],
  ])('a hold with on-hold: %s is %i and names the incident it joined', async (onHold, status) => {
    const { client, pipeline } = await testChannel({ routes: [{ onHold }] });
    pipeline.decide = () => 'hold';
    const one = client();
    one.write(asking());
    const text = await one.closed;
    expect(firstAnswer(text)).toMatchObject({ status, fields: { 'weir-action': 'hold', 'weir-incident': 'w-older' } });
    expect(problemOf(text)).toMatchObject({ type: 'urn:weir:problem:held', status, incident: 'w-older' });
    expect(pipeline.seen[0]?.told).toEqual([status]);
  });
  it.each([
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'], ['en-GB, zh;q=0.5', 'en'], ['fr', 'en'], ['', 'en'], ['zh;q=0', 'en'], ['en, zh', 'en'], ['zh-Hant, en', 'zh'],
  ])('Accept-Language %j reads %s', async (accepted, language) => {
    const { client, pipeline } = await testChannel();
    pipeline.decide = () => 'block';
    const one = client();
    one.write(asking(accepted === '' ? '' : `Accept-Language: ${accepted}\r\n`));
    const text = await one.closed;
    expect(firstAnswer(text).fields['content-language']).toBe(language);
    expect(/[\u4e00-\u9fff]/.test(Buffer.from(firstAnswer(text).body, 'latin1').toString())).toBe(language === 'zh');
  });
  it('the configured language outranks the client\u2019s', async () => {
    const { client, pipeline } = await testChannel({ config: { language: 'zh' } });
    pipeline.decide = () => 'block';
    const one = client();
    one.write(asking('Accept-Language: en\r\n'));
    expect(firstAnswer(await one.closed).fields['content-language']).toBe('zh');
  });
  it.each([
    ['text/html,application/xhtml+xml,*/*;q=0.8', true], ['*/*', false], ['application/json, text/html;q=0.9', false], ['text/*', false],
  ])('Accept %s: a page %s', async (accept, html) => {
    const { client, pipeline } = await testChannel();
    pipeline.decide = () => 'hold';
    const one = client();
    one.write(asking(`Accept: ${accept}\r\n`));
    const answer = firstAnswer(await one.closed);
    expect(answer.fields['content-type']).toBe(html ? 'text/html; charset=utf-8' : 'application/problem+json');
    expect(answer.body.includes('w-older')).toBe(true);
    expect(answer.fields['content-security-policy'] !== undefined).toBe(html);
  });
  it('HEAD gets the head of it', async () => {
    const { client, pipeline } = await testChannel();
    pipeline.decide = () => 'block';
    const one = client();
    one.write(`HEAD / HTTP/1.1\r\n${HOST}\r\n`);
    await one.until(/\r\n\r\n$/);
    one.write(`GET / HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
    const text = await one.closed;
    expect(firstAnswer(text).body).toMatch(/^HTTP\/1.1 403/);
    expect(Number(firstAnswer(text).fields['content-length'])).toBeGreaterThan(0);
  });
  it('a route may keep the Weir headers to itself', async () => {
    const { client, pipeline } = await testChannel({ routes: [{ weirHeaders: false }] });
    pipeline.decide = () => 'block';
    const one = client();
    one.write(asking());
    const text = await one.closed;
    expect(text.slice(0, text.indexOf('{'))).not.toMatch(/weir-/i);
    expect(problemOf(text)['incident']).toBe('w-1');
  });
  it.each([['hold-unavailable', 503], ['vault-full', 507], ['scan-failed', 503], ['stream-refused', 403], ['upstream-unreachable', 502], ['upstream-timeout', 504]] as const)(
    '%s is %i, counted for its route, and worth a line in the log', async (code, status) => {
      const { client, pipeline, errors, logged } = await testChannel();
      pipeline.alter = () => {
        throw new WeirError(code, { cause: new Error('canary-4711') });
      };
      const one = client();
      one.write(asking());
      const text = await one.closed;
      expect(problemOf(text)).toMatchObject({ type: `urn:weir:problem:${code}`, status, incident: 'w-1' });
      expect(firstAnswer(text).fields['retry-after']).toBe(status === 503 ? '10' : undefined);
      expect(firstAnswer(text).fields['weir-incident']).toBe('w-1');
      expect(errors).toEqual([[code, 'route-1']]);
      expect(logged).toHaveLength(1);
      expect(JSON.stringify([text, logged])).not.toContain('4711');
      expect(pipeline.seen[0]?.told).toEqual([status]);
    });
});

describe('an upstream\u2019s answer', () => {
  const answered = async (fields: readonly Field[], body: string, status = 200, method = 'GET'): Promise<string> => {
    const { client, upstream } = await testChannel();
    upstream.answer = () => ({ status, statusText: 'Fine By Me', fields, body: bytes(body) });
    const one = client();
    one.write(`${method} / HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
    return one.closed;
  };
  it('is written as it came: status text, order, case and repeats', async () => {
    const text = await answered([['x-B', '1'], ['Set-Cookie', 'a=1'], ['X-b', '2'], ['set-cookie', 'b=2'], ['Content-Length', '2']], 'hi');
    expect(text).toBe('HTTP/1.1 200 Fine By Me\r\nx-B: 1\r\nSet-Cookie: a=1\r\nX-b: 2\r\nset-cookie: b=2\r\nContent-Length: 2\r\nWeir-Action: pass\r\nConnection: close\r\n\r\nhi');
  });
  it('cannot speak as Weir, nor about the connection', async () => {
    const text = await answered([['Weir-Action', 'hold'], ['weir-incident', 'x'], ['Connection', 'x-y'], ['Keep-Alive', 'timeout=1'], ['Content-Length', '0']], '');
    expect(text).toMatch(/^HTTP\/1.1 200 Fine By Me\r\nContent-Length: 0\r\nWeir-Action: pass\r\nConnection: close\r\n\r\n$/);
  });
  it('without a length is chunked', async () => {
    expect(await answered([], 'hi')).toMatch(/Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n$/i);
  });
  it.each([[204, 'GET'], [304, 'GET'], [200, 'HEAD']])('%i to %s has no body, and its fields stay', async (status, method) => {
    const text = await answered([['ETag', '"x"'], ...(status === 204 ? [] : [['Content-Length', '7'] as const])], '', status, method);
    expect(firstAnswer(text)).toMatchObject({ status, fields: { etag: '"x"' }, body: '' });
    expect(firstAnswer(text).fields['content-length']).toBe(status === 204 ? undefined : '7');
  });
  it('with fewer bytes than it declares is cut, never completed; with more, the surplus does not become another answer', async () => {
    const short = await answered([['Content-Length', '5']], 'hi');
    expect(short.endsWith('hi') || short === '').toBe(true);
    const long = await answered([['Content-Length', '1']], 'hi');
    expect(long).not.toContain('hi');
  });
  it('that breaks midway leaves the client with an incomplete body', async () => {
    const { client, upstream, errors, pipeline } = await testChannel();
    const one = client();
    upstream.answer = () => ({
      fields: [],
      body: (async function* () {
        yield Buffer.from('half');
        await one.until(/half/);
        throw new WeirError('upstream-reset');
      })(),
    });
    one.write(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    const text = await one.closed;
    expect(text).toMatch(/half/);
    expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(errors).toEqual([['upstream-reset', 'route-1']]);
    expect(pipeline.seen[0]?.told).toEqual([200]);
  });
  it('carries its trailers where it is chunked, and the request\u2019s trailers reach the upstream', async () => {
    const { client, upstream } = await testChannel();
    upstream.answer = () => ({ fields: [], body: bytes('hi'), trailers: () => [['X-Sum', '1']] });
    const one = client();
    one.write(`POST / HTTP/1.1\r\n${HOST}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-T: 2\r\n\r\n`);
    expect(await one.closed).toMatch(/2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n$/);
    expect(upstream.arrived[0]?.request.outbound.trailers()).toEqual([['X-T', '2']]);
  });
  it('to HTTP/1.0 ends with its connection, and a broken one with a reset', async () => {
    const { client, upstream } = await testChannel();
    upstream.answer = () => ({ fields: [], body: bytes('hi') });
    const one = client();
    one.write('GET / HTTP/1.0\r\n\r\n');
    expect(await one.closed).toMatch(/\r\n\r\nhi$/);
    const two = client();
    upstream.answer = () => ({
      fields: [],
      body: (async function* () {
        yield Buffer.from('half');
        await two.until(/half/);
        throw new WeirError('upstream-reset');
      })(),
    });
    let code: string | undefined;
    two.socket.on('error', (error: NodeJS.ErrnoException) => { code = error.code; });
    two.write('GET / HTTP/1.0\r\n\r\n');
    await two.closed;
    expect(code).toBe('ECONNRESET');
  });
  it('a status below 200 as a final answer is no answer', async () => {
    expect(firstAnswer(await answered([], '', 103)).status).toBe(502);
  });
  it('mask and its incident are named in the head', async () => {
    const { client, pipeline } = await testChannel();
    pipeline.decide = () => 'mask';
    const one = client();
    one.write(asking());
    expect(firstAnswer(await one.closed).fields).toMatchObject({ 'weir-action': 'mask', 'weir-incident': 'w-1' });
  });
});
