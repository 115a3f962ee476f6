/** `weir config check --connect` says of everything that is named whether it is there, in both languages, and shows no secret. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configSchema } from '../../../config/schema.js';
import { connectLines } from '../../../gateway/cli/connect-check.js';
import { connectionFromUrl } from '../../../gateway/ledger/connection.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { externalPostgres } from '../../kit/external-postgres.js';
import { testRedis } from '../../kit/redis.js';
import { tempFolder } from '../../kit/temp.js';
import { weir } from './run-weir.js';

const postgres = externalPostgres({ tls: true });
const redis = testRedis();
const folder = tempFolder('connect');
let listening: Server;
let port = 0;
beforeAll(async () => {
  listening = createServer((socket) => {
    // Whoever is only tried is sent nothing and must not have said anything.
    socket.on('data', () => spoken++);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => new Promise((resolve) => listening.close(resolve)));
let spoken = 0;

const demo = { demo: true, routes: [{ id: 'mail', match: {}, upstream: 'demo', scan: false }] };
const input = (more: object = {}): object => ({
  version: 1,
  routes: [{ id: 'mail', match: {}, upstream: { url: `http://127.0.0.1:${String(port)}` }, scan: false }, { id: 'away', match: { path: '/away' }, upstream: { url: 'http://127.0.0.1:1' }, scan: false }],
  policies: {},
  alerts: { sinks: [{ id: 'ops', kind: 'syslog', host: '127.0.0.1', port, protocol: 'tcp' }, { id: 'far', kind: 'syslog', host: '127.0.0.1', protocol: 'udp' }, { id: 'robot', kind: 'slack', url: { env: 'ROBOT_URL' } }] },
  ...more,
});
async function codes(env: Record<string, string>, more: object = {}, language: 'en' | 'zh' = 'en'): Promise<readonly string[]> {
  const lines = await connectLines(configSchema.parse(input(more)), { env: { WEIR_DATA: join(folder, 'data'), ...env }, language });
  for (const { sentence } of lines) {
    expect(sentence).not.toMatch(/\{\w+\}|w\/e|w%2Fe|robot-token|127\.0\.0\.1|hidden-pass/);
    if (language === 'zh') expect(sentence).toMatch(/[一-鿿]|^Redis/);
  }
  return lines.map(({ part, name, state, code }) => [part, name, state, code].filter((word) => word !== undefined).join(' '));
}

describe('a look at what is named', () => {
  it('finds nothing missing on the first day', async () => {
    expect(await codes({}, { alerts: {}, ...demo })).toEqual(['database ok embedded', 'redis ok redisAbsent', 'vault ok vaultFirst', 'keys ok keysFirst']);
  });

  it.each(['en', 'zh'] as const)('tells of a fleet what is there and what is not (%s)', async (language) => {
    const env = { WEIR_DATABASE_URL: await postgres().newDatabase(), WEIR_REDIS_URL: redis().url, WEIR_KEYS: join(folder, 'no-keys') };
    const vault = join(folder, `vault-${language}`);
    mkdirSync(vault, { mode: 0o700 });
    expect(await codes(env, { vault: { store: { folder: vault } } }, language)).toEqual([
      'database ok server', 'database ok schemaPending', 'database ok connections', 'database warning appAbsent',
      'redis ok redisReady', 'redis ok redisKeeps',
      'vault ok vaultReady', 'vault ok vaultUnmarked',
      'keys missing KEYS_INCOMPLETE',
      'sink ops ok reached', 'sink far ok udp', 'sink robot missing noSecret', 'upstream mail ok reached', 'upstream away missing refused',
    ]);
    expect(spoken).toBe(0);
  });

  it('knows a schema that is up to date, one this user may not change, and a server that lets nobody in', async () => {
    const url = await postgres().newDatabase();
    const alone = { alerts: {}, ...demo };
    expect(await codes({ WEIR_DATABASE_URL: url }, alone)).toContain('database ok schemaPending');
    await migrateLedger(connectionFromUrl(url), { separateRole: false });
    await postgres().psql(`create role daily login password 'hidden-pass'`, 'postgres');
    expect(await codes({ WEIR_DATABASE_URL: url, WEIR_DATABASE_APP_URL: postgres().urlOf({ user: 'daily', password: 'hidden-pass' }) }, alone)).toEqual(expect.arrayContaining(['database ok schemaReady', 'database ok appReady']));
    expect(await codes({ WEIR_DATABASE_URL: postgres().urlOf({ password: 'hidden-pass' }) }, alone)).toContain('database missing wrong-password');
    expect(await codes({ WEIR_DATABASE_URL: 'postgres://u:hidden-pass@h/d?sslmoed=x' }, alone)).toContain('database missing bad-parameter');
    expect(await codes({ WEIR_REDIS_URL: 'redis://:hidden-pass@127.0.0.1:1' }, alone)).toContain('redis missing failed');
    expect(await codes({ WEIR_REDIS_URL: 'http://hidden-pass' }, alone)).toContain('redis missing redisSetting');
  });

  it('finds a vault that is not mounted', async () => {
    expect(await codes({}, { alerts: {}, ...demo, vault: { store: { folder: join(folder, 'unmounted') } } })).toContain('vault missing VAULT_NO_FOLDER');
  });
});

describe('the command', () => {
  it('ends with 1 when something is missing, and with 0 when nothing is; as JSON too', async () => {
    const file = join(folder, 'config.json');
    writeFileSync(file, JSON.stringify(input({ alerts: {} })));
    const env = { WEIR_DATA: join(folder, 'data') };
    const failing = await weir(['config', 'check', '--connect', file], { ...env, LANG: 'zh_CN.UTF-8' });
    expect(failing.code).toBe(1);
    expect(failing.out).toMatch(/^失败 +路由的上游 away: 对端未监听$/m);
    writeFileSync(file, JSON.stringify(input({ alerts: {}, routes: [{ id: 'mail', match: {}, upstream: { url: `http://127.0.0.1:${String(port)}` }, scan: false }] })));
    const fine = await weir(['config', 'check', '--connect', '--json', file], env);
    expect(fine.code).toBe(0);
    expect(JSON.parse(fine.out)).toMatchObject({ ok: true, connections: [{ part: 'database', state: 'ok', code: 'embedded' }, { part: 'redis' }, { part: 'vault' }, { part: 'keys' }, { part: 'upstream', name: 'mail', state: 'ok' }] });
  });
});
