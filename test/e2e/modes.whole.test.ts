/** The modes and both directions, over real sockets: what leaves when, what waits, and what never arrives. */
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { numberSource } from '../kit/numbers.js';
import { eventually } from '../kit/patience.js';
import { tempFolder } from '../kit/temp.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { admin, ask, metric, rawClient, run, weir, type Answer } from './client.js';
import { policies, route } from './settings.js';
import { startGateway, type Gateway } from './start-gateway.js';

let gateway: Gateway;
let upstream: RecordingUpstream;
/** Speaks one word of another protocol after an upgrade. */
const switching = createServer().on('upgrade', (request, socket) => {
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Path: ${request.url ?? ''}\r\n\r\n`);
  socket.on('error', () => socket.destroy()).on('data', (bytes: Buffer) => socket.write(`echo:${bytes.toString()}`));
});
beforeAll(async () => {
  upstream = await recordingUpstream();
  switching.listen(0, '127.0.0.1');
  await once(switching, 'listening');
  const { url } = upstream;
  gateway = await startGateway({
    config: {
      limits: { spoolMemory: '64KiB' },
      routes: [
        route('upload', url, { policy: 'mask' }),
        route('mail', url, { policy: 'block' }),
        route('share', url, { policy: 'hold' }),
        route('strict', url, { policy: 'hold', onHold: 'refuse' }),
        route('again', url, { policy: 'hold', onHold: 'refuse', release: 'resubmit' }),
        route('small', url, { policy: 'hold', maxBody: '1KiB' }),
        route('masked', url, { policy: 'mask', direction: ['response'] }),
        route('down', url, { policy: 'hold', direction: ['response'], release: 'resubmit' }),
        route('stopped', url, { policy: 'block', direction: ['response'] }),
        route('plain', url, { scan: false }),
        route('ws', `http://127.0.0.1:${(switching.address() as AddressInfo).port}`, { policy: 'mask', upgrades: 'pass' }),
      ],
      policies,
    },
  });
});
afterAll(async () => {
  await upstream.close();
  switching.closeAllConnections();
  switching.close();
});

const numbers = numberSource(2_026);
const TEXT = { 'content-type': 'text/plain; charset=utf-8' };
const filler = (bytes: number): string => 'nothing to see here, only words. '.repeat(Math.ceil(bytes / 33)).slice(0, bytes);
const masked = (phone: string): string => `${phone.slice(0, 3)}****${phone.slice(-4)}`;
const post = (path: string, fields: string, body = ''): string => `POST ${path} HTTP/1.1\r\nHost: here.example\r\n${fields}\r\n${body}`;
const last = (): RecordingUpstream['requests'][number] | undefined => upstream.requests.at(-1);
async function refusal(answer: Answer, status: number, type: string): Promise<string> {
  expect([answer.status, answer.fields['content-type']]).toEqual([status, 'application/problem+json']);
  const document = answer.json();
  expect(document).toMatchObject({ type: `urn:weir:problem:${type}`, status, incident: answer.fields['weir-incident'] });
  return Promise.resolve(String(document['incident']));
}

