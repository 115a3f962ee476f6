/** Weir as a reverse proxy with TLS on both sides: certificates, virtual hosts, paths, and the fields that name addresses. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { numberSource } from '../kit/numbers.js';
import { recordingUpstream, type RecordedRequest, type RecordingUpstream } from '../kit/upstream.js';
import { certificates } from './certificates.js';
import { ask, run, weir, type Answer, type Asked } from './client.js';
import { policies, route } from './settings.js';
import { startGateway, type Gateway } from './start-gateway.js';

const { at } = certificates({
  front: { ca: 'front-ca', names: ['share.example', '*.share.example'] },
  client: { ca: 'front-ca', names: ['li.si'] },
  stranger: { ca: 'other-ca', names: ['stranger'] },
  inner: { ca: 'inner-ca', names: ['inner.example'] },
  weir: { ca: 'inner-ca', names: ['weir.example'] },
});
let gateway: Gateway;
let secure: RecordingUpstream;
let plain: RecordingUpstream;
beforeAll(async () => {
  secure = await recordingUpstream({
    tls: { cert: readFileSync(at('inner.pem')), key: readFileSync(at('inner.key')), ca: readFileSync(at('inner-ca.pem')), requestCert: true, rejectUnauthorized: true },
  });
  plain = await recordingUpstream();
  const tls = { ca: at('inner-ca.pem'), cert: at('weir.pem'), key: at('weir.key'), serverName: 'inner.example' };
  gateway = await startGateway({
    config: {
      listen: { data: { tls: { cert: at('front.pem'), key: at('front.key'), clientCa: at('front-ca.pem'), clientCertificate: 'required' } } },
      routes: [
        { id: 'secure', match: { host: ['share.example'], path: '/api' }, upstream: { url: `${secure.url}/base`, tls }, rewritePrefix: '/v2', policy: 'hold', facts: { user: { clientCertificate: true } } },
        { id: 'distrusted', match: { host: ['share.example'], path: '/distrusted' }, upstream: { url: secure.url, tls: { serverName: 'inner.example' } }, policy: 'mask' },
        { id: 'misnamed', match: { host: ['share.example'], path: '/misnamed' }, upstream: { url: secure.url, tls: { ...tls, serverName: 'else.example' } }, policy: 'mask' },
        route('files', plain.url, { match: { host: ['*.share.example'], path: '/' }, policy: 'mask' }),
      ],
      policies,
    },
  });
});
afterAll(() => Promise.all([secure.close(), plain.close()]));

const from = (name: string): Asked => ({ ca: readFileSync(at('front-ca.pem')), cert: readFileSync(at(`${name}.pem`)), key: readFileSync(at(`${name}.key`)) });
const at443 = (path: string, host: string, asked: Asked = {}): Promise<Answer> =>
  ask(`${gateway.dataUrl}${path}`, { ...from('client'), servername: host, ...asked, fields: { host: `${host}:${gateway.dataPort}`, ...asked.fields } });
const values = (request: RecordedRequest | undefined, name: string): string[] => (request?.fields ?? []).filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);

describe('the listener', () => {
  it('serves a client with a certificate of its CA, and nobody else', async () => {
    expect((await at443('/', 'a.share.example')).status).toBe(200);
    await expect(at443('/', 'a.share.example', { cert: undefined, key: undefined })).rejects.toThrow();
    await expect(at443('/', 'a.share.example', from('stranger'))).rejects.toThrow();
  });

  it('works for curl with --cacert, --cert and --resolve', async () => {
    const words = ['-sS', '--cacert', at('front-ca.pem'), '--cert', at('client.pem'), '--key', at('client.key'), '--resolve', `b.share.example:${gateway.dataPort}:127.0.0.1`];
    const { out, err } = await run('curl', [...words, '-o', '/dev/null', '-w', '%{http_code} %{ssl_verify_result}', '-d', 'a=b', `https://b.share.example:${gateway.dataPort}/x`]);
    expect([out, err]).toEqual(['200 0', '']);
    expect(plain.requests.at(-1)?.target).toBe('/x');
  });

  it('names the client of the certificate as the user of what is held, masked as every name in the ledger is', async () => {
    const held = await at443('/api/send', 'share.example', { body: numberSource(3).residentId(), fields: { 'content-type': 'text/plain' } });
    expect(held.status).toBe(202);
    const { out } = await weir(gateway, 'held', 'show', String(held.fields['weir-incident']), '--json');
    expect(JSON.parse(out)).toMatchObject({ route: 'secure', user: 'l***', target: '/api/send' });
  });
});

describe('towards the destination', () => {
  it('Weir shows its own certificate, checks that of the destination, and maps the path', async () => {
    const answer = await at443('/api/x/y?z=1', 'share.example');
    expect(answer.status).toBe(200);
    expect(secure.requests.at(-1)).toMatchObject({ target: '/base/v2/x/y?z=1', clientName: 'weir.example', serverName: 'inner.example' });
  });

  it('a certificate that it cannot trust, or for another name, is a destination that cannot be reached', async () => {
    const started = secure.started;
    for (const path of ['/distrusted', '/misnamed']) {
      const answer = await at443(path, 'share.example');
      expect([answer.status, answer.json()['type']]).toEqual([502, 'urn:weir:problem:upstream-unreachable']);
    }
    expect(secure.started).toBe(started);
  });

  it('says who asked, how and for which host, whatever the client claims', async () => {
    await at443('/', 'a.share.example', { fields: { 'x-forwarded-for': '10.9.9.9', 'x-forwarded-proto': 'http', 'x-forwarded-host': 'evil.example', forwarded: 'for=10.9.9.9', 'x-real-ip': '10.9.9.9' } });
    const seen = plain.requests.at(-1);
    expect(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-real-ip'].map((name) => values(seen, name))).toEqual([
      ['127.0.0.1'], ['https'], [`a.share.example:${gateway.dataPort}`], [],
    ]);
    expect(values(seen, 'forwarded')).toEqual([`for=127.0.0.1;host="a.share.example:${gateway.dataPort}";proto=https`]);
    expect(values(seen, 'host')).toEqual([new URL(plain.url).host]);
    expect(values(seen, 'via')).toEqual(['1.1 weir']);
  });
});

describe('towards the client', () => {
  it('addresses of the destination become those of the route; others stay', async () => {
    const redirect = async (location: string): Promise<string | undefined> => {
      secure.next({ status: 302, fields: [['Location', location]] });
      return (await at443('/api/go', 'share.example')).fields.location;
    };
    expect(await redirect(`${secure.url}/base/v2/there?x=1`)).toBe(`https://share.example:${gateway.dataPort}/api/there?x=1`);
    expect(await redirect('/base/v2/there')).toBe('/api/there');
    expect(await redirect('https://elsewhere.example/base/v2/')).toBe('https://elsewhere.example/base/v2/');
  });

  it('cookies are set for the path that the client knows', async () => {
    secure.next({ fields: [['Set-Cookie', 'a=1; Path=/base/v2; HttpOnly'], ['Set-Cookie', '__Host-b=2; Path=/; Secure'], ['Set-Cookie', 'c=3; Domain=127.0.0.1; Path=/base/v2/deep']] });
    const { fields } = await at443('/api', 'share.example');
    expect(fields['set-cookie']).toEqual(['a=1; Path=/api; HttpOnly', '__Host-b=2; Path=/; Secure', expect.stringMatching(/^c=3; Path=\/api\/deep$/)]);
  });
});

it('a host or path that no route knows is 404, with a document', async () => {
  for (const [host, path] of [['else.example', '/api'], ['share.example', '/other']] as const) {
    const answer = await ask(`${gateway.dataUrl}${path}`, { ...from('client'), rejectUnauthorized: false, fields: { host } });
    expect([answer.status, answer.json()['type']]).toEqual([404, 'urn:weir:problem:no-route']);
  }
});
