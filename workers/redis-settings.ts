/** How to reach Redis, from the environment: one server or Sentinels, with TLS and passwords from files. No error of it quotes the URL. */
import { readFileSync } from 'node:fs';
import { causeCode } from '../gateway/errors.js';

type Env = Readonly<Record<string, string | undefined>>;

interface Address {
  readonly host: string;
  readonly port: number;
}

export interface RedisSettings {
  readonly kind: 'single' | 'sentinel';
  /** One server, or the Sentinels that know it. */
  readonly hosts: readonly Address[];
  /** The name under which the Sentinels watch it. */
  readonly name: string | undefined;
  readonly db: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly sentinelPassword: string | undefined;
  /** Undefined: without TLS. */
  readonly tls: { readonly ca: string | undefined } | undefined;
}

/** A sentence for whoever started Weir. */
export class RedisSettingError extends Error {
  override readonly name = 'RedisSettingError';
  readonly code = 'REDIS_SETTING';
}

const FORMS = 'redis://[user[:password]@]host[:port][/db], rediss://… with TLS, or redis+sentinel://[user[:password]@]host:26379,host:26379/NAME[/db]';
const SHAPE = /^(redis|rediss|redis\+sentinel|rediss\+sentinel):\/\/(?:([^@/]*)@)?([^@/?#]+)((?:\/[^/?#]*){0,2})\/?$/;
/** Where no other is named. */
export const REDIS_PORT = 6379;
const SENTINEL_PORT = 26379;
/** What Redis allows at most, far above the usual 16. */
const DB_MOST = 65_535;

/** Undefined when WEIR_REDIS_URL is not set: jobs are carried by the database then. */
export function redisFromEnv(env: Env): RedisSettings | undefined {
  const url = env.WEIR_REDIS_URL;
  if (url === undefined || url === '') return undefined;
  const [whole, scheme, credentials, hostList, path] = SHAPE.exec(url) ?? [];
  if (whole === undefined || scheme === undefined || hostList === undefined) throw new RedisSettingError(`WEIR_REDIS_URL is not an address of Redis. Its forms are: ${FORMS}.`);
  const kind = scheme.endsWith('+sentinel') ? 'sentinel' : 'single';
  const hosts = hostList.split(',').map((host) => address(host, kind === 'sentinel' ? SENTINEL_PORT : REDIS_PORT));
  if (kind === 'single' && hosts.length > 1) throw new RedisSettingError('WEIR_REDIS_URL names several hosts, which only redis+sentinel:// may.');
  const parts = (path ?? '').split('/').slice(1).filter((part) => part !== '');
  const name = kind === 'sentinel' ? parts.shift() : undefined;
  if (kind === 'sentinel' && name === undefined) throw new RedisSettingError('WEIR_REDIS_URL names Sentinels without the name of the server they watch: redis+sentinel://host:26379/NAME.');
  if (parts.length > 1) throw new RedisSettingError(`WEIR_REDIS_URL has more parts than its forms have: ${FORMS}.`);
  const tls = scheme.startsWith('rediss') ? { ca: fromFile(env, 'WEIR_REDIS_CA') } : undefined;
  if (tls === undefined && isSet(env, 'WEIR_REDIS_CA')) throw new RedisSettingError('WEIR_REDIS_CA is set, but WEIR_REDIS_URL asks for no TLS: begin it with rediss:// (or rediss+sentinel://).');
  if (kind === 'single' && isSet(env, 'WEIR_REDIS_SENTINEL_PASSWORD_FILE')) throw new RedisSettingError('WEIR_REDIS_SENTINEL_PASSWORD_FILE is set, but WEIR_REDIS_URL names no Sentinels.');
  const { username, password } = login(credentials);
  const filed = secretFromFile(env, 'WEIR_REDIS_PASSWORD_FILE');
  if (password !== undefined && filed !== undefined) throw new RedisSettingError('The password of Redis stands in WEIR_REDIS_URL and in WEIR_REDIS_PASSWORD_FILE: leave it out of the URL.');
  return {
    kind, hosts, name: name === undefined ? undefined : decoded(name), db: database(parts[0]), username, password: password ?? filed,
    sentinelPassword: secretFromFile(env, 'WEIR_REDIS_SENTINEL_PASSWORD_FILE'), tls,
  };
}

function address(text: string, usual: number): Address {
  const [whole, six, four, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = six ?? four;
  const number = port === undefined ? usual : Number(port);
  if (whole === undefined || host === undefined || number < 1 || number > 65_535) throw new RedisSettingError('WEIR_REDIS_URL has a host or port that cannot be one. A password with @, / or : in it is written with %40, %2F, %3A, or kept in WEIR_REDIS_PASSWORD_FILE.');
  return { host, port: number };
}

function database(text: string | undefined): number {
  if (text === undefined) return 0;
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Infinity;
  if (number > DB_MOST) throw new RedisSettingError('WEIR_REDIS_URL ends in a database that is no number, such as /0.');
  return number;
}

function login(text: string | undefined): { readonly username: string | undefined; readonly password: string | undefined } {
  if (text === undefined || text === '') return { username: undefined, password: undefined };
  const colon = text.indexOf(':');
  const username = decoded(colon < 0 ? text : text.slice(0, colon));
  const password = colon < 0 ? undefined : decoded(text.slice(colon + 1));
  return { username: username === '' ? undefined : username, password: password === '' ? undefined : password };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RedisSettingError('WEIR_REDIS_URL has a % that is not followed by two hexadecimal digits; write % itself as %25.');
  }
}

const isSet = (env: Env, name: string): boolean => env[name] !== undefined && env[name] !== '';

function fromFile(env: Env, name: string): string | undefined {
  const path = env[name];
  if (path === undefined || path === '') return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new RedisSettingError(`The file that ${name} names cannot be read (${causeCode(error)}).`);
  }
}

function secretFromFile(env: Env, name: string): string | undefined {
  const secret = fromFile(env, name)?.trimEnd();
  if (secret === '') throw new RedisSettingError(`The file that ${name} names is empty.`);
  return secret;
}
