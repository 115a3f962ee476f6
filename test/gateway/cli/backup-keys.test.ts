import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { vaultSchema } from '../../../config/vault-schema.js';
import type { Manifest } from '../../../gateway/backup/manifest.js';
import { checker, keepKeys, opener, sealer, signer } from '../../../gateway/cli/backup-keys.js';
import { requireApart } from '../../../gateway/cli/backup-target.js';
import { newKey } from '../../../gateway/vault/key-file.js';
import { tempFolder } from '../../kit/temp.js';

const config = { vault: vaultSchema.parse({}) };
async function* text(): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < 50; n++) yield Buffer.from(`row ${String(n)} ${'x'.repeat(9_000)}\n`);
}
async function all(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe.each(['age-v1', 'gm-1'] as const)('the ledger of a backup, sealed in suite %s', (suite) => {
  it('opens with the private key elsewhere, needs none to be made, and is refused with one bit changed or its end cut off', async () => {
    const keysDir = tempFolder('keys');
    const key = await newKey(suite, undefined);
    writeFileSync(join(keysDir, 'review.pub'), `${key.recipient}\n`);
    const sealed = await (await sealer(keysDir, config, {}, undefined))(text());
    const bytes = await all(sealed.bytes);
    expect([sealed.suite, sealed.recipient, bytes.includes('row 1')]).toEqual([suite, key.recipient, false]);

    const open = async (content: Buffer): Promise<Buffer> => {
      const store = { read: async (_name: string, from: number, length: number) => content.subarray(from, from + length) };
      const opening = await opener(store, keysDir, config, { WEIR_REVIEW_KEY: key.text }, undefined);
      const manifest = { ledger: { name: 'l', bytes: content.length, sha256: '', headerBytes: sealed.headerBytes } } as Manifest;
      return await all((await opening?.(manifest)) ?? text());
    };
    expect((await open(bytes)).equals(await all(text()))).toBe(true);
    for (const at of [5, sealed.headerBytes + 3, sealed.headerBytes + 70_000, bytes.length - 1]) {
      const other = Buffer.from(bytes);
      other[at] = (other[at] ?? 0) ^ 1;
      await expect(open(other)).rejects.toThrow();
    }
    for (const length of [sealed.headerBytes + 1, 70_000, bytes.length - 1]) await expect(open(bytes.subarray(0, length))).rejects.toThrow();
    expect(await opener({ read: async () => Buffer.alloc(0) }, keysDir, config, {}, undefined)).toBeUndefined();
  });

  it('is vouched for by the audit key', async () => {
    const keysDir = tempFolder('keys');
    writeFileSync(join(keysDir, 'review.pub'), `${(await newKey(suite, undefined)).recipient}\n`);
    const signature = await (await signer(keysDir, config, {}))('words');
    const check = await checker(keysDir);
    expect([check?.('words', signature), check?.('other words', signature)]).toEqual(['good', 'bad']);
  });
});

describe('keys beside a backup', () => {
  it('lie apart, also by way of a link', () => {
    const target = tempFolder('target');
    const elsewhere = tempFolder('elsewhere');
    symlinkSync(target, join(elsewhere, 'link'));
    for (const keys of [target, join(target, 'keys'), join(elsewhere, 'link', 'deep', 'keys'), join(target, '..')]) expect(() => requireApart(keys, target)).toThrow('keys-in-target');
    expect(() => requireApart(join(elsewhere, 'keys'), target)).not.toThrow();
    expect(() => requireApart(`${target}-keys`, target)).not.toThrow();
    expect(() => requireApart(target, 's3://bucket/prefix')).not.toThrow();
  });

  it('keep their older copy when they have changed, and the database\'s password is not among them', async () => {
    const keysDir = tempFolder('keys');
    const to = join(tempFolder('safe'), 'keys');
    mkdirSync(keysDir, { recursive: true });
    for (const name of ['review.key', 'fingerprint', 'postgres']) writeFileSync(join(keysDir, name), name);
    await keepKeys(keysDir, to, 'one');
    writeFileSync(join(keysDir, 'review.key'), 'rotated');
    await keepKeys(keysDir, to, 'two');
    expect(readdirSync(to).sort()).toEqual(['fingerprint', 'review.key', 'review.key.before-two']);
    expect([readFileSync(join(to, 'review.key'), 'utf8'), readFileSync(join(to, 'review.key.before-two'), 'utf8')]).toEqual(['rotated', 'review.key']);
  });
});
