/** The shape of a Weir configuration file: every key, its default and its limits. The parsed form is what the rest of Weir trusts. */
import { z } from 'zod';
import { DISTINCT_CAP, UNSCANNABLE_REASONS } from '../gateway/ports.js';
import { metricsListenSchema, workerListenSchema } from './metrics-schema.js';
import { alertsSchema } from './alerts-schema.js';
import { extractSchema } from './decode-schema.js';
import { vaultSchema } from './vault-schema.js';
import { domainsSchema, mailSchema, smtpListenSchema } from './mail-schema.js';
import { routeSchema } from './route-schema.js';
import { workersSchema } from './workers-schema.js';
import { bytes, duration, file, grade, id, patterns, secret, severity } from './shapes.js';

const detectorId = z.string().regex(/^[a-z][a-z0-9.-]{0,63}$/, 'a detector id, for example "cn.phone"');
const confidence = z.number().min(0).max(1);
const action = z.enum(['pass', 'mask', 'block', 'hold']);

// ---------------------------------------------------------------- conditions and rules

const findingSelector = z.strictObject({
  /** Detector ids; all detectors when left out. With `grade` as well: those that are in both. */
  of: z.array(detectorId).min(1).optional(),
  grade: z.array(grade).min(1).optional(),
  /** Findings at or above this count. */
  confidence: confidence.default(0.7),
  /** Findings with one of these tags do not count, for example `test-number`. */
  exceptTags: z.array(z.string()).default([]),
  where: z.enum(['head', 'body', 'any']).default('any'),
  /** Distinct values of all chosen detectors together. */
  distinct: z.number().int().min(1).max(DISTINCT_CAP).default(1),
});

const whose = z.enum(['inside', 'outside', 'partner', 'partner-expired']);

const factsSelector = z.strictObject({
  user: patterns.optional(),
  department: patterns.optional(),
  /** Of mail: the envelope's. */
  sender: patterns.optional(),
  /** Of mail: an address in From or Sender. */
  headerSender: patterns.optional(),
  /** Of mail: neither From nor Sender names the sender of the envelope. */
  senderMismatch: z.boolean().optional(),
  /** True when at least one recipient matches. */
  recipient: patterns.optional(),
  /** True when there are recipients and all of them match; `not` of it finds the one outsider among colleagues. */
  everyRecipient: patterns.optional(),
  /** By `domains`; true when at least one recipient is such. `outside` are all but the own ones and partners whose agreement is in force. */
  recipientIs: z.union([whose, z.array(whose).min(1)]).transform((one) => (Array.isArray(one) ? one : [one])).optional(),
  /** Of the whole mail, also where recipients are judged in groups. */
  recipients: z.strictObject({ atLeast: z.number().int().min(1).max(100_000) }).optional(),
  /** The host that a request goes to; of mail the domain of a recipient. */
  destination: patterns.optional(),
  /** CIDR ranges or addresses. */
  client: patterns.optional(),
  method: patterns.optional(),
  mediaType: patterns.optional(),
  fileName: patterns.optional(),
  /** Of mail; the same as `fileName` there. */
  attachmentName: patterns.optional(),
  /** Of mail: as declared, for example `application/zip`. */
  attachmentType: patterns.optional(),
  channel: z.array(z.enum(['http', 'smtp', 'icap'])).min(1).optional(),
  direction: z.enum(['request', 'response']).optional(),
});

export interface ConditionInput {
  readonly all?: readonly ConditionInput[] | undefined;
  readonly any?: readonly ConditionInput[] | undefined;
  readonly not?: ConditionInput | undefined;
  readonly found?: z.input<typeof findingSelector> | undefined;
  readonly facts?: z.input<typeof factsSelector> | undefined;
  readonly unscannable?: readonly (typeof UNSCANNABLE_REASONS)[number][] | undefined;
  readonly upTo?: string | undefined;
}
export interface Condition {
  readonly all?: readonly Condition[] | undefined;
  readonly any?: readonly Condition[] | undefined;
  readonly not?: Condition | undefined;
  readonly found?: z.output<typeof findingSelector> | undefined;
  readonly facts?: z.output<typeof factsSelector> | undefined;
  /** True when the exchange has an unscannable part with one of these reasons. */
  readonly unscannable?: readonly (typeof UNSCANNABLE_REASONS)[number][] | undefined;
  /** Only with `unscannable`: true while the parts with these reasons have no more bytes than this, taken together. */
  readonly upTo?: number | undefined;
}
/** Several keys in one condition are joined by "and". */
const condition: z.ZodType<Condition, ConditionInput> = z.lazy(() =>
  z
    .strictObject({
      all: z.array(condition).min(1).optional(),
      any: z.array(condition).min(1).optional(),
      not: condition.optional(),
      found: findingSelector.optional(),
      facts: factsSelector.optional(),
      unscannable: z.array(z.enum(UNSCANNABLE_REASONS)).min(1).optional(),
      upTo: bytes.optional(),
    })
    .refine((c) => c.upTo === undefined || c.unscannable !== undefined, '`upTo` limits what `unscannable` covers and stands beside it')
    .refine((c) => Object.values(c).some((v) => v !== undefined), 'an empty condition; leave `when` out to match everything'),
);

