/** Rotation: new messages for the new key at once, old ones re-wrapped without touching their bodies, and nothing unreadable at any step. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Decrypter } from 'age-encryption';
import type { VaultStore } from '../../../gateway/vault/store.js';
import type { SealingVault } from '../../../gateway/vault/vault.js';
import { escrowCopy, newKey, withNewKey, writeKeyFile } from '../../../gateway/vault/key-file.js';
import { keyPaths, openKeys, type KeyProvider } from '../../../gateway/vault/keys.js';
import { readReviewKeys } from '../../../gateway/vault/review-key.js';
import { rewrapMessage } from '../../../gateway/vault/rewrap.js';
import { vaultFiles } from '../../../gateway/vault/vault-files.js';
import { folderReader, folderVault, testFolder } from '../../kit/vault.js';
import { manualClock } from '../../kit/clock.js';
import { tempFolder } from '../../kit/temp.js';
import { all, messageId, pattern, pieces, sealedHead } from './sample.js';

const CONTENT = pattern(100_000);

async function site(suite: 'age-v1' | 'gm-1'): Promise<{ dataDir: string; dir: string; store: VaultStore; keys: KeyProvider; vault: SealingVault; seal: (n: number) => Promise<void>; read: (n: number, keys: KeyProvider) => Promise<Buffer> }> {
  const dataDir = tempFolder('keys');
  const dir = join(dataDir, 'vault');
  const { keys } = await openKeys({ keysDir: dataDir, custody: 'local', suite });
  const vault = folderVault({ dir, keys, clock: manualClock() });
  return {
    dataDir, dir, keys, vault, store: testFolder(dir),
    async seal(n) {
      const id = messageId(n);
      await vault.seal(id, sealedHead(id, CONTENT.length, 0), pieces(CONTENT), pieces(Buffer.alloc(0)));
    },
    async read(n, provider) {
      const opened = await folderReader({ dir, keys: provider }).open(messageId(n));
      try {
        return await all(opened.body());
      } finally {
        await opened.close();
      }
    },
  };
}
async function rotate(dataDir: string, suite: 'age-v1' | 'gm-1'): Promise<string> {
  const paths = keyPaths(dataDir);
  const { text, recipient } = await withNewKey(paths.private, suite, undefined);
  await writeKeyFile(paths.private, text, 0o600, true);
  await writeKeyFile(paths.public, `${recipient}\n`, 0o644, true);
  return recipient;
}
/** A provider that has the first key of the file only. */
async function newestOnly(dataDir: string): Promise<KeyProvider> {
  const text = readFileSync(keyPaths(dataDir).private, 'utf8');
  const [first = ''] = /(AGE-SECRET-KEY-1[A-Z0-9]+|-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----)/.exec(text) ?? [];
  const { keys } = await openKeys({ keysDir: tempFolder('keys'), custody: 'supplied', env: { WEIR_REVIEW_KEY: first } });
  return keys;
}

