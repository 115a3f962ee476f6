/** Policies change under running traffic; a bad file changes nothing; monitor mode stops nothing and reports everything. */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { numberSource } from '../kit/numbers.js';
import { eventually } from '../kit/patience.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { admin, ask, metric, rawClient, type Answer } from './client.js';
import { policies, route } from './settings.js';
import { gatewayConfig, startGateway, type Gateway } from './start-gateway.js';

let gateway: Gateway;
let upstream: RecordingUpstream;
const base = (): Record<string, unknown> => ({
  routes: [route('upload', upstream.url, { policy: 'mask' }), route('mail', upstream.url, { policy: 'block' }), route('share', upstream.url, { policy: 'hold' })],
  policies,
});
beforeAll(async () => {
  upstream = await recordingUpstream();
  gateway = await startGateway({ config: base() });
});
afterAll(() => upstream.close());

const numbers = numberSource(5);
const TEXT = { 'content-type': 'text/plain' };
const send = (path: string, body: string): Promise<Answer> => ask(`${gateway.dataUrl}${path}`, { fields: TEXT, body });
const success = (): Promise<number> => metric(gateway, 'weir_policy_last_reload_success');
/** Writes the file and waits until the gateway has spoken about it. */
async function rewrite(text: string): Promise<string> {
  const before = gateway.said().length;
  writeFileSync(gateway.configFile, text);
  await eventually('a word about the file', () => gateway.said().slice(before), (said) => /Policies reloaded|stays in force[^]*not usable/.test(said));
  return gateway.said().slice(before);
}
const changed = (change: Record<string, unknown>): string => JSON.stringify(gatewayConfig({ ...base(), ...change }));
const nothingMay = { ...policies, mask: { rules: [{ id: 'stop', when: { found: {} }, action: 'block' }] } };

describe('a changed file', () => {
  it('is in force without a restart, and no exchange is dropped on the way', async () => {
    const phone = numbers.phone();
    const slow = rawClient(gateway.dataPort);
    const rest = `${phone} is all\n`;
    slow.write(`POST /upload HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: ${10_000 + rest.length}\r\n\r\n${'word '.repeat(2_000)}`);
    await upstream.arrived(5_000);
    const seen: string[] = [];
    let on = true;
    const traffic = Promise.all(
      Array.from({ length: 3 }, async () => {
        while (on) {
          const { status, fields } = await send('/upload', phone);
          seen.push(`${status} ${String(fields['weir-action'])}`);
        }
      }),
    );
    await eventually('an answer under the old rules', () => seen, (answers) => answers.includes('200 mask'));
    expect(await rewrite(changed({ policies: nothingMay }))).toContain('Policies reloaded');
    expect((await send('/upload', phone)).status).toBe(403);
    // On a busy machine all three may still wait for the answer of one they sent before.
    await eventually('an answer under the new rules', () => seen, (answers) => answers.includes('403 block'));
    on = false;
    await traffic;
    expect([...new Set(seen)].sort()).toEqual(['200 mask', '403 block']);
    // What began under the old rules ends under them.
    slow.write(rest);
    await slow.until(/^HTTP\/1.1 200 [^]*Weir-Action: mask/);
    expect(upstream.requests.at(-1)?.body.subarray(10_000).toString()).toBe(`${phone.slice(0, 3)}****${phone.slice(-4)} is all\n`);
    slow.destroy();
    expect(await success()).toBe(1);
  });

  it('that is no good leaves the rules as they were, and every problem is told', async () => {
    const said = await rewrite(changed({ policies: { mask: { rules: [{ id: 'x', action: 'explode' }] } }, monitor: 'maybe' }));
    expect(said).toMatch(/explode|action/);
    expect(said).toMatch(/monitor/);
    expect(said).toContain('for example');
    expect(await success()).toBe(0);
    expect((await send('/upload', numbers.phone())).status).toBe(403);
    expect(gateway.logged()).toContain('"event":"config.refused"');
    await rewrite('routes: [');
    expect(await success()).toBe(0);
    expect((await send('/upload', numbers.phone())).status).toBe(403);
    await rewrite(changed({}));
    expect(await success()).toBe(1);
    expect((await send('/upload', numbers.phone())).fields['weir-action']).toBe('mask');
  });

  it('says which of its changes wait for a restart', async () => {
    const said = await rewrite(changed({ routes: [...(base()['routes'] as object[]), route('new', upstream.url, { policy: 'mask' })], limits: { drain: '5s' } }));
    expect(said).toMatch(/wait for a restart: .*limits.drain.*route new: added/);
    expect((await send('/new', 'x')).status).toBe(404);
  });
});

describe('monitor: true', () => {
  it('stops and changes nothing, and reports what it would have done', async () => {
    await rewrite(changed({ monitor: true }));
    const [phone, id] = [numbers.phone(), numbers.residentId()];
    const people = [id, numbers.residentId(), numbers.residentId()].join(' ');
    for (const [path, body] of [['/upload', phone], ['/mail', people], ['/share', id]] as const) {
      const answer = await send(path, body);
      expect([path, answer.status, answer.fields['weir-action']]).toEqual([path, 200, 'pass']);
      expect(upstream.requests.at(-1)?.body.toString()).toBe(body);
    }
    for (const [name, action] of [['upload', 'mask'], ['mail', 'block'], ['share', 'hold']]) {
      expect([name, await metric(gateway, 'weir_monitored_total', { route: name ?? '', action: action ?? '' })]).toEqual([name, 1]);
    }
    const report = (await admin(gateway, '/api/v1/monitor-report')).json() as { rows: { route: string; action: string; rule: string; exchanges: number }[] };
    const rows = report.rows.map(({ route: on, action, rule, exchanges }) => [on, action, rule, exchanges]);
    expect(rows).toEqual(expect.arrayContaining([['upload', 'mask', 'mask-all', 1], ['mail', 'block', 'many', 1], ['share', 'hold', 'people', 1]]));
  });
});

it('every reload is logged, taken up or not', () => {
  expect(gateway.logged().match(/"event":"config.reloaded"/g)).toHaveLength(4);
  expect(gateway.logged().match(/"event":"config.refused"/g)).toHaveLength(2);
});
