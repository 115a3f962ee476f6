/** Shapes of the overview: figures for pictures, none of which tells a value. */
import { z } from 'zod';
import { HELD_STATES } from '../ports.js';

/** A quarter: longer spans are a question to the audit. */
const DAYS_MOST = 90;
const DAYS_USUAL = 14;

const count = z.number().int().min(0);
const time = z.string().meta({ format: 'date-time' });
const day = z.string().meta({ format: 'date' });

export const overviewQuery = z.strictObject({ days: z.coerce.number().int().min(1).max(DAYS_MOST).default(DAYS_USUAL) });
export const overviewAnswer = z.strictObject({
  days: count,
  /** Now. */
  held: count.meta({ description: 'Messages that wait for a person.' }),
  oldestHeldAt: time.optional(),
  late: count.meta({ description: 'Of these, over the time in which they should have been decided.' }),
  byState: z.partialRecord(z.enum(HELD_STATES), count),
  bySeverity: z.record(z.string(), count).meta({ description: 'Of what waits.' }),
  /** Of the last `days` days, UTC. */
  heldPerDay: z.array(z.strictObject({ day, count })),
  decisionsPerDay: z.array(z.strictObject({ day, released: count, masked: count, rejected: count, expired: count })),
  findingsByType: z.array(z.strictObject({ detector: z.string(), findings: count, messages: count })),
  byChannel: z.array(z.strictObject({ channel: z.string(), messages: count, findings: count })),
  byRoute: z.array(z.strictObject({ route: z.string(), messages: count })),
  topSenders: z.array(z.strictObject({ sender: z.string().meta({ description: 'Masked.' }), mark: z.string().optional(), messages: count })),
  topDestinations: z.array(z.strictObject({ destination: z.string(), messages: count })),
  falsePositiveRate: z.number().min(0).max(1).optional().meta({ description: 'Of the messages decided in these days, the share with a finding that was marked a false positive; absent when none was decided.' }),
  releasedUnchangedRate: z.number().min(0).max(1).optional().meta({ description: 'Of the messages decided by people, the share that was released as it was.' }),
  medianDecisionSeconds: z.number().min(0).optional(),
  health: z.array(z.strictObject({ component: z.string(), ok: z.boolean(), neededFor: z.enum(['all', 'hold', 'nothing']), detail: z.string() })),
});
