/** A real redis-server for a test file, durable as WEIR_REDIS_URL's should be. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { afterAll, beforeAll } from '@jest/globals';
import { tempFolder } from './temp.js';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Call at the top of a test file. The set-up of the tests installs redis-server; without it the suite fails. */
export function testRedis(): () => string {
  let url = '';
  let child: ChildProcess | undefined;
  beforeAll(async () => {
    const port = await freePort();
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction', '--dir', tempFolder('redis')];
    const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.once('exit', () => reject(new Error('redis-server ended while starting')));
      server.stdout.setEncoding('utf8').on('data', (text: string) => text.includes('Ready to accept connections') && resolve());
    });
    url = `redis://127.0.0.1:${port}`;
  }, 30_000);
  afterAll(async () => {
    const server = child;
    if (server === undefined || server.exitCode !== null) return;
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await gone;
  });
  return () => url;
}
