/** What the gateway computes about a message, so that a reviewer can decide without opening it. */
import { z } from 'zod';

const count = z.number().int().min(0);
const time = z.string().meta({ format: 'date-time' });

export const factsAnswer = z.strictObject({
  distinctNumbers: z.record(z.string(), count).meta({ description: 'Different values by detector.' }),
  atLeast: z.boolean().meta({ description: 'True when there were more findings than are kept one by one: counts are lower bounds.' }),
  distinctPeople: count.meta({ description: 'Different resident identity numbers.' }),
  regions: z
    .array(z.strictObject({ code: z.string(), zh: z.string(), en: z.string(), count }))
    .optional()
    .meta({ description: 'Provinces of those people, most first; absent where the review key is not.' }),
  senderHistory: z.strictObject({ held30d: count, released30d: count, rejected30d: count }).meta({ description: 'Other messages of the same sender on this route, 30 days back.' }),
  recipientFirstSeen: time.optional().meta({ description: 'When these recipients first occurred in a held message; absent when this is the first.' }),
  destinationFirstSeen: time.optional(),
});
export type FactsAnswer = z.output<typeof factsAnswer>;
