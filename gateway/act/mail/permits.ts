/** The permits that one mail has spent, and which of them come back: those of groups whose mail nobody has and nobody will bring them. */
import type { MailRecipient, MailSent, Permit } from '../../ports.js';
import { isAccepted } from '../../ports/mail.js';

/** A group, told apart by its recipients. */
type Group = readonly MailRecipient[];

export interface Permits {
  spent(group: Group, permit: Permit): void;
  /** From here on somebody may have it. */
  risk(group: Group): void;
  /** What became of one try: nobody has it after all, where that is certain. */
  tried(group: Group, sent: MailSent): void;
  giveBack(): Promise<void>;
}

export function spentPermits(): Permits {
  const permits = new Map<Group, Permit>();
  const risks = new Map<Group, number>();
  const add = (group: Group, by: number): void => void risks.set(group, (risks.get(group) ?? 0) + by);
  return {
    spent: (group, permit) => void permits.set(group, permit),
    risk: (group) => add(group, 1),
    tried(group, sent) {
      if (sent.kind === 'broken' ? !sent.complete : !isAccepted(sent.reply)) add(group, -1);
    },
    async giveBack() {
      for (const [group, permit] of permits) {
        // One that cannot be given back is gone, as if the mail had arrived: the same is held again.
        if ((risks.get(group) ?? 0) === 0) await permit.back().catch(() => undefined);
      }
      permits.clear();
    },
  };
}
