/** What the audit pages ask and get. */
import { z } from 'zod';
import { hasNumberShape } from './number-shape.js';
import { AUDIT_FORMATS } from './audit-formats.js';
import { NUMBER_IN_TEXT } from './schemas.js';

const PAGE_MOST = 500;
const PAGE_USUAL = 100;

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\x21-\x7e\u0080-\u{10ffff}]+$/u)
  .refine((text) => !hasNumberShape(text), NUMBER_IN_TEXT);
const filter = {
  from: time.optional().meta({ description: 'From this time on.' }),
  to: time.optional().meta({ description: 'Until before this time.' }),
  actor: name.optional(),
  act: z.string().regex(/^[a-z][a-z.-]{0,63}$/).meta({ description: 'An act, or its beginning with a final dot: `message.`' }).optional(),
  subject: z.string().regex(/^[A-Za-z0-9_:/.-]{1,200}$/).refine((text) => !hasNumberShape(text), NUMBER_IN_TEXT).optional(),
};
export const auditQuery = z.strictObject({
  ...filter,
  limit: z.coerce.number().int().min(1).max(PAGE_MOST).default(PAGE_USUAL),
  after: z.string().regex(/^[A-Za-z0-9_-]{1,400}$/).optional(),
});
export const auditExportQuery = z.strictObject({ ...filter, format: z.enum(AUDIT_FORMATS).default('jsonl') });

export const auditRow = z.strictObject({
  writer: z.string(),
  seq: z.number().int(),
  at: z.string().meta({ format: 'date-time' }),
  actor: z.string(),
  act: z.string(),
  subject: z.string().optional(),
  data: z.record(z.string(), z.unknown()).meta({ description: 'Codes, counts and masked previews.' }),
  hash: z.string(),
});
export const auditAnswer = z.strictObject({ rows: z.array(auditRow), next: z.string().optional() });
export const auditVerifyBody = z.strictObject({});
const count = z.number().int().min(0);
export const auditVerifyAnswer = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    rows: count,
    chains: count,
    checkpoints: z.strictObject({ good: count, unsigned: count, unknown: count }),
  }),
  z.strictObject({ ok: z.literal(false), rows: count, writer: z.string(), seq: count, problem: z.enum(['changed', 'missing', 'cut-off', 'signature']) }),
]);
