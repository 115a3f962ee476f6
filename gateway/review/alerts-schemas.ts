/** What the page on alerts asks and gets: sinks without their secrets, rules as configured, deliveries as counts and codes. */
import { z } from 'zod';
import { ALERT_EVENTS, SINK_KINDS } from '../ports.js';
import { PAGE_MOST } from './page-most.js';

const PAGE_USUAL = 50;
const time = z.string().meta({ format: 'date-time' });
const count = z.number().int().min(0);
const severity = z.enum(['info', 'low', 'medium', 'high', 'critical']);
const language = z.enum(['zh', 'en']);
const sinkId = z.string().regex(/^[a-z][a-z0-9-]{0,47}$/);
const code = z.string().meta({ description: 'A code: of the sink, of the network, or what it waits for: quiet-hours, over-budget, sink-paused, sink-busy, sink-unknown.' });

const sink = z.strictObject({
  id: z.string(),
  kind: z.enum(SINK_KINDS).optional().meta({ description: 'Left out for one that the configuration no longer has, with something waiting or dead.' }),
  language: language.optional(),
  perMinute: count.optional().meta({ description: 'Messages a minute, of the whole fleet.' }),
  rules: z.array(z.string()).meta({ description: 'Rules that send to it.' }),
  state: z.enum(['ok', 'failing', 'paused', 'gone']).meta({ description: 'paused: nothing is sent before pausedUntil, since it asked for that or since only a change of its settings will help.' }),
  failingSince: time.optional(),
  pausedUntil: time.optional(),
  lastSentAt: time.optional(),
  lastError: code.optional(),
  waiting: count.meta({ description: 'Events that have not arrived yet.' }),
  oldest: time.optional(),
  dead: count.meta({ description: 'Deliveries given up; retried as jobs.' }),
});
const rule = z.strictObject({
  id: z.string(),
  to: z.array(z.string()),
  events: z.array(z.enum(ALERT_EVENTS)).optional(),
  severity: severity.optional(),
  routes: z.array(z.string()).optional(),
  grades: z.array(z.string()).optional(),
  codes: z.array(z.string()).optional(),
  rules: z.array(z.string()).optional(),
  countOver: z.strictObject({ count, withinSeconds: count }).optional(),
  windowSeconds: z.number().min(0),
  quiet: z.strictObject({ from: z.string(), to: z.string(), zone: z.string(), days: z.array(z.string()).optional(), except: severity.optional(), now: z.boolean() }).optional(),
  language: language.optional(),
});
export const sinksAnswer = z.strictObject({ sinks: z.array(sink), rules: z.array(rule), zone: z.string(), language, links: z.boolean().meta({ description: 'Whether messages link to the console: `people.url` is set.' }) });
export type SinksAnswer = z.output<typeof sinksAnswer>;

export const sinkParams = z.strictObject({ id: sinkId.meta({ description: 'The sink as the configuration names it.' }) });
const number = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
export const deliveryParams = z.strictObject({ n: number.meta({ description: 'The number of the delivery.' }) });
export const testBody = z.strictObject({});
export const testAnswer = z.strictObject({ delivery: count.meta({ description: 'Look it up in /alerts/deliveries/{n}: it is sent as a job.' }) });

const deliveryState = z.enum(['open', 'sent', 'dead']);
export const deliveriesQuery = z.strictObject({
  sink: sinkId.optional(),
  state: deliveryState.optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_MOST).default(PAGE_USUAL),
  after: number.optional().meta({ description: '`next` of the page before.' }),
});
export const deliveryAnswer = z.strictObject({
  n: count,
  rule: z.string(),
  sink: z.string(),
  kind: z.enum(['events', 'test']),
  state: deliveryState,
  severity,
  total: count.meta({ description: 'Events it tells of.' }),
  from: time,
  to: time,
  createdAt: time,
  dueAt: time.optional(),
  sentAt: time.optional(),
  attempts: count,
  lastError: code.optional(),
  job: count.meta({ description: 'Its job: a dead one is tried again with /jobs/{n}/retry.' }),
});
export const deliveriesAnswer = z.strictObject({ deliveries: z.array(deliveryAnswer), next: count.optional() });
export type DeliveryAnswer = z.output<typeof deliveryAnswer>;
