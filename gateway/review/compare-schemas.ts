/** What the API says of a masked release: the text as it would leave, beside what stands there now. */
import { z } from 'zod';
import { UNSCANNABLE_REASONS } from '../ports.js';
import { CAUTIONS, contentPart } from './content-schemas.js';

const count = z.number().int().min(0);

/** `before` is the masked preview of what stands there; a value is in neither. */
const change = z.strictObject({
  before: z.string(),
  after: z.string().meta({ description: 'What leaves in its place.' }),
  stays: z.boolean().meta({ description: 'True: a masked release would send the value as it stands; it is hidden here all the same.' }),
  finding: count.optional(),
});
export const compareAnswer = z.strictObject({
  possible: z.boolean().meta({ description: 'False where this message can only be released as it was.' }),
  parts: z.array(contentPart),
  part: z.string().optional(),
  offset: count,
  segments: z.array(z.union([z.strictObject({ text: z.string() }), change])),
  more: count.optional(),
  cautions: z.array(z.enum(CAUTIONS)),
  rewritten: z.array(z.strictObject({ path: z.string(), bytes: count, becomes: count, members: z.array(z.string()) })).meta({
    description: 'Containers that leave written anew: their size now and then, and the parts in them in which a kept finding is masked.',
  }),
  unread: z.array(z.strictObject({ path: z.string(), why: z.enum([...UNSCANNABLE_REASONS, 'not-listed']), bytes: count })).meta({ description: 'Leaves as it is: nobody could look into it.' }),
});
export type CompareAnswer = z.output<typeof compareAnswer>;
