/** Secrets of the data folder are made once, for their owner only. */
import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { adminToken, secretKey } from '../../../gateway/vault/secrets.js';
import { tempFolder } from '../../kit/temp.js';

describe('secrets', () => {
  it('gives the same key at every start, another one for each name, readable by its owner only', async () => {
    const dir = tempFolder('secrets');
    const key = await secretKey(dir, 'fingerprint');
    expect(key).toHaveLength(32);
    expect((await secretKey(dir, 'fingerprint')).equals(key)).toBe(true);
    expect((await secretKey(dir, 'search')).equals(key)).toBe(false);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, 'fingerprint')).mode & 0o777).toBe(0o600);
    await expect(secretKey(dir, '../admin-token')).rejects.toThrow(TypeError);
  });

  it('agrees on one key when many ask first, and leaves no temporary file', async () => {
    const dir = tempFolder('secrets');
    const keys = await Promise.all(Array.from({ length: 8 }, async () => secretKey(dir, 'fingerprint')));
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
    expect(readdirSync(dir)).toEqual(['fingerprint']);
  });

  it('does not go on with a key that was cut short', async () => {
    const dir = tempFolder('secrets');
    await secretKey(dir, 'fingerprint');
    truncateSync(join(dir, 'fingerprint'), 31);
    await expect(secretKey(dir, 'fingerprint')).rejects.toMatchObject({ code: 'SECRET_DAMAGED' });
  });

  it('writes the admin token once and says when', async () => {
    const dir = tempFolder('secrets');
    const first = await adminToken(dir);
    expect(first.token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(first).toMatchObject({ path: join(dir, 'admin-token'), created: true });
    expect(statSync(first.path).mode & 0o777).toBe(0o600);
    expect(await adminToken(dir)).toEqual({ ...first, created: false });
  });
});
