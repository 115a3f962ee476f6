/** Delivery over TLS: who is believed, who we are, and certificates that change while we run. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { UpstreamConfigError } from '../../../../gateway/deliver/http/upstream-errors.js';
import { recordingUpstream, type RecordingUpstream } from '../../../kit/upstream.js';
import { request, routeTo, textOf } from './fixture.js';
import { UPSTREAMS } from './upstreams.js';

let folder: string;
const path = (name: string): string => join(folder, name);
const read = (name: string): Buffer => readFileSync(path(name));
const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });

function authority(name: string): void {
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`);
}
function certificate(name: string, by: string, names: string): void {
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
  writeFileSync(path(`${name}.ext`), `subjectAltName=${names}\n`);
  openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`, '-out', `${name}.pem`);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-tls-'));
  authority('ca');
  authority('other-ca');
  certificate('server', 'ca', 'DNS:files.example,IP:127.0.0.1');
  certificate('elsewhere', 'ca', 'DNS:elsewhere.example');
  certificate('client-a', 'ca', 'DNS:a.example');
  certificate('client-b', 'ca', 'DNS:b.example');
});
afterAll(() => rmSync(folder, { recursive: true }));

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function tlsServer(name = 'server', more: object = {}): Promise<RecordingUpstream> {
  const server = await recordingUpstream({ tls: { key: read(`${name}.key`), cert: read(`${name}.pem`), ...more } });
  cleanups.push(() => server.close());
  return server;
}

describe.each(UPSTREAMS)('%s over TLS', (_name, upstreamTo) => {
  it('delivers to a server whose certificate its authority signed, on one kept connection', async () => {
    const server = await tlsServer();
    const upstream = upstreamTo(routeTo(server.url, { tls: { ca: path('ca.pem') } }));
    for (let i = 0; i < 3; i += 1) await textOf(await upstream.request(request()));
    expect(server.connections).toBe(1);
    await upstream.close();
  });

  it('carries megabytes both ways, whatever the pace of the reader', async () => {
    const server = await tlsServer();
    const upstream = upstreamTo(routeTo(server.url, { tls: { ca: path('ca.pem') } }));
    const bytes = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff));
    server.next({ body: bytes });
    const pieces = Array.from({ length: 30 }, (_, i) => bytes.subarray(i * 100_000, (i + 1) * 100_000));
    const reply = await upstream.request(request({ whole: pieces }));
    const back: Uint8Array[] = [];
    for await (const piece of reply.body) {
      back.push(piece);
      // Behind by a turn of the loop or two for each piece.
      for (let i = 0; i < 2; i += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(Buffer.concat(back).equals(bytes)).toBe(true);
    expect((await server.recorded(1))[0]).toMatchObject({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), complete: true });
    await upstream.close();
  });

  it('hears the next answer on a connection whose last one ended while its reader was behind', async () => {
    const server = await tlsServer();
    const upstream = upstreamTo(routeTo(server.url, { tls: { ca: path('ca.pem') } }));
    for (let bytes = 256 * 1024; bytes <= 336 * 1024; bytes += 8 * 1024) {
      server.next({ body: Buffer.alloc(bytes) });
      const long = await upstream.request(request());
      // Nobody reads before all of it is here that may come unread.
      for (let i = 0; i < 50; i += 1) await new Promise((resolve) => setImmediate(resolve));
      expect((await textOf(long)).length).toBe(bytes);
      server.next({ body: Buffer.from('short') });
      expect(await textOf(await upstream.request(request()))).toBe('short');
    }
    await upstream.close();
  });

  it('does not reach a server that nobody vouches for, whose name differs, or that offers less than TLS 1.2', async () => {
    const [server, elsewhere, old] = [await tlsServer(), await tlsServer('elsewhere'), await tlsServer('server', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })];
    const tls = { ca: path('ca.pem') };
    for (const route of [routeTo(server.url), routeTo(server.url, { tls: { ca: path('other-ca.pem') } }), routeTo(elsewhere.url, { tls }), routeTo(old.url, { tls })]) {
      const upstream = upstreamTo(route);
      await expect(upstream.request(request())).rejects.toMatchObject({ code: 'upstream-unreachable' });
      await upstream.close();
    }
    expect(server.requests.length + elsewhere.requests.length + old.requests.length).toBe(0);
  });

  it('asks for the configured server name and checks the certificate against it', async () => {
    const server = await tlsServer('elsewhere');
    const upstream = upstreamTo(routeTo(server.url, { tls: { ca: path('ca.pem'), serverName: 'elsewhere.example' } }));
    await textOf(await upstream.request(request()));
    expect((await server.recorded(1))[0]?.serverName).toBe('elsewhere.example');
    await upstream.close();
  });

  it('shows its client certificate, and takes a replaced one without a restart', async () => {
    const server = await tlsServer('server', { ca: read('ca.pem'), requestCert: true, rejectUnauthorized: true });
    const install = (name: string): void => {
      writeFileSync(path('live.pem'), read(`${name}.pem`));
      writeFileSync(path('live.key'), read(`${name}.key`));
    };
    let now = 0;
    install('client-a');
    const upstream = upstreamTo(routeTo(server.url, { tls: { ca: path('ca.pem'), cert: path('live.pem'), key: path('live.key') } }), { now: () => now });
    const ask = async (): Promise<string> => textOf(await upstream.request(request()));
    await ask();
    // Half a replacement is no replacement: certificate and key do not match.
    writeFileSync(path('live.pem'), read('client-b.pem'));
    now += 10_000;
    await ask();
    install('client-b');
    now += 10_000;
    await ask();
    expect((await server.recorded(3)).map((one) => one.clientName)).toEqual(['client-a', 'client-a', 'client-b']);
    await upstream.close();
  });

  it('is unreachable for a server that wants a client certificate when there is none', async () => {
    const server = await tlsServer('server', { ca: read('ca.pem'), requestCert: true, rejectUnauthorized: true });
    const upstream = upstreamTo(routeTo(server.url, { tls: { ca: path('ca.pem') } }));
    const failure = (await upstream.request(request()).catch((error: unknown) => error)) as { code: string };
    expect(['upstream-unreachable', 'upstream-reset']).toContain(failure.code);
    await upstream.close();
  });

  it('is refused at start when its certificates cannot be used', () => {
    expect(() => upstreamTo(routeTo('https://x.example', { tls: { ca: path('none.pem') } }))).toThrow(UpstreamConfigError);
    expect(() => upstreamTo(routeTo('https://x.example', { tls: { cert: path('client-a.pem'), key: path('client-b.key') } }))).toThrow(UpstreamConfigError);
  });

  it('leads "demo" nowhere unless the demo sink exists', () => {
    const route = { ...routeTo('http://x.example'), upstream: 'demo' as const };
    expect(() => upstreamTo(route)).toThrow(UpstreamConfigError);
    expect(() => upstreamTo(route, { demoUrl: 'http://127.0.0.1:9' })).not.toThrow();
  });
});
