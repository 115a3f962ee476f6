/** The far side: an upstream that takes what was judged. */
import type { Field } from './names.js';
import type { Outbound } from './pipeline.js';

/** What of an AbortSignal is asked for: a whole one for each exchange costs more than the rest of its head. */
export interface Leaving {
  readonly aborted: boolean;
  addEventListener(kind: 'abort', act: () => void): void;
  removeEventListener(kind: 'abort', act: () => void): void;
}

/** A request to a route's upstream, built anew from parsed fields. */
export interface UpstreamRequest {
  readonly method: string;
  /** As the sender wrote them; deliver drops and adds what a proxy must (HC 10, 18). */
  readonly fields: readonly Field[];
  /** How the sender reached us: for Forwarded, X-Forwarded-* and the rewriting of answers. */
  readonly via: { readonly clientAddress: string | undefined; readonly scheme: 'http' | 'https'; readonly host: string | undefined; readonly fromTrustedProxy: boolean };
  readonly outbound: Outbound;
  /** Aborts when the client leaves. */
  readonly signal?: Leaving;
  /** Called when the last byte of the request has been handed to the system, and when any byte has. */
  readonly onProgress?: (sent: 'some' | 'all') => void;
}
export interface UpstreamReply {
  readonly status: number;
  readonly statusText: string;
  readonly fields: readonly Field[];
  readonly body: AsyncIterable<Uint8Array>;
  /** Set where all of it has arrived already: the bytes that `body` would give, taken instead of it. */
  readonly whole?: readonly Uint8Array[] | undefined;
  trailers(): readonly Field[];
  /** True when the answer came before the whole request was sent. */
  readonly early: boolean;
}
/** One per route: connection pool, TLS, timeouts. Fails with WeirError upstream-*. */
export interface Upstream {
  request(request: UpstreamRequest): Promise<UpstreamReply>;
  close(): Promise<void>;
}
