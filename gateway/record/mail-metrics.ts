/** Metrics of mail: open connections and replies of each listener, and how it ended for each recipient. */
import { MAIL_FATES, type MailFate } from '../ports/mail.js';
import type { Instruments } from './instruments.js';

export interface MailMetrics {
  /** So many clients are connected now. */
  connections(listener: string, open: number): void;
  reply(listener: string, code: number): void;
  recipients(route: string, fate: MailFate, count: number): void;
}

const CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const;
const classOf = (code: number): string => CLASSES.find((name) => name.startsWith(String(Math.floor(code / 100)))) ?? 'other';

/** Listeners are named in the configuration alone, so that their label is bounded. */
export function mailMetrics(make: Instruments, known: { readonly route: (route: string | undefined) => string }): MailMetrics {
  const open = make.gauge('weir_smtp_connections', 'Clients that are connected to a mail listener.', 'sum', ['listener']);
  const replies = make.counter('weir_smtp_replies_total', 'Replies to mail clients, by the first digit of their code.', ['listener', 'class']);
  const recipients = make.counter('weir_mail_recipients_total', 'Recipients of mails, by how the mail ended for them or where it waits.', ['route', 'fate']);
  return {
    connections: (listener, count) => open.set({ listener }, count),
    reply: (listener, code) => replies.inc({ listener, class: classOf(code) }),
    recipients: (route, fate, count) => {
      if (MAIL_FATES.includes(fate)) recipients.inc({ route: known.route(route), fate }, count);
    },
  };
}
