/** What people decide beforehand, with the compiled program: an exception lets the next alike message pass, break-glass lets a route pass, a legal hold outlasts the retention. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ledgerAccess, type LedgerAccess } from '../../gateway/cli/ledger-connection.js';
import { auditWriter } from '../../gateway/ledger/audit-writer.js';
import { bypassLedger } from '../../gateway/ledger/bypass-ledger.js';
import { ledgerDatabase, type LedgerDatabase } from '../../gateway/ledger/database.js';
import { exceptionLedger } from '../../gateway/ledger/exceptions-ledger.js';
import { webhookSignature } from '../../gateway/record/signed-post.js';
import { dataFolder } from '../kit/database.js';
import { numberSource } from '../kit/numbers.js';
import { eventually } from '../kit/patience.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { admin, ask, metric, type Answer } from './client.js';
import { policies, route } from './settings.js';
import { startGateway, type Gateway } from './start-gateway.js';

const dataDir = dataFolder();
const SECRET = 'a secret of both sides';
const told: { readonly fields: IncomingHttpHeaders; readonly body: string }[] = [];
/** A system that tells senders. */
const portal = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
    told.push({ fields: request.headers, body: Buffer.concat(parts).toString() });
    response.end();
  });
});
let upstream: RecordingUpstream;
let gateway: Gateway;
let access: LedgerAccess;
let database: LedgerDatabase;
/** Other people than the one who holds the start-up token. */
let others: { readonly exceptions: ReturnType<typeof exceptionLedger>; readonly bypasses: ReturnType<typeof bypassLedger> };

async function open(): Promise<void> {
  gateway = await startGateway({
    dataDir,
    env: { NOTICE_SECRET: SECRET },
    config: {
      notices: { sinks: [{ id: 'portal', url: `http://127.0.0.1:${(portal.address() as AddressInfo).port}/told`, secret: { env: 'NOTICE_SECRET' } }] },
      routes: [route('share', upstream.url, { policy: 'hold' }), route('glass', upstream.url, { policy: 'hold' }), route('brief', upstream.url, { policy: 'brief', notices: 'portal' })],
      policies: { ...policies, brief: { ...policies.hold, retention: '3s' } },
    },
  });
  access = await ledgerAccess({}, dataDir, () => undefined);
  database = ledgerDatabase(access.connection);
  const parts = { database, audit: auditWriter('test'), clock: { now: () => Date.now() } };
  others = { exceptions: exceptionLedger(parts), bypasses: bypassLedger(parts) };
}
async function close(): Promise<void> {
  await database.close();
  await access.close();
}
beforeAll(async () => {
  upstream = await recordingUpstream();
  portal.listen(0, '127.0.0.1');
  await once(portal, 'listening');
  await open();
});
afterAll(async () => {
  await close();
  await upstream.close();
  portal.closeAllConnections();
  portal.close();
});

const numbers = numberSource(41);
const TEXT = { 'content-type': 'text/plain; charset=utf-8' };
const send = (path: string, body: string): Promise<Answer> => ask(`${gateway.dataUrl}${path}`, { fields: TEXT, body });
const post = (path: string, body: object): Promise<Answer> => admin(gateway, `/api/v1${path}`, { body: JSON.stringify(body) });
const acted = async (act: string): Promise<readonly { readonly data: string; readonly subject: string | null }[]> => await database.db.selectFrom('audit').select(['data', 'subject']).where('act', '=', act).execute();

