/** A new user's first day with the compiled program and its shipped configuration: curl, the demo page, a release, stops and starts. */
import { chownSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { causeCode } from '../../gateway/errors.js';
import { dataFolder } from '../kit/database.js';
import { eventually } from '../kit/patience.js';
import { COMPILED_MAIN } from '../kit/program.js';
import { admin, ask, rawClient, run, weir, type Answer } from './client.js';
import { NotStarted, startGateway, type Gateway } from './start-gateway.js';

const shipped = parse(readFileSync('config/default.yaml', 'utf8')) as Record<string, unknown>;
const config = { ...shipped, listen: {} };
const dataDir = dataFolder();
let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({ program: [COMPILED_MAIN], config, dataDir });
});

const JSON_TYPE = { 'content-type': 'application/json' };
const ID = '11010519491231002X';

interface DemoEntry {
  readonly target: string;
  readonly text: string;
  readonly route: string;
}
async function arrived(): Promise<DemoEntry[]> {
  const { entries } = (await ask(`${gateway.adminUrl}/demo.json`)).json() as { entries: DemoEntry[] };
  return entries;
}

/** Runs the banner's line as a shell would. */
async function tryLine(word: string): Promise<{ head: string; body: string }> {
  const line = new RegExp(`^ +${word}: +(curl .*)$`, 'm').exec(gateway.said())?.[1] ?? '';
  expect(line).toMatch(/^curl /);
  const { code, out } = await run('sh', ['-c', line.replace('curl ', 'curl -sS ')]);
  expect(code).toBe(0);
  const end = out.indexOf('\r\n\r\n');
  return { head: out.slice(0, end), body: out.slice(end + 4) };
}

