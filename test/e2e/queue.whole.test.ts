/** The queue with the compiled program: a hold is told of at once, found again by what it is, grouped with its like, and decided with them. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { dataFolder } from '../kit/database.js';
import { eventually } from '../kit/patience.js';
import { admin, ask } from './client.js';
import { startGateway, type Gateway } from './start-gateway.js';

const shipped = parse(readFileSync('config/default.yaml', 'utf8')) as { readonly routes: readonly { readonly id: string; readonly facts?: unknown }[] };
/** The shared files' route knows people as the mail route does. */
const { facts } = shipped.routes.find(({ id }) => id === 'mail') ?? {};
const routes = shipped.routes.map((route) => (route.id === 'share' ? { ...route, facts } : route));
let gateway: Gateway;
let heard = '';
let listening: ReturnType<typeof request> | undefined;

beforeAll(async () => {
  gateway = await startGateway({ config: { ...shipped, routes, listen: {}, domains: { own: ['corp.example'] } }, dataDir: dataFolder() });
  await new Promise<void>((resolve, reject) => {
    listening = request(`${gateway.adminUrl}/api/v1/events`, { headers: { authorization: `Bearer ${gateway.token}` } }, (answer) => {
      answer.setEncoding('utf8').on('data', (text: string) => {
        heard += text;
        if (heard.includes('held-changed')) resolve();
      });
      answer.on('error', () => undefined);
    }).on('error', reject);
    listening.end();
  });
});
afterAll(async () => {
  listening?.on('error', () => undefined).destroy();
  await gateway.stop();
});

interface Row {
  readonly id: string;
  readonly state: string;
  readonly sender?: string;
  readonly senderMark?: string;
  readonly sla: string;
  readonly risk: { readonly score: number; readonly reasons: readonly { readonly code: string }[] };
  readonly group: { readonly key: string; readonly size: number };
}
async function list(query: string): Promise<readonly Row[]> {
  const answer = await admin(gateway, `/api/v1/messages?${query}`);
  expect([query, answer.status]).toEqual([query, 200]);
  return (answer.json() as unknown as { messages: Row[] }).messages;
}
async function hold(note: string): Promise<string> {
  const body = JSON.stringify({ from: 'li.wei@corp.example', to: ['partner@outside.example'], subject: '季度客户名单', text: `${note} 身份证 11010519491231002X` });
  const answer = await ask(`${gateway.dataUrl}/share/list.json`, { body, fields: { 'content-type': 'application/json' } });
  expect(answer.status).toBe(202);
  return String(answer.fields['weir-incident']);
}

describe('the queue', () => {
  it('hears of a hold at once, and shows its risk with reasons', async () => {
    const id = await hold('first');
    await eventually('word of the hold', () => heard, (text) => text.includes(`{"id":"${id}","state":"held"}`));
    const [row] = await list('state=held&order=risk');
    expect(row).toMatchObject({ id, sla: 'ok', group: { size: 1 } });
    expect(row?.risk.reasons.map(({ code }) => code)).toEqual(expect.arrayContaining(['severity-high', 'grade-middle', 'recipient-outside', 'recipient-first-seen']));
  });

  it('finds it by its sender, its words and its file, and by nothing it is not', async () => {
    for (const query of ['sender=li.wei@corp.example', 'sender=@corp.example', 'recipient=outside.example', `text=${encodeURIComponent('客户名单')}`, 'text=list', 'detector=cn.resident-id&grade=C2']) expect(await list(query)).toHaveLength(1);
    for (const query of ['sender=wei@corp.example', 'recipient=corp.example', `text=${encodeURIComponent('合同')}`, 'detector=bank-card', 'severity=low', 'group=abc']) expect(await list(query)).toHaveLength(0);
    const [row] = await list('state=held');
    expect(row?.sender).toBe('l***@corp.example');
    expect(await list(`sender=${String(row?.senderMark)}`)).toHaveLength(1);
  });

  it('groups what is alike, and releases it together, once', async () => {
    await hold('second');
    await hold('third');
    const groups = (await admin(gateway, '/api/v1/messages/groups')).json() as { groups: { key: string; size: number; why: string }[] };
    expect(groups.groups).toMatchObject([{ size: 3, why: 'fingerprints' }]);
    const filter = { group: groups.groups[0]?.key };
    const preview = await admin(gateway, '/api/v1/messages/bulk/preview', { body: JSON.stringify({ filter, action: 'release-masked' }) });
    expect(preview.json()).toMatchObject({ count: 3, byState: { held: 3 }, findingCounts: { 'cn.resident-id': 3 }, skipped: [] });
    const body = JSON.stringify({ token: preview.json()['token'], action: 'release-masked', reason: 'agreed with the owner' });
    const done = await admin(gateway, '/api/v1/messages/bulk', { body });
    expect([done.status, done.json()['counts']]).toEqual([200, { done: 3 }]);
    expect((await admin(gateway, '/api/v1/messages/bulk', { body })).json()).toMatchObject({ status: 409, code: 'preview-void' });
    await eventually('three releases', () => list('state=released'), (rows) => rows.length === 3);
    const arrived = (await ask(`${gateway.adminUrl}/demo.json`)).json() as { entries: { text: string }[] };
    expect(arrived.entries.map(({ text }) => text.includes('1****************X'))).toEqual([true, true, true]);
    const times = (text: string): number => text.split('"state":"released"').length - 1;
    await eventually('word of all of them', () => heard, (text) => times(text) >= 3);
  });

  it('counts what was held, found and decided', async () => {
    const answer = (await admin(gateway, '/api/v1/overview?days=7')).json();
    expect(answer).toMatchObject({ days: 7, held: 0, byState: { released: 3 }, findingsByType: [{ detector: 'cn.resident-id', findings: 3, messages: 3 }], topSenders: [{ sender: 'l***@corp.example', messages: 3 }], releasedUnchangedRate: 0 });
    expect(JSON.stringify(answer)).not.toMatch(/li\.wei|11010519/);
  });
});
