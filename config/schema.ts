/** The shape of a Weir configuration file: every key, its default and its limits. The parsed form is what the rest of Weir trusts. */
import { z } from 'zod';
import { DISTINCT_CAP, UNSCANNABLE_REASONS } from '../gateway/ports.js';

const id = z.string().regex(/^[a-z][a-z0-9-]{0,47}$/, 'lower-case letters, digits and "-", starting with a letter, for example "mail-out"');
const detectorId = z.string().regex(/^[a-z][a-z0-9.-]{0,63}$/, 'a detector id, for example "cn.phone"');
const duration = z
  .string()
  .regex(/^\d{1,6}(ms|s|m|h|d)$/, 'a number and a unit, for example "30s", "5m" or "30d"')
  .transform((text) => Number.parseInt(text, 10) * { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 }[/[a-z]+$/.exec(text)?.[0] as 'ms' | 's' | 'm' | 'h' | 'd']);
const bytes = z
  .string()
  .regex(/^\d{1,9}(B|KiB|MiB|GiB|TiB)$/, 'a number and a unit, for example "64MiB"')
  .transform((text) => Number.parseInt(text, 10) * { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }[/[A-Za-z]+$/.exec(text)?.[0] as 'B' | 'KiB' | 'MiB' | 'GiB' | 'TiB']);
const confidence = z.number().min(0).max(1);
const action = z.enum(['pass', 'mask', 'block', 'hold']);
const severity = z.enum(['info', 'low', 'medium', 'high', 'critical']);
const grade = z.enum(['C1', 'C2', 'C3', 'general', 'important', 'core']);

// ---------------------------------------------------------------- conditions and rules

/** `*` stands for any run of characters; matching ignores case. `unknown` matches a missing fact. */
const patterns = z.union([z.string(), z.array(z.string()).min(1)]).transform((one) => (typeof one === 'string' ? [one] : one));

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

const factsSelector = z.strictObject({
  user: patterns.optional(),
  department: patterns.optional(),
  sender: patterns.optional(),
  /** True when at least one recipient matches. */
  recipient: patterns.optional(),
  /** True when there are recipients and all of them match; `not` of it finds the one outsider among colleagues. */
  everyRecipient: patterns.optional(),
  destination: patterns.optional(),
  /** CIDR ranges or addresses. */
  client: patterns.optional(),
  method: patterns.optional(),
  mediaType: patterns.optional(),
  fileName: patterns.optional(),
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
}
export interface Condition {
  readonly all?: readonly Condition[] | undefined;
  readonly any?: readonly Condition[] | undefined;
  readonly not?: Condition | undefined;
  readonly found?: z.output<typeof findingSelector> | undefined;
  readonly facts?: z.output<typeof factsSelector> | undefined;
  /** True when the exchange has an unscannable part with one of these reasons. */
  readonly unscannable?: readonly (typeof UNSCANNABLE_REASONS)[number][] | undefined;
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
    })
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

// ---------------------------------------------------------------- routes

const file = z.string().min(1);
/** Secrets never stand in the file: an environment variable or a file holds them. */
const secret = z.union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file })]);

const upstreamTls = z.strictObject({
  ca: file.optional(),
  cert: file.optional(),
  key: file.optional(),
  serverName: z.string().optional(),
});

const upstream = z.union([
  z.literal('demo'),
  z.strictObject({
    url: z.url({ protocol: /^https?$/ }),
    tls: upstreamTls.optional(),
    /** Send the client's Host on instead of the upstream's. */
    preserveHost: z.boolean().default(false),
    connectTimeout: duration.prefault('5s'),
    /** From the last request byte to the answer's head, and between bytes of the answer. */
    responseTimeout: duration.prefault('60s'),
    maxSockets: z.number().int().min(1).max(10_000).default(256),
  }),
]);

/** Where a fact is read from; the first source that yields one wins. */
const factSource = z.union([
  z.strictObject({ header: z.string(), /** Only from trustedProxies. */ trusted: z.boolean().default(true) }),
  z.strictObject({ query: z.string() }),
  z.strictObject({ form: z.string() }),
  /** Dotted path in a JSON body, for example `message.to`. */
  z.strictObject({ json: z.string() }),
  z.strictObject({ basic: z.literal(true) }),
  z.strictObject({ jwt: z.strictObject({ claim: z.string(), header: z.string().default('authorization'), key: secret, issuer: z.string().optional(), audience: z.string().optional() }) }),
  z.strictObject({ clientCertificate: z.literal(true) }),
]);
const factSources = z.union([factSource, z.array(factSource).min(1)]).transform((one) => (Array.isArray(one) ? one : [one]));

