/** A mail's envelope as the API shows it, and the message that a decision about some of its recipients is about. */
import type { Caller, MailSplits, StoredMessage } from '../ports.js';
import { away } from './away.js';
import type { EnvelopeAnswer } from './mail-schemas.js';
import { ApiProblem } from './problem.js';

/** Undefined where no domains are known to be one's own. */
export type IsOutside = (maskedAddress: string) => boolean | undefined;

/** `own`: domains, or `*.domain` for all below one. Masks leave the domain of an address as it is. */
export function outsideOf(own: readonly string[]): IsOutside {
  const exact = new Set(own.filter((one) => !one.startsWith('*.')).map((one) => one.toLowerCase()));
  const below = own.flatMap((one) => (one.startsWith('*.') ? [one.slice(1).toLowerCase()] : []));
  return (address) => {
    const at = address.lastIndexOf('@');
    if (own.length === 0 || at < 0) return undefined;
    const domain = address.slice(at + 1).replace(/>?\s*$/, '').toLowerCase();
    return !exact.has(domain) && !below.some((end) => domain.endsWith(end));
  };
}

export function envelopeView({ channel, sender, mail, splitFrom }: StoredMessage, isOutside: IsOutside): EnvelopeAnswer | undefined {
  if (mail === undefined && channel !== 'smtp') return undefined;
  return {
    from: sender === '' ? undefined : sender,
    recipients: (mail?.recipients ?? []).map(({ n, address, fate, hop, reply, inDoubt, at }) => ({ n, address, outside: isOutside(address), fate, code: reply?.code, enhanced: reply?.enhanced, hop, inDoubt, at: at.toISOString() })),
    splitFrom,
  };
}

/** The message to decide about: the asked one, or one that holds just these of its recipients. */
export async function messageFor(splits: MailSplits | undefined, id: string, recipients: readonly number[] | undefined, { actor }: Caller): Promise<string> {
  if (recipients === undefined) return id;
  const split = await away(async () => splits?.split(id, recipients, { actor }) ?? { kind: 'no-recipients' as const });
  switch (split.kind) {
    case 'done':
      return split.id;
    case 'not-found':
      throw new ApiProblem('not-found');
    case 'wrong-state':
      throw new ApiProblem('wrong-state');
    case 'no-recipients':
      throw new ApiProblem('no-such-recipients');
  }
}
