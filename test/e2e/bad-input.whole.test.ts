/** Broken clients and broken destinations: a clear status, a problem document with an incident, a metric, nothing lost and nothing left over. */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { Agent } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../kit/free-port.js';
import { numberSource } from '../kit/numbers.js';
import { eventually } from '../kit/patience.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { admin, ask, metric, rawClient } from './client.js';
import { policies, route } from './settings.js';
import { startGateway, type Gateway } from './start-gateway.js';

/** One test waits for it; all others have it to bring their heads in, on a machine that may be busy. */
const HEAD_TIMEOUT = '5s';
let gateway: Gateway;
let upstream: RecordingUpstream;
const sockets = new Set<Socket>();
const servers: Server[] = [];
/** What all requests to rude destinations end with. */
const BODY = 'hello';
/** A destination that does one thing with each request, once it has read all of it: what is left unread at a close is a reset, whatever was answered. */
async function rude(act: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    let read = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      read += text;
      if (read.endsWith(`\r\n\r\n${BODY}`)) act(socket);
    });
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  upstream = await recordingUpstream();
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const silent = await rude(() => undefined);
  const resetting = await rude((socket) => socket.resetAndDestroy());
  const babbling = await rude((socket) => socket.end('220 mail.example ESMTP\r\n'));
  const half = await rude((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () => socket.destroySoon()));
  const bad = [['down', { url: nobody }], ['silent', { url: silent, responseTimeout: '400ms' }], ['resetting', { url: resetting }], ['babbling', { url: babbling }], ['half', { url: half }]] as const;
  // Whoever waits for nothing that stays out has all the time it needs.
  const routes = (mode: string, policy: string): readonly object[] => [
    route(mode, upstream.url, { policy }),
    route(`${mode}-waits`, upstream.url, { policy, bodyTimeout: '400ms' }),
    ...bad.map(([id, to]) => route(`${mode}-${id}`, to.url, { policy, upstream: to })),
  ];
  gateway = await startGateway({
    config: {
      limits: { spoolMemory: '64KiB', headTimeout: HEAD_TIMEOUT, headBytes: '64KiB' },
      routes: [...routes('upload', 'mask'), ...routes('share', 'hold')],
      policies,
    },
  });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  await upstream.close();
});
afterEach(async () => {
  await eventually('empty spools', () => metric(gateway, 'weir_spool_bytes'), (bytes) => bytes === 0);
  expect(readdirSync(join(gateway.dataDir, 'spool'))).toEqual([]);
});

/** The one number that all bodies here carry. */
const phone = numberSource(77).phone();
const errors = (reason: string, labels: Record<string, string> = {}): Promise<number> => metric(gateway, 'weir_exchange_errors_total', { reason, ...labels });
/** The answer's status and problem type; every refusal is a problem document that names its incident. */
function told(text: string): [number, string] {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  expect(head).toMatch(/\r\nContent-Type: application\/problem\+json\r\n/i);
  const document = JSON.parse(body) as { type: string; status: number; incident: string };
  expect(document.incident).toMatch(/^w[0-9A-Z]{26}$/);
  expect(head).toContain(`Weir-Incident: ${document.incident}`);
  expect(head).toContain(`HTTP/1.1 ${document.status} `);
  return [document.status, document.type.replace('urn:weir:problem:', '')];
}
const HEAD = 'Host: here.example\r\nContent-Type: text/plain\r\n';