export const routeSchema = z.strictObject({
  id,
  channel: z.literal('http').default('http'),
  match: z.strictObject({
    host: z.array(z.string()).min(1).optional(),
    path: z.string().startsWith('/').default('/'),
    methods: z.array(z.string()).min(1).optional(),
  }),
  upstream,
  /** Replaces the matched path prefix; left out: the path goes on as it came. */
  rewritePrefix: z.string().startsWith('/').optional(),
  direction: z.array(z.enum(['request', 'response'])).min(1).default(['request']),
  /** `false`: bytes pass unscanned (http-proxy-middleware); counted, and named in every report. */
  scan: z.boolean().default(true),
  policy: id.optional(),
  facts: z
    .strictObject({
      user: factSources.optional(),
      sender: factSources.optional(),
      recipients: factSources.optional(),
      subject: factSources.optional(),
      /** JSON file: user → department. */
      departments: file.optional(),
    })
    .prefault({}),
  /** Header fields scanned with the head, beside target, subject and file names. */
  scanHeaders: z.array(z.string()).default([]),
  onHold: z.enum(['accept', 'refuse']).default('accept'),
  release: z.enum(['replay', 'resubmit']).default('replay'),
  /** Sent with a replay in place of the sender's own. */
  releaseCredential: z.strictObject({ header: z.string().default('authorization'), secret }).optional(),
  /** Header that makes a repeated request harmless upstream; Weir fills it with the incident id on release. */
  idempotencyHeader: z.string().optional(),
  /** The notice sink that tells senders when a held message was refused or has expired. */
  notices: id.optional(),
  upgrades: z.enum(['refuse', 'pass']).default('refuse'),
  streamWithAbort: z.boolean().default(false),
  /** This route serves clients that synchronise folders: a mask becomes a block (HC 19). */
  syncClient: z.boolean().default(false),
  weirHeaders: z.boolean().default(true),
  monitor: z.boolean().default(false),
  maxBody: bytes.prefault('16GiB'),
  bodyTimeout: duration.prefault('60s'),
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

const listenTls = z.strictObject({ cert: file, key: file, clientCa: file.optional(), clientCertificate: z.enum(['none', 'optional', 'required']).default('none') });
const listen = (port: number) =>
  z.strictObject({ host: z.string().default('127.0.0.1'), port: z.number().int().min(0).max(65535).default(port), tls: listenTls.optional() });

const webhook = z.strictObject({
  id,
  url: z.url({ protocol: /^https?$/ }),
  /** Signs each body: `Weir-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`. */
  secret,
  events: z.array(z.enum(['hold', 'block', 'failure', 'dead-letter', 'expiry', 'health'])).min(1).default(['hold', 'block', 'failure', 'dead-letter', 'expiry', 'health']),
  minSeverity: severity.default('info'),
});

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
    .strictObject({ data: listen(8080).extend({ proxyProtocol: z.boolean().default(false) }).prefault({}), admin: listen(8081).prefault({}) })
    .prefault({}),
  /** Peers whose Forwarded and identity headers are believed. */
  trustedProxies: z.array(z.string()).default([]),
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
    })
    .prefault({}),
  vault: z
    .strictObject({
      custody: z.enum(['local', 'supplied', 'absent']).default('local'),
      suite: z.enum(['age-v1', 'gm-1']).optional(),
      keyCommand: z.tuple([z.string().min(1)], z.string()).optional(),
      maxBytes: bytes.prefault('100GiB'),
    })
    .prefault({}),
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
  alerts: z.strictObject({ webhooks: z.array(webhook).default([]) }).prefault({}),
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
      /** Mail domains of your own house: a recipient elsewhere is outside. Left out: whatever is not the sender's domain. */
      ownDomains: z.array(z.string().regex(/^[^\s@]+\.[^\s@]+$/, 'a domain, for example "corp.example"')).default([]),
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
  log: z.strictObject({ level: z.enum(['error', 'warn', 'info', 'debug']).default('info') }).prefault({}),
  routes: z.array(routeSchema).min(1),
  policies: z.record(id, policySchema),
});

export type Config = z.output<typeof configSchema>;
export type Route = z.output<typeof routeSchema>;
export type PolicyConfig = z.output<typeof policySchema>;
export type Rule = z.output<typeof ruleSchema>;
export type FindingSelector = z.output<typeof findingSelector>;
export type FactsSelector = z.output<typeof factsSelector>;
export type PatternDetectorConfig = z.output<typeof patternDetectorSchema>;
export type Grade = z.output<typeof grade>;
