/** Opening an original: who asks says why, gets a few minutes, and leaves a row in the audit for each look. */
import { z } from 'zod';
import { reasonText } from './schemas.js';

const count = z.number().int().min(0);

export const openBody = z.strictObject({ what: z.enum(['values', 'file']), reason: reasonText });
export const openAnswer = z.strictObject({ opening: z.string().meta({ description: 'Good for this account and message until `expiresAt`.' }), expiresAt: z.string().meta({ format: 'date-time' }) });
export const openingQuery = z.strictObject({ opening: z.string().regex(/^[A-Za-z0-9_-]{43}$/) });
export const valuesAnswer = z.strictObject({
  values: z.array(z.strictObject({ finding: count, detector: z.string(), part: z.string(), value: z.string() })),
  missing: count.meta({ description: 'Findings whose value could not be read again, and those beyond the first thousand.' }),
  expiresAt: z.string().meta({ format: 'date-time' }),
});
export type ValuesAnswer = z.output<typeof valuesAnswer>;
