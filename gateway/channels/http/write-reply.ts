/** Writes an upstream's answer to the client: its head as deliver left it with our own fields added, its body as fast as the client reads. */
import { WeirError } from '../../errors.js';
import type { Field, UpstreamReply } from '../../ports.js';
import type { Call } from './front/front.js';
import { remembered } from './remembered.js';

/** Framing and connection belong to this hop; only we may speak as Weir. */
const OURS: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'proxy-connection', 'weir-action', 'weir-incident']);
/** Fields that servers send, and a few more. */
const NAMES_MOST = 1024;
const isOurs = remembered(NAMES_MOST, (name) => OURS.has(name.toLowerCase()));

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
export function writeHead(call: Call, head: ReplyHead, extra: readonly Field[], close: boolean): void {
  const reason = /^[\t\x20-\x7e\x80-\xff]*$/.test(head.statusText) ? head.statusText : '';
  const fields: Field[] = [];
  for (const field of head.fields) if (!isOurs(field[0])) fields.push(field);
  for (const field of extra) fields.push(field);
  call.writeHead({ status: head.status, reason, fields }, close);
}

/** Every byte handed on, at once where that can be; throws or rejects with `client-aborted` when the client leaves or stops reading. */
export function writeBody(call: Call, { body, whole }: Pick<UpstreamReply, 'body' | 'whole'>, stallMs: number): Promise<void> | undefined {
  if (whole === undefined) return writePulled(call, body, stallMs);
  for (const [at, chunk] of whole.entries()) if (!call.write(chunk)) return writeRest(call, whole.slice(at + 1), stallMs);
  return undefined;
}

async function writeRest(call: Call, rest: readonly Uint8Array[], stallMs: number): Promise<void> {
  await call.drained(stallMs);
  for (const chunk of rest) if (!call.write(chunk)) await call.drained(stallMs);
}

async function writePulled(call: Call, body: UpstreamReply['body'], stallMs: number): Promise<void> {
  // A head shares a packet with body bytes that are already here, but does not wait for slow ones.
  const flush = setImmediate(() => call.flush());
  for await (const chunk of body) {
    clearImmediate(flush);
    if (call.gone) throw new WeirError('client-aborted');
    if (!call.write(chunk)) await call.drained(stallMs);
  }
}