export const ruleSchema = z.strictObject({
  id,
  when: condition.optional(),
  action,
  /** What happens where a `mask` cannot be carried out. */
  otherwise: z.enum(['block', 'hold', 'pass']).default('hold'),
  severity: severity.default('medium'),
  notify: z.boolean().default(true),
  fourEyes: z.boolean().default(false),
  monitor: z.boolean().default(false),
  describe: z.string().max(500).optional(),
});

export const policySchema = z.strictObject({
  rules: z.array(ruleSchema).max(500),
  /** Answer to unscannable parts that no rule names. */
  unscannable: z.enum(['hold', 'block', 'pass']).default('hold'),
  retention: duration.prefault('30d'),
  /** Instead, for messages with findings of these grades; of several the highest grade decides. */
  retentionByGrade: z.partialRecord(grade, duration).default({}),
});

// ---------------------------------------------------------------- detectors, alerts, listeners

export const patternDetectorSchema = z.strictObject({
  id: detectorId,
  title: z.strictObject({ zh: z.string(), en: z.string() }),
  /** RE2, finite length. */
  pattern: z.string().min(1).max(1000),
  /** Least digits in every match. */
  digits: z.number().int().min(0).max(64).optional(),
  notBefore: z.string().max(200).optional(),
  notAfter: z.string().max(200).optional(),
  checksum: z.enum(['none', 'luhn', 'mod11-2']).default('none'),
  words: z.array(z.string().min(1)).default([]),
  confidence: confidence.default(0.7),
  confidenceWithWords: confidence.default(0.9),
  keep: z.strictObject({ first: z.number().int().min(0).default(0), last: z.number().int().min(0).default(0) }).prefault({}),
  cases: z.strictObject({ hit: z.array(z.string()).min(1), miss: z.array(z.string()).min(1) }),
});

/** All, none, or the first of each so many. */
const share = z.union([
  z.enum(['all', 'none']),
  z
    .string()
    .regex(/^1\/[1-9][0-9]{0,5}$/, 'all, none, or one of so many, for example 1/100')
    .transform((one) => ({ oneOf: Number(one.slice(2)) })),
]);

const listenTls = z.strictObject({ cert: file, key: file, clientCa: file.optional(), clientCertificate: z.enum(['none', 'optional', 'required']).default('none') });
const listen = (port: number) =>
  z.strictObject({ host: z.string().default('127.0.0.1'), port: z.number().int().min(0).max(65535).default(port), tls: listenTls.optional() });

/** Bodies are signed as those of alerts. */
const noticeSink = z.strictObject({ id, url: z.url({ protocol: /^https?$/ }), secret });

/** The organisation's identity provider (OpenID Connect). */
const oidc = z.strictObject({
  issuer: z.url({ protocol: /^https$/ }),
  clientId: z.string().min(1),
  clientSecret: secret,
  /** What names the account at its person's first sign-in; from then on the provider's subject does. */
  claim: z.enum(['email', 'preferred_username']).default('email'),
  /** What the provider says when it has asked for a second factor. Left out: Weir asks for its own. */
  secondFactor: z.strictObject({ amr: z.array(z.string().min(1)).default([]), acr: z.array(z.string().min(1)).default([]) }).prefault({}),
  /** Of your own certificate authority, in PEM. */
  ca: file.optional(),
});

