/** The shapes that go into and come out of the API; requests are checked with them, and openapi.json is made from them. */
import { z } from 'zod';
import { HELD_STATES, SUITES, UNSCANNABLE_REASONS } from '../ports.js';
import { hasNumberShape } from './number-shape.js';

/** A reason is a sentence or two, not a document. */
const REASON_MOST = 500;
/** Issue messages that have a sentence of their own in both languages (see WORDS_OF_ISSUES). */
export const NUMBER_IN_TEXT = 'number-in-text';
export const CONTROL_CHARACTER = 'control-character';

const state = z.enum(HELD_STATES);

const time = z.string().meta({ format: 'date-time' });
const count = z.number().int().min(0);
const severity = z.enum(['info', 'low', 'medium', 'high', 'critical']);
const reason = z.enum(UNSCANNABLE_REASONS);

// ---------------------------------------------------------------- requests

/** Reasons are stored and shown unsealed, so nothing that looks like somebody's number may stand in them. */
export const reasonText = z
  .string()
  .trim()
  .min(1)
  .max(REASON_MOST)
  // Any control character but tab and line feed.
  .refine((text) => !/[^\P{Cc}\t\n]/u.test(text), CONTROL_CHARACTER)
  .refine((text) => !hasNumberShape(text), NUMBER_IN_TEXT)
  .meta({ description: 'Why. Stored unsealed: a text with eleven or more digits in a row is refused.' });

export const messageParams = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/).meta({ description: 'The incident id.' }) });
export const noParams = z.strictObject({});
export const noQuery = z.strictObject({});
export const noBody = z.undefined();

// ---------------------------------------------------------------- answers

const finding = z.strictObject({
  detector: z.string(),
  part: z.string(),
  start: count,
  end: count,
  confidence: z.number().min(0).max(1),
  reasons: z.array(z.string()),
  preview: z.string().meta({ description: 'The value behind its mask.' }),
  tags: z.array(z.string()),
  maskable: z.boolean(),
});
const decision = z.strictObject({
  kind: z.enum(['release', 'reject', 'expire']),
  as: z.enum(['original', 'masked']).optional(),
  reason: z.string(),
  actor: z.string(),
  at: time,
});
const delivery = z.strictObject({ status: z.number().int(), at: time, attempts: count });
export const summaryAnswer = z.strictObject({
  id: z.string(),
  state,
  receivedAt: time,
  expiresAt: time,
  channel: z.enum(['http', 'smtp', 'icap']),
  route: z.string(),
  direction: z.enum(['request', 'response']),
  policy: z.string(),
  rule: z.string(),
  severity,
  fourEyes: z.boolean(),
  bytes: count,
  findingCounts: z.record(z.string(), count),
  unscannableReasons: z.array(reason).meta({ description: 'Why parts of it could not be read.' }),
  method: z.string(),
  target: z.string().meta({ description: 'Masked.' }),
  destination: z.string(),
  user: z.string().optional(),
  sender: z.string().optional(),
  recipients: z.array(z.string()),
  subject: z.string().optional(),
  clientAddress: z.string().optional(),
  mediaType: z.string().optional(),
  joined: count.meta({ description: 'How often the same message came again while it was held.' }),
  decision: decision.optional(),
  delivery: delivery.optional(),
  lastError: z.string().optional(),
});
export const messageAnswer = summaryAnswer.extend({
  findings: z.array(finding),
  unscannable: z.array(z.strictObject({ part: z.string(), reason, bytes: count, detail: z.string() })),
  receipt: z.strictObject({
    size: count,
    wire: count.optional().meta({ description: 'Bytes as they came, where a content coding stood for others.' }),
    scanned: count,
    unscanned: count,
    parts: z.array(
      z.strictObject({
        part: z.string(),
        chain: z.array(z.string()),
        scanned: count,
        unscanned: count,
        reason: reason.optional(),
        inside: z.string().optional().meta({ description: 'The encoded or packed part around this one: its bytes are decoded bytes and not among those of the body.' }),
      }),
    ),
    more: count,
    detectors: z.string(),
    policy: z.string(),
    inside: z.strictObject({ scanned: count, unscanned: count }).optional().meta({ description: 'Decoded bytes of parts within encodings and containers.' }),
  }),
  suite: z.enum(SUITES),
});
export const monitorReportAnswer = z.strictObject({
  since: z.string().meta({ format: 'date' }),
  rows: z.array(
    z.strictObject({ day: z.string().meta({ format: 'date' }), route: z.string(), rule: z.string(), action: z.enum(['pass', 'mask', 'block', 'hold']), exchanges: count }),
  ),
  folded: count,
});
export const problemAnswer = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  state: state.optional().meta({ description: 'With `wrong-state`: the state the message is in.' }),
  problems: z.array(z.object({ in: z.string(), path: z.string(), message: z.string() })).optional().meta({ description: 'With `invalid-request`: everything that is wrong with it.' }),
  requestId: z.string(),
});
