/** A seed is all that is needed to see a fault again, and the laws that fuzzing holds readers to are broken by a reader that breaks them. */
import { describe, expect, it } from '@jest/globals';
import { gunzipSync, gzipSync } from 'node:zlib';
import { testZip } from '../kit/zip.js';
import { examine } from './examine.js';
import { damagedInside } from './inner.js';
import { mutated } from './mutate.js';

const sound = Buffer.from('电话 13800138000\n'.repeat(20));

describe('damage', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(mutated(sound, 7, [sound]).equals(mutated(sound, 7, [sound]))).toBe(true);
    const all = new Set(Array.from({ length: 50 }, (_, seed) => mutated(sound, seed, [sound]).toString('hex')));
    expect(all.size).toBeGreaterThan(45);
  });

  it('behind compression and checksums leaves them right', async () => {
    const damage = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.from('电话 13900139000\n')]);
    const zip = damagedInside('zip', testZip([{ name: 'a.txt', data: sound }]), damage, 0) ?? Buffer.alloc(0);
    expect(await examine({ bytes: zip })).toEqual({ faults: [], untidy: [], findings: 21, reasons: [], masked: true });
    expect(gunzipSync(damagedInside('gz', gzipSync(sound), damage, 0) ?? Buffer.alloc(0)).length).toBe(sound.length + 19);
  });
});
