/** A process whose Redis has gone away ends when it is told to: nothing keeps trying behind it. */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { PATIENCE_MS } from '../kit/patience.js';
import { redisServer, type RedisServer } from '../kit/redis.js';

let redis: RedisServer;
beforeAll(async () => {
  redis = await redisServer();
  await redis.start();
});
afterAll(() => redis.kill());

/** Carries one kind, in the foreground as every process of Weir is. What the library leaves open behind a forced end, the foreground ends. */
const PROGRAM = `
import { foreground } from './gateway/wiring/foreground.js';
import { carrier } from './workers/carrier.js';
import { redisFromEnv } from './workers/redis-settings.js';
process.exitCode = await foreground(async () => {
  const carrying = await carrier({ store: { redis: redisFromEnv(process.env) }, log: () => undefined });
  carrying.work('alert', () => Promise.resolve({ kind: 'done' }), { concurrency: 1 });
  await carrying.enqueue({ n: 1, kind: 'alert' });
  process.stdout.write('ready\\n');
  return {
    async stop() {
      await Promise.race([carrying.drain(), new Promise((resolve) => setTimeout(resolve, 500))]);
      void carrying.close(true).catch(() => undefined);
    },
  };
});
`;

it('lets its process end, however long Redis stays away', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], { cwd: 'dist', env: { ...process.env, WEIR_REDIS_URL: redis.url }, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => void child.once('exit', resolve));
  await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended.then((code) => Promise.reject(new Error(`ended before Redis was gone: ${String(code)}`)))]);
  await redis.kill();
  child.kill('SIGTERM');
  const hangs = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  expect(await ended).toBe(0);
  clearTimeout(hangs);
});
