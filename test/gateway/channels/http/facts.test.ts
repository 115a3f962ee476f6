/** Facts a route reads from heads, tokens, certificates and bodies. */
import { writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { bodyFacts, peekBody, PEEKED_MOST } from '../../../../gateway/channels/http/body-facts.js';
import { dispositionNames } from '../../../../gateway/channels/http/content-disposition.js';
import { factReader, type FactInput } from '../../../../gateway/channels/http/facts.js';
import { manualClock } from '../../../kit/clock.js';
import { cpuMsOf } from '../../../kit/cpu-time.js';
import { tempFolder } from '../../../kit/temp.js';
import { bytes, closeChannels, parsedRoutes, testChannel } from './kit.js';

const clock = manualClock();
const input = (over: Partial<FactInput> = {}): FactInput => ({ fields: [], query: undefined, fromTrustedProxy: false, certificateName: undefined, body: undefined, ...over });
const reader = (facts: Record<string, unknown>) => factReader(parsedRoutes({ facts })[0]?.facts ?? {}, clock);

afterEach(closeChannels);

describe('facts from the head', () => {
  it('Basic names the user, without the password', async () => {
    const facts = await (await reader({ user: { basic: true } })).read(input({ fields: [['Authorization', `Basic ${Buffer.from('li.si:a:b').toString('base64')}`]] }));
    expect(facts.user).toBe('li.si');
  });
  it('two names in one place are nobody: the upstream may read the other one', async () => {
    const basic = (name: string): readonly [string, string] => ['Authorization', `Basic ${Buffer.from(`${name}:x`).toString('base64')}`];
    const guarded = await reader({ user: [{ basic: true }, { header: 'x-user', trusted: false }], sender: { query: 'from' } });
    const facts = async (over: Partial<FactInput>) => guarded.read(input(over));
    expect((await facts({ fields: [basic('boss'), basic('li.si')] })).user).toBeUndefined();
    expect((await facts({ fields: [basic('boss'), ['authorization', 'Bearer abc']] })).user).toBeUndefined();
    expect((await facts({ fields: [['X-User', 'boss'], ['x-user', 'li.si']] })).user).toBeUndefined();
    expect((await facts({ query: 'from=boss@x.example&from=li@x.example' })).sender).toBeUndefined();
    expect((await facts({ fields: [['X-User', 'li.si'], ['x-user', 'li.si']], query: 'from=a&from=a' }))).toMatchObject({ user: 'li.si', sender: 'a' });
  });
  it('a header is believed only from a trusted proxy, unless the route says otherwise', async () => {
    const fields = [['X-User', 'wang']] as const;
    const guarded = await reader({ user: { header: 'x-user' } });
    expect((await guarded.read(input({ fields }))).user).toBeUndefined();
    expect((await guarded.read(input({ fields, fromTrustedProxy: true }))).user).toBe('wang');
    expect((await (await reader({ user: { header: 'X-USER', trusted: false } })).read(input({ fields }))).user).toBe('wang');
  });
  it('the first source that yields one wins, and the department follows the user', async () => {
    const file = join(tempFolder(), 'departments.json');
    writeFileSync(file, JSON.stringify({ wang: 'finance' }));
    const facts = await reader({ user: [{ clientCertificate: true }, { query: 'u' }], departments: file });
    expect(await facts.read(input({ query: 'u=wang' }))).toMatchObject({ user: 'wang', department: 'finance' });
    expect(await facts.read(input({ query: 'u=wang', certificateName: 'zhao' }))).toMatchObject({ user: 'zhao', department: undefined });
  });
  it('recipients are divided at commas, not inside quotes', async () => {
    const facts = await (await reader({ recipients: { query: 'to' } })).read(input({ query: 'to=%22Li%2C%20Si%22%20%3Ca%40x.example%3E,b@x.example&to=c@x.example' }));
    expect(facts.recipients).toEqual(['"Li, Si" <a@x.example>', 'b@x.example', 'c@x.example']);
  });
});

describe('a fact in a body', () => {
  it('is unknown where arrays nest without end', () => {
    const nested = (depth: number) => Buffer.from(`{"to":${'['.repeat(depth)}"a"${']'.repeat(depth)}}`);
    const to = (depth: number) => bodyFacts({ prefix: nested(depth), whole: true, chunks: bytes() }, 'application/json', false).json('to');
    expect([to(2), to(30_000)]).toEqual([['a'], []]);
  });
});

describe('what a head says twice', () => {
  it('is scanned twice, though one can be the fact', async () => {
    const { client, pipeline } = await testChannel({ routes: [{ facts: { sender: { header: 'x-from', trusted: false }, subject: { header: 'x-subject', trusted: false } } }] });
    const one = client();
    one.write('GET /a HTTP/1.1\r\nHost: a\r\nX-Subject: one\r\nX-Subject: two\r\nX-From: a@x.example\r\nX-From: b@x.example\r\n\r\n');
    await one.until(/ok/);
    expect(pipeline.seen[0]?.exchange.body.texts.slice(1).map(({ kind, text }) => [kind, text])).toEqual([['subject', 'one'], ['subject', 'two'], ['address', 'a@x.example'], ['address', 'b@x.example']]);
    expect(pipeline.seen[0]?.exchange.facts).toMatchObject({ subject: 'one', sender: undefined });
  });
  it('a file name is read behind a stray percent sign too', () => {
    expect(dispositionNames('attachment; filename="100% %36%32.txt"')).toEqual(['100% 62.txt']);
  });
});

describe('a list with a quote that never closes', () => {
  it('is divided as if the quote were not there', async () => {
    const facts = await (await reader({ recipients: { query: 'to' } })).read(input({ query: 'to=%22a@x.example,b@y.example;%5C%22c@z.example' }));
    expect(facts.recipients).toEqual(['a@x.example', 'b@y.example', '\\', 'c@z.example']);
  });
  it('is read in one go, however many escaped quotes follow', async () => {
    const read = await reader({ recipients: { header: 'x-to', trusted: false } });
    const cpuMs = await cpuMsOf(() => read.read(input({ fields: [['X-To', `"${'\\"'.repeat(100_000)}`]] })), 2000);
    // Looked at anew from each quote this took half a minute.
    expect(cpuMs).toBeLessThan(2000);
  });
});

describe('a token', () => {
  const token = (claims: Record<string, unknown>, key: Parameters<SignJWT['sign']>[0], alg: string): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg }).setIssuer('idp').setExpirationTime(new Date(clock.now() + 60_000)).sign(key);
  const user = async (key: string, value: string): Promise<string | undefined> => {
    const file = join(tempFolder(), 'key');
    writeFileSync(file, key);
    const facts = await reader({ user: { jwt: { claim: 'name', key: { file }, issuer: 'idp' } } });
    return (await facts.read(input({ fields: [['authorization', `Bearer ${value}`]] }))).user;
  };
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();

  it('names the user when its signature verifies, by PEM, JWK or shared secret', async () => {
    const signed = await token({ name: 'zhao' }, pair.privateKey, 'ES256');
    expect(await user(pem, signed)).toBe('zhao');
    expect(await user(JSON.stringify(pair.publicKey.export({ format: 'jwk' })), signed)).toBe('zhao');
    expect(await user('a shared secret of 32 bytes long!\n', await token({ name: 'qian' }, Buffer.from('a shared secret of 32 bytes long!'), 'HS256'))).toBe('qian');
  });
  it('is worth nothing when forged, expired, or when a public key is passed off as a secret', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(await user(pem, await token({ name: 'zhao' }, other.privateKey, 'ES256'))).toBeUndefined();
    expect(await user(pem, await token({ name: 'zhao' }, Buffer.from(pem.trim()), 'HS256'))).toBeUndefined();
    const expired = await new SignJWT({ name: 'zhao' }).setProtectedHeader({ alg: 'ES256' }).setIssuer('idp').setExpirationTime(new Date(clock.now() - 60_000)).sign(pair.privateKey);
    expect(await user(pem, expired)).toBeUndefined();
    expect(await user(pem, 'nonsense')).toBeUndefined();
  });
});

