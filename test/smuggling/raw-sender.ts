/** A sender that writes any bytes, and reads answers by itself: strictly, so that a byte too many shows. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { PATIENCE_MS } from '../kit/patience.js';

export interface Answer {
  readonly status: number;
  readonly head: string;
  /** One code unit is one byte. */
  readonly body: string;
}
export interface Heard {
  readonly answers: readonly Answer[];
  /** Bytes behind the last whole answer. */
  readonly rest: string;
  /** The gateway ended the connection before the sender did, or has told that it would. */
  readonly ended: boolean;
  /** Nothing came for so long that the sender gave up. */
  readonly hung: boolean;
}

export interface Sent {
  readonly bytes: readonly (string | Uint8Array)[];
  /** Methods of the requests, as far as they are told apart: an answer to HEAD has no body. */
  readonly methods: readonly string[];
  /** Answers after which the sender ends. */
  readonly wanted: number;
  /** The sender ends after its bytes. */
  readonly ends: boolean;
}

export async function sendRaw(port: number, { bytes, methods, wanted, ends }: Sent): Promise<Heard> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  let text = '';
  const end = { ended: false, hung: false };
  let finished = false;
  const finish = (): void => {
    if (finished) return;
    finished = true;
    socket.end();
  };
  const closed = new Promise<void>((resolve) => {
    const gone = (): void => {
      if (!finished || ends) end.ended = true;
      finish();
      resolve();
    };
    socket.on('error', gone).once('close', gone).once('end', gone);
  });
  const timer = setTimeout(() => {
    end.hung = true;
    socket.destroy();
  }, PATIENCE_MS);
  socket.setEncoding('latin1').on('data', (part: string) => {
    text += part;
    const { answers } = answersIn(text, methods, false);
    // Whoever says that it closes is left to do so.
    if (answers.length >= wanted && !answers.some(({ head }) => /\r\nconnection: *close\r\n/i.test(head))) finish();
  });
  await Promise.race([once(socket, 'connect'), closed]);
  for (const [at, piece] of bytes.entries()) {
    if (at > 0) await new Promise((next) => setImmediate(next));
    if (socket.writable) socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
  }
  if (ends) finish();
  await closed;
  clearTimeout(timer);
  socket.destroy();
  return { ...answersIn(text, methods, true), ended: end.ended && !end.hung, hung: end.hung };
}

/** Whole answers in what came. `over`: nothing will follow, so that a body may end with the connection. */
export function answersIn(text: string, methods: readonly string[], over: boolean): { readonly answers: readonly Answer[]; readonly rest: string } {
  const answers: Answer[] = [];
  let at = 0;
  for (;;) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end < 0) break;
    const head = text.slice(at, end + 2);
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(status)) break;
    const from = end + 4;
    if (status < 200) {
      at = from;
      continue;
    }
    const body = bodyAt(text, from, head, status, methods[answers.length] ?? '', over);
    if (body === undefined) break;
    answers.push({ status, head, body: body.text });
    at = body.end;
  }
  return { answers, rest: text.slice(at) };
}

function bodyAt(text: string, from: number, head: string, status: number, method: string, over: boolean): { readonly text: string; readonly end: number } | undefined {
  if (method === 'HEAD' || status === 204 || status === 304) return { text: '', end: from };
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
  if (length !== undefined) {
    const end = from + Number(length);
    return text.length < end ? undefined : { text: text.slice(from, end), end };
  }
  if (!/\r\ntransfer-encoding: *chunked\r\n/i.test(head)) return over ? { text: text.slice(from), end: text.length } : undefined;
  let body = '';
  for (let at = from; ;) {
    const line = /^([0-9a-f]+)\r\n/i.exec(text.slice(at, at + 20));
    if (line === null) return undefined;
    const size = Number.parseInt(line[1] ?? '', 16);
    at += line[0].length;
    if (size === 0) {
      const end = text.startsWith('\r\n', at) ? at + 2 : text.indexOf('\r\n\r\n', at) + 4;
      return end < at + 2 || end > text.length ? undefined : { text: body, end };
    }
    if (text.length < at + size + 2) return undefined;
    body += text.slice(at, at + size);
    at += size + 2;
  }
}
