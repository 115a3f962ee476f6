/** One request on node:http: what IncomingMessage and ServerResponse say, as the channel asks for it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { WeirError } from '../../../errors.js';
import type { Field } from '../../../ports.js';
import { certificateName } from '../certificate-name.js';
import { fieldPairs } from '../fields.js';
import { lingerAtClose } from '../linger.js';
import { pullBody } from '../pull-body.js';
import { isBodyless } from '../write-reply.js';
import type { AnswerHead, BodyLimits, Call, Peer, RequestHead } from './front.js';

export interface NodeCall extends Call {
  /** What the parser found wrong with the rest of the body. */
  fail(error: WeirError): void;
  readonly passOn: () => { readonly message: IncomingMessage; readonly response: ServerResponse };
}

function nodePeer(socket: Socket, address: string | undefined): Peer {
  const tls = socket instanceof TLSSocket ? socket : undefined;
  return { address, secure: tls !== undefined, certificateName: () => (tls === undefined ? undefined : certificateName(tls)) };
}

export function nodeHead(message: IncomingMessage, address: string | undefined): RequestHead {
  return { method: message.method ?? '', target: message.url ?? '', version: message.httpVersion, fields: fieldPairs(message.rawHeaders), peer: nodePeer(message.socket, address) };
}

export function nodeCall(message: IncomingMessage, response: ServerResponse, address: string | undefined, expects: Call['expects']): NodeCall {
  let failBody: (error: WeirError) => void = () => undefined;
  const isGone = (): boolean => response.destroyed || response.socket === null || response.socket.destroyed;
  /** Answers whether the connection has to end behind this answer. */
  const mustClose = (close: boolean): boolean => {
    const unread = !message.complete;
    if (unread && response.socket !== null) lingerAtClose(response.socket);
    return close || unread;
  };
  return {
    ...nodeHead(message, address),
    expects,
    get complete() { return message.complete; },
    async settled() {
      message.on('error', () => undefined);
      if (!message.complete) await new Promise((next) => setImmediate(next));
    },
    body({ maxBody, timeoutMs }: BodyLimits) {
      const pulled = pullBody(message, {
        maxBody,
        timeoutMs,
        // Whoever waits for leave to send gets it when the first byte is wanted: after route, head and facts were judged.
        onFirstPull: () => {
          if (expects === 'continue' && !response.headersSent && !response.destroyed) response.writeContinue();
        },
      });
      failBody = (error) => pulled.fail(error);
      return pulled.chunks;
    },
    // A request is announced before the rest of its packet is parsed.
    whole: () => undefined,
    trailers: () => fieldPairs(message.rawTrailers),
    get answered() { return response.headersSent; },
    get gone() { return isGone(); },
    onGone(act) {
      response.on('close', () => {
        if (!response.writableFinished) act();
      });
    },
    writeHead(head: AnswerHead, close: boolean) {
      if (response.destroyed || response.socket === null) throw new WeirError('client-aborted');
      const fields = mustClose(close) ? [...head.fields, ['Connection', 'close'] as const] : head.fields;
      // An answer is forwarded as it is: a Date it lacks is not ours to add.
      response.sendDate = false;
      response.strictContentLength = !isBodyless(message.method ?? '', head.status);
      try {
        response.writeHead(head.status, head.reason, fields.flat());
      } catch (thrown) {
        throw new WeirError('upstream-invalid', { cause: thrown });
      }
    },
    flush: () => response.flushHeaders(),
    write(chunk) {
      if (response.destroyed) throw new WeirError('client-aborted');
      try {
        return response.write(chunk);
      } catch (thrown) {
        throw new WeirError('internal', { cause: thrown });
      }
    },
    drained: (stallMs) => drained(response, stallMs),
    end(trailers: readonly Field[]) {
      if (trailers.length > 0) response.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]));
      try {
        response.end();
      } catch (thrown) {
        throw new WeirError('internal', { cause: thrown });
      }
      message.resume();
    },
    answer(head: AnswerHead, bytes: Buffer, close: boolean) {
      if (response.headersSent || isGone()) {
        response.destroy();
        return false;
      }
      // Said, because an upstream's head that could not be written has left its reason behind.
      response.writeHead(head.status, head.reason, (mustClose(close) ? [...head.fields, ['Connection', 'close']] : head.fields).flat());
      // Node leaves the body out for HEAD by itself.
      response.end(bytes);
      message.resume();
      return true;
    },
    breakOff() {
      const { socket } = response;
      // A body that ends with its connection looks whole after a FIN; a reset does not.
      if (socket instanceof Socket && !(socket instanceof TLSSocket) && !response.chunkedEncoding && !socket.destroyed && !socket.writableEnded) socket.resetAndDestroy();
      response.destroy();
    },
    passOn() {
      failBody = () => message.socket.destroy();
      // Whoever passes it on would answer the expectation too late, or not at all.
      if (expects === 'continue') response.writeContinue();
      delete message.headers.expect;
      return { message, response };
    },
    fail: (error) => failBody(error),
  };
}

function drained(response: ServerResponse, stallMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(timer);
      response.off('drain', finish).off('close', finish);
      if (response.destroyed) reject(new WeirError('client-aborted'));
      else resolve();
    };
    const timer = setTimeout(() => response.destroy(), stallMs);
    response.on('drain', finish).on('close', finish);
  });
}
