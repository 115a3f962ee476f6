import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../../kit/free-port.js';
import { numberSource } from '../../kit/numbers.js';
import { tempFolder } from '../../kit/temp.js';
import { start, weir } from './run-weir.js';
import { message, stand, TOKEN, type Stand } from '../review/stand.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** An admin listener with one held message; the token lies in a data folder. */
async function gateway(): Promise<Stand & { readonly env: NodeJS.ProcessEnv; readonly url: string }> {
  const admin = stand();
  admin.messages.set('w1', message('w1', 'held', { subject: 'evil\u001b[2J', sender: '张*@example' }));
  const server = createServer(admin.app).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const data = tempFolder('cli');
  writeFileSync(join(data, 'admin-token'), `${TOKEN}\n`);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { ...admin, url, env: { WEIR_DATA: data, WEIR_ADMIN_URL: url } };
}

const MAIL_TO_DEMO =
  'version: 1\ndemo: true\nroutes: [{ id: mail, match: { path: /mail }, upstream: demo, policy: mail }]\npolicies: { mail: { rules: [{ id: all, when: { found: {} }, action: hold }] } }\n';
const STAFF_NUMBERS = `detectors:
  disable: [cn.phone]
  patterns:
    - { id: acme.staff, title: { zh: 工号, en: Staff number }, pattern: 'E\\d{6}', words: [工号], cases: { hit: ['工号«E123456»'], miss: ['E12345'] } }
`;

describe('weir scan', () => {
  it('finds numbers in files, keeps their values to itself, and exits 1', async () => {
    const folder = tempFolder('scan');
    const numbers = numberSource(11);
    const secrets = [numbers.residentId(), numbers.phone(), numbers.bankCard()];
    writeFileSync(join(folder, 'a.txt'), `身份证 ${secrets[0] ?? ''}\n电话 ${secrets[1] ?? ''}\n银行卡 ${secrets[2] ?? ''}\n`);
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub', 'clean.txt'), 'nothing here');
    const { code, out, err } = await weir(['scan', '--json', folder]);
    const lines = out.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => [line['file'], line['part'], line['detector']])).toEqual([
      [join(folder, 'a.txt'), 'body', 'cn.resident-id'],
      [join(folder, 'a.txt'), 'body', 'cn.phone'],
      [join(folder, 'a.txt'), 'body', 'bank-card'],
    ]);
    expect(Object.keys(lines[0] ?? {})).toEqual(['file', 'part', 'detector', 'start', 'end', 'confidence', 'preview']);
    for (const secret of secrets) expect(out + err).not.toContain(secret);
    expect(err).toContain('2 file(s): 3 finding(s)');
    expect(code).toBe(1);
  });

  it('reads standard input, speaks Chinese, and exits 0 when it is clean', async () => {
    const clean = await weir(['scan', '-'], { LANG: 'zh_CN.UTF-8' }, 'nothing here');
    expect(clean).toEqual({ code: 0, out: '', err: '1 个文件：0 个发现；已扫描 12 字节，未扫描 0 字节（0 个部分）\n' });
  });

  it('tells all findings even when there are many more than a reviewer would see', async () => {
    const phone = numberSource(3).phone();
    const { out, code } = await weir(['scan', '--json', '-'], {}, `电话 ${phone}\n`.repeat(5000));
    expect(out.trim().split('\n')).toHaveLength(5000);
    expect(code).toBe(1);
  });

  it('exits 2 on wrong usage and on what could not be read', async () => {
    expect((await weir(['scan'])).code).toBe(2);
    expect((await weir(['scan', '--confidence', 'much', '-'])).code).toBe(2);
    expect((await weir(['scan', '/does/not/exist'])).code).toBe(2);
    expect((await weir(['nonsense'])).code).toBe(2);
    expect((await weir(['--help'])).code).toBe(0);
  });

  it('explains each finding when asked, with the band for programs', async () => {
    const text = `手机 ${numberSource(3).phone()}`;
    const told = await weir(['scan', '--explain', '-'], { LANG: 'zh_CN.UTF-8' }, text);
    expect(told.out).toContain('置信度：高');
    expect(told.out).toContain('依据：属于在用的手机号段；附近有表明这类号码的词。');
    const { out } = await weir(['scan', '--explain', '--json', '-'], {}, text);
    expect(JSON.parse(out)).toMatchObject({ band: 'high', reasons: ['segment', 'keyword'], tags: [] });
  });

  it('uses the detectors of the configuration that is named, else of WEIR_CONFIG', async () => {
    const file = join(tempFolder('config'), 'c.yaml');
    writeFileSync(file, `${MAIL_TO_DEMO}${STAFF_NUMBERS}`);
    const text = `手机 ${numberSource(3).phone()}，工号 E123456`;
    const found = ({ out, code }: { readonly out: string; readonly code: number | null }): unknown => [code, out.trim().split('\n').map((line) => (JSON.parse(line) as { detector: string }).detector)];
    expect(found(await weir(['scan', '--json', '-'], {}, text))).toEqual([1, ['cn.phone']]);
    expect(found(await weir(['scan', '--json', '--config', file, '-'], { WEIR_CONFIG: '/does/not/exist' }, text))).toEqual([1, ['acme.staff']]);
    expect(found(await weir(['scan', '--json', '-'], { WEIR_CONFIG: file }, text))).toEqual([1, ['acme.staff']]);
  });

  it('exits 2 with the problems of a configuration that is not usable, as the check names them', async () => {
    const file = join(tempFolder('config'), 'c.yaml');
    writeFileSync(file, `${MAIL_TO_DEMO}${STAFF_NUMBERS.replace('{6}', '+')}`);
    const check = await weir(['config', 'check', file]);
    expect(check).toMatchObject({ code: 1, out: expect.stringContaining('"+" has no end') });
    expect(await weir(['scan', '--config', file, '-'], {}, 'clean')).toEqual({ code: 2, out: '', err: check.out });
    expect(await weir(['scan', '-'], { WEIR_CONFIG: '/does/not/exist' }, 'clean')).toMatchObject({ code: 2, err: expect.stringContaining('this file does not exist') });
  });

  it('ends at once on an interrupt while it waits for input', async () => {
    const child = start(['scan', '--json', '-']);
    const phone = numberSource(3).phone();
    child.stdin.write(`电话 ${phone} `.repeat(9000));
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(130);
  });

  it('ends quietly when the reader of its output leaves', async () => {
    const child = start(['scan', '--json', '-']);
    const err: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.write(`电话 ${numberSource(3).phone()} `.repeat(100_000));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(130);
    expect(Buffer.concat(err).toString()).not.toContain('EPIPE');
  });
});

