/** Routes that scan answers: what the pipeline sees of them and what clients get. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { WeirError } from '../../../../gateway/errors.js';
import type { Action, Exchange, Field } from '../../../../gateway/ports.js';
import { bytes, closeChannels, firstAnswer, problemOf, testChannel, type ChannelSettings, type TestChannel } from './kit.js';

afterEach(closeChannels);

const HOST = 'Host: weir.example\r\n';
const FIELDS: readonly Field[] = [['ETag', '"v1"'], ['Content-Type', 'text/csv; charset=utf-8'], ['Content-Length', '4'], ['Content-MD5', 'x'], ['Accept-Ranges', 'bytes'], ['Content-Disposition', 'attachment; filename=list.csv']];

async function downloads(answer: Action, settings: ChannelSettings = {}): Promise<TestChannel> {
  const test = await testChannel({ routes: [{ direction: ['request', 'response'], ...settings.routes?.[0] }] });
  test.upstream.answer = () => ({ fields: FIELDS, body: bytes('da', 'ta') });
  test.pipeline.decide = (exchange: Exchange) => (exchange.facts.direction === 'response' ? answer : 'pass');
  return test;
}
async function ask(test: TestChannel, fields = '', method = 'GET'): Promise<string> {
  const one = test.client();
  one.write(`${method} /files/list.csv HTTP/1.1\r\n${HOST}${fields}Connection: close\r\n\r\n`);
  return one.closed;
}

describe('an answer on a route that scans answers', () => {
  it('is an exchange of its own, with the answer\u2019s head and the asker\u2019s facts', async () => {
    const test = await downloads('pass');
    await ask(test);
    const [, seen] = test.pipeline.seen;
    expect(seen?.exchange.facts).toMatchObject({ direction: 'response', destination: '127.0.0.1', mediaType: 'text/csv', fileNames: ['list.csv'], route: 'route-1' });
    expect(seen?.exchange.http).toMatchObject({ status: 200, target: '/files/list.csv', fields: FIELDS });
    expect(seen?.exchange.body).toMatchObject({ length: 4, signedBy: [], texts: [{ kind: 'file-name', text: 'list.csv' }] });
    expect(seen?.exchange.route.maskQuery).toBe(false);
    expect(seen?.exchange.id).not.toBe(test.pipeline.seen[0]?.exchange.id);
    expect(test.pipeline.seen.map((one) => one.told)).toEqual([[200], [200]]);
  });
  it('a clean one keeps its fields but the offer of ranges', async () => {
    expect(await ask(await downloads('pass'))).toBe(
      'HTTP/1.1 200 OK\r\nETag: "v1"\r\nContent-Type: text/csv; charset=utf-8\r\nContent-Length: 4\r\nContent-MD5: x\r\nContent-Disposition: attachment; filename=list.csv\r\nWeir-Action: pass\r\nConnection: close\r\n\r\ndata');
  });
  it('one that may have changed loses its digests and its strong validator', async () => {
    const answer = firstAnswer(await ask(await downloads('mask')));
    expect(answer.fields).toMatchObject({ etag: 'W/"v1"', 'content-length': '4' });
    expect(answer.fields['content-md5']).toBeUndefined();
  });
  it('held before it was let go: its head names its own verdict and incident', async () => {
    const test = await downloads('mask');
    test.pipeline.stream = false;
    expect(firstAnswer(await ask(test)).fields).toMatchObject({ 'weir-action': 'mask', 'weir-incident': 'w-2' });
  });
  it('streamed: the head names the request\u2019s verdict, a trailer its own where trailers are taken', async () => {
    const text = await ask(await downloads('mask'), 'TE: trailers\r\n');
    expect(text).toMatch(/\r\nWeir-Action: pass\r\n/);
    expect(text).toMatch(/Trailer: Weir-Action, Weir-Incident\r\n/);
    expect(text).not.toMatch(/content-length/i);
    expect(text).toMatch(/\r\n2\r\nda\r\n2\r\nta\r\n0\r\nWeir-Action: mask\r\nWeir-Incident: w-2\r\n\r\n$/);
  });
  it('that is blocked or held is a 403 with the incident, and nothing of it gets out', async () => {
    const blocked = await ask(await downloads('block'));
    expect(problemOf(blocked)).toMatchObject({ type: 'urn:weir:problem:blocked', status: 403, incident: 'w-2' });
    const test = await downloads('hold');
    const held = await ask(test);
    expect(problemOf(held)).toMatchObject({ type: 'urn:weir:problem:held', status: 403, incident: 'w-older' });
    expect(firstAnswer(held).fields).toMatchObject({ 'weir-action': 'hold', 'weir-incident': 'w-older' });
    expect(`${blocked}${held}`).not.toContain('data');
    expect(test.pipeline.seen.map((one) => one.told)).toEqual([[403], [403]]);
    expect(test.upstream.arrived[0]?.request.signal?.aborted).toBe(true);
  });
  it('larger than the route takes is no fault of who asked', async () => {
    const test = await downloads('pass', { routes: [{ maxBody: '3B' }] });
    test.pipeline.stream = false;
    expect(problemOf(await ask(test))).toMatchObject({ status: 502, type: 'urn:weir:problem:answer-too-large' });
  });
  it('that fails before its head is an error, after it an incomplete body', async () => {
    const early = await downloads('pass');
    early.pipeline.alter = (outbound, exchange) => {
      if (exchange.facts.direction === 'response') throw new WeirError('unscannable');
      return outbound;
    };
    expect(problemOf(await ask(early))).toMatchObject({ status: 403, type: 'urn:weir:problem:unscannable', incident: 'w-2' });
    const late = await downloads('pass');
    late.pipeline.alter = (outbound, exchange) =>
      exchange.facts.direction === 'request' ? outbound : {
        ...outbound,
        body: (async function* () {
          yield Buffer.from('da');
          throw new WeirError('unscannable');
        })(),
      };
    const text = await ask(late);
    expect(text === '' || text.endsWith('da')).toBe(true);
    expect(late.errors).toEqual([['unscannable', 'route-1']]);
    expect(late.pipeline.seen.map((one) => one.told)).toEqual([[200], [200]]);
  });
  it.each([['HEAD', 200], ['GET', 204], ['GET', 304]])('without a body (%s, %i) is not an exchange', async (method, status) => {
    const test = await downloads('block');
    test.upstream.answer = () => ({ status, statusText: '', fields: [['ETag', '"v"']], body: bytes() });
    expect(firstAnswer(await ask(test, '', method)).status).toBe(status);
    expect(test.pipeline.seen).toHaveLength(1);
  });
  it('shows the fields that its route names, and none of them gets out as a trailer', async () => {
    const test = await downloads('pass', { routes: [{ scanHeaders: ['X-Owner'] }] });
    test.upstream.answer = () => ({ fields: [['X-Owner', 'a'], ['x-owner', 'caf\u00c3\u00a9'], ['X-Other', 'b']], body: bytes('data'), trailers: () => [['X-Owner', 'c'], ['X-Sum', 'd']] });
    const text = await ask(test, 'TE: trailers\r\n');
    expect(test.pipeline.seen[1]?.exchange.body.texts).toEqual([{ name: 'x-owner', kind: 'field', text: 'a' }, { name: 'x-owner:2', kind: 'field', text: 'caf\u00e9' }]);
    expect(text).toContain('X-Owner: a\r\n');
    expect(text.split('\r\n\r\n').slice(1).join()).not.toMatch(/X-Owner/i);
  });
  it.each([['HEAD', 200], ['GET', 204], ['GET', 304]])('without a body (%s, %i) but with a named field is judged by it, and leaves as it came or not at all', async (method, status) => {
    const fields: readonly Field[] = [['X-Owner', 'a'], ['Content-Type', 'text/event-stream'], ['ETag', '"v"'], ...(method === 'HEAD' ? [['Content-Length', '70000'] as const, ['Accept-Ranges', 'bytes'] as const] : [])];
    for (const decision of ['pass', 'block', 'hold'] as const) {
      const test = await downloads(decision, { routes: [{ scanHeaders: ['x-owner'] }] });
      test.upstream.answer = () => ({ status, statusText: 'Said', fields, body: bytes() });
      const answer = firstAnswer(await ask(test, 'TE: trailers\r\n', method));
      const [, seen] = test.pipeline.seen;
      expect(seen?.exchange.body).toMatchObject({ length: 0, contentType: undefined, texts: [{ name: 'x-owner', text: 'a' }] });
      if (decision === 'pass') expect(answer).toMatchObject({ status, fields: { 'x-owner': 'a', etag: '"v"', ...(method === 'HEAD' ? { 'content-length': '70000', 'accept-ranges': 'bytes' } : {}) }, body: '' });
      else {
        expect(answer.status).toBe(403);
        expect(answer.fields['x-owner']).toBeUndefined();
      }
    }
  });
  it('over the route\u2019s limit is broken off', async () => {
    const test = await downloads('pass', { routes: [{ maxBody: '3B' }] });
    await ask(test);
    expect(test.errors).toEqual([['answer-too-large', 'route-1']]);
  });
  it('on a route that scans answers only, the request goes on unscanned and whole', async () => {
    const test = await downloads('pass', { routes: [{ direction: ['response'] }] });
    const one = test.client();
    one.write(`POST / HTTP/1.1\r\n${HOST}Connection: close\r\nContent-Length: 3\r\n\r\nabc`);
    expect(firstAnswer(await one.closed)).toMatchObject({ status: 200, body: 'data' });
    expect(test.pipeline.seen.map((seen) => seen.exchange.facts.direction)).toEqual(['response']);
    expect(test.upstream.arrived[0]?.body.toString()).toBe('abc');
    expect(test.upstream.arrived[0]?.request.outbound.length).toBe(3);
  });
});
