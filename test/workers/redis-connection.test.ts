/** The environment's forms of Redis; what is wrong with one is said in a sentence that quotes nothing of it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { redisCode } from '../../workers/redis-connection.js';
import { redisFromEnv, RedisSettingError } from '../../workers/redis-settings.js';
import { checkRedis } from '../../workers/redis-checks.js';
import { tempFolder } from '../kit/temp.js';

const folder = tempFolder('redis-settings');
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const NONE = { name: undefined, username: undefined, password: undefined, sentinelPassword: undefined, tls: undefined };

describe('WEIR_REDIS_URL', () => {
  it.each([
    ['redis://cache', { kind: 'single', hosts: [{ host: 'cache', port: 6379 }], db: 0 }],
    ['redis://:p%40ss@10.0.0.8:6380/3', { kind: 'single', hosts: [{ host: '10.0.0.8', port: 6380 }], db: 3, password: 'p@ss' }],
    ['redis://weir@[::1]:6379', { kind: 'single', hosts: [{ host: '::1', port: 6379 }], db: 0, username: 'weir' }],
    ['rediss://cache.corp.example', { kind: 'single', hosts: [{ host: 'cache.corp.example', port: 6379 }], db: 0, tls: { ca: undefined } }],
    ['redis+sentinel://u:p@s1,s2:26380/main/2', { kind: 'sentinel', hosts: [{ host: 's1', port: 26379 }, { host: 's2', port: 26380 }], name: 'main', db: 2, username: 'u', password: 'p' }],
    ['rediss+sentinel://s1/main', { kind: 'sentinel', hosts: [{ host: 's1', port: 26379 }], name: 'main', db: 0, tls: { ca: undefined } }],
  ])('reads %s', (url, wanted) => {
    expect(redisFromEnv({ WEIR_REDIS_URL: url })).toEqual({ ...NONE, ...wanted });
  });

  it('left out or empty means that the database carries jobs', () => {
    expect(redisFromEnv({})).toBeUndefined();
    expect(redisFromEnv({ WEIR_REDIS_URL: '' })).toBeUndefined();
  });

  it('takes passwords and a CA from files, without their last line break', () => {
    const env = { WEIR_REDIS_URL: 'rediss+sentinel://s1/main', WEIR_REDIS_CA: file('ca', 'PEM'), WEIR_REDIS_PASSWORD_FILE: file('one', 'secret\n'), WEIR_REDIS_SENTINEL_PASSWORD_FILE: file('two', 'other\n') };
    expect(redisFromEnv(env)).toMatchObject({ password: 'secret', sentinelPassword: 'other', tls: { ca: 'PEM' } });
  });

  it.each([
    ['http://planted', {}],
    ['redis://', {}],
    ['redis://planted:99999', {}],
    ['redis://planted/x', {}],
    ['redis://planted/1/2', {}],
    ['redis://a,planted', {}],
    ['redis://:pla%ZZnted@cache', {}],
    ['redis://:pla/nted@cache', {}],
    ['redis+sentinel://planted:26379', {}],
    ['redis://cache', { WEIR_REDIS_CA: '/planted/ca' }],
    ['rediss://cache', { WEIR_REDIS_CA: '/planted/none' }],
    ['redis://:planted@cache', { WEIR_REDIS_PASSWORD_FILE: file('again', 'planted') }],
    ['redis://cache', { WEIR_REDIS_PASSWORD_FILE: file('empty', '\n') }],
    ['redis://cache', { WEIR_REDIS_SENTINEL_PASSWORD_FILE: file('lost', 'planted') }],
  ])('%s (%j) is refused in one sentence that quotes nothing', (url, more) => {
    const thrown = ((): unknown => {
      try {
        return redisFromEnv({ WEIR_REDIS_URL: url, ...more });
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(RedisSettingError);
    expect((thrown as Error).message).toMatch(/^[^\n]+\.$/);
    expect((thrown as Error).message).not.toMatch(/planted|nted/);
  });
});

describe('a Redis', () => {
  const answering = (info: string) => checkRedis({ info: () => Promise.resolve(info) } as unknown as Parameters<typeof checkRedis>[0]);

  it('before 6.2, or one that does not say its version, is refused', async () => {
    expect(await answering('redis_version:6.0.16\r\nmaxmemory_policy:noeviction')).toMatchObject({ kind: 'refused', code: 'REDIS_TOO_OLD' });
    expect(await answering('')).toMatchObject({ kind: 'refused' });
  });

  it('from 6.2 on is used; one that evicts with a warning', async () => {
    expect(await answering('redis_version:6.2.0\r\nmaxmemory_policy:noeviction')).toBeUndefined();
    expect(await answering('redis_version:8.0.1\r\nmaxmemory_policy:allkeys-lru')).toMatchObject({ kind: 'warning', code: 'REDIS_EVICTS' });
  });
});

describe('what is logged of a failure', () => {
  it.each([
    ["OOM command not allowed when used memory > 'maxmemory'.", 'OOM'],
    ['WRONGPASS invalid username-password pair', 'WRONGPASS'],
    ['Command timed out', 'ETIMEDOUT'],
    ["Stream isn't writeable and enableOfflineQueue options is false", 'AWAY'],
    ['ERR unknown command planted', 'Error'],
  ])('%s is %s', (message, code) => {
    expect(redisCode(new Error(message))).toBe(code);
  });
});
