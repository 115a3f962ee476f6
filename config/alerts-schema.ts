/** Who is told what, and when: sinks, rules and the plain webhooks that came before them. */
import { z } from 'zod';
import { ALERT_EVENTS } from '../gateway/ports.js';
import { duration, file, grade, id, patterns, secret, severity } from './shapes.js';

const language = z.enum(['zh', 'en']);
/** A robot's address holds its token, so it is a secret as a whole. */
const robot = {
  id,
  url: secret,
  /** Of your own certificate authority, in PEM. */
  ca: file.optional(),
  language: language.optional(),
  /** Fewer than the robot itself allows, where others write to the same group. */
  perMinute: z.number().int().min(1).max(1_000).default(20),
};
const mailbox = z.string().regex(/^[^\s@<>"]{1,64}@[^\s@<>"]{1,255}$/, 'a mail address, for example "dlp@corp.example"');
const host = z.string().regex(/^[A-Za-z0-9._:-]{1,255}$/, 'a host name or an address, for example "mail.corp.example"');
const port = z.number().int().min(1).max(65_535);

export const sinkSchema = z.discriminatedUnion('kind', [
  /** `secret`: the key that the robot asks signatures of (加签). */
  z.strictObject({ ...robot, kind: z.literal('dingtalk'), secret: secret.optional() }),
  z.strictObject({ ...robot, kind: z.literal('feishu'), secret: secret.optional() }),
  z.strictObject({ ...robot, kind: z.literal('wecom') }),
  z.strictObject({ ...robot, kind: z.literal('slack') }),
  z.strictObject({
    ...robot,
    kind: z.literal('webhook'),
    url: z.union([z.url({ protocol: /^https?$/ }), secret]),
    /** Signs each body: `Weir-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`. */
    secret,
    perMinute: robot.perMinute.unwrap().default(60),
  }),
  z.strictObject({
    id,
    kind: z.literal('mail'),
    host,
    /** Left out: 465 for `tls: implicit`, 587 for `starttls`. */
    port: port.optional(),
    /** Mail goes over TLS; `none` is for a relay on this machine alone. */
    tls: z.enum(['implicit', 'starttls', 'none']).default('starttls'),
    ca: file.optional(),
    serverName: host.optional(),
    user: z.string().min(1).max(255).optional(),
    password: secret.optional(),
    from: mailbox,
    to: z.array(mailbox).min(1).max(50),
    language: language.optional(),
    perMinute: z.number().int().min(1).max(1_000).default(20),
  }),
  z.strictObject({
    id,
    kind: z.literal('syslog'),
    host,
    /** Left out: 514 for UDP and TCP, 6514 for TLS. */
    port: port.optional(),
    protocol: z.enum(['udp', 'tcp', 'tls']).default('tls'),
    /** `cef`: ArcSight's Common Event Format in the message; `text`: the words that people read. */
    format: z.enum(['cef', 'text']).default('cef'),
    facility: z.number().int().min(0).max(23).default(13),
    ca: file.optional(),
    /** A client certificate and its key. */
    cert: file.optional(),
    key: file.optional(),
    serverName: host.optional(),
    language: language.optional(),
    perMinute: z.number().int().min(1).max(10_000).default(600),
  }),
]);

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day, for example "22:00" (quoted)');
/** A name of the time zone database; `config/checks/alerts.ts` looks whether it exists. */
const zone = z.string().min(1).max(64);

const quiet = z.strictObject({
  from: clockTime,
  /** Earlier than `from`: on the next day. */
  to: clockTime,
  /** Left out: `alerts.zone`. */
  zone: zone.optional(),
  /** The days on which `from` lies; all when left out. */
  days: z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])).min(1).optional(),
  /** What is as bad as this or worse goes at once. */
  except: severity.optional(),
});

export const alertRuleSchema = z.strictObject({
  id,
  /** Several keys are joined by "and"; left out: everything. */
  when: z
    .strictObject({
      events: z.array(z.enum(ALERT_EVENTS)).min(1).optional(),
      /** As bad as this or worse. */
      severity: severity.optional(),
      routes: patterns.optional(),
      /** At least one finding of one of these grades. */
      grades: z.array(grade).min(1).optional(),
      /** Codes as they stand in the events, `*` for any run of characters: `retention-*`, `database-down`. */
      codes: patterns.optional(),
      /** Rules of the policies. */
      rules: patterns.optional(),
      /** Only once so many have come within that time; fewer are never told of. */
      countOver: z.strictObject({ count: z.number().int().min(2).max(10_000), within: duration }).optional(),
    })
    .prefault({}),
  to: z.array(id).min(1),
  /** Events of one such time are one message; the first of a calm time goes at once. */
  window: duration.prefault('1m'),
  quiet: quiet.optional(),
  /** Of its messages; left out: the sink's own. */
  language: language.optional(),
});

const webhook = z.strictObject({
  id,
  url: z.url({ protocol: /^https?$/ }),
  /** Signs each body: `Weir-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`. */
  secret,
  events: z.array(z.enum(['hold', 'block', 'failure', 'dead-letter', 'expiry', 'health'])).min(1).default(['hold', 'block', 'failure', 'dead-letter', 'expiry', 'health']),
  minSeverity: severity.default('info'),
});

export const alertsSchema = z.strictObject({
  /** Where nothing nearer says otherwise; left out: the console's language, and Chinese where that is `auto`. */
  language: language.optional(),
  /** In which times are told and quiet hours counted. */
  zone: zone.default('Asia/Shanghai'),
  sinks: z.array(sinkSchema).max(50).default([]),
  rules: z.array(alertRuleSchema).max(100).default([]),
  webhooks: z.array(webhook).default([]),
  /** Planted numbers that nobody has a reason to send, as `weir alert canary` prints them: keyed fingerprints, no number. */
  canaries: z.array(z.strictObject({ id, fingerprints: z.array(z.string().regex(/^[0-9a-f]{16}$/, 'a fingerprint as "weir alert canary" prints it; the number itself must not stand here')).min(1).max(16) })).max(1_000).default([]),
  /** Without a backup for so long there is an alert; left out: nobody is told. */
  backupWithin: duration.optional(),
});

export type SinkConfig = z.output<typeof sinkSchema>;
export type AlertRuleConfig = z.output<typeof alertRuleSchema>;
export type AlertsConfig = z.output<typeof alertsSchema>;
