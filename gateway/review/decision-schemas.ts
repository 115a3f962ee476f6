/** What a person may decide about a held message, and what the API answers. */
import { z } from 'zod';
import { HELD_STATES } from '../ports.js';
import { chosenRecipients } from './mail-schemas.js';
import { reasonText } from './schemas.js';

const time = z.string().meta({ format: 'date-time' });
const index = z.number().int().min(0);
/** A message keeps at most so many findings one by one. */
const FINDINGS_MOST = 1000;

export const releaseBody = z.strictObject({ as: z.enum(['original', 'masked']), reason: reasonText, recipients: chosenRecipients });
export const approveBody = z.strictObject({ reason: reasonText });
export const refuseBody = z.strictObject({ reason: reasonText });
export const rejectBody = z.strictObject({ reason: reasonText, recipients: chosenRecipients, notify: z.boolean().optional().meta({ description: 'Send the sender a notice, where the route can; yes unless said.' }), words: reasonText.optional().meta({ description: 'Of a mail: words for its sender, who reads them in the notice.' }) });
export const escalateBody = z.strictObject({ reason: reasonText });
export const settleBody = z.strictObject({
  outcome: z.enum(['arrived', 'retry']).meta({ description: '`arrived`: a person saw it at its destination; `retry`: send it again.' }),
  reason: reasonText,
});
export const falsePositiveBody = z.strictObject({
  findings: z.array(index).min(1).max(FINDINGS_MOST).meta({ description: 'Indexes into the message’s `findings`.' }),
  reason: reasonText,
  scope: z
    .strictObject({
      sender: z.boolean().default(false),
      destination: z.boolean().default(false),
      detector: z.boolean().default(false),
      fingerprint: z.boolean().default(true),
    })
    .meta({ description: 'What the exception is bound to: this message’s sender and destination, the detectors and the values of the chosen findings.' }),
  expiresAt: z.iso.datetime({ offset: true }).max(40),
});
export const decisionAnswer = z.strictObject({ id: z.string().meta({ description: 'Of the message that was decided about: another one where `recipients` named some of them.' }), state: z.enum(HELD_STATES), until: time.optional().meta({ description: 'With `awaiting-second`: when the first approval lapses.' }) });
export const falsePositiveAnswer = z.strictObject({ id: z.string(), state: z.enum(HELD_STATES), exception: z.string().meta({ description: 'The proposed exception.' }) });
/** Joins the message's answer. */
export const firstApproval = z.strictObject({ actor: z.string(), as: z.enum(['original', 'masked']), at: time, until: time });
export const escalation = z.strictObject({ actor: z.string(), at: time });
export type DecisionAnswer = z.output<typeof decisionAnswer>;
