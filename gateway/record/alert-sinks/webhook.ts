/** The generic webhook: the events as signed JSON, in the form that it has had from the first day. */
import { postSigned } from '../signed-post.js';
import type { AlertMessage, Sink } from '../../ports.js';
import { fit, leftOutOf } from './fit.js';
import { addressOf, pem, SinkSettingsWrong, type ConfigOf, type SinkSurroundings } from './settings.js';
import { byteLength } from './text.js';

/** Receivers commonly take a megabyte; this is a quarter of it. */
export const WEBHOOK_MOST_BYTES = 262_144;

/** `items` are the events, worst first as they come; keys that have nothing to say are left out. */
export function webhookBody(message: AlertMessage, maxBytes = WEBHOOK_MOST_BYTES): string {
  const { from, to, total, severity, title, link, test, events } = message;
  const render = (count: number): string => {
    const leftOut = leftOutOf(events, count, message.eventsLeftOut);
    return JSON.stringify({
      version: 1,
      from,
      to,
      total,
      items: events.slice(0, count).map((event) => ({
        kind: event.kind,
        at: event.at,
        severity: event.severity,
        route: event.route,
        incident: event.incident,
        rule: event.rule,
        code: event.code,
        counts: event.counts,
        count: event.count,
        link: event.link,
      })),
      link,
      severity,
      title,
      leftOut: leftOut > 0 ? leftOut : undefined,
      test: test === true ? true : undefined,
    });
  };
  return fit(events.length, maxBytes, byteLength, render);
}

export function webhookSink(config: ConfigOf<'webhook'>, { secretOf, now, timeoutMs }: SinkSurroundings): Sink {
  const url = typeof config.url === 'string' ? new URL(config.url) : addressOf(config.id, config.kind, secretOf(config.url));
  const secret = secretOf(config.secret);
  if (secret === '') throw new SinkSettingsWrong('SINK_SECRET', `alerts.sinks: the secret of "${config.id}" (webhook) is empty.`);
  return {
    id: config.id,
    kind: config.kind,
    limits: { perMinute: config.perMinute, maxBytes: WEBHOOK_MOST_BYTES },
    send: (message) => postSigned({ url, secret, body: webhookBody(message), deliveryId: message.deliveryId, ca: pem(config.ca), timeoutMs, now }),
    close: () => Promise.resolve(),
  };
}
