/** The compiled gateway under a burst: five hundred stopped messages are a handful of robot messages with the right totals, links and no number; tests, deliveries and planted numbers from the command line. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ledgerAccess } from '../../gateway/cli/ledger-connection.js';
import { ledgerDatabase } from '../../gateway/ledger/database.js';
import { webhookSignature } from '../../gateway/record/signed-post.js';
import { numberSource } from '../kit/numbers.js';
import { eventually } from '../kit/patience.js';
import { WEIR } from '../kit/program.js';
import { dingtalkRobot, TOKEN, type Robot } from '../kit/robots.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { admin, ask, run, weir } from './client.js';
import { policies, route } from './settings.js';
import { startGateway, type Gateway } from './start-gateway.js';

const HOOK_SECRET = 'a secret of both sides';
const ROBOT_SECRET = 'SEC0123456789abcdef';
const BURST = 500;
/** Requests under way at a time. */
const LANES = 10;
/** Of the rules below. */
const WINDOW_MS = { group: 10_000, siem: 5_000 } as const;
const numbers = numberSource(4_711);
const sentNumbers: string[] = [];

interface Posted {
  readonly total: number;
  readonly test?: boolean;
  readonly items: readonly { readonly kind: string; readonly count: number; readonly link?: string }[];
}
const posted: { readonly body: string; readonly signature: string; readonly delivery: string }[] = [];
const hook = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
    posted.push({ body: Buffer.concat(parts).toString(), signature: String(request.headers['weir-signature']), delivery: String(request.headers['weir-delivery']) });
    response.end();
  });
});
const messages = (): Posted[] => posted.map(({ body }) => JSON.parse(body) as Posted);
const counted = (kind: string): number => messages().flatMap(({ items }) => items).reduce((sum, item) => sum + (item.kind === kind ? item.count : 0), 0);

let upstream: RecordingUpstream;
let robot: Robot;
let gateway: Gateway;

