/** Who has the review key, and that nothing sealed becomes unreadable without a word. */
import { createPrivateKey } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { armor, Encrypter } from 'age-encryption';
import { openKeys } from '../../../gateway/vault/keys.js';
import { tempFolder } from '../../kit/temp.js';

const files = (dataDir: string): { key: string; pub: string } => ({
  key: join(dataDir, 'review.key'),
  pub: join(dataDir, 'review.pub'),
});

describe('review key', () => {
  it('is made on the first local start, kept by later ones, and said to lie on this machine', async () => {
    const dataDir = tempFolder('keys');
    const first = await openKeys({ keysDir: dataDir, custody: 'local' });
    const { key, pub } = files(dataDir);
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(readFileSync(key, 'utf8')).toMatch(/^AGE-SECRET-KEY-1[A-Z0-9]{58}$/m);
    expect(readFileSync(pub, 'utf8')).toBe(`${await first.keys.current()}\n`);
    expect(first.keys.canOpen).toBe(true);
    expect(first.notes).toEqual([expect.stringContaining('The review key lies on this machine')]);
    const second = await openKeys({ keysDir: dataDir, custody: 'local' });
    const { fileKey, header } = await first.keys.wrap();
    expect(Buffer.from((await second.keys.unwrap(header)).fileKey)).toEqual(Buffer.from(fileKey));
  });

  it('is one key when two processes start at once', async () => {
    const dataDir = tempFolder('keys');
    const opened = await Promise.all([1, 2, 3, 4].map(async () => openKeys({ keysDir: dataDir, custody: 'local' })));
    expect(new Set(await Promise.all(opened.map(async ({ keys }) => keys.current()))).size).toBe(1);
  });

  it('wraps a fresh key each time, for the one recipient only', async () => {
    const { keys } = await openKeys({ keysDir: tempFolder('keys'), custody: 'local' });
    const [one, two] = [await keys.wrap(), await keys.wrap()];
    expect(Buffer.from(one.fileKey)).not.toEqual(Buffer.from(two.fileKey));
    expect(Buffer.from(one.header).toString('latin1')).toMatch(
      /^age-encryption\.org\/v1\n-> X25519 [^\n]+\n[^\n]+\n--- [^\n]{43}\n$/,
    );
  });

  it('supplied by a file opens what was sealed, and is not written into the data folder', async () => {
    const elsewhere = tempFolder('keys');
    const made = await openKeys({ keysDir: elsewhere, custody: 'local' });
    const dataDir = tempFolder('keys');
    const supplied = await openKeys({ keysDir: dataDir, custody: 'supplied', env: { WEIR_REVIEW_KEY_FILE: files(elsewhere).key } });
    expect(supplied.notes).toEqual([]);
    expect(existsSync(files(dataDir).key)).toBe(false);
    const { fileKey, header } = await made.keys.wrap();
    expect(Buffer.from((await supplied.keys.unwrap(header)).fileKey)).toEqual(Buffer.from(fileKey));
    // The public half stays behind, so that a process without the key can go on sealing.
    const sealingOnly = await openKeys({ keysDir: dataDir, custody: 'absent' });
    expect(await sealingOnly.keys.current()).toBe(await made.keys.current());
    expect(sealingOnly.keys.canOpen).toBe(false);
    await expect(sealingOnly.keys.unwrap(header)).rejects.toMatchObject({ code: 'KEY_ABSENT' });
  });

  it('says so when others can read its file', async () => {
    const dataDir = tempFolder('keys');
    await openKeys({ keysDir: dataDir, custody: 'local' });
    chmodSync(files(dataDir).key, 0o644);
    expect((await openKeys({ keysDir: dataDir, custody: 'local' })).notes).toHaveLength(2);
  });

  it('names each thing that is missing or does not fit', async () => {
    const dataDir = tempFolder('keys');
    await expect(openKeys({ keysDir: dataDir, custody: 'absent' })).rejects.toMatchObject({ code: 'RECIPIENT_MISSING' });
    await expect(openKeys({ keysDir: dataDir, custody: 'supplied' })).rejects.toMatchObject({ code: 'KEY_FILE_MISSING' });
    await expect(
      openKeys({ keysDir: dataDir, custody: 'supplied', env: { WEIR_REVIEW_KEY_FILE: join(dataDir, 'none') } }),
    ).rejects.toMatchObject({ code: 'KEY_FILE_UNREADABLE' });
    writeFileSync(join(dataDir, 'broken'), 'AGE-SECRET-KEY-1QQQQ\n');
    await expect(
      openKeys({ keysDir: dataDir, custody: 'supplied', env: { WEIR_REVIEW_KEY_FILE: join(dataDir, 'broken') } }),
    ).rejects.toMatchObject({ code: 'KEY_FILE_INVALID' });
    await openKeys({ keysDir: dataDir, custody: 'local' });
    const other = tempFolder('keys');
    await openKeys({ keysDir: other, custody: 'local' });
    await expect(openKeys({ keysDir: dataDir, custody: 'supplied', env: { WEIR_REVIEW_KEY_FILE: files(other).key } })).rejects.toMatchObject({
      code: 'RECIPIENT_MISMATCH',
    });
    rmSync(files(dataDir).key);
    await expect(openKeys({ keysDir: dataDir, custody: 'local' })).rejects.toMatchObject({ code: 'KEY_LOST' });
    expect(existsSync(files(dataDir).key)).toBe(false);
  });

  it('may be given in the environment instead of a file', async () => {
    const made = await openKeys({ keysDir: tempFolder('keys'), custody: 'local' });
    const { fileKey, header } = await made.keys.wrap();
    const elsewhere = tempFolder('keys');
    const secret = await openKeys({ keysDir: elsewhere, custody: 'local' }).then(() => readFileSync(files(elsewhere).key, 'utf8'));
    const { keys } = await openKeys({ keysDir: tempFolder('keys'), custody: 'supplied', env: { WEIR_REVIEW_KEY: secret } });
    await expect(keys.unwrap(header)).rejects.toMatchObject({ code: 'KEY_WRONG' });
    const own = await keys.wrap();
    expect(Buffer.from((await keys.unwrap(own.header)).fileKey).equals(own.fileKey)).toBe(true);
    expect(fileKey).toHaveLength(16);
  });

  it.each(['age-v1', 'gm-1'] as const)('of suite %s opens behind its passphrase only, also with an older key behind it', async (suite) => {
    const [old, now] = [tempFolder('keys'), tempFolder('keys')];
    const first = await openKeys({ keysDir: old, custody: 'local', suite });
    await openKeys({ keysDir: now, custody: 'local', suite });
    const both = [now, old].map((dataDir) => readFileSync(files(dataDir).key, 'utf8'));
    const dataDir = tempFolder('keys');
    const path = join(dataDir, 'protected');
    writeFileSync(path, suite === 'age-v1' ? await behindPassphrase(both.join('\n')) : both.map(encryptedPem).join(''));
    const open = async (env: Record<string, string>): Promise<Awaited<ReturnType<typeof openKeys>>> =>
      openKeys({ keysDir: dataDir, custody: 'supplied', suite, env: { WEIR_REVIEW_KEY_FILE: path, ...env } });
    await expect(open({})).rejects.toMatchObject({ code: 'KEY_PASSPHRASE_MISSING' });
    await expect(open({ WEIR_REVIEW_KEY_PASSPHRASE: 'wrong' })).rejects.toMatchObject({ code: 'KEY_PASSPHRASE_WRONG' });
    writeFileSync(join(dataDir, 'words'), `${PASSPHRASE}\n`);
    const { keys } = await open({ WEIR_REVIEW_KEY_PASSPHRASE_FILE: join(dataDir, 'words') });
    const sealedBefore = await first.keys.wrap();
    expect(Buffer.from((await keys.unwrap(sealedBefore.header)).fileKey).equals(sealedBefore.fileKey)).toBe(true);
    expect(await keys.current()).toBe(readFileSync(files(now).pub, 'utf8').trim());
  });

  it('of one suite is not taken for the other', async () => {
    const dataDir = tempFolder('keys');
    await openKeys({ keysDir: dataDir, custody: 'local', suite: 'gm-1' });
    await expect(openKeys({ keysDir: dataDir, custody: 'local', suite: 'age-v1' })).rejects.toMatchObject({ code: 'SUITE_MISMATCH' });
    expect(await (await openKeys({ keysDir: dataDir, custody: 'local' })).keys.current()).toMatch(/^weir-sm2-/);
  });
});

const PASSPHRASE = 'three made-up words';
async function behindPassphrase(text: string): Promise<string> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(PASSPHRASE);
  encrypter.setScryptWorkFactor(10);
  return armor.encode(await encrypter.encrypt(text));
}
function encryptedPem(pem: string): string {
  return String(createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSPHRASE }));
}
