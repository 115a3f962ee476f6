/** Ways to reach a real Redis: TLS with a CA of one's own, and Sentinels that follow a failover. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { carrier, type Carrier } from '../../workers/carrier.js';
import { redisFromEnv, type RedisSettings } from '../../workers/redis-settings.js';
import { serverCertificates } from '../kit/external-postgres-tls.js';
import { freePort } from '../kit/free-port.js';
import { until } from '../kit/patience.js';
import { redisServer, type RedisServer } from '../kit/redis.js';
import { tempFolder } from '../kit/temp.js';

const servers: RedisServer[] = [];
const carriers: Carrier[] = [];
afterAll(async () => {
  await Promise.all(carriers.map((one) => one.close(true)));
  await Promise.all(servers.map((one) => one.kill()));
});

const settings = (env: Readonly<Record<string, string>>): RedisSettings => {
  const found = redisFromEnv(env);
  if (found === undefined) throw new Error('no address');
  return found;
};
async function running(options: Parameters<typeof redisServer>[0]): Promise<RedisServer> {
  const server = await redisServer(options);
  servers.push(server);
  await server.start();
  return server;
}

/** Hands rows over until one that was handed over has been worked on. */
async function carries(one: Carrier, from: number, seen: Set<number>): Promise<void> {
  const rows: number[] = [];
  await until('a row handed over', async () => {
    const n = from + rows.length;
    if (await one.enqueue({ n, kind: 'alert' }).then(() => true, () => false)) rows.push(n);
    return rows.some((row) => seen.has(row));
  });
}
async function working(env: Readonly<Record<string, string>>): Promise<{ readonly one: Carrier; readonly seen: Set<number> }> {
  const seen = new Set<number>();
  const one = await carrier({ store: { redis: settings(env) }, log: () => undefined, stalledAfterMs: 1_000 });
  carriers.push(one);
  one.work('alert', (n) => { seen.add(n); return Promise.resolve({ kind: 'done' }); }, { concurrency: 2 });
  return { one, seen };
}

describe('Redis with TLS', () => {
  it('is reached with its CA, and refused without it', async () => {
    const folder = tempFolder('redis-tls');
    const { ca, serverCert, serverKey } = serverCertificates(folder, () => undefined);
    const tlsPort = await freePort();
    await running({ settings: ['--tls-port', String(tlsPort), '--tls-cert-file', serverCert, '--tls-key-file', serverKey, '--tls-ca-cert-file', ca, '--tls-auth-clients', 'no'] });
    const env = { WEIR_REDIS_URL: `rediss://127.0.0.1:${String(tlsPort)}` };
    const refused = await carrier({ store: { redis: settings(env) }, log: () => undefined }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: 'RedisRefused' });
    expect((refused as Error).message).toContain('WEIR_REDIS_CA');
    const { one, seen } = await working({ ...env, WEIR_REDIS_CA: ca });
    await carries(one, 1, seen);
  });
});

describe('Redis behind Sentinels', () => {
  it('is followed when another server becomes the first', async () => {
    const first = await running({});
    const second = await running({ settings: ['--replicaof', '127.0.0.1', String(first.port)] });
    const file = join(tempFolder('sentinel'), 'sentinel.conf');
    writeFileSync(file, `sentinel monitor main 127.0.0.1 ${String(first.port)} 1\nsentinel down-after-milliseconds main 500\nsentinel failover-timeout main 2000\n`);
    const sentinel = await running({ sentinelFile: file });
    const { one, seen } = await working({ WEIR_REDIS_URL: `redis+sentinel://127.0.0.1:${String(sentinel.port)}/main` });
    await carries(one, 1, seen);
    await until('a replica that the Sentinel knows', async () => String(await sentinel.command('SENTINEL', 'replicas', 'main')).includes(String(second.port)));
    await first.kill();
    await carries(one, 10_000, seen);
    expect(String(await sentinel.command('SENTINEL', 'get-master-addr-by-name', 'main'))).toContain(String(second.port));
  });
});
