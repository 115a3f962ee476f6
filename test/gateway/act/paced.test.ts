/** A body full of numbers gives way to other work between its pieces. */
import { describe, expect, it } from '@jest/globals';
import { paced } from '../../../gateway/act/paced.js';

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield bytes;
}

describe('paced bytes', () => {
  it('are the same bytes', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => at % 251);
    const pieces: Uint8Array[] = [];
    for await (const piece of paced(one(bytes), () => 0)) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    expect(Math.max(...pieces.map(({ length }) => length))).toBe(65_536);
    expect(pieces[0]).toHaveLength(16_384);
  });

  it('come in small pieces with a turn for others between them when each takes long', async () => {
    let now = 0;
    let turns = 0;
    const count = (): void => {
      turns++;
      waiting = setImmediate(count);
    };
    let waiting = setImmediate(count);
    const pieces: number[] = [];
    for await (const piece of paced(one(new Uint8Array(65_536)), () => now)) {
      now += 100;
      pieces.push(piece.length);
    }
    clearImmediate(waiting);
    expect(pieces).toEqual([16_384, ...Array.from({ length: 6 }, () => 8192)]);
    expect(turns).toBeGreaterThanOrEqual(6);
  });

  it('grow only while they are quick', async () => {
    let now = 0;
    const pieces: number[] = [];
    for await (const piece of paced(one(new Uint8Array(262_144)), () => now)) {
      now += pieces.length < 1 ? 1 : 5;
      pieces.push(piece.length);
    }
    expect(pieces).toEqual([16_384, ...Array.from({ length: 7 }, () => 32_768), 16_384]);
  });

  it('stay small for a long while after one that took long, however quick the next are', async () => {
    let now = 0;
    const pieces: number[] = [];
    for await (const piece of paced(one(new Uint8Array(2_097_152)), () => now)) {
      if (pieces.length === 0) now += 100;
      pieces.push(piece.length);
    }
    expect(pieces.slice(0, 3)).toEqual([16_384, 8192, 16_384]);
    expect(Math.max(...pieces.slice(0, 64))).toBe(16_384);
    expect(Math.max(...pieces)).toBe(65_536);
  });

  it('close their source when nobody reads on', async () => {
    let closed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        await Promise.resolve();
        yield new Uint8Array(100_000);
      } finally {
        closed = true;
      }
    }
    for await (const _ of paced(source(), () => 0)) break;
    expect(closed).toBe(true);
  });
});