describe('weir held', () => {
  it('lists, shows and releases with the token of the data folder', async () => {
    const { env, decisions } = await gateway();
    const list = await weir(['held', 'list'], { ...env, LANG: 'zh_CN.UTF-8' });
    expect(list).toMatchObject({ code: 0, err: '' });
    expect(list.out).toMatch(/^编号 +状态[\s\S]+w1 +待审 .+cn\.phone×1/);
    const show = await weir(['held', 'show', 'w1'], env);
    expect(show.out).toMatch(/138\*{4}8000 +cn\.phone +body +3–14/);
    expect(show.out).not.toContain('\u001b');
    const json = await weir(['held', 'show', 'w1', '--json'], env);
    expect(JSON.parse(json.out)).toMatchObject({ id: 'w1', state: 'held' });
    const release = await weir(['held', 'release', 'w1', '--as', 'masked', '--reason', 'agreed'], env);
    expect(release).toEqual({ code: 0, out: 'w1 is now: releasing\n', err: '' });
    expect(decisions).toEqual([{ id: 'w1', kind: 'release', as: 'masked', reason: 'agreed', actor: 'token:admin' }]);
    const again = await weir(['held', 'reject', 'w1', '--reason', 'no'], env);
    expect(again).toMatchObject({ code: 1, out: '', err: expect.stringContaining('(releasing)') });
    expect(await weir(['held', 'list'], env)).toEqual({ code: 0, out: 'No messages.\n', err: '' });
  });

  it('shows the recipients of a mail with their fates, and decides about those that are named', async () => {
    const { env, messages, decisions } = await gateway();
    const recipient = (n: number, address: string, fate: 'held' | 'refused') => ({ n, address, mark: undefined, fate, hop: 'mx.example:25', reply: fate === 'refused' ? { code: 550, enhanced: '5.1.1' } : undefined, at: new Date(0), inDoubt: false });
    messages.set('m1', message('m1', 'held', { channel: 'smtp', method: '', target: '', recipients: ['l***@bank.example', 'w***@corp.example'], mail: { recipients: [recipient(0, 'l***@bank.example', 'held'), recipient(4, 'w***@corp.example', 'refused')] } }));
    expect((await weir(['held', 'list'], env)).out).toMatch(/m1 .+l\*\*\*@bank\.example \+1/);
    const show = await weir(['held', 'show', 'm1'], env);
    expect(show.out).toMatch(/^0 +l\*\*\*@bank\.example +outside +waiting +mx\.example:25$/m);
    expect(show.out).toMatch(/^4 +w\*\*\*@corp\.example +refused by the next hop +550 5\.1\.1 +mx\.example:25$/m);
    const some = await weir(['held', 'release', 'm1', '--as', 'original', '--reason', 'agreed', '--recipient', '0', '--recipient', '0'], env);
    expect(some).toEqual({ code: 0, out: 'm1-split: releasing. It holds the recipients you named; the others go on waiting in m1.\n', err: '' });
    expect(await weir(['held', 'reject', 'm1', '--reason', 'no', '--no-notify', '--words', 'Ask the desk.'], env)).toMatchObject({ code: 0 });
    expect(decisions).toMatchObject([{ id: 'm1-split', kind: 'release' }, { id: 'm1', kind: 'reject', notify: false, words: 'Ask the desk.' }]);
    expect(await weir(['held', 'reject', 'm1', '--reason', 'no', '--recipient', '10001'], env)).toMatchObject({ code: 2, err: expect.stringContaining('weir held show') });
  });

  it('settles an uncertain release', async () => {
    const { env, messages } = await gateway();
    messages.set('w2', message('w2', 'uncertain'));
    expect((await weir(['held', 'settle', 'w2', '--outcome', 'arrived', '--reason', 'seen there'], env)).out).toBe('w2 is now: released\n');
  });

  it('has an exit code and a sentence for everything that can be in the way', async () => {
    const { env, url } = await gateway();
    expect((await weir(['held', 'show', 'nothing'], env)).code).toBe(1);
    expect((await weir(['held', 'release', 'w1', '--as', 'raw', '--reason', 'x'], env)).code).toBe(2);
    expect((await weir(['held', 'release', 'w1', '--reason', 'x'], env)).code).toBe(2);
    expect(await weir(['held', 'list'], { ...env, WEIR_TOKEN: 'wrong' })).toMatchObject({ code: 2, err: expect.stringContaining('valid token') });
    expect(await weir(['held', 'list'], { WEIR_ADMIN_URL: url, WEIR_DATA: '/nowhere' })).toMatchObject({ code: 2, err: expect.stringContaining('WEIR_TOKEN') });
    expect(await weir(['held', 'list', '--url', `http://127.0.0.1:${await freePort()}`], env)).toMatchObject({ code: 2, err: expect.stringContaining('ECONNREFUSED') });
    expect(await weir(['held', 'list', '--url', 'http://192.0.2.1:8081'], env)).toMatchObject({ code: 2, err: expect.stringContaining('unencrypted') });
    const refused = await weir(['held', 'reject', 'w1', '--reason', `call ${numberSource(5).phone()}`], env);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('reason: Looks as if a personal number') });
  });
});

