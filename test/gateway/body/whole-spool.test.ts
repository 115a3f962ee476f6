/** A body that is in memory anyway is read like any spool, and not copied to be kept. */
import { describe, it, expect } from '@jest/globals';
import { WholeSpool } from '../../../gateway/body/whole-spool.js';

const BODY = Buffer.from(Array.from({ length: 200_000 }, (_, at) => at % 251));
const cut = (sizes: readonly number[]): Uint8Array[] => {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) chunks.push(BODY.subarray(at, (at += size)));
  chunks.push(BODY.subarray(at));
  return chunks;
};

const memory = { used: 0 };
const held = (chunks: readonly Uint8Array[]): WholeSpool => new WholeSpool(chunks, memory);

describe('a body kept where it is', () => {
  it('reads the same at any place, however it is cut', async () => {
    const spool = held(cut([1, 0, 70_000, 3, 65_536]));
    expect(spool.size).toBe(BODY.length);
    for (const [offset, length] of [[0, 1], [0, 2], [70_000, 9], [1, 70_003], [199_999, 50], [200_000, 5], [-3, 6], [0, 200_000]] as const) {
      expect(Buffer.compare(Buffer.from(await spool.read(offset, length)), BODY.subarray(Math.max(0, offset), Math.max(0, offset + length)))).toBe(0);
    }
  });

  it('streams copies: whoever reads may change them', async () => {
    const spool = held([Buffer.from(BODY)]);
    for (let round = 0; round < 2; round++) {
      const all: Buffer[] = [];
      for await (const chunk of spool.stream(17)) {
        all.push(Buffer.from(chunk));
        chunk.fill(0);
      }
      expect(Buffer.concat(all).equals(BODY.subarray(17))).toBe(true);
    }
  });

  it('gives the very bytes out while it is open, and counts them as long', async () => {
    const chunks = cut([5]);
    const before = memory.used;
    const spool = held(chunks);
    expect(memory.used).toBe(before + BODY.length);
    expect(spool.kept()).toBe(chunks);
    await spool.close();
    await spool.close();
    expect(memory.used).toBe(before);
    expect(spool.kept()).toBeUndefined();
    await expect(spool.read(0, 1)).rejects.toMatchObject({ code: 'internal' });
    await expect(spool.write()).rejects.toMatchObject({ code: 'internal' });
  });
});
