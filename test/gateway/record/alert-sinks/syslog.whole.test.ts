/** Alerts to syslog, against a real rsyslogd and receivers that misbehave. */
import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, it, expect } from '@jest/globals';
import type { SinkConfig } from '../../../../config/alerts-schema.js';
import { SinkFailed, type Sink } from '../../../../gateway/ports.js';
import { admitted } from '../../../../gateway/record/alert-sinks/admitted.js';
import { sinkFrom } from '../../../../gateway/record/alert-sinks/sink-from.js';
import { serverCertificates, type TestCertificates } from '../../../kit/external-postgres-tls.js';
import { PATIENCE_MS } from '../../../kit/patience.js';
import { syslogReceiver, type SyslogLine, type SyslogReceiver } from '../../../kit/syslog-receiver.js';
import { tempFolder } from '../../../kit/temp.js';
import { INCIDENT, line, message } from './messages.js';
import { readCef, readSyslog } from './readers.js';

const folder = tempFolder('syslog');
let certificates: TestCertificates;
let receiver: SyslogReceiver;
beforeAll(async () => {
  certificates = serverCertificates(folder, (path) => chmodSync(path, 0o600));
  receiver = await syslogReceiver(folder, certificates);
  await receiver.start();
});
afterAll(() => receiver.kill());

type SyslogConfig = Extract<SinkConfig, { kind: 'syslog' }>;
function sink(changes: Partial<SyslogConfig>, timeoutMs = PATIENCE_MS): Promise<Sink> {
  const config: SyslogConfig = { id: 'siem', kind: 'syslog', host: '127.0.0.1', protocol: 'tcp', port: receiver.tcp, format: 'cef', facility: 13, perMinute: 600, ...changes };
  return sinkFrom(config, () => '', { timeoutMs, host: 'weir-1.corp.example', version: '1.4.0' });
}
let seen = 0;
/** Lines since the last look. */
async function next(count: number): Promise<readonly SyslogLine[]> {
  const all = await receiver.lines(seen + count);
  const fresh = all.slice(seen);
  seen = all.length;
  return fresh;
}
async function failure(sending: Promise<void>): Promise<SinkFailed> {
  const thrown: unknown = await sending.then(() => undefined, (error: unknown) => error);
  if (!(thrown instanceof SinkFailed)) throw new TypeError(`no SinkFailed but ${inspect(thrown)}`);
  expect(thrown).toMatchObject({ kind: 'again' });
  expect(inspect(thrown, { depth: 9, showHidden: true })).not.toMatch(/127\.0\.0\.1|\.key|PRIVATE/);
  return thrown;
}

