/** What a process that opens files sees and keeps is what is there, however it is asked for and wherever it lies. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cachedSource } from '../../../../gateway/decode/extract/child-source.js';
import { childSpools } from '../../../../gateway/decode/extract/child-spool.js';
import { memoryOverflow } from '../../../kit/containers.js';
import { randomBelow } from '../../../kit/numbers.js';

const SIZE = 700_000;
const below = randomBelow(7);
const bytes = Buffer.from(Array.from({ length: SIZE }, () => below(256)));
const stretches = fc.array(fc.tuple(fc.nat(SIZE), fc.nat(200_000)), { maxLength: 12 });

describe('the file as its process sees it', () => {
  it('gives exactly the bytes that are asked for, in requests of bounded size', async () => {
    await fc.assert(
      fc.asyncProperty(stretches, async (asked) => {
        const source = cachedSource(SIZE, (offset, length) => {
          expect(length).toBeLessThanOrEqual(100_000);
          expect(offset + length).toBeLessThanOrEqual(SIZE);
          return Promise.resolve(bytes.subarray(offset, offset + length));
        }, 100_000);
        for (const [offset, length] of asked) {
          const most = Math.min(length, SIZE - offset);
          expect(Buffer.compare(await source.read(offset, most), bytes.subarray(offset, offset + most))).toBe(0);
        }
      }),
      { numRuns: 60, seed: 8 },
    );
  });

  it('refuses what is not there, and asks once for headers that lie together', async () => {
    let asked = 0;
    const source = cachedSource(SIZE, (offset, length) => {
      asked++;
      return Promise.resolve(bytes.subarray(offset, offset + length));
    }, 2 ** 20);
    for (let at = 0; at < 60_000; at += 50) await source.read(at, 46);
    expect(asked).toBe(1);
    for (const [offset, length] of [[-1, 5], [0, SIZE + 1], [SIZE, 1], [0.5, 2], [Number.NaN, 1]] as const) await expect(source.read(offset, length)).rejects.toThrow(RangeError);
  });
});

describe('what a process keeps', () => {
  it('reads the same from memory, from the gateway and over both', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 6 }), fc.array(fc.nat(90_000), { maxLength: 8 }), stretches, async (pieces, writes, asked) => {
        const spools = childSpools({ memory: pieces * 64 * 1024, overflow: memoryOverflow });
        const spool = spools.create();
        let size = 0;
        for (const length of writes) {
          await spool.write(bytes.subarray(size, Math.min(SIZE, size + length)));
          size = Math.min(SIZE, size + length);
        }
        expect(spool.size).toBe(size);
        for (const [offset, length] of asked) expect(Buffer.compare(await spool.read(Math.min(offset, size), length), bytes.subarray(Math.min(offset, size), Math.min(size, offset + length)))).toBe(0);
        const whole: Uint8Array[] = [];
        for await (const piece of spool.stream()) whole.push(piece);
        expect(Buffer.concat(whole).equals(bytes.subarray(0, size))).toBe(true);
        await spool.close();
        await spool.close();
      }),
      { numRuns: 60, seed: 9 },
    );
  });
});
