/** What is written down of recipients, masked; and which of them the sender is told of. */
import type { MarkAddress } from '../../address-mark.js';
import type { KeptRecipient, MailFate, MailRecipient, MailRelay, SmtpReply } from '../../ports.js';
import { maskAddress } from '../masked-facts.js';

export interface Fate {
  readonly recipient: MailRecipient;
  readonly fate: MailFate;
  readonly reply?: SmtpReply | undefined;
}

/** `first`: rows before these belong to others. */
export function fateRows(fates: readonly Fate[], { relay, mark, first = 0 }: { readonly relay: MailRelay; readonly mark: MarkAddress; readonly first?: number }): readonly KeptRecipient[] {
  return fates.map(({ recipient, fate, reply }, at) => ({
    n: first + at,
    address: maskAddress(recipient.address),
    mark: mark(recipient.address).whole,
    fate,
    hop: relay.hopOf(recipient),
    ...(reply === undefined ? {} : { reply: { code: reply.code, enhanced: reply.enhanced } }),
  }));
}

/** RFC 3461 section 4.1: a sender who says nothing wants to know of failures. */
export const wantsFailure = ({ notify }: MailRecipient): boolean => notify === undefined || notify.includes('FAILURE');
