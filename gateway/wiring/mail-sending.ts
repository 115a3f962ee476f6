/** How mail leaves the workers of a process: the next hops of its routes, and what is put in front. */
import { mailHead } from '../decode/split/mail-head.js';
import type { MailContent, MailFate, NextHops, OutgoingMail } from '../ports.js';
import type { MailSending } from './mail-jobs.js';

export function mailSending(hops: ReadonlyMap<string, NextHops>, outgoing: (mail: OutgoingMail) => MailContent, countFate?: (route: string, fate: MailFate, recipients: number) => void): MailSending {
  return { hops, outgoing, signAs: (beginning) => domainOf(mailHead(beginning).from[0]?.address), countFate };
}

function domainOf(address: string | undefined): string | undefined {
  const at = address?.lastIndexOf('@') ?? -1;
  return address === undefined || at < 0 ? undefined : address.slice(at + 1).toLowerCase();
}
