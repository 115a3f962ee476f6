import { generateKeyPairSync, sign as signBytes, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { BackupFailed } from '../../../gateway/backup/backup-failed.js';
import { manifestBytes, readManifest, type CheckSignature, type Manifest, type Sign } from '../../../gateway/backup/manifest.js';
import { messageOf, newSnapshotId, poolBody, poolKey, snapshotOf, TARGET_NAME } from '../../../gateway/backup/names.js';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const sign: Sign = async (text) => ({ key: 'ours', value: signBytes(undefined, Buffer.from(text), privateKey).toString('base64') });
const check: CheckSignature = (text, { key, value }) => (key !== 'ours' ? 'unknown-key' : verify(undefined, Buffer.from(text), publicKey, Buffer.from(value, 'base64')) ? 'good' : 'bad');
/** Refused, or the same: base64 leaves a few bits of a signature's last letter without a meaning. */
function unchanged(bytes: Uint8Array): boolean {
  try {
    return JSON.stringify(readManifest('m', bytes, check)) === JSON.stringify(manifest);
  } catch (thrown) {
    return thrown instanceof BackupFailed;
  }
}
const digest = 'a'.repeat(64);
const message = `w${'0'.repeat(26)}`;
const manifest: Manifest = {
  format: 1, id: '20260101T000000Z-abcdef', madeAt: '2026-01-01T00:00:00.000Z', program: '0.1.0', migrations: ['0001-ledger'], suite: 'age-v1', recipient: 'age1…',
  ledger: { name: 'snapshot-20260101T000000Z-abcdef.ledger', bytes: 10, sha256: digest, headerBytes: 4 }, tables: [{ table: 'weir.messages', rows: 1 }],
  messages: [{ id: message, key: { name: poolKey(message, digest), bytes: 3, sha256: digest }, body: { name: poolBody(message), bytes: 4, sha256: digest } }],
  ended: [], missing: [],
};

describe('a manifest', () => {
  it('comes back as it was signed', async () => {
    expect(readManifest('m', await manifestBytes(manifest, sign), check)).toEqual(manifest);
  });

  it('is refused with any one byte changed, cut or added', async () => {
    const bytes = Buffer.from(await manifestBytes(manifest, sign));
    for (let at = 0; at < bytes.length; at++) {
      const other = Buffer.from(bytes);
      other[at] = (other[at] ?? 0) ^ 1;
      expect(unchanged(other)).toBe(true);
      expect(() => readManifest('m', bytes.subarray(0, at), check)).toThrow(BackupFailed);
    }
    expect(() => readManifest('m', Buffer.concat([bytes, Buffer.from(' ')]), check)).toThrow(BackupFailed);
  });

  it('is refused under another key', async () => {
    const strange = await manifestBytes(manifest, async (text) => ({ ...(await sign(text)), key: 'theirs' }));
    expect(() => readManifest('m', strange, check)).toThrow(expect.objectContaining({ problem: 'unknown-key' }));
  });
});

describe('names in a target', () => {
  it('tell messages and snapshots apart, and nothing else is one', () => {
    const id = newSnapshotId(new Date(Date.UTC(2026, 10, 22, 15, 4, 5)));
    expect(id).toMatch(/^20261122T150405Z-[0-9a-f]{6}$/);
    expect([messageOf(poolBody(message)), messageOf(poolKey(message, digest)), messageOf(`${message}.key`)]).toEqual([message, message, undefined]);
    expect(snapshotOf(`snapshot-${id}.manifest`)).toEqual({ id, kind: 'manifest' });
    for (const name of ['../x', `${message}.key`, 'weir-vault.json', `snapshot-${id}.json`, `${message}.body.tmp`]) expect(TARGET_NAME.test(name)).toBe(false);
  });
});
