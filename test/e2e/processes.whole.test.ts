/** Several processes carry traffic on one port and seem one: counts, policies, ends and the end of them all. */
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { numberSource } from '../kit/numbers.js';
import { eventually, until } from '../kit/patience.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { admin, ask, metric, rawClient, type Answer } from './client.js';
import { policies, route } from './settings.js';
import { gatewayConfig, startGateway, type Gateway } from './start-gateway.js';

const numbers = numberSource(35);
const TEXT = { 'content-type': 'text/plain' };
let upstream: RecordingUpstream;
let gateway: Gateway;

const settings = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  processes: 2,
  routes: [route('upload', upstream.url, { policy: 'mask' }), route('share', upstream.url, { policy: 'hold' }), route('watched', upstream.url, { policy: 'hold', monitor: true })],
  policies,
  ...change,
});
const send = (path: string, body: string): Promise<Answer> => ask(`${gateway.dataUrl}${path}`, { fields: TEXT, body });
const phone = (): Promise<Answer> => send('/upload', `call ${numbers.phone()}`);

/** Processes that carry traffic: children of the gateway that run its part of the program. */
function carriers(pid: number): readonly number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, 'latin1'))?.[1];
      return Number(parent) === pid && readFileSync(`/proc/${name}/cmdline`, 'latin1').includes('gateway-process') ? [Number(name)] : [];
    } catch {
      // Gone meanwhile.
      return [];
    }
  });
}
function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/status`, 'latin1').includes('State:\tZ');
  } catch {
    return false;
  }
}
async function listens(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
async function component(name: string): Promise<{ readonly ok: boolean; readonly detail: string }> {
  const { components } = (await ask(`${gateway.adminUrl}/readyz`)).json() as { components: { component: string; ok: boolean; detail: string }[] };
  return components.find((one) => one.component === name) ?? { ok: false, detail: 'not there' };
}
/** Lines of all segments, by the process that wrote them. */
function accessLines(dataDir: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const name of readdirSync(join(dataDir, 'access-log'))) {
    const slot = /-(p\d+)-/.exec(name)?.[1] ?? '';
    const bytes = readFileSync(join(dataDir, 'access-log', name));
    const lines = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trim().split('\n').length;
    found.set(slot, (found.get(slot) ?? 0) + lines);
  }
  return found;
}

/** Exchanges that the node has counted: one that does not answer in time is told of by what it said last. */
const counted = (least: number, labels: Readonly<Record<string, string>>): Promise<number> => eventually(`${least} exchanges counted`, () => metric(gateway, 'weir_exchanges_total', labels), (count) => count >= least);
/** The one that was started last in the place of another: ids of processes begin anew at their end, so none is told from its number. */
let newest = 0;
/** Kills one of them and answers with what follows it, once that carries traffic. */
async function followed(pid: number): Promise<number> {
  const others = carriers(gateway.pid).filter((one) => one !== pid);
  process.kill(pid, 'SIGKILL');
  const [next = 0] = await eventually('another in its place', () => carriers(gateway.pid).filter((one) => one !== pid && !others.includes(one)), (pids) => pids.length === 1);
  await until('two that carry traffic', async () => (await component('processes')).detail.startsWith('2 of 2'));
  return next;
}

beforeAll(async () => {
  upstream = await recordingUpstream();
  gateway = await startGateway({ config: settings() });
});
afterAll(() => upstream.close());

describe('several processes on one port', () => {
  it('count as one, hold into one ledger, and report what monitored rules saw anywhere', async () => {
    expect(carriers(gateway.pid)).toHaveLength(2);
    for (let n = 0; n < 10; n++) expect((await phone()).fields['weir-action']).toBe('mask');
    expect(await counted(10, { route: 'upload', action: 'mask' })).toBe(10);
    const held = await Promise.all(Array.from({ length: 4 }, () => send('/share', numbers.residentId())));
    expect(held.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect((await admin(gateway, '/api/v1/messages?state=held')).json()['messages']).toHaveLength(4);
    for (let n = 0; n < 6; n++) await send('/watched', numbers.residentId());
    // A process that is asked in vain is asked again for the next report.
    const { rows } = await eventually('all of what was watched in the report', async () => (await admin(gateway, '/api/v1/monitor-report')).json() as { readonly rows: readonly { readonly exchanges: number }[] }, (report) => report.rows.reduce((sum, { exchanges }) => sum + exchanges, 0) >= 6);
    expect(rows).toMatchObject([{ route: 'watched', action: 'hold', exchanges: 6 }]);
    expect(await component('processes')).toEqual({ component: 'processes', ok: true, neededFor: 'all', detail: '2 of 2 carry traffic' });
  });

  it('tell who they are among the nodes: one node, two processes, one policy', async () => {
    const answer = (await admin(gateway, '/api/v1/nodes')).json() as { readonly nodes: readonly Record<string, unknown>[]; readonly samePolicy: boolean };
    expect(answer).toMatchObject({ samePolicy: true, nodes: [{ processes: 2, here: true, alive: true, roles: ['gateway', 'admin', 'worker'] }] });
  });

  it('join a message that is sent again, whichever takes it', async () => {
    const id = numbers.residentId();
    const incidents = new Set<unknown>();
    for (let n = 0; n < 4; n++) incidents.add((await send('/share', id)).fields['weir-incident']);
    expect(incidents.size).toBe(1);
  });

  it('switch to a changed policy together, and a bad file switches none', async () => {
    const rewrite = async (text: string): Promise<string> => {
      const before = gateway.said().length;
      writeFileSync(gateway.configFile, text);
      await eventually('a word about the file', () => gateway.said().slice(before), (said) => /Policies reloaded|stays in force/.test(said));
      return gateway.said().slice(before);
    };
    const stop = { ...policies, mask: { rules: [{ id: 'stop', when: { found: {} }, action: 'block' }] } };
    expect(await rewrite(JSON.stringify(gatewayConfig(settings({ policies: stop }))))).toContain('Policies reloaded');
    expect(new Set((await Promise.all(Array.from({ length: 8 }, phone))).map(({ status }) => status))).toEqual(new Set([403]));
    expect(await rewrite('version: 1\nroutes: [')).toContain('stays in force');
    expect(new Set((await Promise.all(Array.from({ length: 8 }, phone))).map(({ status }) => status))).toEqual(new Set([403]));
  });

  it('are followed when killed: the new one runs the policy of now, counts never fall, the other goes on', async () => {
    const before = await metric(gateway, 'weir_exchanges_total', { route: 'upload' });
    const [victim = 0, other = 0] = carriers(gateway.pid);
    newest = await followed(victim);
    expect(isRunning(other)).toBe(true);
    expect((await component('processes')).ok).toBe(true);
    expect(new Set((await Promise.all(Array.from({ length: 8 }, phone))).map(({ status }) => status))).toEqual(new Set([403]));
    // What the dead one had counted since it was last asked, at most five seconds before, is all that may be missing.
    await counted(before + 8, { route: 'upload' });
    expect(gateway.logged()).toContain('"event":"process.ended","process":"p');
  });

  it('that end again and again make the node say so', async () => {
    const slot = /"process.ended","process":"(p\d)"/.exec(gateway.logged())?.[1] ?? '';
    for (let n = 0; n < 2; n++) newest = await followed(newest);
    expect(await component('processes')).toMatchObject({ ok: false, detail: `2 of 2 carry traffic; ${slot} ended 3 times` });
    expect((await ask(`${gateway.adminUrl}/readyz`)).status).toBe(503);
    expect((await phone()).status).toBe(403);
  });
});

describe('the end of several processes', () => {
  it('lets running exchanges finish, says so first, and leaves nothing behind', async () => {
    writeFileSync(gateway.configFile, JSON.stringify(gatewayConfig(settings())));
    await gateway.stop();
    const dataDir = gateway.dataDir;
    gateway = await startGateway({ config: settings({ limits: { drainDelay: '1s' } }), dataDir });
    for (let n = 0; n < 40; n++) await phone();
    const children = carriers(gateway.pid);
    const before = upstream.arriving;
    const slow = rawClient(gateway.dataPort);
    const rest = `call ${numbers.phone()}\n`;
    const body = `${'word '.repeat(2_000)}${rest}`;
    slow.write(`POST /upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, -rest.length)}`);
    await upstream.arrived(before + 5_000);
    gateway.signal('SIGTERM');
    await until('a node that says it takes no traffic', async () => !(await component('traffic')).ok);
    slow.write(rest);
    expect(await slow.closed).toContain('200 OK');
    expect(await gateway.ended).toBe(0);
    expect(children.filter(isRunning)).toEqual([]);
    const lines = accessLines(dataDir);
    expect(readdirSync(join(dataDir, 'access-log')).filter((name) => !name.endsWith('.gz'))).toEqual([]);
    // Handed out in turn: neither had to carry much more than its half.
    expect(Math.min(lines.get('p1') ?? 0, lines.get('p2') ?? 0)).toBeGreaterThanOrEqual(15);
  });

  it('by a kill of the first process is at once: nobody listens on, nothing held is lost, and the next start carries on', async () => {
    const { dataDir } = gateway;
    gateway = await startGateway({ config: settings(), dataDir });
    const held = ((await admin(gateway, '/api/v1/messages?state=held')).json()['messages'] as unknown[]).length;
    expect((await send('/share', numbers.residentId())).status).toBe(202);
    const children = carriers(gateway.pid);
    gateway.signal('SIGKILL');
    await gateway.ended;
    await eventually('the end of those that carried traffic', () => children.filter(isRunning), (left) => left.length === 0);
    expect(await listens(gateway.dataPort)).toBe(false);
    gateway = await startGateway({ config: settings(), dataDir });
    expect((await admin(gateway, '/api/v1/messages?state=held')).json()['messages']).toHaveLength(held + 1);
    expect(await gateway.stop()).toBe(0);
  });
});
