/** Which recipients of a mail a decision is about, and where in the mail a part of it is shown. */
import type { HeldState } from '../../../../../ports/record.js';
import type { EnvelopeAnswer, MailAnswer } from '../../../../../review/mail-schemas.js';

type Recipient = EnvelopeAnswer['recipients'][number];

/** The API’s word: from here on they are of the same mail, and not of what is held. */
const BESIDE_FROM = 1_000_000;

/** True of those that wait for a person: about them alone anything can be decided. After a release that failed those count whom it did not reach. */
export function waits({ n, fate }: Pick<Recipient, 'n' | 'fate'>, state: HeldState): boolean {
  if (n >= BESIDE_FROM) return false;
  return fate === 'held' || ((state === 'failed' || state === 'needs-credentials') && (fate === 'relaying' || fate === 'refused'));
}

export function waiting(recipients: readonly Recipient[], state: HeldState): readonly number[] {
  return recipients.flatMap((one) => (waits(one, state) ? [one.n] : []));
}

/** What is asked of the API: nothing where all are meant, so that one who joins is meant as well. */
export function asked(recipients: readonly Recipient[], state: HeldState, left: ReadonlySet<number>): readonly number[] | undefined {
  const all = waiting(recipients, state);
  const chosen = all.filter((n) => !left.has(n));
  return chosen.length === all.length ? undefined : chosen;
}

/** Counts of fates in the order in which they first stand there. */
export function tally(recipients: readonly Recipient[]): readonly { readonly fate: Recipient['fate']; readonly count: number }[] {
  const counts = new Map<Recipient['fate'], number>();
  for (const { fate } of recipients) counts.set(fate, (counts.get(fate) ?? 0) + 1);
  return [...counts].map(([fate, count]) => ({ fate, count }));
}

export const MAIL_TABS = ['text', 'attachments', 'headers', 'findings'] as const;
export type MailTab = (typeof MAIL_TABS)[number];

/** Where a part is shown best. */
export function tabOf(part: string, { texts, attachments }: Pick<MailAnswer, 'texts' | 'attachments'>): MailTab {
  if (texts.some(({ path }) => path === part)) return 'text';
  if (attachments.some(({ path }) => path === part)) return 'attachments';
  return part === 'body/header' || part === 'head' || part.startsWith('head/') ? 'headers' : 'findings';
}

/** `message-id` as people write it. */
export function fieldLabel(name: string): string {
  const known: Readonly<Record<string, string>> = { 'message-id': 'Message-ID', 'mime-version': 'MIME-Version', 'content-id': 'Content-ID', 'dkim-signature': 'DKIM-Signature' };
  return known[name] ?? name.split('-').map((word) => (/^(arc|dkim|spf|x|ms|id)$/.test(word) ? word.toUpperCase() : word.slice(0, 1).toUpperCase() + word.slice(1))).join('-');
}

/** In front of the text; all fields are in a list of their own. */
const MAIN_FIELDS = ['from', 'sender', 'reply-to', 'to', 'cc', 'bcc', 'date', 'subject'] as const;

/** The main fields in this order, whatever their order in the mail. */
export function mainFields(fields: MailAnswer['fields']): MailAnswer['fields'] {
  return MAIN_FIELDS.flatMap((name) => fields.filter((field) => field.name === name));
}
