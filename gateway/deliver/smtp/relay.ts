/** One mail on its way: a leg for each hop its recipients lead to. */
import { WeirError } from '../../errors.js';
import type { MailRecipient, MailRelay } from '../../ports.js';
import type { Leg } from './leg.js';
import { OWN_REPLY } from './own-reply.js';

export interface RelayHop {
  /** Stable, for groups and records. */
  readonly name: string;
  begin(): Leg;
}

/** Where nobody takes a recipient's mail. */
export const NO_HOP = 'none';

export function mailRelay(hopFor: (address: string) => RelayHop | undefined): MailRelay {
  const legs = new Map<RelayHop, Leg>();
  const legOf = (hop: RelayHop): Leg => {
    const known = legs.get(hop);
    if (known !== undefined) return known;
    const leg = hop.begin();
    legs.set(hop, leg);
    return leg;
  };
  return {
    hopOf: ({ address }) => hopFor(address)?.name ?? NO_HOP,
    async rcpt(recipient) {
      const hop = hopFor(recipient.address);
      return hop === undefined ? OWN_REPLY.noHop : legOf(hop).rcpt(recipient);
    },
    async send(recipients, content, options = {}) {
      const hop = onlyHop(recipients, hopFor);
      if (hop === undefined) return { kind: 'replied', reply: OWN_REPLY.noHop, refused: recipients.map((recipient) => ({ recipient, reply: OWN_REPLY.noHop })) };
      return legOf(hop).send(recipients, content, options);
    },
    async end() {
      for (const leg of legs.values()) leg.end();
    },
  };
}

function onlyHop(recipients: readonly MailRecipient[], hopFor: (address: string) => RelayHop | undefined): RelayHop | undefined {
  const [first] = recipients;
  const hop = first && hopFor(first.address);
  if (first === undefined || recipients.some(({ address }) => hopFor(address) !== hop)) throw new WeirError('internal');
  return hop;
}
