/** How a mail's envelope reaches the demo sink: in one field of a request, which no client of a route can send, since `weir-*` ends at the gateway. */
import { z } from 'zod';
import type { MailFrom, MailRecipient } from '../ports.js';

export const DEMO_MAIL_FIELD = 'weir-demo-mail';
/** Shown of an envelope; a header of a request has an end. */
const RECIPIENTS_SHOWN = 20;
const ADDRESS_SHOWN = 200;

const envelope = z.object({ route: z.string(), from: z.string(), to: z.array(z.string()), more: z.number().int().min(0) });
export type DemoEnvelope = z.output<typeof envelope>;

export function demoEnvelope(route: string, from: MailFrom, recipients: readonly MailRecipient[]): string {
  const shown: DemoEnvelope = {
    route,
    from: from.address.slice(0, ADDRESS_SHOWN),
    to: recipients.slice(0, RECIPIENTS_SHOWN).map(({ address }) => address.slice(0, ADDRESS_SHOWN)),
    more: Math.max(0, recipients.length - RECIPIENTS_SHOWN),
  };
  return Buffer.from(JSON.stringify(shown), 'utf8').toString('base64url');
}

/** `undefined` where the field is none of ours. */
export function readDemoEnvelope(field: string): DemoEnvelope | undefined {
  try {
    return envelope.parse(JSON.parse(Buffer.from(field, 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
}
