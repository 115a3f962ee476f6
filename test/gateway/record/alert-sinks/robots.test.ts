/** Chat robots, against servers that refuse as the real ones do. */
import { inspect } from 'node:util';
import { afterEach, describe, it, expect } from '@jest/globals';
import type { SinkConfig } from '../../../../config/alerts-schema.js';
import { SinkFailed, type Sink } from '../../../../gateway/ports.js';
import { sinkFrom } from '../../../../gateway/record/alert-sinks/sink-from.js';
import { manualClock, type ManualClock } from '../../../kit/clock.js';
import { PATIENCE_MS } from '../../../kit/patience.js';
import { dingtalkRobot, feishuRobot, slackWebhook, TOKEN, wecomRobot, type Robot } from '../../../kit/robots.js';
import { AT, message } from './messages.js';

const SECRET = 'SECdemo-key-of-this-test';
type RobotKind = 'dingtalk' | 'feishu' | 'wecom' | 'slack';

const open: Robot[] = [];
afterEach(async () => {
  for (const robot of open.splice(0)) await robot.close();
});

const KINDS: Readonly<Record<RobotKind, (options: { now: () => number; secret?: string }) => Promise<Robot>>> = { dingtalk: dingtalkRobot, feishu: feishuRobot, wecom: wecomRobot, slack: slackWebhook };
function config(kind: RobotKind, signed = true): SinkConfig {
  const base = { id: 'ops', url: { env: 'ROBOT' }, perMinute: 20 };
  if (kind === 'dingtalk' || kind === 'feishu') return { ...base, kind, ...(signed ? { secret: { env: 'KEY' } } : {}) };
  return { ...base, kind };
}
interface Pair {
  readonly robot: Robot;
  readonly clock: ManualClock;
  readonly sink: (changes?: { readonly url?: string; readonly key?: string; readonly now?: () => number; readonly timeoutMs?: number; readonly signed?: boolean }) => Promise<Sink>;
}
async function pair(kind: RobotKind): Promise<Pair> {
  const clock = manualClock(AT);
  const robot = await KINDS[kind]({ now: clock.now, secret: SECRET });
  open.push(robot);
  return {
    robot,
    clock,
    sink: ({ url = robot.url, key = SECRET, now = clock.now, timeoutMs = PATIENCE_MS, signed = true } = {}) =>
      sinkFrom(config(kind, signed), (secret) => ('env' in secret && secret.env === 'ROBOT' ? url : key), { now, timeoutMs }),
  };
}
async function failure(sending: Promise<void>): Promise<SinkFailed> {
  const thrown: unknown = await sending.then(() => undefined, (error: unknown) => error);
  if (!(thrown instanceof SinkFailed)) throw new TypeError(`no SinkFailed but ${inspect(thrown)}`);
  // Whatever went wrong: neither where, nor with which token, nor what was answered.
  expect(inspect(thrown, { depth: 9, showHidden: true }).split('\n').filter((one) => !/^\s+at /.test(one)).join('\n')).not.toMatch(/127\.0\.0\.1|robot-token|SECdemo|errmsg|hint/);
  expect(thrown.code).toMatch(/^[A-Za-z0-9_]{1,40}$/);
  return thrown;
}
const ALL: readonly RobotKind[] = ['dingtalk', 'feishu', 'wecom', 'slack'];

