/** Back up a gateway that works, restore it onto an empty machine, go on there: what was destroyed stays destroyed, what was under way is a person's to settle. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dataFolder, forgetHome } from '../kit/database.js';
import { numberSource } from '../kit/numbers.js';
import { eventually } from '../kit/patience.js';
import { WEIR } from '../kit/program.js';
import { S3_KEYS, testS3, type TestS3 } from '../kit/s3.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { admin, ask, run, type Ended } from './client.js';
import { policies, route } from './settings.js';
import { NotStarted, startGateway, type Gateway } from './start-gateway.js';

const numbers = numberSource(818);
let upstream: RecordingUpstream;
let s3: TestS3;
const folders: string[] = [];
beforeAll(async () => {
  upstream = await recordingUpstream();
  s3 = await testS3('weir-backups');
});
afterAll(async () => {
  await upstream.close();
  await s3.close();
  for (const folder of folders) forgetHome(folder);
});

function folder(): string {
  const made = dataFolder();
  folders.push(made);
  return made;
}
function plainFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'weir-backup-'));
  folders.push(made);
  return made;
}
const PAUSE_MS = 100;
/** Nothing listens there: a release keeps trying. */
const DEAD = 'http://127.0.0.1:9';
const config = (): Record<string, unknown> => ({ routes: [route('share', upstream.url, { policy: 'hold' }), route('dead', DEAD, { policy: 'hold' })], policies });

async function hold(gateway: Gateway, path = 'share'): Promise<string> {
  const answer = await ask(`${gateway.dataUrl}/${path}`, { fields: { 'content-type': 'text/plain' }, body: `账号 ${numbers.residentId()} 与 ${numbers.bankCard()}` });
  expect(answer.status).toBe(202);
  return String(answer.fields['weir-incident']);
}
async function decide(gateway: Gateway, id: string, what: string, body: object): Promise<void> {
  expect((await admin(gateway, `/api/v1/messages/${id}/${what}`, { method: 'POST', body: JSON.stringify(body) })).status).toBeLessThan(300);
}
async function message(gateway: Gateway, id: string): Promise<{ state: string; lastError?: string }> {
  return (await admin(gateway, `/api/v1/messages/${id}`)).json() as { state: string; lastError?: string };
}
const vaultNames = (dataDir: string): string[] => readdirSync(join(dataDir, 'vault')).filter((name) => /\.(body|key)$/.test(name)).sort();
const environment = (dataDir: string, configFile: string): NodeJS.ProcessEnv => ({ WEIR_DATA: dataDir, WEIR_CONFIG: configFile, ...S3_KEYS, AWS_ENDPOINT_URL_S3: s3.url });
function weir(dataDir: string, configFile: string, ...words: string[]): Promise<Ended> {
  return run(process.execPath, [WEIR, ...words], environment(dataDir, configFile));
}
const snapshotsOf = (listed: Ended): string[] => (JSON.parse(listed.out) as { snapshots: { id: string }[] }).snapshots.map(({ id }) => id);

