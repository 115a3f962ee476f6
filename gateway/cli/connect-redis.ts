/** What `weir config check --connect` says of Redis: version, TLS, what it does when its memory is full, whether it keeps what it has. */
import { connectRedis, redisCode } from '../../workers/redis-connection.js';
import { redisFromEnv } from '../../workers/redis-settings.js';
import { checkRedis } from '../../workers/redis-checks.js';
import { liner, type ConnectLine } from './connect-line.js';
import type { ConnectWords } from './words-connect.js';

const PATIENCE_MS = 8_000;

export async function redisLines(env: NodeJS.ProcessEnv, words: ConnectWords): Promise<readonly ConnectLine[]> {
  const say = liner(words, 'redis');
  let settings;
  try {
    settings = redisFromEnv(env);
  } catch {
    return [say.missing('redisSetting')];
  }
  if (settings === undefined) return [say.ok('redisAbsent')];
  const redis = connectRedis(settings, 'asking');
  try {
    await new Promise<void>((resolve, reject) => {
      let last: Error | undefined;
      const late = setTimeout(() => reject(last ?? Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })), PATIENCE_MS);
      redis.once('ready', () => {
        clearTimeout(late);
        resolve();
      });
      redis.on('error', (error: Error) => {
        last = error;
        // What trying again cannot mend.
        if (!/^(WRONGPASS|NOAUTH|NOPERM|ECONNREFUSED|ENOTFOUND|[A-Z_]*CERT|[A-Z_]*SIGN)/.test(redisCode(error))) return;
        clearTimeout(late);
        reject(error);
      });
    });
    const info = await redis.info();
    const read = (name: string): string => new RegExp(`^${name}:([\\w.-]+)`, 'm').exec(info)?.[1] ?? '?';
    const facts = { version: read('redis_version'), policy: read('maxmemory_policy'), tls: settings.tls === undefined ? '' : ' (TLS)' };
    const problem = await checkRedis(redis);
    if (problem?.kind === 'refused') return [say.missing('redisOld', facts)];
    return [
      say.ok('redisReady', facts),
      ...(facts.policy === 'noeviction' ? [] : [say.warning('redisEvicts', facts)]),
      read('aof_enabled') === '1' ? say.ok('redisKeeps') : say.warning('redisForgets'),
    ];
  } catch (thrown) {
    return [say.missing('failed', { code: redisCode(thrown) })];
  } finally {
    redis.disconnect();
  }
}
