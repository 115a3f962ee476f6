/** Writes an upstream's answer to the client: its head as deliver left it with our own fields added, its body as fast as the client reads. */
import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { WeirError } from '../../errors.js';
import type { Field } from '../../ports.js';
import { without } from './fields.js';
import { lingerAtClose } from './linger.js';

/** Framing and connection belong to this hop; only we may speak as Weir. */
const OURS = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'proxy-connection', 'weir-action', 'weir-incident'];

export interface ReplyHead {
  readonly status: number;
  readonly statusText: string;
  readonly fields: readonly Field[];
}

/** Answers without a body, whatever their head says. */
export function isBodyless(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304 || status < 200;
}

/** Sends the head. `close`: nothing more will be read from this client. */
export function writeHead(response: ServerResponse, head: ReplyHead, extra: readonly Field[], close: boolean): void {
  if (response.destroyed || response.socket === null) throw new WeirError('client-aborted');
  const unread = !response.req.complete;
  if (unread) lingerAtClose(response.socket);
  const fields = [...without(head.fields, ...OURS), ...extra, ...(close || unread ? [['Connection', 'close'] as const] : [])];
  // An answer is forwarded as it is: a Date it lacks is not ours to add.
  response.sendDate = false;
  response.strictContentLength = !isBodyless(response.req.method ?? '', head.status);
  const text = /^[\t\x20-\x7e\x80-\xff]*$/.test(head.statusText) ? head.statusText : '';
  try {
    response.writeHead(head.status, text, fields.flat());
  } catch (thrown) {
    throw new WeirError('upstream-invalid', { cause: thrown });
  }
}

/** Resolves when every byte has been handed to Node; throws `client-aborted` when the client leaves or stops reading. */
export async function writeBody(response: ServerResponse, body: AsyncIterable<Uint8Array>, stallMs: number): Promise<void> {
  // A head shares a packet with body bytes that are already here, but does not wait for slow ones.
  const flush = setImmediate(() => response.flushHeaders());
  for await (const chunk of body) {
    clearImmediate(flush);
    if (response.destroyed) throw new WeirError('client-aborted');
    let ready: boolean;
    try {
      ready = response.write(chunk);
    } catch (thrown) {
      throw new WeirError('internal', { cause: thrown });
    }
    if (!ready) await drained(response, stallMs);
  }
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

/** Ends a whole answer; trailers go out only where the framing has room for them. */
export function endReply(response: ServerResponse, trailers: readonly Field[]): void {
  if (trailers.length > 0) response.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]));
  try {
    response.end();
  } catch (thrown) {
    throw new WeirError('internal', { cause: thrown });
  }
  response.req.resume();
}

/** Cuts an answer short so that no client can take it for a whole one. */
export function breakOff(response: ServerResponse): void {
  const { socket } = response;
  // A body that ends with its connection looks whole after a FIN; a reset does not.
  if (socket instanceof Socket && !(socket instanceof TLSSocket) && !response.chunkedEncoding && !socket.destroyed) socket.resetAndDestroy();
  response.destroy();
}