describe('facts from the body', () => {
  it('are read from JSON paths through arrays, and from forms', async () => {
    const json = bodyFacts(await peekBody(bytes('{"message":{"to":[{"a":"x@', 'a.example"},{"a":"y@a.example"}],"n":7}}'), 1024), 'application/json', false);
    expect([json.json('message.to.a'), json.json('message.n'), json.json('message.none'), json.json('__proto__.x'), json.form('to')]).toEqual([['x@a.example', 'y@a.example'], ['7'], [], [], []]);
    const form = bodyFacts(await peekBody(bytes('to=a%40x&to=b'), 1024), 'application/x-www-form-urlencoded', false);
    expect(form.form('to')).toEqual(['a@x', 'b']);
  });
  it('are unknown where the body is coded, malformed, of another type or too long', async () => {
    const peek = () => peekBody(bytes('{"a":"b"}'), 1024);
    expect(bodyFacts(await peek(), 'application/json', true).json('a')).toEqual([]);
    expect(bodyFacts(await peek(), 'text/plain', false).json('a')).toEqual([]);
    expect(bodyFacts(await peekBody(bytes('{"a":'), 1024), 'application/json', false).json('a')).toEqual([]);
    expect(bodyFacts(await peekBody(bytes('{"a":"b"}', ' '), 9), 'application/json', false).json('a')).toEqual([]);
  });
  it('peeking holds no more of slow senders than is set aside for all of them, and is free again when they are done', async () => {
    const much = Buffer.alloc(PEEKED_MOST / 4);
    const goes: (() => void)[] = [];
    let closed = 0;
    async function* slowly(): AsyncGenerator<Uint8Array> {
      try {
        yield much;
        await new Promise<void>((resolve) => goes.push(resolve));
      } finally {
        closed += 1;
      }
    }
    const limit = PEEKED_MOST;
    const slow = [1, 2, 3, 4].map(() => peekBody(slowly(), limit));
    while (goes.length < slow.length) await Promise.resolve();
    await expect(peekBody(bytes('a'), limit)).rejects.toMatchObject({ code: 'spool-full' });
    await expect(peekBody(slowly(), limit)).rejects.toMatchObject({ code: 'spool-full' });
    expect(closed).toBe(1);
    goes[0]?.();
    expect((await slow[0])?.whole).toBe(true);
    expect((await peekBody(bytes('a'), limit)).whole).toBe(true);
    for (const go of goes) go();
    await Promise.all(slow);
    expect((await peekBody(bytes(much.toString('latin1')), limit)).whole).toBe(true);
  });
  it('peeking takes nothing from the body, and a failure stays where it stood', async () => {
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('ab');
      throw new TypeError('broken');
    }
    const peeked = await peekBody(breaking(), 1024);
    const parts: Uint8Array[] = [];
    await expect((async () => { for await (const chunk of peeked.chunks) parts.push(chunk); })()).rejects.toThrow('broken');
    expect(Buffer.concat(parts).toString()).toBe('ab');
    const long = await peekBody(bytes('abc', 'def', 'ghi'), 4);
    const all: Uint8Array[] = [];
    for await (const chunk of long.chunks) all.push(chunk);
    expect([Buffer.concat(all).toString(), long.whole]).toEqual(['abcdefghi', false]);
  });
  it.each([[65_535, ['a@x.example']], [65_536, []], [200_000, []]])('of %s bytes are the same whether the body comes at once or bit by bit', async (length, recipients) => {
    const { client, pipeline } = await testChannel({ options: { timing: { wholeMs: 60_000 } }, front: 'fast', routes: [{ facts: { recipients: { json: 'to' } } }] });
    const body = '{"to":"a@x.example"}'.padEnd(length);
    const head = 'POST /a HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
    const atOnce = client();
    atOnce.write(`${head}Content-Length: ${length}\r\n\r\n${body}`);
    await atOnce.until(/ok/);
    const inBits = client();
    inBits.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
    inBits.write(`${length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
    await inBits.until(/ok/);
    expect(pipeline.seen.map(({ exchange }) => exchange.facts.recipients)).toEqual([recipients, recipients]);
  });
  it('reach the pipeline with the whole body, and are scanned with the head', async () => {
    const { client, pipeline } = await testChannel({ routes: [{ facts: { recipients: { json: 'to' }, subject: { json: 's' } }, scanHeaders: ['X-Note'] }] });
    const one = client();
    const body = '{"to":"a@x.example","s":"hi"}';
    one.write(`POST /m%20n/r%C3%A9s.txt?q=1 HTTP/1.1\r\nHost: a\r\nX-Note: n%31\r\nContent-Disposition: attachment; filename="a.txt"; filename*=gbk''%D5%C5.txt\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    await one.until(/ok/);
    const [seen] = pipeline.seen;
    expect(seen?.body.toString()).toBe(body);
    expect(seen?.exchange.facts).toMatchObject({ recipients: ['a@x.example'], subject: 'hi', destination: 'upstream.example', fileNames: ['a.txt', '张.txt', 'rés.txt'] });
    expect(seen?.exchange.body.texts).toEqual([
      { name: 'query', kind: 'query', text: 'q=1' },
      { name: 'path', kind: 'path', text: '/m n/rés.txt' },
      { name: 'x-note', kind: 'field', text: 'n1' },
      { name: 'subject', kind: 'subject', text: 'hi' },
      { name: 'address:1', kind: 'address', text: 'a@x.example' },
      { name: 'file-name:1', kind: 'file-name', text: 'a.txt' },
      { name: 'file-name:2', kind: 'file-name', text: '张.txt' },
    ]);
  });
});
