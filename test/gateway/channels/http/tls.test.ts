/** The listener over TLS: client certificates, versions, and certificates that change under way. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { until } from '../../../kit/patience.js';
import { tempFolder } from '../../../kit/temp.js';
import { closeChannels, rawClient, testChannel, type TestChannel } from './kit.js';

const folder = tempFolder('tls');
const at = (name: string): string => join(folder, name);
const openssl = (...words: string[]): void => void execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' });
const selfSigned = (name: string, subject: string): void =>
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '2', '-subj', `/CN=${subject}`);
selfSigned('one', 'one.example');
selfSigned('two', 'two.example');
selfSigned('ca', 'ca.example');
selfSigned('stranger', 'stranger');
openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'client.key', '-out', 'client.csr', '-subj', '/CN=li.si');
openssl('x509', '-req', '-in', 'client.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-out', 'client.pem');

afterEach(closeChannels);

function tlsChannel(tls: Record<string, unknown>, certificate = 'one'): Promise<TestChannel> {
  return testChannel({
    routes: [{ facts: { user: { clientCertificate: true } } }],
    config: { listen: { data: { tls: { cert: at(`${certificate}.pem`), key: at(`${certificate}.key`), ...tls } } } },
    options: { timing: { certificateCheckMs: 5 } },
  });
}
const credentials = (name: string): RequestOptions => ({ cert: readFileSync(at(`${name}.pem`)), key: readFileSync(at(`${name}.key`)) });
function ask(port: number, options: RequestOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request({ port, host: '127.0.0.1', rejectUnauthorized: false, agent: false, ...options }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    asking.on('error', reject);
    asking.end();
  });
}
const served = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });

describe('a TLS listener', () => {
  it('names the user of a client certificate that its CA has signed, and of no other', async () => {
    const { port, pipeline } = await tlsChannel({ clientCa: at('ca.pem'), clientCertificate: 'optional' });
    expect([await ask(port), await ask(port, credentials('stranger')), await ask(port, credentials('client'))]).toEqual([200, 200, 200]);
    expect(pipeline.seen.map((seen) => seen.exchange.facts.user)).toEqual([undefined, undefined, 'li.si']);
  });
  it('that requires one serves nobody without', async () => {
    const { port, pipeline } = await tlsChannel({ clientCa: at('ca.pem'), clientCertificate: 'required' });
    await expect(ask(port)).rejects.toThrow();
    await expect(ask(port, credentials('stranger'))).rejects.toThrow();
    expect(await ask(port, credentials('client'))).toBe(200);
    expect(pipeline.seen).toHaveLength(1);
  });
  it('speaks no version before 1.2', async () => {
    const { port } = await tlsChannel({});
    await expect(ask(port, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' })).rejects.toThrow();
    expect(await ask(port, { maxVersion: 'TLSv1.2' })).toBe(200);
  });
  it('takes a new certificate for new connections, keeps open ones, and keeps the old one when the new is broken', async () => {
    for (const kind of ['pem', 'key']) copyFileSync(at(`one.${kind}`), at(`served.${kind}`));
    const { port, logged } = await tlsChannel({}, 'served');
    const kept = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await new Promise((resolve) => kept.once('secureConnect', resolve));
    expect(await served(port)).toBe('one.example');
    // Again and again, here and below: a change before the files were looked at for the first time is none.
    await until('the broken pair is read', () => {
      copyFileSync(at('two.pem'), at('served.pem'));
      return logged.some((line) => line.includes('unreadable'));
    });
    expect(await served(port)).toBe('one.example');
    await until('the new certificate is shown', async () => {
      copyFileSync(at('two.key'), at('served.key'));
      return (await served(port)) === 'two.example';
    });
    const answer = new Promise<string>((resolve) => kept.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1'))));
    kept.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(await answer).toMatch(/^HTTP\/1.1 200 /);
    kept.destroy();
  });
  it('over PROXY protocol: the header comes before the handshake', async () => {
    const { port, pipeline } = await testChannel({ config: { trustedProxies: ['127.0.0.1'], listen: { data: { proxyProtocol: true, tls: { cert: at('one.pem'), key: at('one.key') } } } } });
    const raw = rawClient(port);
    await new Promise((resolve) => raw.socket.once('connect', resolve));
    raw.write('PROXY TCP4 192.0.2.1 198.51.100.1 4000 443\r\n');
    raw.socket.removeAllListeners('data');
    const secure = connect({ socket: raw.socket, rejectUnauthorized: false });
    const answer = new Promise<string>((resolve, reject) => {
      secure.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1')));
      secure.once('error', reject);
    });
    secure.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(await answer).toMatch(/^HTTP\/1.1 200 /);
    expect(pipeline.seen[0]?.exchange.facts.clientAddress).toBe('192.0.2.1');
    secure.destroy();
  });
});
