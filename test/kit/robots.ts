/** Chat robots on loopback that behave as the real ones: they check signature and age, count messages, refuse what is too long or malformed, and say so in their own codes. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RobotAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}
export interface Robot {
  readonly url: string;
  /** Bodies that were taken, in order. */
  readonly taken: unknown[];
  /** Everything asked, taken or not. */
  readonly asked: { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string }[];
  /** The next answers, whatever is asked; then it is itself again. */
  next(...answers: readonly (RobotAnswer | 'silent' | 'endless' | 'hang-up')[]): void;
  close(): Promise<void>;
}
interface RobotOptions {
  readonly now: () => number;
  readonly secret?: string;
}
interface Asked {
  readonly url: URL;
  readonly type: string;
  readonly body: string;
}
type Behaviour = (asked: Asked) => { readonly answer: RobotAnswer; readonly taken?: unknown };

const HOUR_MS = 3_600_000;
export const TOKEN = 'robot-token-of-this-test-0123';

async function robot(path: string, behave: Behaviour): Promise<Robot> {
  const taken: unknown[] = [];
  const asked: Robot['asked'] = [];
  const planned: (RobotAnswer | 'silent' | 'endless' | 'hang-up')[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      asked.push({ path: request.url ?? '', headers: request.headers, body });
      const plan = planned.shift();
      if (plan === 'silent') return;
      if (plan === 'hang-up') {
        request.socket.destroy();
        return;
      }
      if (plan === 'endless') {
        response.writeHead(200, { 'content-type': 'application/json' });
        const pour = (): void => {
          if (!response.destroyed) response.write(Buffer.alloc(65_536, 32), () => setImmediate(pour));
        };
        pour();
        return;
      }
      const done = plan === undefined ? behave({ url: new URL(request.url ?? '/', 'http://robot'), type: request.headers['content-type'] ?? '', body }) : { answer: plan };
      if ('taken' in done && done.taken !== undefined) taken.push(done.taken);
      response.writeHead(done.answer.status, { 'content-type': 'application/json', ...done.answer.headers }).end(done.answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}${path}`,
    taken,
    asked,
    next: (...answers) => void planned.push(...answers),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Counts within a moving time; true when one more is too many. */
function counter(now: () => number, most: number, withinMs: number): () => boolean {
  const times: number[] = [];
  return () => {
    const at = now();
    while (times[0] !== undefined && times[0] <= at - withinMs) times.shift();
    if (times.length >= most) return true;
    times.push(at);
    return false;
  };
}
function parsed(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
const isJson = (type: string): boolean => /^application\/json(?:;|$)/.test(type);
const texts = (value: unknown, ...keys: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && keys.every((key) => typeof (value as Record<string, unknown>)[key] === 'string' && (value as Record<string, unknown>)[key] !== '');

export function dingtalkRobot({ now, secret }: RobotOptions): Promise<Robot> {
  const tooMany = counter(now, 20, 60_000);
  let silentUntil = 0;
  const says = (errcode: number, errmsg: string) => ({ answer: { status: 200, body: JSON.stringify({ errcode, errmsg }) } });
  return robot(`/robot/send?access_token=${TOKEN}`, ({ url, type, body }) => {
    if (url.searchParams.get('access_token') !== TOKEN) return says(300005, 'token is not exist');
    if (!isJson(type)) return says(43004, '无效的HTTP HEADER Content-Type');
    if (secret !== undefined) {
      const timestamp = url.searchParams.get('timestamp') ?? '';
      if (!/^\d{13}$/.test(timestamp) || Math.abs(now() - Number(timestamp)) > HOUR_MS) return says(310000, 'invalid timestamp');
      if (url.searchParams.get('sign') !== createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64')) return says(310000, 'sign not match');
    }
    if (now() < silentUntil || tooMany()) {
      silentUntil = Math.max(silentUntil, now() + 600_000);
      return says(130101, 'send too fast, exceed 20 times per minute');
    }
    if (Buffer.byteLength(body) > 20_000) return says(460101, 'message too long');
    const message = parsed(body);
    if (message === undefined) return says(40035, '缺少参数 json');
    if (message.msgtype === 'markdown' && texts(message.markdown, 'title', 'text')) return { ...says(0, 'ok'), taken: message };
    if (message.msgtype === 'actionCard' && texts(message.actionCard, 'title', 'text', 'singleTitle', 'singleURL')) return { ...says(0, 'ok'), taken: message };
    return says(400105, 'unsupported msgtype');
  });
}

export function feishuRobot({ now, secret }: RobotOptions): Promise<Robot> {
  const tooManyASecond = counter(now, 5, 1_000);
  const tooManyAMinute = counter(now, 100, 60_000);
  const says = (code: number, msg: string, status = 200) => ({ answer: { status, body: JSON.stringify({ code, msg, data: {} }) } });
  return robot(`/open-apis/bot/v2/hook/${TOKEN}`, ({ url, type, body }) => {
    if (!url.pathname.endsWith(`/${TOKEN}`)) return says(19001, 'param invalid: incoming webhook access token invalid');
    if (!isJson(type) || Buffer.byteLength(body) > 20_480) return says(9499, 'Bad Request', 400);
    const message = parsed(body);
    if (message === undefined) return says(9499, 'Bad Request', 400);
    if (secret !== undefined) {
      const { timestamp, sign } = message;
      const right = typeof timestamp === 'string' && /^\d{10}$/.test(timestamp) && Math.abs(now() - Number(timestamp) * 1_000) <= HOUR_MS
        && sign === createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64');
      if (!right) return says(19021, 'sign match fail or timestamp is not within one hour from current time');
    }
    if (tooManyASecond() || tooManyAMinute()) return says(11232, 'frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]');
    const card = message.card as { header?: { title?: unknown }; elements?: unknown[] } | undefined;
    if (message.msg_type !== 'interactive' || !texts(card?.header?.title, 'tag', 'content') || (card?.elements ?? []).length === 0) return says(11246, 'card content is invalid');
    return { answer: { status: 200, body: JSON.stringify({ StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' }) }, taken: message };
  });
}

export function wecomRobot({ now }: RobotOptions): Promise<Robot> {
  const tooMany = counter(now, 20, 60_000);
  const says = (errcode: number, errmsg: string) => ({ answer: { status: 200, body: JSON.stringify({ errcode, errmsg }) } });
  return robot(`/cgi-bin/webhook/send?key=${TOKEN}`, ({ url, type, body }) => {
    if (url.searchParams.get('key') !== TOKEN) return says(93000, 'invalid webhook url, hint: [0], from ip: 127.0.0.1');
    if (tooMany()) return says(45009, 'api freq out of limit');
    const message = isJson(type) ? parsed(body) : undefined;
    if (message?.msgtype !== 'markdown' || !texts(message.markdown, 'content')) return says(40008, 'invalid message type');
    const { content } = message.markdown as { readonly content: string };
    if (Buffer.byteLength(content) > 4_096) return says(40058, 'markdown.content exceed max length 4096. invalid Request Parameter');
    return { ...says(0, 'ok'), taken: message };
  });
}

export function slackWebhook({ now }: RobotOptions): Promise<Robot> {
  const tooMany = counter(now, 20, 60_000);
  const says = (status: number, body: string, headers: Readonly<Record<string, string>> = {}) => ({ answer: { status, body, headers: { 'content-type': 'text/html', ...headers } } });
  return robot(`/services/T0000/B0000/${TOKEN}`, ({ url, type, body }) => {
    if (!url.pathname.endsWith(`/${TOKEN}`)) return says(404, 'no_service');
    if (tooMany()) return says(429, 'rate_limited', { 'retry-after': '30' });
    const message = isJson(type) ? parsed(body) : undefined;
    if (message === undefined) return says(400, 'invalid_payload');
    if (typeof message.text !== 'string' || message.text === '') return says(400, 'no_text');
    const blocks = (message.blocks ?? []) as readonly { readonly type: string; readonly text?: { readonly type: string; readonly text: string } }[];
    const fine = blocks.length <= 50 && blocks.every(({ type: of, text }) => {
      const length = text === undefined ? 1 : Array.from(text.text).length;
      return of === 'context' || (length > 0 && ((of === 'header' && text?.type === 'plain_text' && length <= 150) || (of === 'section' && length <= 3_000)));
    });
    return fine ? { ...says(200, 'ok'), taken: message } : says(400, 'invalid_blocks');
  });
}
