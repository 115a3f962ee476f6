import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it, expect } from '@jest/globals';
import { WebhookFailed, webhookSink, type WebhookSinkOptions } from '../../../gateway/record/webhook-sink.js';
import type { AlertBatch, AlertEvent } from '../../../gateway/ports.js';

const SECRET = 'a shared secret of this test';
const NOW = Date.UTC(2026, 10, 5, 8, 0, 30);
const event = (changes: Partial<AlertEvent> = {}): AlertEvent => ({
  kind: 'hold',
  at: new Date(NOW - 5_000),
  severity: 'high',
  route: 'share',
  incident: 'w01k9a8b7c6d5e4f3g2h1j0k9m8',
  rule: 'ids',
  code: undefined,
  counts: { 'cn.resident-id': 2 },
  ...changes,
});
const batch: AlertBatch = {
  from: new Date(NOW - 60_000),
  to: new Date(NOW),
  total: 7,
  items: [
    { event: event(), count: 6 },
    { event: event({ kind: 'failure', rule: undefined, code: 'upstream-timeout' }), count: 1 },
  ],
};

interface Received {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
const servers: Server[] = [];
async function receiver(
  answer: (response: ServerResponse) => void,
): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      answer(response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/secret-token`, received };
}
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
const sink = (url: string, changes: Partial<WebhookSinkOptions> = {}) =>
  webhookSink({
    id: 'ops',
    url,
    secret: SECRET,
    events: ['hold', 'failure'],
    minSeverity: 'low',
    now: () => NOW,
    ...changes,
  });
const failure = (sending: Promise<void>): Promise<unknown> =>
  sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

describe('webhookSink', () => {
  it('signs what it sends, so that a receiver with the secret can verify it', async () => {
    const { url, received } = await receiver((response) => response.writeHead(204).end());
    await sink(url, { link: 'https://weir.example/' }).send(batch, 'al-1');
    const [one] = received;
    const header = String(one?.headers['weir-signature']);
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
    const expected = createHmac('sha256', SECRET)
      .update(`${t ?? ''}.${one?.body ?? ''}`)
      .digest();
    expect(timingSafeEqual(Buffer.from(v1 ?? '', 'hex'), expected)).toBe(true);
    expect(Number(t)).toBe(NOW / 1_000);
    expect(one?.headers['weir-delivery']).toBe('al-1');
    expect(one?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(one?.body ?? '')).toEqual({
      version: 1,
      from: '2026-11-05T07:59:30.000Z',
      to: '2026-11-05T08:00:30.000Z',
      total: 7,
      link: 'https://weir.example/',
      items: [
        {
          kind: 'hold',
          at: '2026-11-05T08:00:25.000Z',
          severity: 'high',
          route: 'share',
          incident: 'w01k9a8b7c6d5e4f3g2h1j0k9m8',
          rule: 'ids',
          counts: { 'cn.resident-id': 2 },
          count: 6,
        },
        {
          kind: 'failure',
          at: '2026-11-05T08:00:25.000Z',
          severity: 'high',
          route: 'share',
          incident: 'w01k9a8b7c6d5e4f3g2h1j0k9m8',
          code: 'upstream-timeout',
          counts: { 'cn.resident-id': 2 },
          count: 1,
        },
      ],
    });
  });

  it.each([400, 404, 429, 500, 503])('fails with the status alone when the far side says %i', async (status) => {
    const { url } = await receiver((response) => response.writeHead(status).end('tell nobody'));
    const thrown = await failure(sink(url).send(batch, 'al-1'));
    expect(thrown).toBeInstanceOf(WebhookFailed);
    expect(thrown).toMatchObject({ code: 'status', status, message: `the webhook answered ${status}` });
  });

  it('does not follow a redirect', async () => {
    const other = await receiver((response) => response.writeHead(204).end());
    const { url } = await receiver((response) => response.writeHead(307, { location: other.url }).end());
    expect(await failure(sink(url).send(batch, 'al-1'))).toMatchObject({ status: 307 });
    expect(other.received).toEqual([]);
  });

  it('gives up on a receiver that does not answer in time', async () => {
    const { url } = await receiver(() => undefined);
    expect(await failure(sink(url, { timeoutMs: 20 }).send(batch, 'al-1'))).toMatchObject({
      code: 'TimeoutError',
      status: undefined,
    });
  });

  it('does not read an endless answer', async () => {
    const { url } = await receiver((response) => {
      response.writeHead(200);
      const pour = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(65_536), () => setImmediate(pour));
      };
      pour();
    });
    await sink(url).send(batch, 'al-1');
  });

  it('names neither the URL nor the secret when nothing listens', async () => {
    const { url } = await receiver(() => undefined);
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    const thrown = await failure(sink(url).send(batch, 'al-1'));
    expect(thrown).toMatchObject({ code: 'ECONNREFUSED', status: undefined });
    expect(JSON.stringify([thrown, String(thrown), thrown instanceof Error ? thrown.cause : ''])).not.toMatch(
      /secret|127\.0\.0\.1/,
    );
  });

  it('wants what its configuration names, from its severity on', () => {
    const ops = sink('http://127.0.0.1:1/', { minSeverity: 'high' });
    expect(ops.wants(event())).toBe(true);
    expect(ops.wants(event({ severity: 'critical' }))).toBe(true);
    expect(ops.wants(event({ severity: 'medium' }))).toBe(false);
    expect(ops.wants(event({ kind: 'block' }))).toBe(false);
  });
});