describe('stream', () => {
  const phone = numbers.phone();
  it.each([
    ['text', 'text/plain', `${filler(12_000)} ${phone} `, filler(12_000)],
    ['JSON', 'application/json', `{"a":"${filler(12_000)}","phone":"${phone}",`, `"b":"${filler(12_000)}"}`],
    ['a form', 'application/x-www-form-urlencoded', `a=${filler(12_000).replaceAll(' ', '+')}&phone=${phone}&`, `b=${filler(12_000).replaceAll(' ', '+')}`],
  ])('the first bytes of %s arrive before the client has sent its last', async (_name, type, first, rest) => {
    const before = upstream.arriving;
    const client = rawClient(gateway.dataPort);
    client.write(post('/upload', `Content-Type: ${type}\r\nContent-Length: ${first.length + rest.length}\r\n`, first));
    await upstream.arrived(before + 10_000);
    client.write(rest);
    expect(await client.until(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 200 /);
    const expected = (first + rest).replace(phone, masked(phone));
    expect(last()?.body.toString()).toBe(expected);
    expect(last()?.fields).toContainEqual(['Content-Length', String(expected.length)]);
    client.destroy();
  });

  it('trailers follow their body', async () => {
    const client = rawClient(gateway.dataPort);
    client.write(post('/upload', 'Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n', '5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n'));
    await client.until(/^HTTP\/1.1 200 /);
    expect([last()?.body.toString(), last()?.trailers]).toEqual(['hello', [['X-Sum', '42']]]);
    client.destroy();
  });

  it('what turns out unreadable midway is broken off: the upstream never sees a complete body', async () => {
    const client = rawClient(gateway.dataPort);
    const ended = upstream.recorded(upstream.requests.length + 1);
    const before = upstream.arriving;
    client.write(post('/upload', 'Content-Type: text/plain\r\nContent-Length: 30000\r\n', filler(10_240)));
    await upstream.arrived(before + 8_000);
    client.write(`${'\0'.repeat(100)}${filler(30_000 - 10_340)}`);
    await client.until(/^HTTP\/1.1 403 [^]*urn:weir:problem:unscannable/);
    await ended;
    expect(last()).toMatchObject({ complete: false });
    expect(await metric(gateway, 'weir_exchange_errors_total', { route: 'upload', reason: 'unscannable' })).toBe(1);
  });

  it('an upstream that answers early is heard, and sent nothing more', async () => {
    upstream.next({ status: 413, body: 'too much', early: true });
    const client = rawClient(gateway.dataPort);
    client.write(post('/upload', 'Content-Type: text/plain\r\nContent-Length: 50000000\r\n', filler(20_000)));
    expect(await client.closed).toMatch(/^HTTP\/1.1 413 [^]*Connection: close[^]*too much\r\n0\r\n\r\n$/);
  });

  it('a client that leaves midway leaves the upstream with an incomplete body', async () => {
    const client = rawClient(gateway.dataPort);
    const ended = upstream.recorded(upstream.requests.length + 1);
    const before = upstream.arriving;
    client.write(post('/upload', 'Content-Type: text/plain\r\nContent-Length: 30000\r\n', filler(12_000)));
    await upstream.arrived(before + 8_000);
    client.reset();
    await ended;
    expect(last()?.complete).toBe(false);
    expect(await metric(gateway, 'weir_exchanges_total', { route: 'upload', action: 'hold' })).toBe(0);
  });
});

describe('hold', () => {
  it('a form with a file leaves only when its last byte was read, masked in place', async () => {
    const phone = numbers.phone();
    const body = `--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n${filler(9_000)} ${phone}\r\n--b--\r\n`;
    const started = upstream.started;
    const client = rawClient(gateway.dataPort);
    client.write(post('/upload', `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${body.length}\r\n`, body.slice(0, -4)));
    // Later, yet there first: the form waits.
    await ask(`${gateway.dataUrl}/upload`, { fields: TEXT, body: 'later' });
    expect(upstream.started).toBe(started + 1);
    client.write(body.slice(-4));
    await client.until(/^HTTP\/1.1 200 [^]*Weir-Action: mask/);
    expect(last()?.body.toString()).toBe(body.replace(phone, masked(phone)));
    client.destroy();
  });

  it('curl -T, which declares no type, is read to the end: clean passes, a phone is masked, a person is held', async () => {
    const folder = tempFolder('curl');
    const phone = numbers.phone();
    const put = async (text: string): Promise<string> => {
      writeFileSync(join(folder, 'report.txt'), text);
      const { out } = await run('curl', ['-sS', '-o', '/dev/null', '-w', '%{http_code} %header{weir-action}', '-T', join(folder, 'report.txt'), `${gateway.dataUrl}/share/`]);
      return out;
    };
    expect(await put(filler(100_000))).toBe('200 pass');
    expect(last()).toMatchObject({ method: 'PUT', target: '/share/report.txt', bytes: 100_000 });
    expect(await put(`call ${phone} now`)).toBe('200 mask');
    expect(last()?.body.toString()).toBe(`call ${masked(phone)} now`);
    const arrived = upstream.started;
    expect(await put(`身份证 ${numbers.residentId()}`)).toBe('202 hold');
    expect(upstream.started).toBe(arrived);
  });

  it('on-hold: refuse says 403 with the same document, and the message is held all the same', async () => {
    const incident = await refusal(await ask(`${gateway.dataUrl}/strict`, { fields: TEXT, body: numbers.residentId() }), 403, 'held');
    expect((await admin(gateway, `/api/v1/messages/${incident}`)).json()['state']).toBe('held');
  });

  it('the same message again joins its incident', async () => {
    const body = `id ${numbers.residentId()}`;
    const send = async (): Promise<string> => refusal(await ask(`${gateway.dataUrl}/share`, { fields: TEXT, body }), 202, 'held');
    const incident = await send();
    expect(await send()).toBe(incident);
    expect((await admin(gateway, `/api/v1/messages/${incident}`)).json()['joined']).toBe(1);
  });

  it('a released resubmission lets the same bytes pass once', async () => {
    const body = `id ${numbers.residentId()}`;
    const send = (): Promise<Answer> => ask(`${gateway.dataUrl}/again`, { fields: TEXT, body });
    const incident = await refusal(await send(), 403, 'held');
    expect((await weir(gateway, 'held', 'release', incident, '--as', 'original', '--reason', 'fine')).code).toBe(0);
    await eventually('the same bytes to pass', send, ({ status }) => status === 200);
    expect(last()?.body.toString()).toBe(body);
    const refused = await send();
    expect(refused.status).toBe(403);
    expect(refused.fields['weir-incident']).not.toBe(incident);
  });

  it('an endless stream is refused where everything is read to its end', async () => {
    const refused = await ask(`${gateway.dataUrl}/share`, { fields: { 'content-type': 'text/event-stream' }, body: 'data: x\n\n' });
    expect([refused.status, refused.json()['type']]).toEqual([403, 'urn:weir:problem:stream-refused']);
  });

  it('says 100 only when it wants the body', async () => {
    const client = rawClient(gateway.dataPort);
    client.write(post('/share', 'Content-Type: text/plain\r\nContent-Length: 5\r\nExpect: 100-continue\r\n'));
    await client.until(/^HTTP\/1.1 100 Continue\r\n\r\n$/);
    client.write('hello');
    await client.until(/HTTP\/1.1 200 /);
    client.destroy();
    for (const [path, length, status] of [['/nowhere', 5, 404], ['/small', 5_000, 413]] as const) {
      const refused = rawClient(gateway.dataPort);
      refused.write(post(path, `Content-Type: text/plain\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\n`));
      expect(await refused.closed).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*Connection: close`));
    }
  });

  it('a client that leaves midway leaves nothing: no request upstream, no file, no memory of it', async () => {
    const started = upstream.started;
    const client = rawClient(gateway.dataPort);
    client.write(post('/share', 'Content-Type: text/plain\r\nContent-Length: 2000000\r\n', filler(1_000_000)));
    await eventually('a body on the disk', () => metric(gateway, 'weir_spool_bytes', { where: 'disk' }), (bytes) => bytes > 500_000);
    client.reset();
    await eventually('empty spools', () => metric(gateway, 'weir_spool_bytes'), (bytes) => bytes === 0);
    expect(readdirSync(join(gateway.dataDir, 'spool'))).toEqual([]);
    expect(upstream.started).toBe(started);
  });

  it.each([
    ['a zip cut short', 'application/zip', undefined, Buffer.from('504b0304140000000800', 'hex'), 'malformed'],
    ['a pdf cut short', 'application/pdf', undefined, Buffer.from('%PDF-1.7\n1 0 obj\n'), 'malformed'],
    ['a gzip cut short that calls itself text', 'text/plain', undefined, gzipSync('hello').subarray(0, -4), 'malformed'],
    ['a text in a coding of long ago', 'text/plain', 'compress', Buffer.from('1f9d9061', 'hex'), 'unsupported'],
  ])('%s is held, because nobody can look into it', async (_name, type, coding, body, reason) => {
    const fields = { 'content-type': type, ...(coding === undefined ? {} : { 'content-encoding': coding }) };
    const started = upstream.started;
    const incident = await refusal(await ask(`${gateway.dataUrl}/upload`, { fields, body }), 202, 'held');
    expect(upstream.started).toBe(started);
    const { out } = await weir(gateway, 'held', 'show', incident, '--json');
    expect((JSON.parse(out) as { unscannable: { reason: string }[] }).unscannable[0]?.reason).toBe(reason);
    expect((await weir(gateway, 'held', 'list')).out).toMatch(new RegExp(`${incident} .* ${reason} `));
  });
});

describe('answers', () => {
  it('are masked on the way down, same length', async () => {
    const phone = numbers.phone();
    upstream.next({ fields: [['Content-Type', 'application/json'], ['Content-Length', '24'], ['ETag', '"a"']], body: `{"phone":"${phone}"}\n` });
    const answer = await ask(`${gateway.dataUrl}/masked/x`, { fields: { te: 'trailers', connection: 'te' } });
    expect([answer.status, answer.text]).toEqual([200, `{"phone":"${masked(phone)}"}\n`]);
    // Its head left before its verdict was known: the trailer says it.
    expect([answer.fields['weir-action'], answer.trailers['weir-action']]).toEqual(['pass', 'mask']);
    expect(answer.fields.etag).toBe('W/"a"');
  });

  it('that may not go down are blocked, with nothing of them', async () => {
    const body = Array.from({ length: 4 }, () => numbers.residentId()).join('\n');
    upstream.next({ fields: [['Content-Type', 'text/plain']], body });
    await refusal(await ask(`${gateway.dataUrl}/stopped`), 403, 'blocked');
  });

  it('that are held go down at the next try after a release, once', async () => {
    upstream.always({ fields: [['Content-Type', 'text/plain']], body: `id ${numbers.residentId()}` });
    const get = (): Promise<Answer> => ask(`${gateway.dataUrl}/down/list.txt`);
    const incident = await refusal(await get(), 403, 'held');
    expect((await weir(gateway, 'held', 'release', incident, '--as', 'original', '--reason', 'fine')).code).toBe(0);
    const passed = await eventually('the answer to come down', get, ({ status }) => status === 200);
    expect(passed.text).toMatch(/^id \d{17}/);
    expect((await get()).status).toBe(403);
    upstream.always({});
  });

  it('without a body stay without one', async () => {
    upstream.next({ fields: [['Content-Length', '42']] }, { status: 204 }, { status: 304, fields: [['ETag', '"x"']] });
    const answers = [await ask(`${gateway.dataUrl}/down`, { method: 'HEAD' }), await ask(`${gateway.dataUrl}/down`), await ask(`${gateway.dataUrl}/down`)];
    expect(answers.map(({ status, body }) => [status, body.length])).toEqual([[200, 0], [204, 0], [304, 0]]);
    expect([answers[0]?.fields['content-length'], answers[2]?.fields['etag']]).toEqual(['42', '"x"']);
  });

  it('are asked for whole, so that no number hides in the cut of a range', async () => {
    upstream.next({ fields: [['Content-Type', 'text/plain']], body: 'a whole text' });
    const answer = await ask(`${gateway.dataUrl}/down`, { fields: { range: 'bytes=2-5', 'accept-encoding': 'gzip' } });
    expect([answer.status, answer.text, answer.fields['accept-ranges']]).toEqual([200, 'a whole text', undefined]);
    const names = last()?.fields.map(([name, value]) => `${name.toLowerCase()}: ${value}`) ?? [];
    expect([names.some((one) => one.startsWith('range')), names.includes('accept-encoding: identity')]).toEqual([false, true]);
  });
});

describe('what is not scanned', () => {
  it('passes byte for byte and is counted', async () => {
    const before = await metric(gateway, 'weir_unscanned_bytes_total');
    const body = Buffer.concat([Buffer.from(`\0\u00ff${numbers.residentId()}`, 'latin1'), gzipSync('x')]);
    upstream.next({ body: numbers.residentId() });
    const answer = await ask(`${gateway.dataUrl}/plain`, { body, fields: { 'content-type': 'application/octet-stream' } });
    expect([answer.status, answer.text.length]).toEqual([200, 18]);
    expect(last()?.body.equals(body)).toBe(true);
    // Both directions are counted, each at its own end.
    await eventually('all bytes to be counted', () => metric(gateway, 'weir_unscanned_bytes_total'), (now) => now >= before + body.length + 18);
    expect(await metric(gateway, 'weir_unscanned_bytes_total')).toBe(before + body.length + 18);
  });

  const handshake = (path: string): string =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
  it('an upgrade is refused unless its route lets it pass', async () => {
    const client = rawClient(gateway.dataPort);
    client.write(handshake('/upload'));
    expect(await client.closed).toMatch(/^HTTP\/1.1 403 [^]*urn:weir:problem:upgrade-refused/);
  });
  it('an upgrade that may pass carries bytes both ways', async () => {
    const client = rawClient(gateway.dataPort);
    client.write(handshake('/ws/chat'));
    await client.until(/^HTTP\/1.1 101 [^]*X-Path: \/ws\/chat\r\n\r\n/i);
    client.write('ping');
    await client.until(/echo:ping$/);
    client.destroy();
  });
});

it('the audit of all this verifies', async () => {
  const { code, out, err } = await weir(gateway, 'audit', 'verify');
  expect([code, err, /\d/.test(out)]).toEqual([0, expect.any(String), true]);
});