describe('a head that makes no sense', () => {
  it.each([
    ['no HTTP at all', 'HELO mail.example\r\n\r\n'],
    ['two lengths', `POST /upload HTTP/1.1\r\n${HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`],
    ['a length and chunks', `POST /upload HTTP/1.1\r\n${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a length that is no number', `POST /upload HTTP/1.1\r\n${HEAD}Content-Length: five\r\n\r\nhello`],
    ['a blank before the colon', `POST /upload HTTP/1.1\r\n${HEAD}X-A : b\r\n\r\n`],
    ['a folded field', `POST /upload HTTP/1.1\r\n${HEAD}X-A: b\r\n c\r\n\r\n`],
    ['two hosts', `GET /upload HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`],
    ['no host', 'GET /upload HTTP/1.1\r\n\r\n'],
    ['a path that climbs', 'GET /upload/../share HTTP/1.1\r\nHost: a\r\n\r\n'],
  ])('%s: 400', async (_name, bytes) => {
    const before = await errors('bad-request');
    const client = rawClient(gateway.dataPort);
    client.write(bytes);
    const text = await client.until(/\r\n\r\n\{[^]*\}\n/);
    expect(told(text)).toEqual([400, 'bad-request']);
    expect(await errors('bad-request')).toBe(before + 1);
    client.destroy();
  });

  it('a field of 1 MB: 431', async () => {
    const before = await errors('head-too-large');
    const client = rawClient(gateway.dataPort);
    client.write(`GET /upload HTTP/1.1\r\nHost: a\r\nX-Big: ${'x'.repeat(2 ** 20)}\r\n\r\n`);
    expect(told(await client.closed)).toEqual([431, 'head-too-large']);
    expect(await errors('head-too-large')).toBe(before + 1);
  });

  it('a head that drips: 408', async () => {
    const client = rawClient(gateway.dataPort);
    client.write('GET /upload HTTP/1.1\r\nHost: a\r\nX-Slow: ');
    const drip = setInterval(() => client.write('x'), 100);
    expect(told(await client.closed)).toEqual([408, 'head-timeout']);
    clearInterval(drip);
    expect(await errors('head-timeout')).toBe(1);
  });
});

describe.each(['/upload', '/share'])('a body that is not what its head says (%s)', (path) => {
  it('shorter than declared: 400, and no complete body upstream', async () => {
    const seen = upstream.requests.length;
    const client = rawClient(gateway.dataPort);
    client.write(`POST ${path} HTTP/1.1\r\n${HEAD}Content-Length: 20000\r\n\r\n${'word '.repeat(3_000)}`);
    client.end();
    expect(told(await client.closed)).toEqual([400, 'length-mismatch']);
    expect(upstream.requests.slice(seen).filter(({ complete }) => complete)).toEqual([]);
  });

  it('longer than declared: the declared part is served, the rest is no request', async () => {
    const seen = upstream.requests.length;
    const client = rawClient(gateway.dataPort);
    client.write(`POST ${path} HTTP/1.1\r\n${HEAD}Content-Length: 5\r\n\r\nhello and more\r\n\r\n`);
    const text = await client.closed;
    expect(text).toMatch(/^HTTP\/1.1 200 /);
    expect(told(text.slice(text.indexOf('HTTP/1.1 400')))).toEqual([400, 'bad-request']);
    expect(upstream.requests.slice(seen).map(({ body }) => body.toString())).toEqual(['hello']);
  });

  it('chunks that end early: 400', async () => {
    const client = rawClient(gateway.dataPort);
    client.write(`POST ${path} HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
    client.end();
    expect(told(await client.closed)).toEqual([400, 'client-aborted']);
  });

  it('chunks that are none: 400', async () => {
    const client = rawClient(gateway.dataPort);
    client.write(`POST ${path} HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nZZ\r\n`);
    expect(told(await client.closed)).toEqual([400, 'bad-request']);
  });

  it('silent midway: 408', async () => {
    const before = await errors('body-timeout');
    const client = rawClient(gateway.dataPort);
    client.write(`POST ${path}-waits HTTP/1.1\r\n${HEAD}Content-Length: 20000\r\n\r\n${'word '.repeat(2_000)}`);
    expect(told(await client.closed)).toEqual([408, 'body-timeout']);
    expect(await errors('body-timeout')).toBe(before + 1);
  });

  it('cut off by a client that leaves: counted, logged with its code alone', async () => {
    // Whether its end or its reset is seen first decides between the two.
    const counted = async (): Promise<number> => (await errors('client-aborted', { route: path.slice(1) })) + (await errors('length-mismatch', { route: path.slice(1) }));
    const before = await counted();
    const client = rawClient(gateway.dataPort);
    const arriving = upstream.arriving;
    client.write(`POST ${path} HTTP/1.1\r\n${HEAD}Content-Length: 2000000\r\n\r\n${'word '.repeat(50_000)}`);
    // A reset before the head was read would be no exchange at all.
    if (path === '/upload') await upstream.arrived(arriving + 1);
    else await eventually('a body in the spool', () => metric(gateway, 'weir_spool_bytes'), (bytes) => bytes > 0);
    client.reset();
    expect(await eventually('an exchange that failed', counted, (now) => now > before)).toBe(before + 1);
  });

  it('broken UTF-8, broken JSON and stray quotes hide nothing', async () => {
    for (const [type, body] of [
      ['text/plain; charset=utf-8', Buffer.concat([Buffer.from([0xff, 0xc3, 0x28, 0x20]), Buffer.from(`call ${phone} `), Buffer.from([0xe4, 0xb8])])],
      ['application/json', Buffer.from(`{"a": [1, 2, {"phone": "${phone}", "open: `)],
      ['application/x-www-form-urlencoded', Buffer.from(`{"this is": "json", "phone": "${phone}"}&%zz=%`)],
    ] as const) {
      const answer = await ask(`${gateway.dataUrl}${path}`, { fields: { 'content-type': type }, body });
      expect([type, answer.status, answer.fields['weir-action']]).toEqual([type, 200, 'mask']);
      const expected = Buffer.from(body.toString('latin1').replace(phone, `${phone.slice(0, 3)}****${phone.slice(-4)}`), 'latin1');
      expect(upstream.requests.at(-1)?.body.equals(expected)).toBe(true);
    }
  });

  it('a form that stops before its last boundary is held as malformed', async () => {
    const started = upstream.started;
    const body = '--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhello';
    const answer = await ask(`${gateway.dataUrl}${path}`, { fields: { 'content-type': 'multipart/form-data; boundary=b' }, body });
    expect([answer.status, answer.fields['weir-action']]).toEqual([202, 'hold']);
    const stored = (await admin(gateway, `/api/v1/messages/${String(answer.fields['weir-incident'])}`)).json() as { unscannable: { reason: string }[] };
    expect(stored.unscannable.map(({ reason }) => reason)).toContain('malformed');
    expect(upstream.started).toBe(started);
  });
});

describe('a destination that', () => {
  it.each([
    ['is down', 'down', 502, 'upstream-unreachable'],
    ['stays silent', 'silent', 504, 'upstream-timeout'],
    ['resets', 'resetting', 502, 'upstream-reset'],
    ['speaks something else', 'babbling', 502, 'upstream-invalid'],
  ])('%s is told to the client as what it is, in every mode, and the connection lives on', async (_name, id, status, type) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const mode of ['upload', 'share']) {
      const before = await errors(type, { route: `${mode}-${id}` });
      const answer = await ask(`${gateway.dataUrl}/${mode}-${id}`, { fields: { 'content-type': 'text/plain' }, body: BODY, agent });
      expect([answer.status, answer.json()['type'], answer.fields['content-type']]).toEqual([status, `urn:weir:problem:${type}`, 'application/problem+json']);
      expect(answer.json()['incident']).toBe(answer.fields['weir-incident']);
      expect(answer.fields.connection).not.toBe('close');
      expect(await errors(type, { route: `${mode}-${id}` })).toBe(before + 1);
    }
    expect((await ask(`${gateway.dataUrl}/upload`, { fields: { 'content-type': 'text/plain' }, body: BODY, agent })).status).toBe(200);
    agent.destroy();
  });

  it('breaks off in its answer leaves the client with an answer that is visibly not whole', async () => {
    for (const mode of ['upload', 'share']) {
      const before = await errors('upstream-reset', { route: `${mode}-half` });
      const client = rawClient(gateway.dataPort);
      client.write(`POST /${mode}-half HTTP/1.1\r\n${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`);
      const text = await client.closed;
      expect(text).toMatch(/^HTTP\/1.1 200 [^]*Content-Length: 100[^]*half$/);
      expect(await eventually('an exchange that failed', () => errors('upstream-reset', { route: `${mode}-half` }), (now) => now > before)).toBe(before + 1);
    }
  });
});

it('the number of all this is not in the log', () => {
  expect(gateway.logged()).not.toContain(phone);
  expect(gateway.logged()).not.toContain(phone.slice(3));
  expect(gateway.logged()).toContain('"code":"client-aborted"');
});
