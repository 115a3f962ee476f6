/** The pipeline as channels see it. */
import type { ErrorCode, WeirError } from '../errors.js';
import type { Verdict } from './decide.js';
import type { BodyHead, Facts, HttpHead } from './exchange.js';
import type { ExchangeId, Field } from './names.js';

/** One message in one direction, handed to the pipeline with its body unread. */
export interface Exchange {
  readonly id: ExchangeId;
  readonly receivedAt: number;
  readonly facts: Facts;
  readonly http: HttpHead;
  readonly body: BodyHead;
  /** Pulled once; throws WeirError('client-aborted' …) when the sender leaves or lies about the length. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Set where all of the body is in memory already: the bytes that `chunks` would give. Whoever takes it does not pull the other. */
  readonly whole?: readonly Uint8Array[] | undefined;
  /** Valid after the last chunk. */
  trailers(): readonly Field[];
  readonly route: RouteRules;
  /** Of an answer: the exchange of its request. */
  readonly answers?: ExchangeId | undefined;
  /** Absent: the body is whole in itself. */
  readonly piece?: Piece | undefined;
  /** Of an answer: its receiver said that it takes gzip. */
  readonly takesGzip?: boolean | undefined;
  /** The peer is believed about itself: also about the trace that this belongs to. */
  readonly fromTrustedProxy?: boolean | undefined;
}

/** A body that is part of something sent over several requests (HC 23). */
export interface Piece {
  /**
   * `refused`: nobody here puts the pieces together; it leaves only where nothing could be stopped or changed.
   * `cut`: more will come. What is not settled at its end does not leave, and the sender will send it again before what follows.
   * `joined`: all of it leaves. What lies across its ends is judged when the pieces are put together.
   * `last`: nothing will come behind it.
   * `fixed`: the only one, of a length that was agreed on before.
   */
  readonly as: 'refused' | 'cut' | 'joined' | 'last' | 'fixed';
  /** Of a refused one, where there is more to say than that it is a part. */
  readonly because?: ErrorCode | undefined;
  /** The first one: what all of them are together shows here or nowhere. */
  readonly begins?: boolean | undefined;
  /** Told of every byte that was read, in order. */
  readonly seen?: ((plain: Uint8Array) => void) | undefined;
}

/** What of a route's configuration the pipeline acts on. */
export interface RouteRules {
  readonly id: string;
  /** `stream-with-abort`: server-sent events may stream on a route that derives hold (HC 3). */
  readonly streamWithAbort: boolean;
  /** Query, path, subject … are in `body.texts`; masking them is possible only when the head is still ours to write. */
  readonly maskQuery: boolean;
}

/** What may leave: a head to build and bytes that are already judged. */
export interface Outbound {
  /** Request target, possibly with its query masked. */
  readonly target: string;
  readonly change: 'none' | 'same-length' | 'recoded';
  /** Content codings that the body has now, in the order applied, where they are not those of the head; empty for none. */
  readonly codings?: readonly string[] | undefined;
  /** Bytes that will come, where known: the declared length in stream mode, the spooled size in hold mode. */
  readonly length: number | undefined;
  /** The final verdict, where it is known before the first byte leaves (hold mode): a response's head can then name it. */
  readonly verdict?: Verdict | undefined;
  /** Throws when the exchange is aborted: the far side must then see an incomplete body, never a complete one. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Set where all of it is judged and in memory: the bytes that `body` would give, taken instead of it. */
  readonly whole?: readonly Uint8Array[] | undefined;
  trailers(): readonly Field[];
  /** Told of the far side's status by whoever sends a request, before its sender hears it. */
  readonly replied?: ((status: number) => Promise<void>) | undefined;
}

/** How an exchange ended. `close` is called by the channel once, with what the client was told: it writes metrics and log. */
export type Ended<T> = (
  | { readonly kind: 'forwarded'; readonly sent: T; /** Verdict so far; final once the body has been read. */ verdict(): Verdict }
  | { readonly kind: 'blocked'; verdict(): Verdict }
  | { readonly kind: 'held'; verdict(): Verdict; /** The incident to name: an older one when the same was held before. */ readonly incident: ExchangeId }
  | { readonly kind: 'failed'; readonly error: WeirError }
) & { close(status: number | undefined): void };

export interface Pipeline {
  /** `forward` is called at most once, and only with bytes that policy lets go. */
  run<T>(exchange: Exchange, forward: (outbound: Outbound) => Promise<T>): Promise<Ended<T>>;
}
