/** How to reach a PostgreSQL server, as plain data: the embedded one, or the one WEIR_DATABASE_URL names. pg takes it as it is. */
import { createHmac } from 'node:crypto';
import { DatabaseRefused } from './database-refused.js';
import { pgHosts, type PgHost, type PgHosts } from './postgres-hosts.js';
import { postgresTls, type PgTls } from './postgres-tls.js';

export interface PgConnection {
  /** A folder for a unix socket, else a host name; of several hosts the one that worked last. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** A function is asked at each new connection, so that a rotated password is taken up. */
  readonly password: string | (() => string);
  readonly database: string;
  readonly ssl?: PgTls | false;
  /** Several hosts, for fail-over: pools of ours move on by themselves. */
  readonly hosts?: PgHosts;
  /** Connections of the ledger's own pool. */
  readonly poolMax?: number;
  readonly application_name?: string;
}

/** The role that Weir works as day to day: it may not change or delete an audit row. */
export const APP_ROLE = 'weir_app';

/** The app role's own way in; its password tells nothing of the owner's. */
export function appConnection(owner: PgConnection): PgConnection {
  const password = typeof owner.password === 'string' ? owner.password : owner.password();
  return { ...owner, user: APP_ROLE, password: createHmac('sha256', password).update(APP_ROLE).digest('base64url') };
}

/** Fewer would let a release wait for a page of the queue; more than this is a mistake. */
const POOL_BOUNDS = { least: 3, most: 200 } as const;
const PARAMETERS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'pool_max', 'target_session_attrs', 'application_name', 'host'] as const;
type Parameter = (typeof PARAMETERS)[number];
const DEFAULT_PORT = 5432;

export interface UrlOptions {
  /** The environment variable that the URL stands in, for errors. */
  readonly variable?: string;
  /** Takes the place of the URL's password. */
  readonly password?: () => string;
}

/**
 * `postgres://user:password@host:5432,other:5432/database?sslmode=verify-full&sslrootcert=FILE&pool_max=20&target_session_attrs=read-write`;
 * throws DatabaseRefused, which quotes nothing of it but names of parameters.
 */
export function connectionFromUrl(text: string, options: UrlOptions = {}): PgConnection {
  const { variable = 'WEIR_DATABASE_URL' } = options;
  // Not URL: it knows one host only.
  const found = /^postgres(?:ql)?:\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^/?#]*))?(?:\?([^#]*))?$/.exec(text.trim());
  if (found === null) throw new DatabaseRefused('bad-url', { variable });
  const [, credentials = '', authority = '', path = '', query = ''] = found;
  const [user = '', ...rest] = credentials.split(':');
  const name = unescaped(user, variable);
  // Before anything of the query is named: behind a question mark in a password lies the rest of the password.
  if (name === '') throw new DatabaseRefused('bad-url', { variable });
  const given = parametersOf(query, variable);
  const value = (parameter: Parameter): string | undefined => given.get(parameter);
  const hosts = hostsOf(value('host') ?? authority, variable);
  const database = unescaped(path, variable);
  const parameters = { sslmode: value('sslmode'), sslrootcert: value('sslrootcert'), sslcert: value('sslcert'), sslkey: value('sslkey') };
  const ssl = postgresTls(parameters, hosts.all.every(isLocal), variable);
  const poolMax = poolMaxOf(value('pool_max'), variable);
  const applicationName = value('application_name');
  const attributes = value('target_session_attrs');
  if (attributes !== undefined && attributes !== 'any' && attributes !== 'read-write') throw new DatabaseRefused('bad-value', { variable, detail: 'target_session_attrs', known: 'any, read-write' });
  const several = hosts.all.length > 1 ? pgHosts(hosts.all, attributes === 'read-write') : undefined;
  return {
    ...hosts.all[0],
    user: name,
    password: options.password ?? unescaped(rest.join(':'), variable),
    database: database === '' ? name : database,
    ssl,
    ...(poolMax === undefined ? {} : { poolMax }),
    ...(applicationName === undefined ? {} : { application_name: applicationName }),
    ...(several === undefined ? {} : { hosts: several }),
  };
}

function parametersOf(query: string, variable: string): ReadonlyMap<Parameter, string> {
  const given = new Map<Parameter, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const known = PARAMETERS.find((parameter) => parameter === name);
    // Shown only as far as it looks like a name: an ampersand in a password could have cut it off there.
    if (known === undefined) throw new DatabaseRefused('bad-parameter', { variable, detail: /^[a-z_]{1,30}$/.test(name) ? name : '?', known: PARAMETERS.join(', ') });
    given.set(known, value);
  }
  return given;
}

function hostsOf(authority: string, variable: string): { readonly all: readonly [PgHost, ...PgHost[]] } {
  const all = authority.split(',').map((one): PgHost => {
    const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(one);
    if (found === null) throw new DatabaseRefused('bad-url', { variable });
    const host = found[1] ?? unescaped(found[2] ?? '', variable);
    return { host: host === '' ? 'localhost' : host, port: found[3] === undefined ? DEFAULT_PORT : Number.parseInt(found[3], 10) };
  });
  const [first, ...others] = all;
  if (first === undefined || all.some(({ port }) => port < 1 || port > 65_535)) throw new DatabaseRefused('bad-url', { variable });
  return { all: [first, ...others] };
}

function isLocal({ host }: PgHost): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || /^127\./.test(host);
}

function poolMaxOf(text: string | undefined, variable: string): number | undefined {
  if (text === undefined) return undefined;
  const n = /^\d{1,4}$/.test(text) ? Number.parseInt(text, 10) : 0;
  const { least, most } = POOL_BOUNDS;
  if (n < least || n > most) throw new DatabaseRefused('bad-value', { variable, detail: 'pool_max', known: `${String(least)}–${String(most)}` });
  return n;
}

function unescaped(text: string, variable: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new DatabaseRefused('bad-url', { variable });
  }
}
