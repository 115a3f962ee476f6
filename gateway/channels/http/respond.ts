/** Answers that are our own: refusals and verdicts, as problem documents through a front or straight onto a socket. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Action, Field } from '../../ports.js';
import type { Call } from './front/front.js';
import { lingeringEnd } from './linger.js';
import { languageFor, wantsHtml, type Language } from './negotiate.js';
import { problemBody, problemDocument, type Refusal } from './problem.js';

/** Seconds after which a 503 is worth another try. */
const RETRY_AFTER = '10';

export interface AnswerStyle {
  readonly language: Language;
  readonly html: boolean;
}

export function styleFor(fields: readonly Field[], configured: 'auto' | Language): AnswerStyle {
  return { language: languageFor(fields, configured), html: wantsHtml(fields) };
}

/** What we are about to answer, in one form for both ways of writing it. */
export interface OwnAnswer {
  readonly refusal: Refusal;
  readonly incident: string;
  readonly style: AnswerStyle;
  /** Weir-Action and Weir-Incident are wanted on this route. */
  readonly weirHeaders: boolean;
}

function build(answer: OwnAnswer): { readonly status: number; readonly fields: readonly Field[]; readonly bytes: Buffer } {
  const { refusal, incident, style } = answer;
  const document = problemDocument(refusal, incident, style.language);
  const body = problemBody(document, style.language, style.html);
  const fields: Field[] = [
    ['Content-Type', body.contentType],
    ['Content-Length', String(body.bytes.length)],
    ['Content-Language', style.language],
    ['Cache-Control', 'no-store'],
    ['X-Content-Type-Options', 'nosniff'],
    ['Vary', 'Accept, Accept-Language'],
  ];
  if (style.html) fields.push(['Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'"]);
  if (document.status === 503) fields.push(['Retry-After', RETRY_AFTER]);
  if (answer.weirHeaders) fields.push(...weirFields(actionOf(refusal), incident));
  return { status: document.status, fields, bytes: body.bytes };
}

function actionOf(refusal: Refusal): Action | undefined {
  switch (refusal.kind) {
    case 'blocked': return 'block';
    case 'held': return 'hold';
    case 'error': return undefined;
  }
}

const PASSED: readonly Field[] = [['Weir-Action', 'pass']];

/** `Weir-Incident` stands wherever there is something to ask about: everything but a pass. */
export function weirFields(action: Action | undefined, incident: string): readonly Field[] {
  if (action === 'pass') return PASSED;
  const about = ['Weir-Incident', incident] as const;
  return action === undefined ? [about] : [['Weir-Action', action], about];
}

/** Writes it; answers with the status the client was told, or undefined when it can no longer be told anything. */
export function respond(call: Call, answer: OwnAnswer, close: boolean): number | undefined {
  const { status, fields, bytes } = build(answer);
  return call.answer({ status, reason: STATUS_CODES[status] ?? '', fields }, bytes, close) ? status : undefined;
}

/** For connections that have no response object: what the parser refused, upgrades, CONNECT. */
export function respondRaw(socket: Socket, answer: OwnAnswer): number | undefined {
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return undefined;
  }
  const { status, fields, bytes } = build(answer);
  const head = [...fields, ['Date', new Date().toUTCString()], ['Connection', 'close']].map(([name = '', value = '']) => `${name}: ${value}\r\n`).join('');
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head}\r\n`);
  socket.write(bytes);
  lingeringEnd(socket);
  return status;
}
