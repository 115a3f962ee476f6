/** Exceptions and break-glass in the API: what is asked and what is answered. No name of a sender and no value is ever in it. */
import { z } from 'zod';
import { EXCEPTION_STATES } from '../ports.js';
import { PAGE_MOST } from './page-most.js';
import { reasonText } from './schemas.js';

const time = z.string().meta({ format: 'date-time' });
const id = z.string().regex(/^[a-z0-9]{1,40}$/);
const PAGE_USUAL = 50;
/** HC 37. */
export const BYPASS_HOURS_MOST = 4;
const BYPASS_HOURS_LEAST = 0.05;

export const proposalParams = z.strictObject({ id });
export const decisionBody = z.strictObject({ reason: reasonText });

// ---------------------------------------------------------------- exceptions

export const exceptionsQuery = z.strictObject({
  state: z.enum(EXCEPTION_STATES).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_MOST).default(PAGE_USUAL),
  after: id.optional().meta({ description: '`next` of the page before.' }),
});
export const approveExceptionBody = z.strictObject({
  reason: reasonText,
  conclusive: z
    .boolean()
    .default(false)
    .meta({ description: 'Covers findings of high confidence too. Only for exceptions bound to sender, destination and detector; one bound to fingerprints covers them anyway.' }),
});
export const exceptionAnswer = z.strictObject({
  id: z.string(),
  state: z.enum(EXCEPTION_STATES),
  scope: z.strictObject({
    sender: z.string().optional().meta({ description: 'Masked; matched by a keyed hash.' }),
    destination: z.string().optional(),
    detectors: z.array(z.string()).optional(),
    fingerprints: z.number().int().optional().meta({ description: 'How many values it names, by keyed hash.' }),
  }),
  conclusive: z.boolean(),
  coversHigh: z.boolean().meta({ description: 'Findings of high confidence are covered as well.' }),
  reason: z.string(),
  owner: z.string(),
  message: z.string().meta({ description: 'The incident whose findings were called false positives.' }),
  proposedBy: z.string(),
  proposedAt: time,
  decidedBy: z.string().optional(),
  decidedAt: time.optional(),
  decisionReason: z.string().optional(),
  expiresAt: time,
});
export const exceptionsAnswer = z.strictObject({ exceptions: z.array(exceptionAnswer), next: z.string().optional() });
export type ExceptionAnswer = z.output<typeof exceptionAnswer>;
export type ExceptionsAnswer = z.output<typeof exceptionsAnswer>;

// ---------------------------------------------------------------- break-glass (HC 37)

const BYPASS_STATES = ['proposed', 'active', 'refused', 'ended', 'expired'] as const;
export const bypassBody = z.strictObject({
  route: z.string().regex(/^[a-z][a-z0-9-]{0,47}$/),
  reason: reasonText,
  hours: z.number().min(BYPASS_HOURS_LEAST).max(BYPASS_HOURS_MOST).meta({ description: 'From the approval on; ends by itself.' }),
});
export const bypassAnswer = z.strictObject({
  id: z.string(),
  state: z.enum(BYPASS_STATES),
  route: z.string(),
  reason: z.string(),
  hours: z.number(),
  proposedBy: z.string(),
  proposedAt: time,
  decidedBy: z.string().optional(),
  decidedAt: time.optional(),
  decisionReason: z.string().optional(),
  endsAt: time.optional(),
});
export const bypassesAnswer = z.strictObject({
  active: z.array(z.strictObject({ id: z.string(), route: z.string(), endsAt: time })).meta({ description: 'Routes whose verdicts are all `pass` now.' }),
  bypasses: z.array(bypassAnswer),
  routes: z.array(z.string()).meta({ description: 'Routes that can be bypassed.' }),
});
export type BypassAnswer = z.output<typeof bypassAnswer>;
export type BypassesAnswer = z.output<typeof bypassesAnswer>;
