/** The pipeline as channels see it. */
import type { WeirError } from '../errors.js';
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
  /** Valid after the last chunk. */
  trailers(): readonly Field[];
  readonly route: RouteRules;
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
  /** Bytes that will come, where known: the declared length in stream mode, the spooled size in hold mode. */
  readonly length: number | undefined;
  /** The final verdict, where it is known before the first byte leaves (hold mode): a response's head can then name it. */
  readonly verdict?: Verdict | undefined;
  /** Throws when the exchange is aborted: the far side must then see an incomplete body, never a complete one. */
  readonly body: AsyncIterable<Uint8Array>;
  trailers(): readonly Field[];
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
