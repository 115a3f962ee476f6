/** Connections to Redis by its settings, and codes for what goes wrong on them. */
import { Redis, type RedisOptions } from 'ioredis';
import { causeCode } from '../gateway/errors.js';
import { REDIS_PORT, type RedisSettings } from './redis-settings.js';

/** Without `replyMapping`, whose declared absence the class does not take. */
type Options = Omit<RedisOptions, 'replyMapping'>;

/** A server that does not answer for this long is away; nothing here takes it milliseconds. */
const COMMAND_MS = 5_000;
const CONNECT_MS = 5_000;
/** Longer than any blocking call of a worker (10 s), so that only a connection without a far side ends by it. */
const SOCKET_MS = 30_000;
const RECONNECT_MOST_MS = 2_000;

/**
 * `asking`: short questions, which fail at once while Redis is away instead of piling up. `working`: for BullMQ's workers, which wait
 * for it to come back, until `hasEnded`.
 */
export function connectRedis(settings: RedisSettings, purpose: 'asking' | 'working', hasEnded: () => boolean = () => false): Redis {
  return new Redis(redisOptions(settings, purpose, hasEnded));
}

function redisOptions(settings: RedisSettings, purpose: 'asking' | 'working', hasEnded: () => boolean): Options {
  // BullMQ makes connections of its own by these options, out of our reach: one that tried for ever would keep the process from ending.
  const again = (times: number): number | null => (hasEnded() ? null : Math.min(100 * 2 ** Math.min(times, 10), RECONNECT_MOST_MS));
  const { kind, hosts, name, db, username, password, sentinelPassword, tls } = settings;
  const [first] = hosts;
  const secure = tls === undefined ? undefined : { ...(tls.ca === undefined ? {} : { ca: tls.ca }), minVersion: 'TLSv1.2' as const };
  const common = {
    db,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: null,
    retryStrategy: again,
    // A replica that was the master, or a server that is loading: another connection may be right.
    reconnectOnError: (error: Error) => /^(READONLY|LOADING)/.test(error.message),
    ...(purpose === 'asking' ? { commandTimeout: COMMAND_MS, enableOfflineQueue: false } : { socketTimeout: SOCKET_MS }),
  };
  if (kind === 'single') return { ...common, host: first?.host ?? '', port: first?.port ?? REDIS_PORT, ...(secure === undefined ? {} : { tls: secure }) };
  return {
    ...common,
    sentinels: hosts.map(({ host, port }) => ({ host, port })),
    name: name ?? '',
    sentinelRetryStrategy: again,
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(secure === undefined ? {} : { tls: secure, sentinelTLS: secure, enableTLSForSentinelMode: true }),
  };
}

/** `OOM`, `WRONGPASS`, `READONLY` … of an answer of Redis; otherwise what went wrong on the way. Never the message: it may quote a command. */
export function redisCode(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const word = /^([A-Z]{3,20})\b/.exec(message)?.[1];
  if (word !== undefined && word !== 'ERR') return word;
  if (/timed out|timeout/i.test(message)) return 'ETIMEDOUT';
  if (/Stream isn't writeable|Connection is closed/.test(message)) return 'AWAY';
  if (/All sentinels are unreachable/.test(message)) return 'SENTINELS_AWAY';
  return causeCode(error);
}
