/** The generic webhook, and notices to senders that go the same way. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, it, expect } from '@jest/globals';
import { sinkFrom } from '../../../../gateway/record/alert-sinks/sink-from.js';
import { noticeSink } from '../../../../gateway/record/notice-sink.js';
import { webhookSignature } from '../../../../gateway/record/signed-post.js';
import type { Sink } from '../../../../gateway/ports.js';
import { PATIENCE_MS } from '../../../kit/patience.js';
import { AT, CONSOLE, INCIDENT, message } from './messages.js';

const SECRET = 'a shared secret of this test';
interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
async function receiver(answer: (response: ServerResponse) => void): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      answer(response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hooks/secret-token`, received };
}
const sink = (url: string, timeoutMs = PATIENCE_MS): Promise<Sink> => sinkFrom({ id: 'siem', kind: 'webhook', url, secret: { env: 'KEY' }, perMinute: 60 }, () => SECRET, { now: () => AT, timeoutMs });

describe('the generic webhook', () => {
  it('sends what it has sent from the first day, signed as before, and links beside it', async () => {
    const { url, received } = await receiver((response) => response.writeHead(204).end());
    await (await sink(url)).send(message());
    const [first] = received;
    // Word by word what receivers have been written for; what came later stands beside it.
    expect(JSON.parse(first?.body ?? '')).toEqual({
      version: 1,
      from: '2026-11-22T06:56:30.000Z',
      to: '2026-11-22T06:57:30.000Z',
      total: 7,
      items: [
        { kind: 'hold', at: '2026-11-22T06:57:25.000Z', severity: 'high', route: 'share', incident: INCIDENT, rule: 'ids', counts: { 'cn.resident-id': 2 }, count: 6, link: `${CONSOLE}messages/${INCIDENT}` },
        { kind: 'failure', at: '2026-11-22T06:57:25.000Z', severity: 'medium', route: 'share', code: 'upstream-timeout', counts: {}, count: 1 },
      ],
      link: CONSOLE,
      severity: 'high',
      title: '文件外发被留存',
    });
    expect([first?.headers['weir-delivery'], first?.headers['content-type']]).toEqual(['al-7', 'application/json']);
    const signature = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(first?.headers['weir-signature']));
    expect(signature?.[2]).toBe(createHmac('sha256', SECRET).update(`${signature?.[1] ?? ''}.${first?.body ?? ''}`).digest('hex'));
    expect(Number(signature?.[1])).toBe(Math.floor(AT / 1_000));
  });

  it('says that a message is a test, and how many events it had no room for', async () => {
    const { url, received } = await receiver((response) => response.writeHead(200).end());
    await (await sink(url)).send(message({ test: true, eventsLeftOut: 3 }));
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ test: true, leftOut: 3 });
  });

  it.each([
    [503, 'again'], [429, 'again'], [408, 'again'], [400, 'never'], [401, 'never'], [307, 'never'], [410, 'never'],
  ] as const)('answered %s is tried %s', async (status, kind) => {
    const { url } = await receiver((response) => response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end('tell nobody'));
    await expect((await sink(url)).send(message())).rejects.toMatchObject({ name: 'SinkFailed', code: `HTTP_${String(status)}`, kind, message: `the alert was not taken (HTTP_${String(status)})` });
  });

  it.each([
    ['120', 120_000],
    [new Date(AT + 90_000).toUTCString(), 90_000],
    ['999999', 3_600_000],
    ['soon', undefined],
  ])('waits as long as Retry-After says (%s), within an hour', async (value, retryAfterMs) => {
    const { url } = await receiver((response) => response.writeHead(503, { 'retry-after': value }).end());
    const thrown: unknown = await (await sink(url)).send(message()).catch((error: unknown) => error);
    const wait = (thrown as { retryAfterMs?: number }).retryAfterMs;
    if (retryAfterMs === undefined) expect(wait).toBeUndefined();
    else expect(Math.abs((wait ?? 0) - retryAfterMs)).toBeLessThan(1_000);
  });

  it('does not read an endless answer, and gives up on a silent receiver', async () => {
    const pouring = await receiver((response) => {
      response.writeHead(200);
      const pour = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(65_536), () => setImmediate(pour));
      };
      pour();
    });
    await (await sink(pouring.url)).send(message());
    const silent = await receiver(() => undefined);
    await expect((await sink(silent.url, 50)).send(message())).rejects.toMatchObject({ code: 'TIMEOUT', kind: 'again' });
  });

  it('needs a secret', async () => {
    await expect(sinkFrom({ id: 'siem', kind: 'webhook', url: 'https://x.example/', secret: { env: 'KEY' }, perMinute: 60 }, () => '')).rejects.toThrow('alerts.sinks: the secret of "siem" (webhook) is empty.');
  });
});

describe('a notice about a message that has ended', () => {
  const notice = { kind: 'rejected', incident: INCIDENT, route: 'share', direction: 'request', receivedAt: new Date(AT - 60_000), at: new Date(AT), sender: 'z***@corp.example' } as const;

  it('goes to a system of yours signed as alerts are, in both languages, without a word of what was found', async () => {
    const { url, received } = await receiver((response) => response.writeHead(204).end());
    await noticeSink({ id: 'portal', url, secret: SECRET, now: () => AT }).send(notice, 'no-3');
    const [first] = received;
    expect(JSON.parse(first?.body ?? '')).toMatchObject({ version: 1, kind: 'rejected', incident: INCIDENT, sender: 'z***@corp.example', en: { title: 'Not sent' }, zh: { title: '未发送' } });
    expect(first?.headers).toMatchObject({ 'weir-delivery': 'no-3', 'weir-signature': webhookSignature(SECRET, Math.floor(AT / 1_000), first?.body ?? ''), 'user-agent': 'Weir' });
  });

  it('that does not arrive says a code, neither where it was to go nor under which secret', async () => {
    const { url } = await receiver((response) => response.writeHead(500).end('tell nobody'));
    const thrown: unknown = await noticeSink({ id: 'portal', url, secret: SECRET }).send(notice, 'no-3').catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'HTTP_500', kind: 'again' });
    expect(inspect(thrown, { depth: 9 }).split('\n').filter((one) => !/^\s+at /.test(one)).join('')).not.toMatch(/127\.0\.0\.1|secret|nobody/);
  });
});
