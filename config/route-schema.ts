/** The shape of a route: where traffic comes from, where it goes, and what happens to it on the way. HTTP and SMTP share no more than what every channel has. */
import { z } from 'zod';
import { domainPattern } from './mail-schema.js';
import { bytes, duration, file, id, patterns, secret } from './shapes.js';
import { uploadSchema } from './upload-schema.js';

const auditLevel = z.enum(['stops', 'every']).default('stops');

// ---------------------------------------------------------------- HTTP

const upstreamTls = z.strictObject({
  ca: file.optional(),
  cert: file.optional(),
  key: file.optional(),
  serverName: z.string().optional(),
});

const httpUpstream = z.union([
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

export const httpRouteSchema = z.strictObject({
  id,
  /** Left out: http. */
  channel: z.literal('http').optional().transform(() => 'http' as const),
  match: z.strictObject({
    host: z.array(z.string()).min(1).optional(),
    path: z.string().startsWith('/').default('/'),
    methods: z.array(z.string()).min(1).optional(),
  }),
  upstream: httpUpstream,
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
  /** Files that come over several requests are put together for judgement; held ones are refused, whatever `onHold` says. */
  upload: uploadSchema,
  release: z.enum(['replay', 'resubmit']).default('replay'),
  /** Sent with a replay in place of the sender's own. */
  releaseCredential: z.strictObject({ header: z.string().default('authorization'), secret }).optional(),
  /** Header that makes a repeated request harmless upstream; Weir fills it with the incident id on release. */
  idempotencyHeader: z.string().optional(),
  /** The notice sink that tells senders when a held message was refused or has expired. */
  notices: id.optional(),
  upgrades: z.enum(['refuse', 'pass']).default('refuse'),
  streamWithAbort: z.boolean().default(false),
  /** This route serves clients that synchronise folders: a mask becomes a block (HC 19). So it is with `upload: webdav-chunks`. */
  syncClient: z.boolean().default(false),
  weirHeaders: z.boolean().default(true),
  monitor: z.boolean().default(false),
  /** `every`: also what passes clean has a row in the audit, and leaves only once it has (HC 31). */
  audit: auditLevel,
  maxBody: bytes.prefault('16GiB'),
  bodyTimeout: duration.prefault('60s'),
});

// ---------------------------------------------------------------- mail

/** One place where mail is handed on: hosts are tried in this order. */
const hop = z.strictObject({
  /** Recipients' domains; left out: all that no other hop names. */
  to: z.array(domainPattern).min(1).max(1000).optional(),
  hosts: z.array(z.string().regex(/^(\[[0-9A-Fa-f:.]+\]|[^\s:/@[\]]+):\d{1,5}$/, 'a host and a port, for example "mx1.corp.example:25"')).min(1).max(16),
  /** `opportunistic`: STARTTLS where it is offered, whatever the certificate; `required`: not without; `verified`: and the certificate is good; `implicit`: TLS from the first byte on, verified. */
  tls: z.enum(['none', 'opportunistic', 'required', 'verified', 'implicit']).default('opportunistic'),
  ca: file.optional(),
  /** Asked for and checked in place of the host's own name. */
  serverName: z.string().min(1).optional(),
  auth: z.strictObject({ user: z.string().min(1), secret }).optional(),
  connectTimeout: duration.prefault('30s'),
  /** For each reply but that to the end of the data, which may take twice as long. */
  replyTimeout: duration.prefault('60s'),
  /** To each host. */
  maxConnections: z.number().int().min(1).max(1000).default(20),
});

/** A mail takes the first route that matches; several keys are joined by "and". */
const smtpMatch = z.strictObject({
  /** Ids of listeners. */
  listener: z.array(id).min(1).optional(),
  /** Of the envelope. The null sender is `unknown`. */
  sender: patterns.optional(),
  /** Addresses or CIDR ranges of the true client. */
  client: patterns.optional(),
});

export const smtpRouteSchema = z.strictObject({
  id,
  channel: z.literal('smtp'),
  match: smtpMatch.prefault({}),
  upstream: z.union([z.literal('demo'), z.strictObject({ hops: z.array(hop).min(1).max(100) })]),
  policy: id,
  monitor: z.boolean().default(false),
  /** `every`: also what passes clean has a row in the audit, and leaves only once it has (HC 31). */
  audit: auditLevel,
  maxBody: bytes.prefault('50MiB'),
  /** Mails to the sender: that his mail waits for a person, and that it was refused or has expired. */
  notices: z.strictObject({ hold: z.boolean().default(false), reject: z.boolean().default(true) }).prefault({}),
});

export const routeSchema = z.discriminatedUnion('channel', [httpRouteSchema, smtpRouteSchema]);

export type HttpRoute = z.output<typeof httpRouteSchema>;
export type SmtpRoute = z.output<typeof smtpRouteSchema>;
export type Route = HttpRoute | SmtpRoute;
export type MailHop = z.output<typeof hop>;