describe.each(ALL)('a %s robot', (kind) => {
  it('takes an alert, in its own words for it', async () => {
    const { robot, sink } = await pair(kind);
    const ops = await sink();
    await ops.send(message());
    await ops.send(message({ language: 'en', link: undefined, items: [], summary: '' }));
    expect(robot.taken).toHaveLength(2);
    expect(ops.id).toBe('ops');
    expect(robot.asked[0]?.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('takes the longest alert there can be', async () => {
    const { robot, sink } = await pair(kind);
    const text = '<汉>&*'.repeat(200);
    await (await sink()).send(message({ title: text, summary: text, items: Array.from({ length: 500 }, () => ({ text, severity: 'critical', count: 3, link: `https://x.example/${'a'.repeat(450)}` })) }));
    expect(robot.taken).toHaveLength(1);
  });

  it('that is asked too often says so, and when to come back is known', async () => {
    const { robot, clock, sink } = await pair(kind);
    const ops = await sink();
    const most = kind === 'feishu' ? 5 : 20;
    for (let n = 0; n < most; n += 1) await ops.send(message());
    const { code, kind: again, retryAfterMs = 0 } = await failure(ops.send(message()));
    expect({ code, again, retryAfterMs }).toEqual({
      code: { dingtalk: 'DINGTALK_130101', feishu: 'FEISHU_11232', wecom: 'WECOM_45009', slack: 'HTTP_429' }[kind],
      again: 'again',
      retryAfterMs: { dingtalk: 600_000, feishu: 60_000, wecom: 60_000, slack: 30_000 }[kind],
    });
    clock.advance(kind === 'slack' ? 60_000 : retryAfterMs);
    await ops.send(message());
    expect(robot.taken).toHaveLength(most + 1);
  });

  it('that does not know the token needs a person', async () => {
    const { robot, sink } = await pair(kind);
    const { code, kind: again } = await failure((await sink({ url: robot.url.replace(TOKEN, 'another-robot-token-9') })).send(message()));
    expect([code, again]).toEqual([{ dingtalk: 'DINGTALK_300005', feishu: 'FEISHU_19001', wecom: 'WECOM_93000', slack: 'SLACK_NO_SERVICE' }[kind], 'never']);
  });

  it('whose server breaks, answers nonsense, hangs up or says nothing is tried again', async () => {
    const { robot, sink } = await pair(kind);
    const ops = await sink();
    robot.next({ status: 503, body: 'upstream http://10.0.0.1/?key=secret' }, { status: 200, body: '<html>sign in</html>' }, 'hang-up', 'endless');
    const failures = [];
    for (let n = 0; n < 4; n += 1) failures.push(await failure(ops.send(message())));
    // One by itself: on a busy machine it may be given up before it was asked.
    const mute = await KINDS[kind]({ now: () => AT, secret: SECRET });
    open.push(mute);
    mute.next('silent');
    failures.push(await failure((await sink({ url: mute.url, timeoutMs: 50 })).send(message())));
    const prefix = kind.toUpperCase();
    expect(failures.map(({ code }) => code)).toEqual(['HTTP_503', `${prefix}_ANSWER`, 'ECONNRESET', 'ANSWER_TOO_LARGE', 'TIMEOUT']);
    expect(new Set(failures.map(({ kind: again }) => again))).toEqual(new Set(['again']));
    await ops.send(message());
  });

  it('that is not there is tried again', async () => {
    const { robot, sink } = await pair(kind);
    await robot.close();
    expect(await failure((await sink()).send(message()))).toMatchObject({ code: 'ECONNREFUSED', kind: 'again' });
  });

  it('that redirects is not followed: the address is wrong', async () => {
    const { robot, sink } = await pair(kind);
    const other = await KINDS[kind]({ now: () => AT, secret: SECRET });
    open.push(other);
    robot.next({ status: 302, body: '', headers: { location: other.url } });
    expect(await failure((await sink()).send(message()))).toMatchObject({ code: 'HTTP_302', kind: 'never' });
    expect(other.asked).toEqual([]);
  });

  it('shows nothing of its address or key to whoever looks at the sink', async () => {
    const { sink } = await pair(kind);
    const shown = `${inspect(await sink(), { depth: 9, showHidden: true })}${JSON.stringify(await sink())}`;
    expect(shown).not.toMatch(/robot-token|SECdemo|127\.0\.0\.1/);
  });
});

describe.each(['dingtalk', 'feishu'] as const)('a signed %s robot', (kind) => {
  const code = { dingtalk: 'DINGTALK_310000', feishu: 'FEISHU_19021' }[kind];

  it('refuses a wrong key, a missing signature and a time that is an hour off; none of that is tried again', async () => {
    const { robot, clock, sink } = await pair(kind);
    for (const wrong of await Promise.all([sink({ key: 'SECdemo-of-another' }), sink({ signed: false }), sink({ now: () => clock.now() - 3_601_000 }), sink({ now: () => clock.now() + 3_601_000 })])) {
      expect(await failure(wrong.send(message()))).toMatchObject({ code, kind: 'never' });
    }
    expect(robot.taken).toEqual([]);
    await (await sink({ now: () => clock.now() - 3_590_000 })).send(message());
  });
});

describe('DingTalk', () => {
  it('gets a card whose one link leads to the console, and no button that decides', async () => {
    const { robot, sink } = await pair('dingtalk');
    await (await sink()).send(message());
    expect(robot.taken[0]).toMatchObject({ msgtype: 'actionCard', actionCard: { title: '文件外发被留存', singleTitle: '打开控制台', singleURL: 'https://weir.corp.example:8081/' } });
    expect(JSON.stringify(robot.taken[0])).not.toMatch(/btns|actionURL/);
  });

  it('keeps the token in the query beside time and signature', async () => {
    const { robot, sink } = await pair('dingtalk');
    await (await sink()).send(message());
    await (await sink()).send(message());
    const keys = robot.asked.map(({ path }) => [...new URL(path, 'http://x').searchParams.keys()]);
    expect(keys).toEqual([['access_token', 'timestamp', 'sign'], ['access_token', 'timestamp', 'sign']]);
  });
});

describe('a robot whose secret holds the token alone', () => {
  it.each(['dingtalk', 'feishu', 'wecom'] as const)('has its vendor\'s address (%s)', async (kind) => {
    expect((await sinkFrom(config(kind), () => 'abcdef0123456789')).kind).toBe(kind);
  });

  it.each(['http://oapi.dingtalk.com/robot/send?access_token=x', 'ftp://x.example/', 'not an address', ''])('or an address that is not https is refused without repeating it: %s', async (text) => {
    await expect(sinkFrom(config('slack'), () => text)).rejects.toThrow('alerts.sinks: the secret of "ops" (slack) does not hold an address that starts with https://.');
  });
});