describe.each(['folder', 's3'] as const)('a backup in a %s', (kind) => {
  const where = { target: '', keys: '', configFile: '', first: '', second: '' };
  const ids = { held: '', released: '', rejected: '', flying: '' };
  const namesInTarget = async (): Promise<readonly string[]> => (kind === 'folder' ? readdirSync(where.target) : (await s3.keys()).map((key) => key.replace(/^nightly\//, '')));

  it('is made while traffic runs, drops the keys of what has been destroyed since, and proves whole', async () => {
    where.target = kind === 'folder' ? plainFolder() : 's3://weir-backups/nightly';
    where.keys = join(plainFolder(), 'keys');
    const gateway = await startGateway({ config: config() });
    where.configFile = join(plainFolder(), 'config.yaml');
    cpSync(gateway.configFile, where.configFile);
    const backup = (): Promise<Ended> => weir(gateway.dataDir, gateway.configFile, 'backup', '--to', where.target, '--keys-to', where.keys);
    Object.assign(ids, { held: await hold(gateway), released: await hold(gateway), rejected: await hold(gateway), flying: await hold(gateway, 'dead') });
    expect((await admin(gateway, '/api/v1/accounts', { method: 'POST', body: JSON.stringify({ name: 'li.wei', displayName: 'Li Wei' }) })).status).toBeLessThan(300);

    const one = await backup();
    expect([one.code, one.err.includes('Keys copied')]).toEqual([0, true]);
    expect((await namesInTarget()).filter((name) => name.endsWith('.body')).length).toBe(4);

    await decide(gateway, ids.released, 'release', { as: 'original', reason: 'agreed' });
    await decide(gateway, ids.rejected, 'reject', { reason: 'no' });
    await decide(gateway, ids.flying, 'release', { as: 'original', reason: 'agreed' });
    await eventually('a vault with what is held and what is on its way', () => vaultNames(gateway.dataDir), (names) => names.length === 4);
    await eventually('a try in vain', () => message(gateway, ids.flying), ({ lastError }) => lastError !== undefined);

    const over = new AbortController();
    const traffic = (async () => {
      let count = 0;
      for (; !over.signal.aborted; count++) {
        await hold(gateway);
        // As people send: what is sent is copied, checked and restored again and again below.
        await delay(PAUSE_MS);
      }
      return count;
    })();
    const two = await backup();
    over.abort();
    expect([two.code, await traffic]).toEqual([0, expect.any(Number)]);
    expect(two.out).toContain('2 have ended since');
    const left = await namesInTarget();
    for (const id of [ids.released, ids.rejected]) expect(left.filter((name) => name.startsWith(id))).toEqual([]);

    // What stands on the command line counts before the environment, after `list` too.
    if (kind === 's3') expect((await weir(gateway.dataDir, gateway.configFile, 'backup', 'list', '--from', where.target, '--endpoint', 'http://127.0.0.1:9')).code).toBe(2);
    const listed = await weir(gateway.dataDir, gateway.configFile, 'backup', 'list', '--from', where.target, '--json', '--data', gateway.dataDir);
    [where.first = '', where.second = ''] = snapshotsOf(listed);
    expect(snapshotsOf(listed)).toHaveLength(2);
    for (const id of [where.first, where.second]) {
      const verified = await weir(gateway.dataDir, gateway.configFile, 'backup', 'verify', '--from', where.target, '--snapshot', id);
      expect([verified.code, verified.err]).toEqual([0, '']);
    }
    expect(await gateway.stop()).toBe(0);
  });

  it('is restored onto an empty machine, where review and release go on', async () => {
    const dataDir = folder();
    const restored = await weir(dataDir, where.configFile, 'restore', '--from', where.target, '--keys-from', where.keys);
    expect([restored.code, restored.out]).toEqual([0, expect.stringContaining('1 releases were under way')]);
    const verified = await weir(dataDir, where.configFile, 'audit', 'verify');
    expect(verified.code).toBe(0);

    const gateway = await startGateway({ dataDir, config: config() });
    expect(await message(gateway, ids.held)).toMatchObject({ state: 'held', lastError: 'restored-from-backup' });
    expect([(await message(gateway, ids.released)).state, (await message(gateway, ids.rejected)).state]).toEqual(['released', 'rejected']);
    expect((await message(gateway, ids.flying)).state).toBe('uncertain');
    expect((await admin(gateway, '/api/v1/accounts')).text).toContain('li.wei');
    const before = upstream.requests.length;
    await decide(gateway, ids.held, 'release', { as: 'original', reason: 'agreed' });
    await eventually('the release', () => message(gateway, ids.held), ({ state }) => state === 'released');
    expect(upstream.requests.length).toBe(before + 1);
    await hold(gateway);
    expect(await gateway.stop()).toBe(0);
    expect((await weir(dataDir, where.configFile, 'audit', 'verify')).code).toBe(0);
    expect((await weir(dataDir, where.configFile, 'restore', '--from', where.target, '--keys-from', where.keys)).code).toBe(2);
  });

  if (kind === 'folder') it('restored, is another installation: it does not start on the vault that it was made from', async () => {
    const [original, dataDir] = [await startGateway({ config: config() }), folder()];
    await hold(original);
    const held = vaultNames(original.dataDir);
    const target = plainFolder();
    expect((await weir(original.dataDir, original.configFile, 'backup', '--to', target)).code).toBe(0);
    expect((await weir(original.dataDir, original.configFile, 'backup', '--to', target, '--keys-to', join(target, 'keys'))).code).toBe(2);
    expect(await original.stop()).toBe(0);
    expect((await weir(dataDir, original.configFile, 'restore', '--from', target, '--keys-from', join(original.dataDir, 'keys'))).code).toBe(0);
    await expect(startGateway({ dataDir, config: { ...config(), vault: { store: { folder: join(original.dataDir, 'vault') } } } })).rejects.toMatchObject({ name: NotStarted.name, output: expect.stringContaining('vault') as unknown });
    expect(vaultNames(original.dataDir)).toEqual(held);
  });

  if (kind === 'folder') it('from before a destruction does not bring back what a newer backup says has ended', async () => {
    const dataDir = folder();
    const restored = await weir(dataDir, where.configFile, 'restore', '--from', where.target, '--snapshot', where.first, '--keys-from', where.keys);
    expect([restored.code, restored.out]).toEqual([0, expect.stringContaining('2 messages have ended since')]);
    expect(vaultNames(dataDir).some((name) => name.startsWith(ids.rejected) || name.startsWith(ids.released))).toBe(false);
    const gateway = await startGateway({ dataDir, config: config() });
    expect([(await message(gateway, ids.released)).state, (await message(gateway, ids.rejected)).state, (await message(gateway, ids.held)).state]).toEqual(['released', 'rejected', 'held']);
    expect((await admin(gateway, `/api/v1/messages/${ids.rejected}/release`, { method: 'POST', body: '{"as":"original","reason":"again"}' })).status).toBe(409);
    expect(await gateway.stop()).toBe(0);
  });

  const damages: readonly [string, (folder: string) => void][] = [
    ['a flipped bit in a message', (at) => flip(join(at, readdirSync(at).find((name) => name.endsWith('.body')) ?? ''))],
    ['a flipped bit in the ledger', (at) => flip(join(at, `snapshot-${where.second}.ledger`))],
    ['a missing message', (at) => rmSync(join(at, readdirSync(at).find((name) => name.endsWith('.key')) ?? ''))],
    ['a ledger cut short', (at) => truncateSync(join(at, `snapshot-${where.second}.ledger`), 4_000)],
    ['a changed manifest', (at) => flip(join(at, `snapshot-${where.second}.manifest`))],
  ];
  if (kind === 'folder') it('is refused before anything is written when it is not whole', async () => {
    for (const [what, damage] of damages) {
      const copy = join(plainFolder(), 'copy');
      cpSync(where.target, copy, { recursive: true });
      damage(copy);
      const dataDir = folder();
      const refused = await weir(dataDir, where.configFile, 'restore', '--from', copy, '--snapshot', where.second, '--keys-from', where.keys);
      expect([what, refused.code, readdirSync(dataDir)]).toEqual([what, 2, []]);
    }
  });
});

it('goes on where a killed restore stopped, and nobody starts on what it left', async () => {
  const target = 's3://weir-backups/cut';
  const gateway = await startGateway({ config: config() });
  const id = await hold(gateway);
  const keys = join(gateway.dataDir, 'keys');
  expect((await weir(gateway.dataDir, gateway.configFile, 'backup', '--to', target)).code).toBe(0);
  const dataDir = folder();
  // From its first mark on nothing more is read: it is certainly under way when it is killed.
  let stuck = (): void => undefined;
  const underWay = new Promise<void>((resolve) => (stuck = resolve));
  s3.fault = ({ method }) => {
    if (method !== 'GET' || !existsSync(join(dataDir, 'weir-data.mark'))) return undefined;
    stuck();
    return 'never';
  };
  const child = spawn(process.execPath, [WEIR, 'restore', '--from', target, '--keys-from', keys], { env: { PATH: process.env['PATH'], ...environment(dataDir, gateway.configFile) }, stdio: 'ignore' });
  const ended = once(child, 'exit');
  await Promise.race([underWay, ended]);
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
  s3.fault = () => undefined;
  await expect(startGateway({ dataDir, config: config() })).rejects.toMatchObject({ name: NotStarted.name, output: expect.stringContaining('was cut off') as unknown });
  expect((await weir(dataDir, gateway.configFile, 'restore', '--from', target, '--keys-from', keys)).code).toBe(0);
  const again = await startGateway({ dataDir, config: config() });
  expect((await message(again, id)).state).toBe('held');
  expect([await again.stop(), await gateway.stop()]).toEqual([0, 0]);
});

it('is refused for a vault that is not the ledger\'s: snapshots without messages would push the good ones out', async () => {
  const target = plainFolder();
  const gateway = await startGateway({ config: config() });
  await hold(gateway);
  const other = join(plainFolder(), 'other.yaml');
  writeFileSync(other, JSON.stringify({ ...(JSON.parse(readFileSync(gateway.configFile, 'utf8')) as object), vault: { store: { folder: plainFolder() } } }));
  const refused = await weir(gateway.dataDir, other, 'backup', '--to', target);
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('This vault is not the one that belongs to the ledger')]);
  expect(readdirSync(target)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
});

function flip(path: string): void {
  const bytes = readFileSync(path);
  const at = bytes.length - 20;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
