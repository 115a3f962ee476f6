/** A running gateway on an external PostgreSQL that is killed, silent, full and changed: holding fails closed, the rest goes on, and all of it comes back by itself. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { externalPostgres } from '../kit/external-postgres.js';
import { numberSource } from '../kit/numbers.js';
import { eventually } from '../kit/patience.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { admin, ask, type Answer } from './client.js';
import { policies, route } from './settings.js';
import { startGateway, type Gateway } from './start-gateway.js';

const server = externalPostgres({ tls: true });
let gateway: Gateway;
let upstream: RecordingUpstream;
beforeAll(async () => {
  upstream = await recordingUpstream();
  const routes = [route('upload', upstream.url, { policy: 'mask' }), route('share', upstream.url, { policy: 'hold' })];
  gateway = await startGateway({ config: { routes, policies }, env: { WEIR_DATABASE_URL: server().url } });
});
afterAll(() => upstream.close());

const numbers = numberSource(11);
const fields = { 'content-type': 'text/plain' };
const share = (): Promise<Answer> => ask(`${gateway.dataUrl}/share`, { fields, body: numbers.residentId() });
const upload = async (): Promise<number> => (await ask(`${gateway.dataUrl}/upload`, { fields, body: numbers.phone() })).status;
const held = async (): Promise<number> => ((await admin(gateway, '/api/v1/messages?state=held&limit=200')).json() as { messages: unknown[] }).messages.length;
const holdsAgain = (): Promise<Answer> => eventually('a hold', share, ({ status }) => status === 202);

describe('a gateway on an external database', () => {
  it('holds, and says where its ledger is', async () => {
    expect((await share()).status).toBe(202);
    expect(gateway.said()).toContain('external PostgreSQL');
    expect(gateway.said() + gateway.logged()).not.toContain(server().password);
    expect(await held()).toBe(1);
  });

  it('refuses to hold while the server is dead, masks all the while, and goes on by itself', async () => {
    await server().kill();
    expect((await share()).status).toBe(503);
    expect(await upload()).toBe(200);
    expect((await ask(`${gateway.adminUrl}/readyz`)).status).toBe(200);
    await server().start();
    await holdsAgain();
    expect(await held()).toBeGreaterThanOrEqual(2);
  });

  it('answers within bounds while the server says nothing, and goes on by itself', async () => {
    server().pause();
    const began = performance.now();
    const statuses = await Promise.all([share(), share(), upload()]);
    const waited = performance.now() - began;
    server().resume();
    expect(statuses.map((answer) => (typeof answer === 'number' ? answer : answer.status))).toEqual([503, 503, 200]);
    // A question that is under way is waited for 20 s; then the connection is given up.
    expect(waited).toBeLessThan(45_000);
    await holdsAgain();
  });

  it('loses nothing that it answered 202 for, and nothing twice', async () => {
    const before = await held();
    const answers = await Promise.all(Array.from({ length: 12 }, async (_, n) => {
      if (n === 4) await server().restart();
      return await share();
    }));
    const kept = answers.filter(({ status }) => status === 202).length;
    expect(answers.every(({ status }) => status === 202 || status === 503)).toBe(true);
    await holdsAgain();
    // One more each time, and at most as many more as were in doubt.
    const now = await held();
    expect(now).toBeGreaterThanOrEqual(before + kept + 1);
    expect(now).toBeLessThanOrEqual(before + answers.length + 1);
  });
});

describe('a start that the database refuses', () => {
  it('is one sentence with what to do, and no password', async () => {
    const failed: unknown = await startGateway({ config: { routes: [route('share', upstream.url, { policy: 'hold' })], policies }, env: { WEIR_DATABASE_URL: server().urlOf({ password: 'not-the-word' }) } }).catch((error: unknown) => error);
    const { code, output } = failed as { code: number; output: string };
    expect(code).toBe(1);
    expect(output).toContain('The database does not accept the user and password.');
    expect(output).not.toContain('not-the-word');
  });
});
