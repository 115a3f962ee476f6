/** What the tests of delivery over SMTP are built from: hops to loopback, mails and their envelopes. */
import type { MailHop } from '../../../../config/schema.js';
import { nextHops, type NextHopsOptions } from '../../../../gateway/deliver/smtp/next-hops.js';
import type { Log, MailContent, MailFrom, MailRecipient, NextHops } from '../../../../gateway/ports.js';
import { manualClock } from '../../../kit/clock.js';
import { PATIENCE_MS } from '../../../kit/patience.js';

export const quietLog: Log = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

export const from = (address = 'sender@corp.example', more: Partial<MailFrom> = {}): MailFrom => ({
  address, body: undefined, smtpUtf8: false, requireTls: false, ret: undefined, envid: undefined, size: undefined, ...more,
});
export const to = (address: string, more: Partial<MailRecipient> = {}): MailRecipient => ({ address, notify: undefined, orcpt: undefined, ...more });

export function content(text: string | Uint8Array, cut = 1 << 20): MailContent {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
  return {
    length: bytes.length,
    async *stream() {
      for (let at = 0; at < bytes.length; at += cut) yield bytes.subarray(at, at + cut);
    },
  };
}
export const MAIL = 'From: <sender@corp.example>\r\nSubject: one\r\n\r\n.a line with a dot\r\n..and two\r\n.\r\nend\r\n';

export const hop = (port: number | readonly number[], more: Partial<MailHop> = {}): MailHop => ({
  hosts: [port].flat().map((one) => `127.0.0.1:${String(one)}`),
  tls: 'none', connectTimeout: PATIENCE_MS, replyTimeout: PATIENCE_MS, maxConnections: 20, ...more,
});

export const hopsTo = (hops: readonly MailHop[], more: Partial<NextHopsOptions> = {}): NextHops =>
  nextHops({ id: 'mail', upstream: { hops } }, { hostname: 'weir.corp.example', clock: manualClock(), log: quietLog, secretOf: () => 'secret', ...more });