describe('weir config check', () => {
  it('says what the declared patterns cost, each and together', async () => {
    const file = join(tempFolder('config'), 'c.yaml');
    writeFileSync(file, `${MAIL_TO_DEMO}${STAFF_NUMBERS}`);
    const told = await weir(['config', 'check', file]);
    expect(told).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/: usable\nProcessor time .+\n {2}acme\.staff +\+\d+\.\d ms {2}looked at closer wherever its form stands/) });
    const { out } = await weir(['config', 'check', '--json', file]);
    expect(JSON.parse(out)).toMatchObject({ ok: true, costs: { builtIn: expect.any(Number), all: expect.any(Number), patterns: [{ id: 'acme.staff', class: 'set', adds: expect.any(Number) }] } });
  });

  it('names every problem with its place and a right example, and exits 1', async () => {
    const file = join(tempFolder('config'), 'c.yaml');
    writeFileSync(file, 'version: 1\nfoo: 2\nroutes: []\n');
    const { code, out } = await weir(['config', 'check', file]);
    expect(code).toBe(1);
    for (const place of [`${file}:2:1: error: foo`, `${file}:3:1: error: routes`, 'for example:']) expect(out).toContain(place);
    const json = await weir(['config', 'check', '--json', file]);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, problems: expect.arrayContaining([expect.objectContaining({ path: 'foo', line: 2 })]) });
  });

  it('takes the file from WEIR_CONFIG and exits 0 when it is fine', async () => {
    const file = join(tempFolder('config'), 'c.yaml');
    writeFileSync(file, MAIL_TO_DEMO);
    const { code, out } = await weir(['config', 'check'], { WEIR_CONFIG: file });
    expect(out).toContain('usable');
    expect(code).toBe(0);
  });
});
