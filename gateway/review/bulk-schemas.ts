/** Shapes of bulk decisions: a preview says what would be touched, its token carries exactly that out. */
import { z } from 'zod';
import { BULK_ACTIONS, BULK_RESULTS, BULK_SKIPS, HELD_STATES } from '../ports.js';
import { filterBody } from './queue-schemas.js';
import { reasonText } from './schemas.js';

/** A person can answer for a thousand alike messages; more is a rule for the policy. */
export const BULK_MOST = 1_000;

const count = z.number().int().min(0);
const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const action = z.enum(BULK_ACTIONS);

export const bulkPreviewBody = z
  .strictObject({
    filter: filterBody.optional(),
    ids: z.array(id).min(1).max(BULK_MOST).optional(),
    action,
    accountId: id.nullable().optional().meta({ description: 'With `assign`: who is to decide them; `null` gives them back to everyone.' }),
  })
  .refine(({ filter, ids }) => (filter === undefined) !== (ids === undefined), { path: ['filter'], message: 'either-filter-or-ids' })
  .refine(({ action: wanted, accountId }) => (wanted === 'assign') === (accountId !== undefined), { path: ['accountId'], message: 'account-with-assign' });
export const bulkPreviewAnswer = z.strictObject({
  token: z.string().meta({ description: 'Good for five minutes, once, for the account that asked.' }),
  expiresAt: z.string().meta({ format: 'date-time' }),
  count: count.meta({ description: 'Messages that would be touched.' }),
  more: z.boolean().meta({ description: 'The filter matches more than one bulk decision takes; the first by risk are in it.' }),
  byState: z.partialRecord(z.enum(HELD_STATES), count),
  bySender: z.array(z.strictObject({ sender: z.string().optional(), count })),
  byRoute: z.array(z.strictObject({ route: z.string(), count })),
  findingCounts: z.record(z.string(), count),
  skipped: z.array(z.strictObject({ id: z.string(), why: z.enum(BULK_SKIPS) })),
});
export const bulkBody = z.strictObject({ token: z.string().regex(/^[A-Za-z0-9_-]{20,100}$/), action, reason: reasonText });
export const bulkAnswer = z.strictObject({
  results: z.array(z.strictObject({ id: z.string(), result: z.enum(BULK_RESULTS), state: z.enum(HELD_STATES).optional() })),
  counts: z.partialRecord(z.enum(BULK_RESULTS), count),
});