describe('a real rsyslogd', () => {
  const ways = (): readonly (readonly [string, Partial<SyslogConfig>])[] => [
    ['udp', { protocol: 'udp', port: receiver.udp }],
    ['tcp', { protocol: 'tcp', port: receiver.tcp }],
    ['tls', { protocol: 'tls', port: receiver.tls, ca: certificates.ca }],
    ['tls-client', { protocol: 'tls', port: receiver.tlsWithClient, ca: certificates.ca, cert: certificates.clientCert, key: certificates.clientKey }],
  ];

  it('understands every field and every CEF line, by UDP, TCP, TLS, and TLS with a client certificate', async () => {
    const nasty = 'a|b=c\\d "e" ]f\r\n<13>1 - - - - - - 汉字 👩‍👩‍👧‍👦 @channel';
    const told = message({ events: [line(), line({ kind: 'failure', severity: 'critical', route: nasty, rule: nasty, code: nasty, counts: { [nasty]: 3 } })] });
    const [, second] = admitted(told).events;
    for (const [by, way] of ways()) {
      await (await sink(way)).send(told);
      const fresh = await next(2);
      expect(fresh.map((one) => [one.by, one.pri, one.host, one.app, one.msgid])).toEqual([[by, '107', 'weir-1.corp.example', 'weir', 'hold'], [by, '106', 'weir-1.corp.example', 'weir', 'failure']]);
      expect(fresh.map(({ data }) => data)).toEqual(['[weir@32473 delivery="al-7" n="1" of="2"]', '[weir@32473 delivery="al-7" n="2" of="2"]']);
      expect(fresh.map(({ raw }) => readSyslog(raw).text)).toEqual(fresh.map(({ text }) => text.trimStart()));
      expect(fresh[0]?.at).toContain('2026-11-22T06:57:25');
      const [first, other] = fresh.map(({ text }) => readCef(text.trimStart()));
      expect(first?.extension).toMatchObject({ externalId: INCIDENT, cs1: 'share', cs3: 'cn.resident-id:2' });
      expect(other?.extension).toMatchObject({ cs1: second?.route, cs2: second?.rule, reason: second?.code });
      expect(second?.route).toContain('a|b=c\\d "e" ]f <13>1 - - - - - - 汉字');
    }
  });

  it('gets the words that people read, where that is asked', async () => {
    await (await sink({ format: 'text' })).send(message({ language: 'en', test: true }));
    const [only] = await next(1);
    expect(only).toMatchObject({ msgid: 'test', data: '[weir@32473 delivery="al-7" severity="high" total="7" link="https://weir.corp.example:8081/" test="true"]' });
    expect(only?.text.trimStart()).toBe('文件外发被留存 | 14:56–14:57 共 7 件：留存 6，失败 1 | [High] 路由 share：居民身份证 2 个（110***********1234） ×6 | [Medium] 上游超时');
  });

  it('keeps many lines of one delivery apart, in order', async () => {
    await (await sink({ protocol: 'tls', port: receiver.tls, ca: certificates.ca })).send(message({ events: Array.from({ length: 300 }, (_, n) => line({ route: `r${String(n)}` })) }));
    const fresh = await next(300);
    expect(fresh.map(({ text }) => readCef(text.trimStart()).extension.cs1)).toEqual(Array.from({ length: 300 }, (_, n) => `r${String(n)}`));
  });

  it('is not believed when another authority signed its certificate, or it is named otherwise', async () => {
    const tls = { protocol: 'tls', port: receiver.tls } as const;
    expect((await failure((await sink({ ...tls, ca: certificates.otherCa })).send(message()))).code).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY/);
    expect((await failure((await sink({ ...tls, ca: certificates.ca, serverName: 'siem.elsewhere.example' })).send(message()))).code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect((await receiver.lines(0)).length).toBe(seen);
  });

  it('that asks for a client certificate is not taken for one that has the lines when it got none', async () => {
    await failure((await sink({ protocol: 'tls', port: receiver.tlsWithClient, ca: certificates.ca })).send(message()));
    expect((await receiver.lines(0)).length).toBe(seen);
  });

  it('that was killed and came back gets the message when it is sent again', async () => {
    const ops = await sink({});
    await ops.send(message());
    await next(2);
    await receiver.kill();
    await failure(ops.send(message({ deliveryId: 'al-9' })));
    await receiver.start();
    await ops.send(message({ deliveryId: 'al-9' }));
    const fresh = await next(2);
    expect(fresh.map(({ data }) => data)).toEqual(['[weir@32473 delivery="al-9" n="1" of="2"]', '[weir@32473 delivery="al-9" n="2" of="2"]']);
  });
});

describe('a receiver that does not read to the end', () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  });
  async function port(take: (socket: Socket) => void): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      sockets.push(socket);
      take(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }
  /** Before a delivery ends its side it waits for up to two seconds, longer than usual where connecting took long. */
  const ENOUGH_MS = 6_000;
  const many = message({ events: Array.from({ length: 500 }, () => line()) });

  it('closes at once: not taken', async () => {
    await failure((await sink({ port: await port((socket) => socket.destroy()) })).send(many));
  });

  it('takes the bytes and resets: not taken', async () => {
    await failure((await sink({ port: await port((socket) => socket.once('data', () => socket.resetAndDestroy())) })).send(message()));
  });

  it('takes the bytes and never says that it has read them: not taken', async () => {
    const at = await port((socket) => socket.pause());
    expect((await failure((await sink({ port: at }, ENOUGH_MS)).send(message()))).code).toBe('SYSLOG_UNCONFIRMED');
  });

  it('pours bytes at us: not taken', async () => {
    const at = await port((socket) => {
      const pour = (): void => {
        if (!socket.destroyed) socket.write(Buffer.alloc(65_536), () => setImmediate(pour));
      };
      pour();
    });
    await failure((await sink({ port: at })).send(message()));
  });
});

describe('settings of syslog', () => {
  it('have a certificate and its key together', async () => {
    await expect(sink({ cert: '/nowhere/client.crt' })).rejects.toThrow('alerts.sinks: "siem" (syslog) needs cert and key, or neither.');
  });

  it('whose files are gone fail by a code, without their names', async () => {
    expect((await failure((await sink({ protocol: 'tls', port: receiver.tls, ca: '/nowhere/ca.key' })).send(message()))).code).toBe('ENOENT');
  });
});
