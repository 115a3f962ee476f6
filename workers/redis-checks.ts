/** What a Redis must be to carry jobs: new enough, and never forgetting keys to make room. */
import type { Redis } from 'ioredis';

export interface RedisProblem {
  readonly kind: 'refused' | 'warning';
  readonly code: string;
  readonly sentence: string;
}

/** BullMQ's scripts use commands of 6.2. */
const LEAST = [6, 2] as const;

/** Undefined: nothing to say. Rejects where Redis does not answer. */
export async function checkRedis(redis: Pick<Redis, 'info' | 'config'>): Promise<RedisProblem | undefined> {
  const info = await redis.info();
  const version = /^redis_version:(\d+)\.(\d+)/m.exec(info);
  const [major, minor] = [Number(version?.[1]), Number(version?.[2])];
  if (version === null || major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])) {
    return { kind: 'refused', code: 'REDIS_TOO_OLD', sentence: `WEIR_REDIS_URL leads to a Redis ${version === null ? 'that does not name its version' : `of version ${major}.${minor}`}; Weir needs ${LEAST.join('.')} or newer.` };
  }
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  // Jobs that it drops are handed over again by reconcile, so this is slow and noisy, not wrong.
  if (policy !== undefined && policy !== 'noeviction') {
    return { kind: 'warning', code: 'REDIS_EVICTS', sentence: 'Redis is set to drop keys when its memory is full (maxmemory-policy); set it to noeviction for the jobs of Weir.' };
  }
  return undefined;
}
