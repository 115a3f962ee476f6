/** A real redis-server for a test file, durable as WEIR_REDIS_URL's should be; it can be killed, flushed, stopped, filled up and replaced by an empty one. */
import { spawn, type ChildProcess } from 'node:child_process';
import { afterAll, beforeAll } from '@jest/globals';
import { Redis } from 'ioredis';
import { freePort } from './free-port.js';
import { tempFolder } from './temp.js';

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  start(): Promise<void>;
  /** kill -9; what was acknowledged is on its disk. */
  kill(): Promise<void>;
  /** The same address, and nothing in it. */
  replace(): Promise<void>;
  /** SIGSTOP and SIGCONT: connected, and no answer. */
  pause(): void;
  resume(): void;
  /** One command, as an administrator. */
  command(...words: readonly [string, ...string[]]): Promise<unknown>;
}

export interface RedisServerOptions {
  /** More settings, as words of redis-server's command line. */
  readonly settings?: readonly string[];
  /** `--sentinel` with this file, or none. */
  readonly sentinelFile?: string;
  readonly port?: number;
}

export async function redisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  let dir = tempFolder('redis');
  let child: ChildProcess | undefined;
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    port,
    async start() {
      const args = options.sentinelFile === undefined
        ? ['--port', String(port), '--bind', '127.0.0.1', '--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction', '--dir', dir, ...(options.settings ?? [])]
        : [options.sentinelFile, '--sentinel', '--port', String(port), '--bind', '127.0.0.1'];
      const started = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
      child = started;
      await new Promise<void>((resolve, reject) => {
        started.once('error', reject);
        started.once('exit', () => reject(new Error('redis-server ended while starting')));
        started.stdout.setEncoding('utf8').on('data', (text: string) => /Ready to accept connections|Sentinel ID is/.test(text) && resolve());
      });
    },
    async kill() {
      const running = child;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const gone = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGKILL');
      await gone;
    },
    async replace() {
      await server.kill();
      dir = tempFolder('redis');
      await server.start();
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async command(name, ...words) {
      const redis = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 3 });
      try {
        return await redis.call(name, ...words);
      } finally {
        redis.disconnect();
      }
    },
  };
  return server;
}

/** Call at the top of a test file. The set-up of the tests installs redis-server; without it the suite fails. */
export function testRedis(options: RedisServerOptions = {}): () => RedisServer {
  let server: RedisServer | undefined;
  beforeAll(async () => {
    server = await redisServer(options);
    await server.start();
  });
  afterAll(async () => {
    server?.resume();
    await server?.kill();
  });
  return () => {
    if (server === undefined) throw new Error('the test Redis is not running yet');
    return server;
  };
}