describe('the first day', () => {
  it('the first printed line shows a mask, and the demo page what arrived of it', async () => {
    const { head } = await tryLine('mask');
    expect(head).toMatch(/^HTTP\/1.1 200 /);
    expect(head).toMatch(/^Weir-Action: mask\r?$/m);
    expect(head).toMatch(/^Weir-Incident: w[0-9A-Z]{26}\r?$/m);
    const [last] = await arrived();
    expect([last?.route, last?.target, last?.text]).toEqual(['upload', '/upload', '{"phone":"138****8000","id":"1****************X"}']);
    const page = await ask(`${gateway.adminUrl}/demo`);
    expect([page.status, page.text.includes('138****8000')]).toEqual([200, true]);
  });

  it('the second shows a block that says so in words, and nothing arrives', async () => {
    const before = (await arrived()).length;
    const { head, body } = await tryLine('block');
    expect(head).toMatch(/^HTTP\/1.1 403 /);
    expect(head).toMatch(/^Weir-Action: block\r?$/m);
    expect(head).toMatch(/^Content-Type: application\/problem\+json\r?$/m);
    expect(JSON.parse(body)).toMatchObject({ type: 'urn:weir:problem:blocked', status: 403, incident: expect.stringMatching(/^w/), advice: expect.stringMatching(/./) });
    expect(body).not.toMatch(/resident|card|\d{15}/);
    expect(await arrived()).toHaveLength(before);
  });

  it('the third shows a hold; released with the printed commands, it arrives exactly once', async () => {
    const before = (await arrived()).length;
    const { head, body } = await tryLine('hold');
    expect(head).toMatch(/^HTTP\/1.1 202 /);
    const { incident } = JSON.parse(body) as { incident: string };
    expect(head).toContain(`Weir-Incident: ${incident}`);
    expect(await arrived()).toHaveLength(before);
    const list = await weir(gateway, 'held', 'list');
    expect([list.code, list.err]).toEqual([0, '']);
    expect(list.out).toContain(incident);
    const show = await weir(gateway, 'held', 'show', incident);
    expect([show.code, show.out.includes(ID)]).toEqual([0, false]);
    const released = await weir(gateway, 'held', 'release', incident, '--as', 'original', '--reason', 'checked with the sender');
    expect(released.err).toBe('');
    expect(released.code).toBe(0);
    await eventually('the release', async () => (await admin(gateway, `/api/v1/messages/${incident}`)).json()['state'], (now) => now === 'released');
    const now = await arrived();
    expect(now.slice(0, now.length - before).map(({ target, text }) => [target, text])).toEqual([['/share', `{"id":"${ID}"}`]]);
  });

  it('what a person printed on the screen can be typed as it stands', () => {
    // Another data folder or admin port than the default has to be in the printed commands.
    const printed = /^.* weir held list.*$/m.exec(gateway.said())?.[0] ?? '';
    expect(printed).toContain(gateway.dataDir);
    expect(printed).toContain(gateway.adminUrl);
  });

  it('answers in the language and form that the sender reads', async () => {
    const blocked = (fields: Record<string, string>): Promise<Answer> =>
      ask(`${gateway.dataUrl}/mail`, { fields: { ...JSON_TYPE, ...fields }, body: `{"text":"${ID}, 440524188001010014, 810000199408230021"}` });
    const zh = await blocked({ 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.1' });
    expect([zh.fields['content-language'], zh.json()['title']]).toEqual(['zh', '已拦截']);
    const page = await blocked({ accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8', 'accept-language': 'en' });
    expect([page.status, page.fields['content-type'], page.fields['content-language']]).toEqual([403, 'text/html; charset=utf-8', 'en']);
    expect(page.text).toContain('<h1>Blocked</h1>');
    expect(page.text).toContain(String(page.fields['weir-incident']));
  });

  it('a message without anything to find passes unchanged and names no incident', async () => {
    const answer = await ask(`${gateway.dataUrl}/upload/a?b=c`, { fields: JSON_TYPE, body: '{"hello": "你好"}' });
    expect([answer.status, answer.fields['weir-action'], answer.fields['weir-incident']]).toEqual([200, 'pass', undefined]);
    expect((await arrived())[0]).toMatchObject({ target: '/upload/a?b=c', text: '{"hello": "你好"}' });
  });
});

/** Process ids of the embedded server's postmaster, while there is one. */
function postmaster(folder: string): number | undefined {
  const note = join(folder, 'postgres.location');
  const home = existsSync(note) ? readFileSync(note, 'utf8').trim() : join(folder, 'postgres');
  const files = [join(home, 'postmaster.pid'), join(home, 'data', 'postmaster.pid')].filter((file) => existsSync(file));
  const pid = files.map((file) => Number(readFileSync(file, 'utf8').split('\n')[0])).find((one) => existsSync(`/proc/${one}`));
  return pid;
}

describe('stopping and starting', () => {
  it('a second start on the same folder says that the first is running, and ends', async () => {
    const second = await startGateway({ program: [COMPILED_MAIN], config, dataDir }).catch((thrown: unknown) => thrown);
    expect(second).toBeInstanceOf(NotStarted);
    const { code, output } = second as NotStarted;
    expect(code).not.toBe(0);
    expect(output).toContain(String(gateway.pid));
    expect(output).toContain(dataDir);
    expect((await ask(`${gateway.adminUrl}/readyz`)).status).toBe(200);
  });

  it('SIGTERM lets a slow upload finish, takes no other, and ends with 0 and no database left behind', async () => {
    const server = postmaster(dataDir);
    expect(server).toBeGreaterThan(1);
    const body = '{"slow": "upload"}';
    const client = rawClient(gateway.dataPort);
    client.write(`POST /upload HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`);
    // Its head has certainly been read once a later connection was served.
    await ask(`${gateway.dataUrl}/upload`, { fields: JSON_TYPE, body: '{}' });
    gateway.signal('SIGTERM');
    await eventually('a refused connection', () => ask(`${gateway.dataUrl}/upload`).then(() => 'served', (thrown: unknown) => causeCode(thrown)), (code) => code === 'ECONNREFUSED');
    client.write(body.slice(5));
    expect(await client.closed).toMatch(/^HTTP\/1.1 200 [^]*Connection: close/);
    expect(await gateway.ended).toBe(0);
    expect(postmaster(dataDir)).toBeUndefined();
    expect(existsSync(`/proc/${String(server)}`)).toBe(false);
  });

  it('the next start on the same folder keeps what was held and decided, and the token', async () => {
    const token = gateway.token;
    gateway = await startGateway({ program: [COMPILED_MAIN], config, dataDir });
    expect(gateway.token).toBe(token);
    const { out } = await weir(gateway, 'held', 'list', '--state', 'all', '--json');
    expect((JSON.parse(out) as { messages: { state: string }[] }).messages.map(({ state }) => state)).toEqual(['released']);
  });

  it('after kill -9 it starts again, with the message that had been answered before the kill', async () => {
    const held = await ask(`${gateway.dataUrl}/share`, { fields: JSON_TYPE, body: `{"again":"${ID}"}` });
    expect(held.status).toBe(202);
    const incident = String(held.fields['weir-incident']);
    gateway.signal('SIGKILL');
    await gateway.ended;
    gateway = await startGateway({ program: [COMPILED_MAIN], config, dataDir });
    expect((await admin(gateway, `/api/v1/messages/${incident}`)).json()['state']).toBe('held');
    const verified = await weir(gateway, 'audit', 'verify');
    expect([verified.err, verified.code]).toEqual([expect.any(String), 0]);
    expect(await gateway.stop()).toBe(0);
  });

  it('of two starts at the same moment exactly one goes on, and the other says why not', async () => {
    const folder = dataFolder();
    const both = await Promise.allSettled([startGateway({ program: [COMPILED_MAIN], config, dataDir: folder }), startGateway({ program: [COMPILED_MAIN], config, dataDir: folder })]);
    const failed = both.flatMap((one) => (one.status === 'rejected' ? [one.reason as NotStarted] : []));
    expect(failed.map(({ code }) => code)).toEqual([1]);
    expect(failed[0]?.output).toContain(folder);
    for (const one of both) if (one.status === 'fulfilled') expect(await one.value.stop()).toBe(0);
  });

  it('an end has a bound: what is not finished by then is cut off', async () => {
    const one = await startGateway({ config: { ...config, limits: { drain: '300ms' } } });
    const stuck = rawClient(one.dataPort);
    stuck.write('POST /upload HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nhello');
    await ask(`${one.dataUrl}/upload`, { fields: JSON_TYPE, body: '{}' });
    expect(await one.stop()).toBe(0);
    expect(await stuck.closed).toBe('');
    expect(postmaster(one.dataDir)).toBeUndefined();
  });

  it('a second Ctrl-C does not wait for what is still running', async () => {
    const one = await startGateway({ config });
    const stuck = rawClient(one.dataPort);
    stuck.write('POST /upload HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nhello');
    await ask(`${one.dataUrl}/upload`, { fields: JSON_TYPE, body: '{}' });
    one.signal('SIGINT');
    let code: number | null | undefined;
    void one.ended.then((ended) => (code = ended));
    await eventually('its end', () => one.signal('SIGINT'), () => code !== undefined);
    expect(code).toBe(1);
    expect(one.said()).toContain('Ctrl-C again');
    await eventually('the end of its database', () => postmaster(one.dataDir), (pid) => pid === undefined);
  });

  it('runs as an unprivileged user, too', async () => {
    const folder = dataFolder();
    const root = process.getuid?.() === 0;
    if (root) chownSync(folder, 65_534, 65_534);
    const one = await startGateway({ program: [COMPILED_MAIN], config, dataDir: folder, ...(root ? { prefix: ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'] } : {}) });
    expect((await ask(`${one.dataUrl}/share`, { fields: JSON_TYPE, body: `{"id":"${ID}"}` })).status).toBe(202);
    expect(readFileSync(`/proc/${one.pid}/status`, 'utf8')).toMatch(root ? /^Uid:\t65534\t/m : /^Uid:/m);
    expect(await one.stop()).toBe(0);
  });
});

