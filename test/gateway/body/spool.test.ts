/** The spool gives back what was written, stays within its budgets, and leaves nothing readable on disk. */
import { readdirSync, readFileSync, readlinkSync, statSync, writeFileSync, chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { spoolFactory } from '../../../gateway/body/spool.js';
import { frameFile, type Budget } from '../../../gateway/body/spool-store.js';
import { tempFolder } from '../../kit/temp.js';

const KIB = 1024;
const seed = 20260101;

/** Bytes that differ everywhere, so that a swapped or repeated stretch shows. */
function pattern(length: number, salt = 0): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 17 + (i >> 16) * 7 + salt) & 0xff;
  return bytes;
}
async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
/** What lies in files of `dir` that this process has open, deleted or not. */
function openFiles(dir: string): Buffer[] {
  const fds = readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(dir);
    } catch {
      return false;
    }
  });
  return fds.map((fd) => readFileSync(`/proc/self/fd/${fd}`));
}

describe('spool', () => {
  it('gives back the same bytes for any write sizes and any ranges, in memory, on disk and across the boundary', async () => {
    const dir = tempFolder('spool');
    const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 70 * KIB })), {
      maxLength: 24,
    });
    const ranges = fc.array(fc.tuple(fc.nat(400 * KIB), fc.nat(200 * KIB)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        ranges,
        fc.constantFrom(0, 8 * KIB, 100 * KIB, 64 * KIB * KIB),
        async (writes, reads, memoryBudget) => {
          const factory = spoolFactory({ dir, memoryBudget });
          const spool = factory.create();
          const whole = pattern(writes.reduce((sum, n) => sum + n, 0));
          let at = 0;
          for (const size of writes) {
            await spool.write(whole.subarray(at, (at += size)));
            expect(factory.usage().memory).toBeLessThanOrEqual(memoryBudget + 4 * KIB);
          }
          expect(spool.size).toBe(whole.length);
          expect((await all(spool.stream())).equals(whole)).toBe(true);
          for (const [offset, length] of reads) {
            expect(Buffer.from(await spool.read(offset, length)).equals(whole.subarray(offset, offset + length))).toBe(
              true,
            );
            expect((await all(spool.stream(offset))).equals(whole.subarray(offset))).toBe(true);
          }
          await spool.close();
          expect(factory.usage()).toEqual({ memory: 0, disk: 0 });
        },
      ),
      { numRuns: 60, seed },
    );
  });

  it('can be read while it is still being written', async () => {
    const spool = spoolFactory({ dir: tempFolder('spool'), memoryBudget: 100 * KIB }).create();
    const whole = pattern(500 * KIB);
    for (let at = 0; at < whole.length; at += 9000) {
      await spool.write(whole.subarray(at, at + 9000));
      const from = Math.max(0, at - 70_000);
      expect(
        Buffer.from(await spool.read(from, 80_000)).equals(
          whole.subarray(from, Math.min(at + 9000, from + 80_000, whole.length)),
        ),
      ).toBe(true);
    }
    await spool.close();
  });

  it('keeps no reference to the chunk it was given, and hands out copies', async () => {
    const spool = spoolFactory({ dir: tempFolder('spool') }).create();
    const chunk = Buffer.from('as it was');
    await spool.write(chunk);
    chunk.fill(0);
    for await (const out of spool.stream()) out.fill(1);
    (await spool.read(0, 9)).fill(2);
    expect(Buffer.from(await spool.read(0, 9)).toString()).toBe('as it was');
    await spool.close();
  });

  it('takes chunks over as they are while memory lasts, and gives back the same bytes wherever they lie', async () => {
    const dir = tempFolder('spool');
    const sizes = fc.array(fc.tuple(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 100 * KIB })), fc.boolean(), fc.integer({ min: 0, max: 9000 })), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.constantFrom(0, 8 * KIB, 150 * KIB, 64 * KIB * KIB), async (writes, memoryBudget) => {
        const factory = spoolFactory({ dir, memoryBudget });
        const spool = factory.create();
        const whole: Buffer[] = [];
        for (const [n, [size, adopted, around]] of writes.entries()) {
          const chunk = Buffer.alloc(size + around).subarray(around);
          pattern(size, n).copy(chunk);
          whole.push(chunk);
          const waits = adopted ? spool.adopt?.(chunk) : spool.write(chunk);
          if (waits !== undefined) await waits;
          expect(factory.usage().memory).toBeLessThanOrEqual(memoryBudget + 4 * KIB);
        }
        const bytes = Buffer.concat(whole);
        expect(spool.size).toBe(bytes.length);
        expect((await all(spool.stream())).equals(bytes)).toBe(true);
        expect(Buffer.from(await spool.read(100, 70_000)).equals(bytes.subarray(100, 70_100))).toBe(true);
        const kept = spool.kept?.();
        expect(kept === undefined).toBe(factory.usage().disk > 0);
        if (kept !== undefined) expect(Buffer.concat(kept).equals(bytes)).toBe(true);
        await spool.close();
        expect(factory.usage()).toEqual({ memory: 0, disk: 0 });
      }),
      { numRuns: 60, seed },
    );
  });

  it('keeps a chunk in place, and copies one that would keep much more alive than itself', async () => {
    const factory = spoolFactory({ dir: tempFolder('spool') });
    const spool = factory.create();
    const chunk = Buffer.allocUnsafeSlow(8 * KIB);
    const slice = Buffer.allocUnsafeSlow(1024 * KIB).subarray(0, 8 * KIB);
    await spool.adopt?.(chunk);
    await spool.adopt?.(slice);
    expect(spool.kept?.()?.map(({ buffer }) => [buffer === chunk.buffer, buffer === slice.buffer])).toEqual([[true, false], [false, false]]);
    expect(factory.usage().memory).toBe(16 * KIB);
    await spool.close();
    expect(spool.kept?.()).toBe(undefined);
  });

  it('shares one memory budget between many spools and gives everything back', async () => {
    const memoryBudget = 1024 * KIB;
    const factory = spoolFactory({ dir: tempFolder('spool'), memoryBudget });
    const spools = Array.from({ length: 40 }, () => factory.create());
    let most = 0;
    await Promise.all(
      spools.map(async (spool, n) => {
        const whole = pattern(300 * KIB, n);
        for (let at = 0; at < whole.length; at += 30_000) {
          await spool.write(whole.subarray(at, at + 30_000));
          most = Math.max(most, factory.usage().memory);
        }
      }),
    );
    // One frame for each write under way comes on top.
    expect(most).toBeLessThanOrEqual(memoryBudget + 40 * 64 * KIB);
    expect(factory.usage().memory).toBeLessThanOrEqual(memoryBudget + 40 * 4 * KIB);
    expect(factory.usage().disk).toBeGreaterThan(10_000 * KIB);
    for (const [n, spool] of spools.entries()) {
      expect((await all(spool.stream())).equals(pattern(300 * KIB, n))).toBe(true);
      await spool.close();
      await spool.close();
    }
    expect(factory.usage()).toEqual({ memory: 0, disk: 0 });
  });

  it('never writes a value in clear, and its file has no name and no other reader', async () => {
    const dir = join(tempFolder('spool'), 'deep', 'spool');
    const spool = spoolFactory({ dir, memoryBudget: 0 }).create();
    const canary = 'canary-7f3a9c';
    await spool.write(Buffer.from(canary.repeat(30_000)));
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(readdirSync(dir)).toEqual([]);
    const [file] = openFiles(dir);
    expect(file?.length).toBeGreaterThan(300_000);
    expect(file?.includes(canary)).toBe(false);
    expect(file?.includes(Buffer.from(canary, 'utf16le'))).toBe(false);
    await spool.close();
    expect(openFiles(dir)).toEqual([]);
  });

  it('refuses frames that have changed place', async () => {
    const disk: Budget = { limit: Infinity, used: 0 };
    const file = frameFile(tempFolder('spool'), disk);
    const first = await file.append(0, Buffer.from('the first frame!'));
    const second = await file.append(1, Buffer.from('the second frame'));
    expect(Buffer.from(await file.read(1, second, 16)).toString()).toBe('the second frame');
    await expect(file.read(0, second, 16)).rejects.toMatchObject({ code: 'internal' });
    await expect(file.read(1, first, 16)).rejects.toMatchObject({ code: 'internal' });
    await file.close();
    expect(disk.used).toBe(0);
  });

  it('says spool-full when the disk budget is spent, goes on saying so, and other spools get the room back', async () => {
    const factory = spoolFactory({ dir: tempFolder('spool'), memoryBudget: 0, diskBudget: 300 * KIB });
    const spool = factory.create();
    await expect(spool.write(pattern(400 * KIB))).rejects.toMatchObject({ code: 'spool-full' });
    await expect(spool.write(pattern(1))).rejects.toMatchObject({ code: 'spool-full' });
    await expect(all(spool.stream())).rejects.toMatchObject({ code: 'spool-full' });
    await spool.close();
    const next = factory.create();
    await next.write(pattern(200 * KIB));
    await next.close();
    expect(factory.usage()).toEqual({ memory: 0, disk: 0 });
  });

  it('says spool-full when the system says the disk is full', async () => {
    const disk: Budget = { limit: Infinity, used: 0 };
    const full = async (): Promise<never> =>
      Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
    const file = frameFile(tempFolder('spool'), disk, full);
    await expect(file.append(0, Buffer.from('x'))).rejects.toMatchObject({ code: 'spool-full' });
    await file.close();
    expect(disk.used).toBe(0);
  });

  it('reports a folder that cannot be written as a failure and gives its budget back', async () => {
    const dir = join(tempFolder('spool'), 'gone');
    const factory = spoolFactory({ dir, memoryBudget: 0 });
    const spool = factory.create();
    rmSync(dir, { recursive: true });
    await expect(spool.write(pattern(100 * KIB))).rejects.toMatchObject({ code: 'internal' });
    await spool.close();
    expect(factory.usage()).toEqual({ memory: 0, disk: 0 });
  });

  it('survives being closed while a write is under way', async () => {
    const factory = spoolFactory({ dir: tempFolder('spool'), memoryBudget: 0 });
    const spool = factory.create();
    const writing = spool.write(pattern(500 * KIB));
    await Promise.all([expect(writing).rejects.toMatchObject({ code: 'internal' }), spool.close()]);
    expect(factory.usage()).toEqual({ memory: 0, disk: 0 });
    await expect(spool.read(0, 1)).rejects.toMatchObject({ code: 'internal' });
  });

  it('removes what a killed process left behind, and nothing else', () => {
    const dir = tempFolder('spool');
    writeFileSync(join(dir, `spool-${'ab'.repeat(12)}.tmp`), 'x');
    writeFileSync(join(dir, 'not-ours.tmp'), 'x');
    chmodSync(dir, 0o755);
    spoolFactory({ dir });
    expect(readdirSync(dir)).toEqual(['not-ours.tmp']);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  });
});
