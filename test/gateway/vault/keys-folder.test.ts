/** A keys folder that a fleet shares is complete or refused by name, and nothing is ever made in it. */
import { chmodSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openKeys } from '../../../gateway/vault/keys.js';
import { initKeys, keysFolder, makingKeys, requireKeys } from '../../../gateway/vault/keys-folder.js';
import { secretKey } from '../../../gateway/vault/secrets.js';
import { checkpointSigner } from '../../../gateway/vault/signing.js';
import { openVault, type OpenedVault } from '../../../gateway/vault/open-vault.js';
import { configSchema } from '../../../config/schema.js';
import { VAULT_ERRORS, VaultError, type VaultErrorCode } from '../../../gateway/vault/vault-error.js';
import { tempFolder } from '../../kit/temp.js';

const ALL = ['accounts', 'audit.key', 'audit.pub', 'fingerprint', 'review.key', 'review.pub'];
const local = { custody: 'local' } as const;
const given = (dir: string): { dir: string; given: boolean } => keysFolder({ WEIR_KEYS: dir }, '/nowhere');
const config = (vault: object): ReturnType<typeof configSchema.parse> =>
  configSchema.parse({ version: 1, routes: [{ id: 'a', match: {}, upstream: { url: 'https://a.example' }, policy: 'p' }], policies: { p: { rules: [] } }, vault });
const opening = (vault: object, dataDir: string, env: Record<string, string>): Promise<OpenedVault> =>
  openVault({ config: config(vault), dataDir, env, clock: Date, wrap: (_name, port) => port, log: { warn: () => undefined }, alone: true });

describe('the keys folder', () => {
  it('is "keys" in the data folder unless WEIR_KEYS names another', () => {
    expect(keysFolder({}, '/data')).toEqual({ dir: join('/data', 'keys'), given: false });
    expect(keysFolder({ WEIR_KEYS: '' }, '/data').given).toBe(false);
    expect(given('/etc/weir/keys')).toEqual({ dir: '/etc/weir/keys', given: true });
  });

  it('that was named is refused with the names of what is missing, and stays as it is', async () => {
    const dir = tempFolder('keys');
    await initKeys(dir, {});
    await requireKeys(given(dir), local);
    for (const name of ['audit.key', 'accounts']) rmSync(join(dir, name));
    await expect(requireKeys(given(dir), local)).rejects.toMatchObject({ code: 'KEYS_INCOMPLETE', message: expect.stringContaining(`audit.key, accounts (${dir})`) });
    await expect(requireKeys(given(dir), local)).rejects.toThrow('weir keys init --out DIR');
    await expect(opening({}, tempFolder('data'), { WEIR_KEYS: dir })).rejects.toMatchObject({ code: 'KEYS_INCOMPLETE' });
    expect(readdirSync(dir).sort()).toEqual(['audit.pub', 'fingerprint', 'review.key', 'review.pub']);
  });

  it('needs no private half where that is supplied or kept elsewhere', async () => {
    const dir = tempFolder('keys');
    await initKeys(dir, {});
    const text = readFileSync(join(dir, 'review.key'), 'utf8');
    rmSync(join(dir, 'review.key'));
    await requireKeys(given(dir), { custody: 'absent' });
    await requireKeys(given(dir), { custody: 'local', env: { WEIR_REVIEW_KEY: text } });
    await expect(requireKeys(given(dir), local)).rejects.toMatchObject({ code: 'KEYS_INCOMPLETE' });
  });

  it('serves two nodes with data folders of their own, and is not written by them', async () => {
    const dir = tempFolder('keys');
    await initKeys(dir, { suite: 'gm-1' });
    for (const name of readdirSync(dir)) chmodSync(join(dir, name), 0o400);
    chmodSync(dir, 0o500);
    const [one, two] = [await opening({}, tempFolder('data'), { WEIR_KEYS: dir }), await opening({}, tempFolder('data'), { WEIR_KEYS: dir })];
    expect(one.fingerprintKey.equals(two.fingerprintKey) && one.accountsKey.equals(two.accountsKey)).toBe(true);
    expect([one.suite, one.keysDir, await one.keys.current()]).toEqual(['gm-1', dir, await two.keys.current()]);
    await Promise.all([one.close(), two.close()]);
    chmodSync(dir, 0o700);
    expect(readdirSync(dir).sort()).toEqual(ALL);
  });

  it('that cannot be written says so instead of a code of the system', async () => {
    const refused = Object.assign(new Error('read-only'), { code: 'EROFS' });
    await expect(makingKeys({ dir: '/mnt/keys', given: false }, () => Promise.reject(refused))).rejects.toMatchObject({ code: 'KEYS_READ_ONLY', message: expect.stringContaining('/mnt/keys') });
    const other = new Error('something else');
    await expect(makingKeys({ dir: '/mnt/keys', given: false }, () => Promise.reject(other))).rejects.toBe(other);
  });
});

describe('weir keys init', () => {
  it('makes the whole set for a new fleet, for its owner only, and never over a key', async () => {
    const dir = join(tempFolder('keys'), 'fleet');
    expect([...(await initKeys(dir, {}))].sort()).toEqual(ALL);
    expect(readdirSync(dir).sort()).toEqual(ALL);
    for (const name of ALL) expect([name, statSync(join(dir, name)).mode & 0o777]).toEqual([name, name.endsWith('.pub') ? 0o644 : 0o600]);
    const before = readFileSync(join(dir, 'review.key'), 'utf8');
    await expect(initKeys(dir, {})).rejects.toMatchObject({ code: 'KEYS_THERE', message: expect.stringContaining('review.key') });
    expect(readFileSync(join(dir, 'review.key'), 'utf8')).toBe(before);
  });

  it('takes the keys of an installation along, all but the password of its database, and makes what it does not have', async () => {
    const data = tempFolder('data');
    const keysDir = join(data, 'keys');
    await openKeys({ keysDir, custody: 'local' });
    await checkpointSigner(keysDir, 'age-v1');
    const fingerprint = await secretKey(keysDir, 'fingerprint');
    await secretKey(keysDir, 'postgres');
    const out = join(tempFolder('keys'), 'fleet');
    expect(await initKeys(out, { from: keysDir })).toEqual(['accounts']);
    expect(readdirSync(out).sort()).toEqual(ALL);
    expect(readFileSync(join(out, 'fingerprint')).equals(fingerprint)).toBe(true);
    expect(readFileSync(join(out, 'review.key'), 'utf8')).toBe(readFileSync(join(keysDir, 'review.key'), 'utf8'));
  });

  it('makes no private half where an installation keeps its own elsewhere', async () => {
    const keysDir = tempFolder('keys');
    await openKeys({ keysDir, custody: 'local' });
    rmSync(join(keysDir, 'review.key'));
    const out = join(tempFolder('keys'), 'fleet');
    expect(await initKeys(out, { from: keysDir })).not.toContain('review.key');
    expect(readdirSync(out)).not.toContain('review.key');
  });
});

describe('what is wrong with vault and keys', () => {
  it('is said in both languages, with the names of the files', () => {
    const error = new VaultError('KEYS_THERE', { detail: 'audit.key' });
    expect([error.message, error.sentence('en'), error.sentence('zh')]).toEqual([error.message, error.message, expect.stringMatching(/[一-龥]：? ?audit\.key$/)]);
    for (const code of Object.keys(VAULT_ERRORS) as VaultErrorCode[]) expect(new VaultError(code).sentence('zh')).toMatch(/[一-龥]/);
  });
});