describe('an exception', () => {
  it('lets the next alike message pass and is named in its record; another number beside it is still held', async () => {
    const [known, other] = [numbers.residentId(), numbers.residentId()];
    const held = await send('/share', `id ${known}`);
    expect(held.status).toBe(202);
    const proposed = await others.exceptions.propose({
      message: String(held.fields['weir-incident']), findings: [0], bind: { sender: false, destination: true, detector: true, fingerprint: true },
      reason: 'the number in our template', expiresAt: new Date(Date.now() + 86_400_000), actor: 'account:reviewer',
    });
    if (proposed.kind !== 'proposed') throw new Error(JSON.stringify(proposed));
    expect((await send('/share', `still ${known}`)).status).toBe(202);
    const approved = await post(`/exceptions/${proposed.id}/approve`, { reason: 'seen in the template' });
    expect([approved.status, approved.json()['state'], approved.text.includes(known)]).toEqual([200, 'active', false]);
    const passed = await send('/share', `again ${known}`);
    expect([passed.status, upstream.requests.at(-1)?.body.toString()]).toEqual([200, `again ${known}`]);
    expect((await send('/share', `${known} and ${other}`)).status).toBe(202);
    const [record] = await acted('verdict.pass');
    expect(JSON.parse(record?.data ?? '{}')).toMatchObject({ excepted: [{ exception: proposed.id, detector: 'cn.resident-id', values: 1 }] });
    expect(await metric(gateway, 'weir_exceptions_total', { route: 'share', detector: 'cn.resident-id' })).toBe(2);
    const ended = await post(`/exceptions/${proposed.id}/end`, { reason: 'template changed' });
    expect([ended.status, (await send('/share', `once more ${known}`)).status]).toEqual([200, 202]);
  });

  it('cannot be approved by who proposed it, and is found under its state', async () => {
    const held = await send('/share', `id ${numbers.residentId()}`);
    const proposed = await others.exceptions.propose({
      message: String(held.fields['weir-incident']), findings: [0], bind: { sender: false, destination: false, detector: false, fingerprint: true },
      reason: 'mine', expiresAt: new Date(Date.now() + 86_400_000), actor: 'token:admin',
    });
    if (proposed.kind !== 'proposed') throw new Error(JSON.stringify(proposed));
    const refused = await post(`/exceptions/${proposed.id}/approve`, { reason: 'mine too' });
    expect([refused.status, refused.json()['code']]).toEqual([409, 'own-proposal']);
    const { exceptions } = (await admin(gateway, '/api/v1/exceptions?state=proposed')).json() as { exceptions: { id: string }[] };
    expect(exceptions.map(({ id }) => id)).toEqual([proposed.id]);
  });
});

describe('break-glass', () => {
  it('lets its route pass once a second person approved, says so, outlives a restart, and ends when it is ended', async () => {
    const id = numbers.residentId();
    expect((await send('/glass', id)).status).toBe(202);
    const asked = await others.bypasses.propose({ route: 'glass', reason: 'the clinic must send', hours: 1, actor: 'account:security' });
    if (asked.kind !== 'proposed') throw new Error(asked.kind);
    expect((await post(`/bypasses/${asked.id}/approve`, { reason: 'agreed by phone' })).status).toBe(200);
    expect([(await send('/glass', `now ${id}`)).status, (await send('/share', `not ${id}`)).status]).toEqual([200, 202]);
    expect(upstream.requests.at(-1)?.body.toString()).toBe(`now ${id}`);
    expect(await metric(gateway, 'weir_bypass_active', { route: 'glass' })).toBe(1);
    expect(await metric(gateway, 'weir_bypassed_total', { route: 'glass', action: 'hold' })).toBe(1);
    const record = (await acted('verdict.pass')).map(({ data }) => JSON.parse(data) as Record<string, unknown>).find((one) => one['bypass'] === asked.id);
    expect(record).toMatchObject({ route: 'glass', monitored: [{ rule: 'people', action: 'hold' }] });
    await close();
    await gateway.stop();
    await open();
    expect((await send('/glass', `later ${id}`)).status).toBe(200);
    const { active } = (await admin(gateway, '/api/v1/bypasses')).json() as { active: { id: string; route: string }[] };
    expect(active).toMatchObject([{ id: asked.id, route: 'glass' }]);
    expect(JSON.stringify((await admin(gateway, '/api/v1/settings')).json()['warnings'])).toContain('bypass-active');
    // Ended in another process: known here soon after.
    await others.bypasses.end(asked.id, { actor: 'account:security', reason: 'over' });
    await eventually('a hold', () => send('/glass', `after ${id} ${Math.random()}`), ({ status }) => status === 202);
  });

  it('is refused for a route that is not there, and for longer than four hours', async () => {
    expect((await post('/bypasses', { route: 'nowhere', reason: 'x', hours: 1 })).status).toBe(404);
    expect((await post('/bypasses', { route: 'share', reason: 'x', hours: 5 })).status).toBe(400);
  });
});

