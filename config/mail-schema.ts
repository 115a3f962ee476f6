/** The shape of what is about mail: whose domains are whose, the listeners that take mail, and what Weir says of itself in mails. */
import { hostname } from 'node:os';
import { z } from 'zod';
import { duration, file, id } from './shapes.js';

/** `*.` in front: every name below it, and not the name itself. */
export const domainPattern = z.string().max(253).regex(/^(\*\.)?[^\s@*,;:<>"()[\]\\/]+(\.[^\s@*,;:<>"()[\]\\/]+)+$/, 'a domain, for example "corp.example", or "*.corp.example" for all below it');
const cidr = z.string().min(1).max(64);
const address = z.string().max(254).regex(/^[^\s@<>]+@[^\s@<>]+$/, 'a mail address, for example "postmaster@corp.example"');
const dnsName = z.string().max(253).regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, 'a host name, for example "weir.corp.example"');

// ---------------------------------------------------------------- whose domains are whose

const partner = z.strictObject({
  id,
  domains: z.array(domainPattern).min(1).max(1000),
  /** Last day of the agreement, in the zone below. */
  until: z.iso.date('a day, for example "2027-03-31"'),
});

export const domainsSchema = z
  .strictObject({
    /** Of your own house: a recipient elsewhere is outside. Without any, everybody is, and the queue of what is held goes by the sender's domain. */
    own: z.array(domainPattern).max(1000).default([]),
    /** Houses with which an agreement on data exists. */
    partners: z.array(partner).max(1000).default([]),
    /** In which a day of an agreement ends: a name of the time zone database. */
    zone: z.string().min(1).max(64).default('Asia/Shanghai'),
  })
  .prefault({});

// ---------------------------------------------------------------- listeners

/** `optional` and `required` speak of STARTTLS; `implicit` is TLS from the first byte on, as on port 465. */
const tls = z.strictObject({ mode: z.enum(['none', 'optional', 'required', 'implicit']).default('none'), cert: file.optional(), key: file.optional() });

/** Networks whose hosts relay without signing in, where nobody says otherwise: this machine. */
export const LOOPBACK_CLIENTS: readonly string[] = ['127.0.0.0/8', '::1/128'];

const listener = z.strictObject({
  id: id.default('smtp'),
  host: z.string().min(1).default('127.0.0.1'),
  port: z.number().int().min(0).max(65535).default(2525),
  tls: tls.prefault({}),
  /** Who may relay without signing in. */
  clients: z.array(cidr).max(1000).default([...LOOPBACK_CLIENTS]),
  /** `next-hop`: the default hop of the route is asked whether name and password are good. */
  auth: z.union([z.literal('none'), z.literal('next-hop'), z.strictObject({ /** Lines of `weir smtp-account`. */ accounts: file })]).default('none'),
  /** Of everybody, those in `clients` too. */
  authRequired: z.boolean().default(false),
  /** Peers whose XCLIENT, XFORWARD and PROXY headers are believed. */
  trustedProxies: z.array(cidr).max(1000).default([]),
  /** Each connection of trustedProxies begins with a PROXY header. */
  proxyProtocol: z.boolean().default(false),
  maxConnections: z.number().int().min(1).max(100_000).default(200),
  perClient: z
    .strictObject({ connections: z.number().int().min(1).max(100_000).default(20), messagesPerMinute: z.number().int().min(1).max(1_000_000).default(600) })
    .prefault({}),
  maxRecipients: z.number().int().min(1).max(10_000).default(10_000),
  /** Between two commands. */
  idleTimeout: duration.prefault('300s'),
  /** From a command's first byte to its line end, and for handshakes. */
  commandTimeout: duration.prefault('60s'),
  /** Between two pieces of a message. */
  dataTimeout: duration.prefault('300s'),
});

export const smtpListenSchema = z.array(listener).max(50).default([]);

// ---------------------------------------------------------------- what Weir says of itself

/** RFC 5321 wants a name with a dot; machines in containers often have none. */
function ownHostname(): string {
  const name = hostname();
  return dnsName.safeParse(name).success && name.includes('.') ? name : 'weir.localdomain';
}

const line = z.string().min(1).max(300).regex(/^[^\r\n]*$/, 'one line');

export const mailSchema = z
  .strictObject({
    /** In EHLO, Received and notices. */
    hostname: dnsName.default(ownHostname),
    /** From of notices; left out: postmaster at `hostname`. */
    postmaster: address.optional(),
    /** Of replies and notices. */
    language: z.enum(['zh', 'en']).default('zh'),
    /** What a sender can do whose mail was refused or waits. */
    help: z.strictObject({ zh: line.default('如有疑问，请联系信息安全部门并提供此编号。'), en: line.default('If this is a mistake, ask your security team and name this incident.') }).prefault({}),
    /** From the last byte of a message to its reply; a client that waits longer than five minutes is rare. */
    deadline: duration.prefault('240s'),
    /** A sender is told once that a mail which was accepted still waits at a next hop. */
    delayed: duration.prefault('4h'),
    /** Keys that sign anew what was changed, by the domain of the header's From. */
    dkim: z.array(z.strictObject({ domain: domainPattern, selector: z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/, 'a selector, for example "weir2026"'), key: file })).max(1000).default([]),
    /** X-Weir-Incident on what left masked or was released. */
    incidentHeader: z.boolean().default(false),
  })
  .transform((mail) => ({ ...mail, postmaster: mail.postmaster ?? `postmaster@${mail.hostname}` }))
  .prefault({});

export type DomainsConfig = z.output<typeof domainsSchema>;
export type SmtpListener = z.output<typeof listener>;
export type MailConfig = z.output<typeof mailSchema>;
