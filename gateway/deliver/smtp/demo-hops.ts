/** The next hop of a demonstration: no mail server, and no way out; mails go to the demo sink, so that a new user sees what would have left. */
import { request } from 'node:http';
import { isIP } from 'node:net';
import { asWeirError, WeirError } from '../../errors.js';
import type { MailContent, MailRecipient, MailSent, NextHops, SmtpReply } from '../../ports.js';
import { DEMO_MAIL_FIELD, demoEnvelope } from '../demo-mail.js';
import { OWN_REPLY } from './own-reply.js';

const DEMO_HOP = 'demo';
/** Names that belong to nobody (RFC 2606): a demonstration must not look like a way to real people. */
const NOBODYS = /(^|[@.])(example|test)\.?$/i;
const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
const REFUSED: SmtpReply = { code: 550, enhanced: '5.7.1', text: ['The demonstration takes mail from this machine to names under .example and .test only'] };
const TAKEN: SmtpReply = { code: 250, enhanced: '2.0.0', text: ['Shown at the demo sink'] };
const FINE: SmtpReply = { code: 250, enhanced: '2.1.5', text: ['Ok'] };

export interface DemoHopsOptions {
  readonly route: string;
  /** Of the demo sink. */
  readonly url: string;
}

/** To be called only under `demo: true`. */
export function demoHops({ route, url }: DemoHopsOptions): NextHops {
  const taken = ({ address }: MailRecipient, client: string | undefined): SmtpReply =>
    NOBODYS.test(address) && (client === undefined || isIP(client) === 0 || LOOPBACK.test(client)) ? FINE : REFUSED;
  return {
    relay(from, { signal, client } = {}) {
      return {
        hopOf: () => DEMO_HOP,
        rcpt: (recipient) => Promise.resolve(taken(recipient, client)),
        async send(recipients, content, { signal: own = signal, beforeEnd } = {}) {
          const refused = recipients.filter((one) => taken(one, client) !== FINE).map((recipient) => ({ recipient, reply: REFUSED }));
          if (refused.length === recipients.length) return { kind: 'replied', reply: REFUSED, refused };
          const sent = await posted(url, demoEnvelope(route, from, recipients), content, own, beforeEnd);
          return sent.kind === 'replied' ? { ...sent, refused } : sent;
        },
        end: () => Promise.resolve(),
      };
    },
    signIn: () => Promise.resolve(OWN_REPLY.noSignIn),
    close: () => Promise.resolve(),
  };
}

/** The sink may live in another process of this node, so mails reach it as requests do. */
async function posted(url: string, envelope: string, content: MailContent, signal: AbortSignal | undefined, beforeEnd: (() => Promise<void>) | undefined): Promise<MailSent> {
  let complete = false;
  const outgoing = request(new URL('/', url), { method: 'POST', headers: { [DEMO_MAIL_FIELD]: envelope, 'Content-Type': 'message/rfc822' }, ...(signal && { signal }) });
  const answered = new Promise<number>((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
  });
  answered.catch(() => undefined);
  try {
    for await (const chunk of content.stream()) {
      if (!outgoing.write(chunk)) await Promise.race([answered, new Promise((resolve) => outgoing.once('drain', resolve))]);
    }
    await beforeEnd?.();
    complete = true;
    outgoing.end();
    if ((await answered) !== 200) throw new WeirError('upstream-invalid');
    return { kind: 'replied', reply: TAKEN, refused: [] };
  } catch (thrown) {
    outgoing.destroy();
    return { kind: 'broken', error: asWeirError(thrown, 'upstream-reset'), complete };
  }
}
