/** Signed JSON to a system of yours: what alerts' webhooks and notices to senders are sent with. */
import { createHmac } from 'node:crypto';
import { post, throwForStatus } from './alert-sinks/post.js';

/** `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`: what a receiver recomputes, refusing a `t` that is minutes old. */
export function webhookSignature(secret: string, unixSeconds: number, body: string): string {
  return `t=${String(unixSeconds)},v1=${createHmac('sha256', secret).update(`${String(unixSeconds)}.${body}`).digest('hex')}`;
}

export interface SignedPost {
  readonly url: string | URL;
  /** Signs each body; kept by both sides. */
  readonly secret: string;
  readonly body: string;
  /** The same on a retry. */
  readonly deliveryId: string;
  /** PEM of your own authority. */
  readonly ca?: string | undefined;
  readonly timeoutMs?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
}

/** 2xx is success; everything else throws SinkFailed. Nothing in the answer is of use, and it may be endless: it is not read. */
export async function postSigned({ url, secret, body, deliveryId, ca, timeoutMs, now = Date.now }: SignedPost): Promise<void> {
  const headers = { 'content-type': 'application/json', 'weir-delivery': deliveryId, 'weir-signature': webhookSignature(secret, Math.floor(now() / 1_000), body) };
  throwForStatus(await post({ url: new URL(url), body, headers, ca, now, timeoutMs, readAnswer: false }));
}
