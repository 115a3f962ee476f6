/** An installation of the first day becomes a fleet's node: its ledger goes to an external PostgreSQL, its vault to a bucket, its keys to a folder of their own. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { dataFolder, forgetHome } from '../kit/database.js';
import { externalPostgres } from '../kit/external-postgres.js';
import { numberSource } from '../kit/numbers.js';
import { eventually } from '../kit/patience.js';
import { WEIR } from '../kit/program.js';
import { S3_KEYS, testS3, type TestS3 } from '../kit/s3.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { admin, ask, run } from './client.js';
import { policies, route } from './settings.js';
import { NotStarted, startGateway, type Gateway } from './start-gateway.js';

const postgres = externalPostgres();
const numbers = numberSource(919);
let upstream: RecordingUpstream;
let s3: TestS3;
const scratch = mkdtempSync(join(tmpdir(), 'weir-move-'));
const node = dataFolder();
beforeAll(async () => {
  upstream = await recordingUpstream();
  s3 = await testS3('weir-vault');
});
afterAll(async () => {
  await upstream.close();
  await s3.close();
  rmSync(scratch, { recursive: true, force: true });
  forgetHome(node);
});

it('moves with everything that is held, refuses to start on what is left, and releases in the new place', async () => {
  const first = { routes: [route('share', upstream.url, { policy: 'hold' })], policies };
  const fleet = { ...first, vault: { store: { s3: { bucket: 'weir-vault', endpoint: s3.url, prefix: 'weir' } } } };
  const env = { WEIR_DATABASE_URL: postgres().url, WEIR_KEYS: join(scratch, 'keys'), ...S3_KEYS };
  const old = await startGateway({ config: first });
  const bodies = [0, 1, 2].map(() => `账号 ${numbers.residentId()} 与 ${numbers.bankCard()}`);
  const ids: string[] = [];
  for (const body of bodies) ids.push(String((await ask(`${old.dataUrl}/share`, { fields: { 'content-type': 'text/plain' }, body })).fields['weir-incident']));
  const configFile = join(scratch, 'fleet.yaml');
  writeFileSync(configFile, JSON.stringify({ version: 1, listen: { data: { port: 0 }, admin: { port: 0 } }, ...fleet }));
  const weir = (...words: string[]) => run(process.execPath, [WEIR, ...words], { WEIR_DATA: old.dataDir, WEIR_CONFIG: configFile, ...env });

  // While it runs there is no standstill to copy.
  expect((await weir('migrate-data')).err).toContain('is using the data folder');
  expect(await old.stop()).toBe(0);

  // A bucket that fails halfway: the old place still counts, and the command is run again.
  let puts = 0;
  s3.fault = ({ method, key }) => (method === 'PUT' && key.endsWith('.body') && ++puts > 1 ? { status: 403, code: 'AccessDenied' } : undefined);
  expect((await weir('migrate-data')).code).toBe(2);
  s3.fault = () => undefined;
  const back = await startGateway({ dataDir: old.dataDir, config: first });
  expect((await message(back, ids[0] ?? '')).state).toBe('held');
  expect((await admin(back, `/api/v1/messages/${ids[2] ?? ''}/reject`, { method: 'POST', body: '{"reason":"no"}' })).status).toBeLessThan(300);
  await eventually('what was rejected to be destroyed', () => readdirSync(join(old.dataDir, 'vault')).filter((name) => name.startsWith(ids[2] ?? '')), (names) => names.length === 0);
  expect(await back.stop()).toBe(0);

  const moved = await weir('migrate-data');
  expect([moved.code, moved.err]).toEqual([0, expect.stringContaining('Moved.')]);
  // What was destroyed between the two runs is gone there as well.
  expect((await s3.keys()).filter((key) => key.includes(ids[2] ?? ''))).toEqual([]);
  expect(existsSync(join(old.dataDir, 'vault'))).toBe(false);
  expect((await weir('migrate-data')).err).toContain('has moved already');
  await expect(startGateway({ dataDir: old.dataDir, config: first })).rejects.toMatchObject({ name: NotStarted.name, output: expect.stringContaining('has moved to another database') as unknown });

  const gateway = await startGateway({ dataDir: node, config: fleet, env });
  expect((await message(gateway, ids[1] ?? '')).state).toBe('held');
  expect((await message(gateway, ids[2] ?? '')).state).toBe('rejected');
  expect((await admin(gateway, `/api/v1/messages/${ids[0] ?? ''}/release`, { method: 'POST', body: '{"as":"original","reason":"agreed"}' })).status).toBe(202);
  await eventually('the release', () => message(gateway, ids[0] ?? ''), ({ state }) => state === 'released');
  expect(upstream.requests.map(({ body }) => body.toString())).toEqual([bodies[0]]);
  expect((await weir('audit', 'verify')).code).toBe(0);
  expect((await weir('audit', 'export')).out).toContain('data.migrated');
  expect(await gateway.stop()).toBe(0);
});

async function message(gateway: Gateway, id: string): Promise<{ state: string }> {
  return (await admin(gateway, `/api/v1/messages/${id}`)).json() as { state: string };
}
