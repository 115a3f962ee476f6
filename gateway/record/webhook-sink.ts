/** Sends alert batches to one HTTP endpoint as signed JSON; an error says a status or a system code, never the URL or the body. */
import { createHmac } from 'node:crypto';
import type { AlertBatch, AlertEvent, AlertSink, Severity } from '../ports.js';
import { causeCode } from '../errors.js';

export interface WebhookSinkOptions {
  readonly id: string;
  readonly url: string;
  /** Signs each body; kept by both sides. */
  readonly secret: string;
  readonly events: readonly AlertEvent['kind'][];
  readonly minSeverity: Severity;
  /** Address of the console, so that a person can go there. */
  readonly link?: string;
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A receiver that needs longer than this is down for our purposes; the job that called retries. */
export const WEBHOOK_TIMEOUT_MS = 10_000;
const SEVERITIES: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];

/** Why a batch did not arrive. `status` is set when the far side answered. */
export class WebhookFailed extends Error {
  override readonly name = 'WebhookFailed';
  constructor(
    readonly code: string,
    readonly status: number | undefined,
  ) {
    super(status === undefined ? `the webhook could not be reached (${code})` : `the webhook answered ${status}`);
  }
}

/** `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`: what a receiver recomputes, refusing a `t` that is minutes old. */
export function webhookSignature(secret: string, unixSeconds: number, body: string): string {
  return `t=${unixSeconds},v1=${createHmac('sha256', secret).update(`${unixSeconds}.${body}`).digest('hex')}`;
}

function bodyOf(batch: AlertBatch, link: string | undefined): string {
  return JSON.stringify({
    version: 1,
    from: batch.from,
    to: batch.to,
    total: batch.total,
    items: batch.items.map(({ event, count }) => ({
      kind: event.kind,
      at: event.at,
      severity: event.severity,
      route: event.route,
      incident: event.incident,
      rule: event.rule,
      code: event.code,
      counts: event.counts,
      count,
    })),
    link,
  });
}

/** The system's code behind fetch's own TypeError: ECONNREFUSED, TimeoutError, … */
function failureCode(thrown: unknown): string {
  const cause = typeof thrown === 'object' && thrown !== null ? (thrown as { cause?: unknown }).cause : undefined;
  return causeCode(cause ?? thrown);
}

export interface SignedPost {
  readonly url: string;
  readonly secret: string;
  readonly body: string;
  readonly deliveryId: string;
  readonly timeoutMs?: number | undefined;
  readonly fetch?: typeof fetch | undefined;
  readonly now?: (() => number) | undefined;
}

/** 2xx is success; everything else throws WebhookFailed. */
export async function postSigned({ url, secret, body, deliveryId, timeoutMs, fetch: send = fetch, now = Date.now }: SignedPost): Promise<void> {
  let response: Response;
  try {
    response = await send(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Weir',
        'weir-delivery': deliveryId,
        'weir-signature': webhookSignature(secret, Math.floor(now() / 1_000), body),
      },
      body,
      // A redirect would carry it to an address nobody configured.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs ?? WEBHOOK_TIMEOUT_MS),
    });
  } catch (thrown) {
    throw new WebhookFailed(failureCode(thrown), undefined);
  }
  // Nothing in the answer is of use, and it may be endless.
  await response.body?.cancel();
  if (!response.ok) throw new WebhookFailed('status', response.status);
}

/** A generic webhook: 2xx is success, everything else (redirects too) is a failure that the caller retries under the same delivery id. */
export function webhookSink(options: WebhookSinkOptions): AlertSink {
  const least = SEVERITIES.indexOf(options.minSeverity);
  return {
    id: options.id,
    wants: (event) => options.events.includes(event.kind) && SEVERITIES.indexOf(event.severity) >= least,
    send: (batch, deliveryId) => postSigned({ ...options, body: bodyOf(batch, options.link), deliveryId }),
  };
}
