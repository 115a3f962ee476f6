/** What the API says of a held mail: its envelope with each recipient's fate, and the mail as its receiver would get it. */
import { z } from 'zod';
import { MAIL_FATES, UNSCANNABLE_REASONS } from '../ports.js';
import { CAUTIONS, contentPart, segment } from './content-schemas.js';

const count = z.number().int().min(0);
/** As a listener admits at most for one mail. */
const RECIPIENTS_MOST = 10_000;

/** Of a mail; left out: all that wait in it. */
export const chosenRecipients = z
  .array(count.max(RECIPIENTS_MOST))
  .min(1)
  .max(RECIPIENTS_MOST)
  .refine((all) => new Set(all).size === all.length, 'each once')
  .optional()
  .meta({ description: 'Of a mail: the `n` of those recipients that it is decided for; the others go on waiting. The answer’s `id` then is that of a message of its own, made for them. Left out: all.' });

export const recipientAnswer = z.strictObject({
  n: count.meta({ description: 'Names this recipient in `recipients` of a release or rejection. From 1000000 on: of the same mail, and not of what is held.' }),
  address: z.string().meta({ description: 'Masked.' }),
  outside: z.boolean().optional().meta({ description: 'Not of `domains.own`; absent where none are set.' }),
  fate: z.enum(MAIL_FATES).meta({ description: '`held`: waits for a person; `relaying`: a job delivers it; `refused`: by the next hop; `rejected`: by a person.' }),
  code: z.number().int().optional().meta({ description: 'Of the next hop’s reply.' }),
  enhanced: z.string().optional(),
  hop: z.string().optional().meta({ description: 'The next hop that this recipient’s mail goes to.' }),
  inDoubt: z.boolean().meta({ description: 'The last byte left and no answer came: this one may have the mail.' }),
  at: z.string().meta({ format: 'date-time' }),
});
/** Joins the message's answer where it came by mail. */
export const envelopeAnswer = z.strictObject({
  from: z.string().optional().meta({ description: 'Of the envelope, masked; absent for the null sender.' }),
  recipients: z.array(recipientAnswer),
  splitFrom: z.string().optional().meta({ description: 'The message that these recipients were of, before somebody decided about some of them.' }),
});

const warnings = ['from-address', 'from-domain', 'several-from', 'no-from', 'no-envelope-sender', 'reply-elsewhere', 'disguised-name', 'ambiguous-header', 'blind-recipients'] as const;
const text = z.array(segment);
const part = contentPart.extend({
  findings: count.meta({ description: 'In it, and in what lies in it.' }),
  reasons: z.array(z.enum(UNSCANNABLE_REASONS)).meta({ description: 'Why bytes of it, or of what lies in it, were not read.' }),
});
export const mailAnswer = z.strictObject({
  fields: z.array(
    z.strictObject({
      name: z.string().meta({ description: 'In lower case.' }),
      segments: text.meta({ description: 'Its value decoded, numbers masked; empty where `people` has it.' }),
      people: z
        .array(z.strictObject({ name: text, address: text, disguised: z.literal(true).optional().meta({ description: 'The name shows an address, and another one than that behind it.' }) }))
        .optional()
        .meta({ description: 'Of From, To and the like.' }),
      cautions: z.array(z.enum(CAUTIONS)),
    }),
  ),
  moreFields: count,
  warnings: z.array(z.enum(warnings)).meta({ description: 'What should make one look twice at who sends it; `from-address`, `from-domain`: the header names another sender than the envelope.' }),
  texts: z.array(part).meta({ description: 'What a mail reader shows as the mail; ask for each with `/content?part=…`, HTML with `&as=text`.' }),
  attachments: z.array(part).meta({ description: 'Everything else, as a tree by `depth`. Nothing of it is opened on the way to a browser.' }),
  moreParts: count,
});
export type MailAnswer = z.output<typeof mailAnswer>;
export type EnvelopeAnswer = z.output<typeof envelopeAnswer>;
