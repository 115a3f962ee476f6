/** What the demonstration's destination remembers. */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { demoSink, type DemoSink } from '../../../gateway/deliver/demo-sink.js';

describe('demoSink', () => {
  let sink: DemoSink;
  beforeEach(async () => {
    sink = await demoSink({ now: () => 1_000, routeOf: (target) => (target.startsWith('/a') ? 'upload' : undefined) });
  });
  afterEach(() => sink.close());

  it('listens on loopback and says how many bytes it received', async () => {
    expect(sink.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const answer = await fetch(`${sink.url}/a?b`, { method: 'PUT', body: '报表', headers: { 'X-Name': 'v' } });
    expect([answer.status, await answer.json()]).toEqual([200, { received: 6 }]);
    const [entry] = sink.entries();
    expect(entry).toMatchObject({ number: 1, at: new Date(1_000), route: 'upload', method: 'PUT', target: '/a?b', bytes: 6, complete: true, sha256: createHash('sha256').update('报表').digest('hex') });
    expect(Buffer.from(entry?.body ?? []).toString()).toBe('报表');
    expect(entry?.fields).toContainEqual(['X-Name', 'v']);
  });

  it('keeps the start of a large body and the last hundred deliveries', async () => {
    const large = Buffer.alloc(300_000, 'x');
    await (await fetch(sink.url, { method: 'POST', body: large })).text();
    expect(sink.entries()[0]).toMatchObject({ bytes: 300_000, sha256: createHash('sha256').update(large).digest('hex') });
    expect(sink.entries()[0]?.body).toHaveLength(64 * 1024);
    for (let i = 0; i < 100; i += 1) await (await fetch(`${sink.url}/${i}`)).text();
    expect(sink.entries()).toHaveLength(100);
    expect(sink.entries().map((entry) => entry.target).slice(-1)).toEqual(['/0']);
    expect(sink.entries()[0]?.number).toBe(101);
  });

  it('calls a body that broke off incomplete', async () => {
    const socket = connect(Number(new URL(sink.url).port), '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\npart');
    socket.end();
    await new Promise<void>((resolve) => socket.on('close', () => resolve()).resume());
    expect(sink.entries()[0]).toMatchObject({ bytes: 4, complete: false });
  });
});
