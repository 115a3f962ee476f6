/** The database dies under a running gateway, and a vault without room: what must be held is refused, what need not be goes on, nothing is lost. */
import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { causeCode } from '../../gateway/errors.js';
import { numberSource } from '../kit/numbers.js';
import { eventually } from '../kit/patience.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { admin, ask, metric, weir, type Answer } from './client.js';
import { policies, route } from './settings.js';
import { startGateway, type Gateway } from './start-gateway.js';

let gateway: Gateway;
let upstream: RecordingUpstream;
beforeAll(async () => {
  upstream = await recordingUpstream();
  const routes = [route('upload', upstream.url, { policy: 'mask' }), route('share', upstream.url, { policy: 'hold' })];
  gateway = await startGateway({ config: { routes, policies } });
});
afterAll(() => upstream.close());

const numbers = numberSource(9);
const TEXT = { 'content-type': 'text/plain' };
const share = (): Promise<Answer> => ask(`${gateway.dataUrl}/share`, { fields: TEXT, body: numbers.residentId() });
const home = (): string => readFileSync(join(gateway.dataDir, 'postgres.location'), 'utf8').trim();
const inFolder = (name: string): readonly string[] => readdirSync(join(gateway.dataDir, name));

/** kill -9 of the postmaster and every process it started. */
function killDatabase(data = join(home(), 'data')): void {
  const master = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0] ?? '';
  const children = readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && new RegExp(`^PPid:\\t${master}$`, 'm').test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      // It ended while we looked.
      return false;
    }
  });
  for (const pid of [master, ...children]) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch (thrown) {
      // Children end by themselves as soon as they see that their master is gone.
      if (pid === master || causeCode(thrown) !== 'ESRCH') throw thrown;
    }
  }
}
const recovered = (): Promise<Answer> => eventually('a ledger that answers', () => admin(gateway, '/api/v1/messages?state=held&limit=200'), ({ status }) => status === 200);

describe('a database that dies', () => {
  it('is named by /readyz?for=hold; what must be held is refused with 503, and masking goes on', async () => {
    const held = await share();
    expect(held.status).toBe(202);
    const vaultBefore = inFolder('vault');
    // Out of its place it cannot be started again until the test lets it.
    renameSync(join(home(), 'data'), join(home(), 'away'));
    killDatabase(join(home(), 'away'));

    const strict = await eventually('a node that cannot hold', () => ask(`${gateway.adminUrl}/readyz?for=hold`), ({ status }) => status === 503);
    expect((strict.json() as { components: { component: string; ok: boolean }[] }).components).toContainEqual(expect.objectContaining({ component: 'database', ok: false, neededFor: 'hold' }));
    expect((await ask(`${gateway.adminUrl}/readyz`)).status).toBe(200);

    const refused = await share();
    expect([refused.status, refused.json()['type'], refused.fields['retry-after']]).toEqual([503, 'urn:weir:problem:hold-unavailable', '10']);
    expect(inFolder('vault')).toEqual(vaultBefore);
    expect(upstream.started).toBe(0);

    const phone = numbers.phone();
    const passed = await ask(`${gateway.dataUrl}/upload`, { fields: TEXT, body: phone });
    expect([passed.status, passed.fields['weir-action']]).toEqual([200, 'mask']);
    expect(upstream.requests.at(-1)?.body.toString()).toBe(`${phone.slice(0, 3)}****${phone.slice(-4)}`);
    expect(inFolder('journal').some((name) => name.endsWith('.ndjson'))).toBe(true);
    expect((await admin(gateway, '/api/v1/messages?state=held')).status).toBe(503);
    expect((await weir(gateway, 'held', 'list')).code).toBe(2);
    expect(await metric(gateway, 'weir_component_up', { component: 'database' })).toBe(0);
  });

  it('is used again as soon as it is back, and the journal ends up in the audit', async () => {
    renameSync(join(home(), 'away'), join(home(), 'data'));
    await eventually('a node that can hold', () => ask(`${gateway.adminUrl}/readyz?for=hold`), ({ status }) => status === 200);
    expect((await share()).status).toBe(202);
    await eventually('an empty journal', () => inFolder('journal'), (names) => names.length === 0);
    const verified = await weir(gateway, 'audit', 'verify', '--json');
    expect([verified.code, JSON.parse(verified.out)]).toEqual([0, expect.objectContaining({ ok: true })]);
    // Two holds and the mask that was journalled, at least.
    expect((JSON.parse(verified.out) as { rows: number }).rows).toBeGreaterThanOrEqual(3);
    const { messages } = (await admin(gateway, '/api/v1/messages?state=held')).json() as { messages: unknown[] };
    expect(messages).toHaveLength(2);
  });

  it('killed under load loses nothing that was answered', async () => {
    const before = ((await admin(gateway, '/api/v1/messages?state=held&limit=200')).json() as { messages: { id: string }[] }).messages.map(({ id }) => id);
    const answers: Answer[] = [];
    const load = Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let i = 0; i < 25; i++) answers.push(await share());
      }),
    );
    await eventually('the first answers', () => answers.length, (count) => count > 10);
    killDatabase();
    await load;
    expect([...new Set(answers.map(({ status }) => status))].filter((status) => ![202, 503].includes(status))).toEqual([]);
    const kept = answers.filter(({ status }) => status === 202).map(({ fields }) => String(fields['weir-incident']));
    const after = new Set(((await recovered()).json() as { messages: { id: string }[] }).messages.map(({ id }) => id));
    expect(kept.filter((id) => !after.has(id))).toEqual([]);
    expect(before.filter((id) => !after.has(id))).toEqual([]);
    expect(kept.length).toBeGreaterThan(10);
  });
});

describe('a vault without room', () => {
  it('answers 507 and says so in /readyz, and keeps nothing half', async () => {
    const full = await startGateway({ config: { vault: { maxBytes: '1KiB' }, routes: [route('share', upstream.url, { policy: 'hold' })], policies } });
    const answer = await ask(`${full.dataUrl}/share`, { fields: TEXT, body: `${numbers.residentId()} ${'words '.repeat(1_000)}` });
    expect([answer.status, answer.json()['type']]).toEqual([507, 'urn:weir:problem:vault-full']);
    expect(readdirSync(join(full.dataDir, 'vault'))).toEqual(['weir-vault.json']);
    expect(await metric(full, 'weir_exchange_errors_total', { reason: 'vault-full' })).toBe(1);
    expect((await ask(`${full.dataUrl}/share`, { fields: TEXT, body: 'nothing to hold' })).status).toBe(200);
    expect(await full.stop()).toBe(0);
  });
});