describe('a legal hold', () => {
  it('outlasts the retention; what is not kept expires, and its sender’s system is told once, without what was found', async () => {
    const [kept, gone] = [numbers.residentId(), numbers.residentId()];
    const [first, second] = [await send('/brief', `a ${kept}`), await send('/brief', `b ${gone}`)];
    expect([first.status, second.status]).toEqual([202, 202]);
    const [keep, expire] = [String(first.fields['weir-incident']), String(second.fields['weir-incident'])];
    const held = await post(`/messages/${keep}/legal-hold`, { on: true, reason: 'asked for by counsel' });
    expect([held.status, held.json()]).toEqual([200, { id: keep, legalHold: true }]);
    const end = Date.parse(String((await admin(gateway, `/api/v1/messages/${expire}`)).json()['expiresAt']));
    await eventually('the end of the retention', () => Date.now(), (now) => now > end);
    await close();
    await gateway.stop();
    await open();
    const state = async (id: string): Promise<unknown> => (await admin(gateway, `/api/v1/messages/${id}`)).json()['state'];
    await eventually('what is not kept to expire', () => state(expire), (now) => now === 'expired');
    expect(await state(keep)).toBe('held');
    await close();
    await gateway.stop();
    await open();
    const notice = await eventually('a notice', () => told.find(({ body }) => body.includes(expire)), (one) => one !== undefined);
    expect(told.filter(({ body }) => body.includes(expire))).toHaveLength(1);
    expect(told.filter(({ body }) => body.includes(keep))).toEqual([]);
    expect(JSON.parse(notice?.body ?? '{}')).toMatchObject({ version: 1, kind: 'expired', incident: expire, route: 'brief', zh: { title: '未发送' }, en: { title: 'Not sent' } });
    expect(notice?.body).not.toMatch(/resident|\d{17}/);
    const [, seconds = ''] = /^t=(\d+),/.exec(String(notice?.fields['weir-signature'])) ?? [];
    expect(notice?.fields['weir-signature']).toBe(webhookSignature(SECRET, Number(seconds), notice?.body ?? ''));
    const released = await post(`/messages/${keep}/legal-hold`, { on: false, reason: 'case closed' });
    expect(released.status).toBe(200);
  });
});

describe('the running policy', () => {
  it('is shown with its rules in words, its revision and when it was taken up, and without a secret', async () => {
    const shown = (await admin(gateway, '/api/v1/policy')).json() as { revision: string; yaml: string; policies: { name: string; rules: { id: string; whenText: { en: string; zh: string } }[] }[] };
    expect(shown.policies.find(({ name }) => name === 'hold')?.rules[0]).toMatchObject({ id: 'people', whenText: { en: 'any value of cn.resident-id or bank-card', zh: '发现cn.resident-id 或 bank-card' } });
    expect(shown.yaml).not.toContain(SECRET);
    const { revisions } = (await admin(gateway, '/api/v1/policy/revisions')).json() as { revisions: { revision: string; running: boolean }[] };
    expect(revisions.filter(({ running }) => running)).toMatchObject([{ revision: shown.revision }]);
    const one = (await admin(gateway, `/api/v1/policy/revisions/${shown.revision}`)).json() as { runs: { how: string }[] };
    expect(one.runs[0]).toMatchObject({ how: 'start' });
  });

  it('can be checked before it is changed: every problem at once, and nothing is taken up', async () => {
    const bad = await post('/policy/validate', { yaml: 'version: 1\nroutes: []\npolicies: { p: { rules: [{ id: r, action: blok }] } }\n' });
    expect([bad.status, bad.json()['ok'], (bad.json()['problems'] as object[]).length]).toEqual([200, false, 2]);
    const long = await post('/policy/validate', { yaml: `version: 1\n# ${'x'.repeat(200_000)}\nroutes: [{ id: a, match: {}, upstream: { url: "https://a.example" }, policy: p }]\npolicies: { p: { rules: [] } }\n` });
    expect([long.status, long.json()['ok']]).toEqual([200, true]);
  });
});
