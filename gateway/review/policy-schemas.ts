/** The running policy, its revisions, the validator and the settings in the API. */
import { z } from 'zod';
import { reasonText } from './schemas.js';

const time = z.string().meta({ format: 'date-time' });
const words = z.strictObject({ en: z.string(), zh: z.string() });
/** A configuration is a few pages; the validator reads no more than this. */
export const VALIDATE_MOST = 256 * 1024;

// ---------------------------------------------------------------- policy

const rule = z.strictObject({
  id: z.string(),
  describe: z.string().optional(),
  action: z.enum(['pass', 'mask', 'block', 'hold']),
  otherwise: z.enum(['block', 'hold', 'pass']).optional().meta({ description: 'Where a mask cannot be carried out.' }),
  severity: z.enum(['info', 'low', 'medium', 'high', 'critical']),
  notify: z.boolean(),
  fourEyes: z.boolean(),
  monitor: z.boolean(),
  when: z.unknown().optional().meta({ description: 'The condition as the configuration has it; left out: always.' }),
  whenText: words.meta({ description: 'The condition as a sentence.' }),
});
const days = z.number().min(0);
export const policyAnswer = z.strictObject({
  revision: z.string(),
  digest: z.string().meta({ description: 'SHA-256 of the file.' }),
  since: time,
  yaml: z.string().meta({ description: 'The running configuration file, without credentials.' }),
  monitor: z.boolean(),
  grades: z.record(z.string(), z.array(z.string())),
  policies: z.array(
    z.strictObject({
      name: z.string(),
      routes: z.array(z.string()),
      unscannable: z.enum(['hold', 'block', 'pass']),
      retentionDays: days,
      retentionByGradeDays: z.record(z.string(), days),
      rules: z.array(rule),
    }),
  ),
  routes: z.array(
    z.strictObject({ id: z.string(), path: z.string(), policy: z.string().optional(), scan: z.boolean(), monitor: z.boolean(), syncClient: z.boolean(), bypassedUntil: time.optional() }),
  ),
});
export type PolicyAnswer = z.output<typeof policyAnswer>;

export const revisionParams = z.strictObject({ revision: z.string().regex(/^[0-9a-f]{12}$/) });
const run = z.strictObject({ at: time, how: z.enum(['start', 'reload']), node: z.string(), version: z.string() });
const revisionSummary = z.strictObject({ revision: z.string(), digest: z.string(), firstAt: time, lastRun: run.optional(), running: z.boolean() });
export const revisionsAnswer = z.strictObject({ revisions: z.array(revisionSummary) });
export const revisionAnswer = revisionSummary.extend({ yaml: z.string(), runs: z.array(run) });
export type RevisionsAnswer = z.output<typeof revisionsAnswer>;
export type RevisionAnswer = z.output<typeof revisionAnswer>;

export const validateBody = z.strictObject({ yaml: z.string().min(1).max(VALIDATE_MOST) });
const problem = z.strictObject({ path: z.string(), line: z.number().int(), column: z.number().int(), problem: z.string(), example: z.string() });
export const validateAnswer = z.strictObject({ ok: z.boolean(), revision: z.string().optional(), problems: z.array(problem), warnings: z.array(problem) });
export type ValidateAnswer = z.output<typeof validateAnswer>;

// ---------------------------------------------------------------- settings

export const settingsAnswer = z.strictObject({
  version: z.string(),
  retention: z.strictObject({
    auditDays: days,
    auditFloorDays: days,
    accessLogDays: days,
    policies: z.array(z.strictObject({ name: z.string(), days, byGradeDays: z.record(z.string(), days) })),
  }),
  vault: z.strictObject({
    custody: z.enum(['local', 'supplied', 'absent']),
    suite: z.string().meta({ description: 'The suite new messages are sealed with.' }),
    suites: z.array(z.string()),
    usedBytes: z.number().optional(),
    limitBytes: z.number(),
  }),
  listeners: z.array(z.strictObject({ name: z.enum(['data', 'admin']), host: z.string(), port: z.number().int(), tls: z.boolean() })),
  monitor: z.boolean(),
  demo: z.boolean(),
  database: z.enum(['embedded', 'external']),
  alertSinks: z.number().int(),
  noticeSinks: z.number().int(),
  language: z.enum(['auto', 'zh', 'en']),
  warnings: z.array(z.strictObject({ code: z.string(), severity: z.enum(['info', 'warning', 'danger']), text: words })),
});
export type SettingsAnswer = z.output<typeof settingsAnswer>;

// ---------------------------------------------------------------- legal hold

export const legalHoldBody = z.strictObject({ on: z.boolean(), reason: reasonText });
export const legalHoldAnswer = z.strictObject({ id: z.string(), legalHold: z.boolean() });