describe.each(['age-v1', 'gm-1'] as const)('rotation in suite %s', (suite) => {
  it('is followed by a running process: the next message is sealed for the new key, the old one still opens', async () => {
    const on = await site(suite);
    await on.seal(1);
    const before = await on.keys.current();
    const after = await rotate(on.dataDir, suite);
    await on.seal(2);
    expect(await on.keys.current()).toBe(after);
    expect(after).not.toBe(before);
    const newest = await newestOnly(on.dataDir);
    await expect(on.read(1, newest)).rejects.toMatchObject({ code: 'KEY_WRONG' });
    for (const [n, keys] of [[1, on.keys], [2, on.keys], [2, newest]] as const) expect((await on.read(n, keys)).equals(CONTENT)).toBe(true);
  });

  it('re-wraps the header alone; afterwards the old key is not needed', async () => {
    const on = await site(suite);
    await on.seal(1);
    await rotate(on.dataDir, suite);
    const body = readFileSync(join(on.dir, `${messageId(1)}.body`));
    expect(await rewrapMessage(on, messageId(1))).toBe('rewrapped');
    expect(readFileSync(join(on.dir, `${messageId(1)}.body`)).equals(body)).toBe(true);
    expect((await on.read(1, await newestOnly(on.dataDir))).equals(CONTENT)).toBe(true);
    expect(await rewrapMessage(on, messageId(1))).toBe('current');
    expect(await rewrapMessage(on, messageId(9))).toBe('missing');
  });

  it.each(['create', 'write', 'sync', 'rename', 'syncFolder'] as const)('leaves the message readable when it is cut off at %s, and can be run again', async (call) => {
    const on = await site(suite);
    await on.seal(1);
    await rotate(on.dataDir, suite);
    const broken = { ...vaultFiles, [call]: async () => Promise.reject(new Error('cut off')) };
    await expect(rewrapMessage({ ...on, store: testFolder(on.dir, broken) }, messageId(1))).rejects.toThrow('cut off');
    expect((await on.read(1, on.keys)).equals(CONTENT)).toBe(true);
    expect(await rewrapMessage(on, messageId(1))).toBe(call === 'syncFolder' ? 'current' : 'rewrapped');
    expect((await on.read(1, await newestOnly(on.dataDir))).equals(CONTENT)).toBe(true);
  });

  it('goes on past a message whose old key is gone, and says so', async () => {
    const on = await site(suite);
    await on.seal(1);
    const lost = readFileSync(keyPaths(on.dataDir).private, 'utf8');
    await rotate(on.dataDir, suite);
    await on.seal(2);
    await rotate(on.dataDir, suite);
    writeFileSync(keyPaths(on.dataDir).private, readFileSync(keyPaths(on.dataDir).private, 'utf8').replace(lost, ''));
    const { keys } = await openKeys({ keysDir: on.dataDir, custody: 'local' });
    expect([await rewrapMessage({ ...on, keys }, messageId(1)), await rewrapMessage({ ...on, keys }, messageId(2))]).toEqual(['unreadable', 'rewrapped']);
  });

  it('that was cut off leaves no key behind once the message is shredded', async () => {
    const on = await site(suite);
    await on.seal(1);
    await rotate(on.dataDir, suite);
    const cut = { ...vaultFiles, rename: async () => Promise.reject(new Error('cut off')) };
    await expect(rewrapMessage({ ...on, store: testFolder(on.dir, cut) }, messageId(1))).rejects.toThrow('cut off');
    await on.vault.shred(messageId(1));
    expect(readdirSync(on.dir)).toEqual([]);
  });

  it('makes an escrow copy that opens with its passphrase and holds every key', async () => {
    const on = await site(suite);
    await rotate(on.dataDir, suite);
    const copy = await escrowCopy(readFileSync(keyPaths(on.dataDir).private), undefined, { passphrase: 'made-up words for the safe' });
    expect(copy).not.toMatch(/SECRET|PRIVATE/);
    await expect(readReviewKeys(Buffer.from(copy), 'other words')).rejects.toMatchObject({ code: 'KEY_PASSPHRASE_WRONG' });
    expect(await readReviewKeys(Buffer.from(copy), 'made-up words for the safe')).toHaveLength(2);
  });
});

describe('a key file', () => {
  it('is never written over', async () => {
    const path = join(tempFolder('keys'), 'own.key');
    writeFileSync(path, 'something of theirs');
    await expect(writeKeyFile(path, (await newKey('age-v1', undefined)).text, 0o600, false)).rejects.toMatchObject({ code: 'KEY_FILE_EXISTS' });
    expect(readFileSync(path, 'utf8')).toBe('something of theirs');
  });

  it('stays behind its passphrase when it is rotated', async () => {
    const path = join(tempFolder('keys'), 'own.key');
    const first = await newKey('gm-1', 'words');
    await writeKeyFile(path, first.text, 0o600, false);
    await expect(withNewKey(path, 'gm-1', undefined)).rejects.toMatchObject({ code: 'KEY_PASSPHRASE_MISSING' });
    const { text, recipient } = await withNewKey(path, 'gm-1', 'words');
    await expect(readReviewKeys(Buffer.from(text), undefined)).rejects.toMatchObject({ code: 'KEY_PASSPHRASE_MISSING' });
    expect((await readReviewKeys(Buffer.from(text), 'words')).map((one) => one.recipient)).toEqual([recipient, first.recipient]);
  });

  it('can be copied for one age recipient', async () => {
    const other = await newKey('age-v1', undefined);
    const copy = await escrowCopy(Buffer.from((await newKey('gm-1', undefined)).text), undefined, { recipient: other.recipient });
    const decrypter = new Decrypter();
    decrypter.addIdentity(/AGE-SECRET-KEY-1[A-Z0-9]+/.exec(other.text)?.[0] ?? '');
    const { armor } = await import('age-encryption');
    expect(await decrypter.decrypt(armor.decode(copy), 'text')).toContain('-----BEGIN PRIVATE KEY-----');
  });

  it('of another suite leaves old messages with their old key', async () => {
    const on = await site('age-v1');
    await on.seal(1);
    await rotate(on.dataDir, 'gm-1');
    await on.seal(2);
    expect(readFileSync(join(on.dir, `${messageId(2)}.key`), 'latin1')).toMatch(/^weir-gm-1\n/);
    expect(await rewrapMessage(on, messageId(1))).toBe('other-suite');
    for (const n of [1, 2]) expect((await on.read(n, on.keys)).equals(CONTENT)).toBe(true);
  });
});
