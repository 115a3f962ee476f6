/** Senders of the wire's soak: each sends something, in good order or not, and says what was wrong with what it heard. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request, type Agent, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { answersIn } from '../../smuggling/raw-sender.js';
import { answerOf, type Manner } from './numbered-upstream.js';

/** Longer than anything here may take on a busy machine. */
const LONGEST_MS = 120_000;
const HOST = 'soak.example';
const PAUSE_MS = 30;

export interface Asked {
  readonly port: number;
  readonly number: number;
  readonly route?: string;
  readonly method?: string;
  readonly body?: Buffer;
  readonly agent?: Agent;
  readonly as?: Manner;
  readonly bytes?: number;
  /** Pieces of the body, with a pause behind each. */
  readonly pieces?: number;
  readonly pauseMs?: number;
  readonly chunked?: boolean;
  readonly expects?: boolean;
  /** What is read is read in pieces, with pauses. */
  readonly readsSlowly?: boolean;
  /** Leaves when so much of the body is sent, or of the answer read. */
  readonly leavesAt?: { readonly sent?: number; readonly read?: number };
}

export interface Heard {
  /** 0: no whole answer came. */
  readonly status: number;
  readonly incident: string | undefined;
  readonly wrong: readonly string[];
}

const targetOf = ({ route = 'held', number, as = 'plain', bytes = 40 }: Asked): string => `/${route}/${String(number)}?as=${as}&bytes=${String(bytes)}`;

/** One request by Node's own client. */
export async function exchange(asked: Asked): Promise<Heard> {
  const { port, number, method = 'POST', body = Buffer.alloc(0), agent, leavesAt } = asked;
  const bodyless = method === 'GET' || method === 'HEAD';
  const sent = request({
    port, host: '127.0.0.1', method, path: targetOf(asked), agent: agent ?? false,
    headers: { host: HOST, ...(bodyless ? {} : { 'content-type': 'text/plain; charset=utf-8', ...(asked.chunked === true ? { 'transfer-encoding': 'chunked' } : { 'content-length': body.length }) }), ...(asked.expects === true ? { expect: '100-continue' } : {}) },
  });
  const timer = setTimeout(() => sent.destroy(new Error('hangs')), LONGEST_MS);
  const heard = once(sent, 'response') as Promise<[IncomingMessage]>;
  heard.catch(() => undefined);
  const end = { hangs: false };
  sent.on('error', (error) => {
    if (error.message === 'hangs') end.hangs = true;
  });
  try {
    if (asked.expects === true) await Promise.race([once(sent, 'continue'), heard]);
    const step = Math.max(1, Math.ceil(body.length / (asked.pieces ?? 1)));
    for (let at = 0; !bodyless && at < body.length && !sent.destroyed; at += step) {
      if (leavesAt?.sent !== undefined && at >= leavesAt.sent) {
        sent.destroy();
        break;
      }
      sent.write(body.subarray(at, at + step));
      if (asked.pauseMs !== undefined) await delay(asked.pauseMs);
    }
    if (!sent.destroyed) sent.end();
    const [answer] = await heard;
    return await read(answer, asked);
  } catch {
    return { status: 0, incident: undefined, wrong: end.hangs ? [`${String(number)} hangs`] : [] };
  } finally {
    clearTimeout(timer);
    if (agent === undefined) sent.destroy();
  }
}

async function read(answer: IncomingMessage, { number, method = 'POST', body = Buffer.alloc(0), route = 'held', bytes = 40, readsSlowly, leavesAt }: Asked): Promise<Heard> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (readsSlowly === true) await delay(PAUSE_MS);
    if (leavesAt?.read !== undefined && length >= leavesAt.read) {
      answer.destroy();
      break;
    }
  }
  const incident = answer.headers['weir-incident'];
  const told = { status: answer.complete ? (answer.statusCode ?? 0) : 0, incident: typeof incident === 'string' ? incident : undefined };
  if (answer.statusCode !== 200 || !answer.complete) return { ...told, wrong: [] };
  const wrong: string[] = [];
  if (answer.headers['x-number'] !== String(number)) wrong.push(`${String(number)} got the answer of ${String(answer.headers['x-number'])}`);
  if (method !== 'HEAD' && !Buffer.concat(parts).equals(answerOf(number, bytes))) wrong.push(`${String(number)} got another body`);
  if (answer.headers['x-bytes'] !== String(body.length)) wrong.push(`${String(number)} arrived as ${String(answer.headers['x-bytes'])} bytes`);
  else if (route !== 'masked' && answer.headers['x-digest'] !== createHash('sha256').update(body).digest('hex')) wrong.push(`${String(number)} arrived with another body`);
  return { ...told, wrong };
}

async function opened(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => undefined).setEncoding('latin1');
  await once(socket, 'connect');
  return socket;
}

