/** Delivers parcels in order while the client waits, and says what becomes of each recipient (HC 25). Decides nothing about bytes. */
import { WeirError, asWeirError } from '../../errors.js';
import { isAccepted, isTemporary, type MailRecipient, type MailSent, type SmtpReply } from '../../ports/mail.js';

/** Recipients whose mail is the same, and goes to the same next hop. */
export interface Parcel<G> {
  readonly group: G;
  readonly hop: string;
  readonly recipients: readonly MailRecipient[];
}

export type Outcome =
  | { readonly kind: 'delivered'; readonly reply: SmtpReply }
  /** To be tried again. `error` where no reply came. */
  | { readonly kind: 'later'; readonly reply: SmtpReply | undefined; readonly error: WeirError | undefined }
  | { readonly kind: 'refused'; readonly reply: SmtpReply };

export interface Attempt<G> {
  readonly parcel: Parcel<G>;
  readonly recipient: MailRecipient;
  readonly outcome: Outcome;
}

export type Delivery<G> =
  /** Somebody has it: each recipient's outcome is ours to see to. */
  | { readonly kind: 'taken'; readonly attempts: readonly Attempt<G>[] }
  /** Nobody has it, and the client is told why; it keeps the mail. */
  | { readonly kind: 'refused'; readonly reply: SmtpReply }
  | { readonly kind: 'failed'; readonly error: WeirError };

function byReply(reply: SmtpReply): Outcome {
  if (isAccepted(reply)) return { kind: 'delivered', reply };
  // A reply of no class that mail knows is no refusal for good.
  return isTemporary(reply) || reply.code < 500 || reply.code > 599 ? { kind: 'later', reply, error: undefined } : { kind: 'refused', reply };
}

function outcomesOf<G>(parcel: Parcel<G>, sent: MailSent): readonly Attempt<G>[] {
  if (sent.kind === 'broken') return parcel.recipients.map((recipient) => ({ parcel, recipient, outcome: { kind: 'later', reply: undefined, error: sent.error } }));
  const refused = new Map(sent.refused.map(({ recipient, reply }) => [recipient, reply]));
  return parcel.recipients.map((recipient): Attempt<G> => {
    const own = refused.get(recipient);
    if (own === undefined) return { parcel, recipient, outcome: byReply(sent.reply) };
    // What was refused was not delivered, whatever its code says.
    return { parcel, recipient, outcome: isAccepted(own) ? { kind: 'later', reply: own, error: undefined } : byReply(own) };
  });
}

/** What the client is told where nobody has taken anything. */
function answerTo<G>(sent: MailSent, attempts: readonly Attempt<G>[]): Delivery<G> {
  if (sent.kind === 'broken') return { kind: 'failed', error: sent.error };
  if (!isAccepted(sent.reply)) return { kind: 'refused', reply: sent.reply };
  const own = attempts.find(({ outcome }) => outcome.reply !== undefined && !isAccepted(outcome.reply))?.outcome.reply;
  return own === undefined ? { kind: 'failed', error: new WeirError('upstream-invalid') } : { kind: 'refused', reply: own };
}

/**
 * `accepted`: some recipients' mail is kept already. Until anybody has it, the first refusal is the answer and nothing else is sent;
 * afterwards every parcel is tried.
 */
export async function deliverInOrder<G>(parcels: readonly Parcel<G>[], send: (parcel: Parcel<G>) => Promise<MailSent>, how: { readonly accepted: boolean; readonly signal: AbortSignal }): Promise<Delivery<G>> {
  const all: Attempt<G>[] = [];
  let { accepted } = how;
  for (const parcel of parcels) {
    const sent = await sending(parcel, send, how.signal);
    const attempts = outcomesOf(parcel, sent);
    if (!accepted && !attempts.some(({ outcome }) => outcome.kind === 'delivered')) return answerTo(sent, attempts);
    accepted = true;
    all.push(...attempts);
  }
  return { kind: 'taken', attempts: all };
}

async function sending<G>(parcel: Parcel<G>, send: (parcel: Parcel<G>) => Promise<MailSent>, signal: AbortSignal): Promise<MailSent> {
  const isLate = (): boolean => signal.aborted;
  if (isLate()) return { kind: 'broken', error: new WeirError('mail-deadline'), complete: false };
  try {
    const sent = await send(parcel);
    return sent.kind === 'broken' && isLate() ? { ...sent, error: new WeirError('mail-deadline', { cause: sent.error }) } : sent;
  } catch (thrown) {
    // Nobody can say how far it got.
    return { kind: 'broken', error: asWeirError(thrown, 'upstream-reset'), complete: true };
  }
}
