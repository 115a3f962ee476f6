/** One request of an HTTP/2 connection and its answer, on a stream of node:http2. */
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { WeirError } from '../../../errors.js';
import type { Field } from '../../../ports.js';
import { pullBody } from '../pull-body.js';
import { isBodyless } from '../write-reply.js';
import type { AnswerHead, BodyLimits, Call, Peer } from './front.js';
import { h2Head } from './h2-head.js';

/** What nobody admits: the head was malformed, and is answered like any other that is. */
const MALFORMED = { method: 'GET', target: '/', version: '', length: undefined };

export function h2Call(stream: ServerHttp2Stream, raw: readonly string[], ends: boolean, peer: Peer): Call {
  const head = h2Head(raw, ends);
  const { method, target, version, length, fields } = head === undefined ? { ...MALFORMED, fields: visible(raw) } : { ...head, version: '1.1' };
  const expected = fields.find(([name]) => name === 'expect')?.[1].toLowerCase();
  let arrived = ends;
  let trailing: readonly Field[] = [];
  /** Bytes of the answer's body that are still owed to its declared length. */
  let owed: number | undefined;
  let leaving: readonly Field[] | undefined;
  let finished = false;
  stream.on('error', () => undefined);
  stream.on('end', () => {
    // A stream that was taken back ends too.
    if (!stream.closed && !stream.aborted) arrived = true;
  });
  stream.on('finish', () => {
    finished = !stream.aborted;
  });
  stream.on('trailers', (_parsed: unknown, _flags: unknown, pairs?: readonly string[]) => {
    trailing = visible(pairs ?? []);
  });
  const isGone = (): boolean => stream.destroyed || stream.closed;
  /** Every byte of it is here, though perhaps not read. */
  const isComplete = (): boolean => arrived || (!isGone() && stream.state.state === constants.NGHTTP2_STREAM_STATE_HALF_CLOSED_REMOTE);
  /** The rest of a request that is answered already is not wanted (RFC 9113, 8.1). */
  const stopUnread = (): void => {
    if (!isComplete() && !stream.closed) stream.close(constants.NGHTTP2_NO_ERROR);
  };

  return {
    method, target, version, fields, peer,
    expects: expected === undefined ? undefined : expected === '100-continue' ? 'continue' : 'unknown',
    get complete() { return isComplete(); },
    async settled() {
      if (!isComplete()) await new Promise((next) => setImmediate(next));
    },
    body({ maxBody, timeoutMs }: BodyLimits) {
      const { chunks } = pullBody(stream, {
        maxBody,
        timeoutMs,
        onFirstPull: () => {
          if (expected !== undefined && !stream.headersSent && !isGone()) stream.additionalHeaders({ ':status': 100 });
        },
      });
      return whole(chunks, length, () => arrived);
    },
    whole: () => (ends ? [] : undefined),
    trailers: () => trailing,
    get answered() { return stream.headersSent; },
    get gone() { return isGone(); },
    onGone(act) {
      stream.once('close', () => {
        if (!finished) act();
      });
    },
    writeHead(answer: AnswerHead) {
      if (isGone()) throw new WeirError('client-aborted');
      const declared = answer.fields.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
      const bodyless = isBodyless(method, answer.status);
      owed = declared === undefined || bodyless ? undefined : Number(declared);
      // An answer is forwarded as it is: a Date it lacks is not ours to add. Without a length trailers may follow, as they may in chunks.
      const options = { sendDate: false, waitForTrailers: declared === undefined && !bodyless };
      try {
        stream.respond(outgoing(answer), options);
      } catch (thrown) {
        throw new WeirError('upstream-invalid', { cause: thrown });
      }
      stream.once('wantTrailers', () => {
        if (!isGone()) stream.sendTrailers(grouped(leaving ?? []));
      });
    },
    // A head leaves as it is written.
    flush: () => undefined,
    write(chunk) {
      if (isGone()) throw new WeirError('client-aborted');
      if (owed !== undefined) {
        owed -= chunk.length;
        if (owed < 0) throw new WeirError('internal');
      }
      return stream.write(chunk);
    },
    drained: (stallMs) => drained(stream, stallMs),
    end(trailers: readonly Field[]) {
      if (owed !== undefined && owed > 0) throw new WeirError('internal');
      leaving = trailers;
      stream.end(stopUnread);
    },
    answer(answer: AnswerHead, bytes: Buffer) {
      if (stream.headersSent || isGone()) {
        if (!stream.closed) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
        return false;
      }
      stream.respond(outgoing(answer));
      // Node ends the stream by itself for HEAD and for answers without a body.
      if (isBodyless(method, answer.status)) stream.once('finish', stopUnread);
      else stream.end(bytes, stopUnread);
      return true;
    },
    breakOff() {
      if (!stream.closed) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    },
  };
}

/** Throws where the sender took it back, or sent another number of bytes than it declared. */
async function* whole(chunks: AsyncIterable<Uint8Array>, length: number | undefined, arrived: () => boolean): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (length !== undefined && total > length) throw new WeirError('bad-request');
    yield chunk;
  }
  if (!arrived() || (length !== undefined && total !== length)) throw new WeirError('client-aborted');
}

/** Fields without those of the protocol itself. */
function visible(raw: readonly string[]): readonly Field[] {
  const fields: Field[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) if (raw[at]?.startsWith(':') === false) fields.push([raw[at] ?? '', raw[at + 1] ?? '']);
  return fields;
}

/** Names are in lower case here, and a connection has no say in a stream. */
const NOT_OURS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'http2-settings', 'te']);
function grouped(fields: readonly Field[]): Record<string, string | string[]> {
  const named = new Map<string, string[]>();
  for (const [name, value] of fields) {
    const lower = name.toLowerCase();
    if (NOT_OURS.has(lower) || lower.startsWith(':')) continue;
    named.set(lower, [...(named.get(lower) ?? []), value]);
  }
  return Object.fromEntries([...named].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]));
}
const outgoing = ({ status, fields }: Pick<AnswerHead, 'status' | 'fields'>): OutgoingHttpHeaders => ({ ':status': status, ...grouped(fields) });

function drained(stream: ServerHttp2Stream, stallMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(timer);
      stream.off('drain', finish).off('close', finish);
      if (stream.destroyed || stream.closed) reject(new WeirError('client-aborted'));
      else resolve();
    };
    const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), stallMs);
    stream.on('drain', finish).on('close', finish);
  });
}