export interface Piped {
  readonly port: number;
  readonly numbers: readonly number[];
  /** Where the bytes are cut into writes; anywhere is right. */
  readonly cutEvery: number;
  /** Rests so long before the last request, on the same connection. */
  readonly restMs?: number;
  /** Leaves without a word once so many answers came. */
  readonly leavesAfter?: number;
}

/** Many requests on one connection without waiting for answers, each in the order that it was asked. */
export async function pipelined({ port, numbers, cutEvery, restMs, leavesAfter = Number.POSITIVE_INFINITY }: Piped): Promise<readonly string[]> {
  const socket = await opened(port).catch(() => undefined);
  if (socket === undefined) return [];
  let text = '';
  let count = 0;
  let tell = (): void => undefined;
  const methods = numbers.map((_, at) => (at % 5 === 3 ? 'HEAD' : at % 2 === 0 ? 'POST' : 'GET'));
  socket.on('data', (part: string) => {
    text += part;
    count = answersIn(text, methods, false).answers.length;
    tell();
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const came = (wanted: number): Promise<void> => new Promise((resolve) => {
    tell = () => {
      if (count >= wanted) resolve();
    };
    tell();
  });
  const timer = setTimeout(() => socket.destroy(), LONGEST_MS);
  const bodyOf = (number: number, at: number): string => (methods[at] === 'POST' ? `the words of ${'x'.repeat(number % 300)}` : '');
  const lines = numbers.map((number, at) => {
    const body = bodyOf(number, at);
    return `${methods[at] ?? ''} ${targetOf({ port, number })} HTTP/1.1\r\nHost: ${HOST}\r\n${body === '' ? '' : `Content-Type: text/plain\r\nContent-Length: ${String(body.length)}\r\n`}\r\n${body}`;
  });
  const last = restMs === undefined ? undefined : lines.pop();
  const all = lines.join('');
  for (let at = 0; at < all.length && socket.writable; at += cutEvery) {
    socket.write(all.slice(at, at + cutEvery), 'latin1');
    await new Promise((next) => setImmediate(next));
  }
  await Promise.race([came(Math.min(lines.length, leavesAfter)), closed]);
  if (last !== undefined && restMs !== undefined) {
    await Promise.race([delay(restMs), closed]);
    if (socket.writable) socket.write(last, 'latin1');
    await Promise.race([came(numbers.length), closed]);
  }
  clearTimeout(timer);
  socket.destroy();
  const { answers } = answersIn(text, methods, false);
  // One that rested may find its connection closed; one that leaves hears less.
  const wanted = Math.min(numbers.length - (restMs === undefined ? 0 : 1), leavesAfter);
  const wrong = answers.length < wanted ? [`of ${String(wanted)} in a row ${String(answers.length)} were answered`] : [];
  for (const [at, { status, head, body }] of answers.entries()) {
    const number = numbers[at] ?? -1;
    if (status !== 200 || !head.includes(`X-Number: ${String(number)}\r\n`) || (methods[at] !== 'HEAD' && body !== answerOf(number, 40).toString('latin1'))) wrong.push(`${String(number)}, in a row, got ${String(status)} ${body.slice(0, 40)}`);
  }
  return wrong;
}

const BAD: readonly ((target: string) => string)[] = [
  (target) => `POST ${target} HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  (target) => `POST ${target} HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
  (target) => `GET ${target} HTTP/1.1\r\nHost: ${HOST}\r\nX: a\nY: b\r\n\r\n`,
  (target) => `GET ${target} HTTP/1.1\r\n${'X: y\r\n'.repeat(20_000)}\r\n`,
  () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
];

/** What must be refused, or nothing but the beginning of something: the gateway ends it, with a 4xx or without a word. */
export async function bad(port: number, number: number, kind: number): Promise<readonly string[]> {
  const socket = await opened(port).catch(() => undefined);
  if (socket === undefined) return [];
  let text = '';
  socket.on('data', (part: string) => (text += part));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const timer = setTimeout(() => {
    text += 'hangs';
    socket.destroy();
  }, LONGEST_MS);
  const made = BAD[kind % (BAD.length + 1)];
  if (made !== undefined) socket.write(made(targetOf({ port, number })), 'latin1');
  else {
    const head = `GET ${targetOf({ port, number })} HTTP/1.1\r\nHost: ${HOST}\r\nX: ${'y'.repeat(1000)}`;
    for (let at = 0; at < head.length && !socket.destroyed; at++) {
      socket.write(head.charAt(at));
      await Promise.race([delay(100), closed]);
    }
  }
  await closed;
  clearTimeout(timer);
  return /^(?:HTTP\/1\.1 4\d\d |$)/.test(text) && !text.endsWith('hangs') ? [] : [`${String(number)}, kind ${String(kind % (BAD.length + 1))}, was not refused: ${text.slice(0, 60)}`];
}