export const configSchema = z.strictObject({
  version: z.literal(1),
  /** The demo sink exists, and a banner says so. */
  demo: z.boolean().default(false),
  listen: z
    .strictObject({ data: listen(8080).extend({ proxyProtocol: z.boolean().default(false), frontend: z.enum(['node', 'fast']).default('fast'), http2: z.boolean().default(false) }).prefault({}), admin: listen(8081).prefault({}), smtp: smtpListenSchema, metrics: metricsListenSchema, worker: workerListenSchema })
    .prefault({}),
  /** Peers whose Forwarded and identity headers are believed. */
  trustedProxies: z.array(z.string()).default([]),
  domains: domainsSchema,
  mail: mailSchema,
  /** Everywhere: record what would have happened, stop nothing (the first week). */
  monitor: z.boolean().default(false),
  language: z.enum(['auto', 'zh', 'en']).default('auto'),
  limits: z
    .strictObject({
      headBytes: bytes.prefault('32KiB'),
      headTimeout: duration.prefault('15s'),
      spoolMemory: bytes.prefault('96MiB'),
      spoolDisk: bytes.prefault('64GiB'),
      connections: z.number().int().min(1).default(10_000),
      drain: duration.prefault('30s'),
      /** How long a node that is to stop goes on while /readyz says so: until load balancers have asked. */
      drainDelay: duration.prefault('0s'),
      extract: extractSchema,
    })
    .prefault({}),
  vault: vaultSchema,
  grades: z.partialRecord(grade, z.array(detectorId)).default({ C2: ['cn.resident-id', 'bank-card', 'bank-card.unchecked', 'cn.phone'] }),
  detectors: z
    .strictObject({
      disable: z.array(detectorId).default([]),
      /** Detectors that come with Weir and are off unless named here. */
      enable: z.array(detectorId).default([]),
      keep: z.record(detectorId, z.strictObject({ first: z.number().int().min(0), last: z.number().int().min(0) })).default({}),
      patterns: z.array(patternDetectorSchema).default([]),
    })
    .prefault({}),
  workers: workersSchema.prefault({}),
  alerts: alertsSchema.prefault({}),
  /** Systems of yours that tell senders how a held message ended; routes name them. */
  notices: z.strictObject({ sinks: z.array(noticeSink).default([]) }).prefault({}),
  /** How long rows of the audit are kept; network logs must be kept for six months. */
  audit: z.strictObject({ retention: duration.prefault('1095d') }).prefault({}),
  review: z
    .strictObject({
      /** Within what time a message of each severity is to be decided. */
      sla: z
        .strictObject({ critical: duration.prefault('4h'), high: duration.prefault('4h'), medium: duration.prefault('24h'), low: duration.prefault('24h'), info: duration.prefault('24h') })
        .prefault({}),
      /** How long a first approval waits for the second person. */
      secondWithin: duration.prefault('24h'),
    })
    .prefault({}),
  people: z
    .strictObject({
      /** The console as browsers reach it; stands in invitation links. Left out: the admin listener's own address. */
      url: z.url({ protocol: /^https?$/ }).optional(),
      session: z.strictObject({ /** Without a request. */ idle: duration.prefault('30m'), /** In any case. */ absolute: duration.prefault('12h') }).prefault({}),
      /** A password that is older has to be changed at the next sign-in. Left out: none grows old. */
      passwordAge: duration.optional(),
      /** An account that nobody used for so long is disabled. */
      unusedAfter: duration.prefault('90d'),
      oidc: oidc.optional(),
    })
    .prefault({}),
  /** That carry traffic, side by side on one listening port; more than one for more than one core. */
  processes: z.int().min(1).max(64).default(1),
  log: z
    .strictObject({
      level: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
      /** Which exchanges that were wholly read, with nothing found and nothing changed, have a line in the access log. All others always have one, and all are counted. */
      cleanExchanges: share.prefault('all'),
    })
    .prefault({}),
  routes: z.array(routeSchema).min(1),
  policies: z.record(id, policySchema),
});

export type Config = z.output<typeof configSchema>;
export type { HttpRoute, MailHop, Route, SmtpRoute } from './route-schema.js';
export type { DomainsConfig, MailConfig, SmtpListener } from './mail-schema.js';
export type PolicyConfig = z.output<typeof policySchema>;
export type Rule = z.output<typeof ruleSchema>;
export type FindingSelector = z.output<typeof findingSelector>;
export type FactsSelector = z.output<typeof factsSelector>;
export type PatternDetectorConfig = z.output<typeof patternDetectorSchema>;
export type Grade = z.output<typeof grade>;
