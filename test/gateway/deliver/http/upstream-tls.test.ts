/** Delivery over TLS: who is believed, who we are, and certificates that change while we run. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { UpstreamConfigError } from '../../../../gateway/deliver/http/upstream-errors.js';
import { httpUpstream } from '../../../../gateway/deliver/http/upstream.js';
import { recordingUpstream, type RecordingUpstream } from '../../../kit/upstream.js';
import { request, routeTo, textOf } from './fixture.js';

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

describe('httpUpstream over TLS', () => {
  it('delivers to a server whose certificate its authority signed, on one kept connection', async () => {
    const server = await tlsServer();
    const upstream = httpUpstream(routeTo(server.url, { tls: { ca: path('ca.pem') } }));
    for (let i = 0; i < 3; i += 1) await textOf(await upstream.request(request()));
    expect(server.connections).toBe(1);
    await upstream.close();
  });

  it('does not reach a server that nobody vouches for, whose name differs, or that offers less than TLS 1.2', async () => {
    const [server, elsewhere, old] = [await tlsServer(), await tlsServer('elsewhere'), await tlsServer('server', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })];
    const tls = { ca: path('ca.pem') };
    for (const route of [routeTo(server.url), routeTo(server.url, { tls: { ca: path('other-ca.pem') } }), routeTo(elsewhere.url, { tls }), routeTo(old.url, { tls })]) {
      const upstream = httpUpstream(route);
      await expect(upstream.request(request())).rejects.toMatchObject({ code: 'upstream-unreachable' });
      await upstream.close();
    }
    expect(server.requests.length + elsewhere.requests.length + old.requests.length).toBe(0);
  });

  it('asks for the configured server name and checks the certificate against it', async () => {
    const server = await tlsServer('elsewhere');
    const upstream = httpUpstream(routeTo(server.url, { tls: { ca: path('ca.pem'), serverName: 'elsewhere.example' } }));
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
    const upstream = httpUpstream(routeTo(server.url, { tls: { ca: path('ca.pem'), cert: path('live.pem'), key: path('live.key') } }), { now: () => now });
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
    const upstream = httpUpstream(routeTo(server.url, { tls: { ca: path('ca.pem') } }));
    const failure = (await upstream.request(request()).catch((error: unknown) => error)) as { code: string };
    expect(['upstream-unreachable', 'upstream-reset']).toContain(failure.code);
    await upstream.close();
  });

  it('is refused at start when its certificates cannot be used', () => {
    expect(() => httpUpstream(routeTo('https://x.example', { tls: { ca: path('none.pem') } }))).toThrow(UpstreamConfigError);
    expect(() => httpUpstream(routeTo('https://x.example', { tls: { cert: path('client-a.pem'), key: path('client-b.key') } }))).toThrow(UpstreamConfigError);
  });

  it('leads "demo" nowhere unless the demo sink exists', () => {
    const route = { ...routeTo('http://x.example'), upstream: 'demo' as const };
    expect(() => httpUpstream(route)).toThrow(UpstreamConfigError);
    expect(() => httpUpstream(route, { demoUrl: 'http://127.0.0.1:9' })).not.toThrow();
  });
});
