/** How a request that is part of an upload is taken through its turn, and what is noted of a part on its way out. */
import { declaredCodings } from '../../../content-coding.js';
import { asWeirError, LedgerFailure, WeirError, type ErrorCode } from '../../../errors.js';
import type { Exchange, HeadText, Outbound, PartBook, PartEnds, UpstreamReply } from '../../../ports.js';
import { endsSeen, joinTexts, type EndsSeen } from './joins.js';

export type Forward = (outbound: Outbound, onProgress?: (sent: 'some' | 'all') => void) => Promise<UpstreamReply>;

export interface UploadTurn {
  readonly exchange: Exchange;
  /** In place of the plain forwarding. */
  readonly forward?: ((outbound: Outbound, send: Forward) => Promise<UpstreamReply>) | undefined;
  /** It did not leave. */
  readonly stopped?: ((how: 'held' | 'refused') => Promise<void>) | undefined;
}

/** Formats show in their first bytes, which are looked at in one piece. No client cuts so small. */
const FIRST_LEAST = 4_096;

export const refusedPiece = (exchange: Exchange, because?: ErrorCode): UploadTurn => ({ exchange: { ...exchange, piece: { as: 'refused', because } } });

export const succeeded = ({ status, early }: UpstreamReply): boolean => status >= 200 && status < 300 && !early;

/** A ledger that is away stops it where anything could be stopped, and says so. */
export function whyUnknown(thrown: unknown): ErrorCode {
  return thrown instanceof LedgerFailure ? 'scan-failed' : asWeirError(thrown, 'internal').code;
}

/** Bytes leave at once and no verdict can stop them: nor can a ledger that is away. */
const isWatched = ({ change, verdict }: Outbound): boolean => change === 'none' && verdict === undefined;

export interface PartOf {
  readonly book: PartBook;
  readonly upload: string;
  readonly part: string;
  /** What the upstream calls the bytes that it took. */
  readonly tag: (reply: UpstreamReply) => string | undefined;
}

/** One part: it goes on as it was judged, and its ends are noted as they went out, before the client is told that it is there. */
export function partTurn(exchange: Exchange, { book, upload, part, tag }: PartOf): UploadTurn {
  const codings = declaredCodings(exchange.http.fields);
  // What the upstream makes of a coded part nobody knows. The frames of storage clients it takes off itself.
  const framed = codings === 'aws-chunked';
  if (codings !== undefined && !framed) return refusedPiece(exchange);
  const read = endsSeen();
  return {
    exchange: { ...exchange, piece: { as: 'joined', seen: framed ? (plain) => read.seen(plain) : undefined } },
    async forward(outbound, send) {
      if (framed && outbound.change !== 'none') throw new WeirError('mask-failed');
      const watched = isWatched(outbound);
      const ends = framed ? read : endsSeen();
      const attempt = await noting(watched, () => book.begin(upload, part));
      if (attempt === undefined && !watched) throw new WeirError('upload-split');
      const sent = { all: false };
      let reply: UpstreamReply;
      try {
        reply = await send(framed ? outbound : { ...outbound, whole: undefined, body: told(outbound.body, ends) }, (how) => {
          sent.all ||= how === 'all';
        });
      } catch (thrown) {
        // Of a request that was sent to its end nobody knows what became of it.
        if (attempt !== undefined && !sent.all) await noting(true, () => book.failed(upload, part, attempt));
        throw thrown;
      }
      if (attempt === undefined) return reply;
      const name = succeeded(reply) ? tag(reply) : undefined;
      if (name !== undefined) await noting(watched, () => book.arrived(upload, part, attempt, ends.ends(name)));
      else if (reply.status >= 300) await noting(true, () => book.failed(upload, part, attempt));
      return reply;
    },
  };
}

async function noting<T>(watched: boolean, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    if (watched) return undefined;
    throw new WeirError(whyUnknown(thrown), { cause: thrown });
  }
}

/** The same bytes, looked at as they are taken; whoever takes them may stop at any time. */
function told(body: AsyncIterable<Uint8Array>, ends: EndsSeen): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const inner = body[Symbol.asyncIterator]();
      return {
        async next() {
          const next = await inner.next();
          if (next.done !== true) ends.seen(next.value);
          return next;
        },
        async return() {
          await inner.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

/** What putting these parts together is judged by; undefined where they cannot be judged. */
export function acrossTexts(parts: readonly PartEnds[]): readonly HeadText[] | undefined {
  const [first] = parts;
  if (first === undefined || (parts.length > 1 && first.size < FIRST_LEAST)) return undefined;
  return joinTexts(parts).map((text, at): HeadText => ({ name: `join:${at + 1}`, kind: 'field', text }));
}

export function withTexts(exchange: Exchange, texts: readonly HeadText[]): Exchange {
  return { ...exchange, body: { ...exchange.body, texts: [...exchange.body.texts, ...texts] } };
}