beforeAll(async () => {
  [upstream, robot] = await Promise.all([recordingUpstream(), dingtalkRobot({ now: () => Date.now(), secret: ROBOT_SECRET })]);
  hook.listen(0, '127.0.0.1');
  await once(hook, 'listening');
  gateway = await startGateway({
    env: { ROBOT_URL: robot.url, ROBOT_SECRET, HOOK_SECRET },
    config: {
      people: { url: 'https://weir.corp.example' },
      routes: [route('share', upstream.url, { policy: 'hold' }), route('mail', upstream.url, { policy: 'block' })],
      policies,
      alerts: {
        zone: 'Asia/Shanghai',
        sinks: [
          { id: 'group', kind: 'dingtalk', url: { env: 'ROBOT_URL' }, secret: { env: 'ROBOT_SECRET' }, language: 'zh' },
          { id: 'siem', kind: 'webhook', url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/alerts`, secret: { env: 'HOOK_SECRET' } },
        ],
        rules: [
          { id: 'people', when: { events: ['hold', 'block'], severity: 'high' }, to: ['group'], window: `${WINDOW_MS.group}ms` },
          { id: 'all', when: { events: ['hold', 'block', 'policy'] }, to: ['siem'], window: `${WINDOW_MS.siem}ms` },
        ],
      },
    },
  });
});
afterAll(async () => {
  await Promise.all([upstream.close(), robot.close()]);
  hook.close();
});

interface Delivery {
  readonly total: number;
}
/** What has arrived at a sink by the gateway's own books. */
async function sentTo(sink: string): Promise<readonly Delivery[]> {
  return ((await admin(gateway, `/api/v1/alerts/deliveries?sink=${sink}&state=sent&limit=100`)).json() as { deliveries: Delivery[] }).deliveries;
}
const totalOf = (deliveries: readonly Delivery[]): number => deliveries.reduce((sum, { total }) => sum + total, 0);

async function burst(count: number): Promise<{ readonly held: number; readonly blocked: number }> {
  const ended = { held: 0, blocked: 0 };
  let left = count;
  const lane = async (): Promise<void> => {
    while (left-- > 0) {
      const isHold = left % 2 === 0;
      const found = isHold ? [numbers.residentId()] : [numbers.residentId(), numbers.residentId(), numbers.residentId()];
      sentNumbers.push(...found);
      const { status } = await ask(`${gateway.dataUrl}/${isHold ? 'share' : 'mail'}`, { body: `people: ${found.join(' and ')} `, fields: { 'content-type': 'text/plain' } });
      if (status === 202) ended.held++;
      if (status === 403) ended.blocked++;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return ended;
}

describe('a burst of five hundred', () => {
  it('becomes a handful of messages whose totals are right, signed, with links, and without any number', async () => {
    const began = performance.now();
    /** One at once, and one for each time of its rule that has gone by since: a slow machine takes longer over the burst. */
    const mostBy = (windowMs: number): number => 1 + Math.ceil((performance.now() - began) / windowMs);
    const { held, blocked } = await burst(BURST);
    expect(held + blocked).toBe(BURST);
    await eventually('all of the burst at the hook', () => counted('hold') + counted('block'), (sum) => sum >= BURST);
    expect([counted('hold'), counted('block')]).toEqual([held, blocked]);
    expect(messages().reduce((sum, { total }) => sum + total, 0)).toBe(BURST);
    expect(posted.length).toBeLessThanOrEqual(mostBy(WINDOW_MS.siem));
    expect(new Set(posted.map(({ delivery }) => delivery)).size).toBe(posted.length);
    for (const { body, signature } of posted) {
      const at = Number(/^t=(\d+),/.exec(signature)?.[1]);
      expect(signature).toBe(webhookSignature(HOOK_SECRET, at, body));
    }
    // What was blocked is no message of the console.
    expect(messages().flatMap(({ items }) => items).every(({ kind, link }) => (kind === 'hold' ? link?.startsWith('https://weir.corp.example/#/messages/w') === true : link === undefined))).toBe(true);

    // Both may be told of in one message.
    await eventually('all of the burst at the robot', () => sentTo('group'), (deliveries) => totalOf(deliveries) >= BURST);
    const text = JSON.stringify(robot.taken);
    expect(text).toContain('留存待审');
    expect(text).toContain('已阻断');
    expect(robot.taken.length).toBeLessThanOrEqual(mostBy(WINDOW_MS.group));
    for (const number of sentNumbers) expect(text.includes(number) || posted.some(({ body }) => body.includes(number))).toBe(false);
  });

  it('is seen in the API as sinks that work and deliveries that arrived, without secrets or addresses', async () => {
    const answer = await eventually('sinks for which nothing waits', () => admin(gateway, '/api/v1/alerts/sinks'), (one) => (one.json()['sinks'] as { waiting: number }[]).every(({ waiting }) => waiting === 0));
    expect(answer.json()['sinks']).toMatchObject([{ id: 'group', kind: 'dingtalk', state: 'ok', perMinute: 20, rules: ['people'], dead: 0 }, { id: 'siem', kind: 'webhook', state: 'ok', rules: ['all'] }]);
    for (const secret of [TOKEN, ROBOT_SECRET, HOOK_SECRET, '127.0.0.1']) expect(answer.text).not.toContain(secret);
    const deliveries = await sentTo('siem');
    expect(totalOf(deliveries)).toBe(BURST);
    expect(deliveries.length).toBe(posted.length);
  });
});

describe('the command line', () => {
  it('tests one sink, or all, and says what did not arrive and why', async () => {
    const all = await weir(gateway, 'alert', 'test');
    expect([all.code, all.out.trim().split('\n')]).toEqual([0, ['group: the test message has arrived.', 'siem: the test message has arrived.']]);
    expect(JSON.stringify(robot.taken.at(-1))).toContain('测试消息');
    expect(messages().at(-1)).toMatchObject({ test: true, total: 0 });
    robot.next({ status: 200, body: '{"errcode":310000,"errmsg":"sign not match"}' });
    const wrong = await weir(gateway, 'alert', 'test', 'group');
    expect([wrong.code, wrong.out]).toEqual([1, expect.stringMatching(/^group: the test message was not taken \([A-Za-z0-9_]+\)\.\n$/)]);
    expect((await weir(gateway, 'alert', 'test', 'nobody')).code).toBe(1);
    // Five in ten minutes: the sixth is refused by name, and the others are tested all the same.
    for (let n = 0; n < 3; n++) await admin(gateway, '/api/v1/alerts/sinks/group/test', { method: 'POST', body: '{}' });
    const some = await weir(gateway, 'alert', 'test');
    expect([some.code, some.out, some.err]).toEqual([1, 'siem: the test message has arrived.\n', expect.stringMatching(/^group: .*tested often/)]);
  });

  it('lists sinks and deliveries', async () => {
    const sinks = await weir(gateway, 'alert', 'sinks');
    expect(sinks.out).toMatch(/^group +dingtalk +\S+/m);
    const deliveries = await weir(gateway, 'alert', 'deliveries', '--state', 'dead');
    expect(deliveries.out).toMatch(/ group +test +given up /);
  });

  it('prints the fingerprint of a planted number as the gateway knows it', async () => {
    const number = numbers.residentId();
    const { code, out } = await run(process.execPath, [WEIR, 'alert', 'canary', '--data', gateway.dataDir], { LANG: 'C' }, `${number}\n`);
    expect([code, out]).toEqual([0, expect.stringMatching(/^fingerprints: \["[0-9a-f]{16}"/)]);
    const answer = await ask(`${gateway.dataUrl}/share`, { body: `number ${number} `, fields: { 'content-type': 'text/plain' } });
    const access = await ledgerAccess({}, gateway.dataDir, () => undefined);
    const database = ledgerDatabase(access.connection);
    try {
      const { findings } = await database.db.selectFrom('messages').select('findings').where('id', '=', String(answer.fields['weir-incident'])).executeTakeFirstOrThrow();
      for (const { fingerprint } of findings as { fingerprint: string }[]) expect(out).toContain(fingerprint);
    } finally {
      await database.close();
      await access.close();
    }
  });
});
