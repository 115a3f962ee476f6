/** A body full of numbers gives way to other work between its pieces. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Pace, paced } from '../../../gateway/act/paced.js';

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield bytes;
}

/** What took long in one test is not to be told of in the next: 16 MiB are quick. */
function calm(): void {
  const pace = new Pace();
  for (let left = 16 * 2 ** 20; left > 0; left -= pace.piece(nothing, 0).length) expect(pace.took(0)).toBeUndefined();
  expect(pace.took(0)).toBeUndefined();
}
const nothing = new Uint8Array(65_536);

describe('paced bytes', () => {
  beforeEach(calm);

  it('are the same bytes', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => at % 251);
    const pieces: Uint8Array[] = [];
    for await (const piece of paced(one(bytes), () => 0)) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    expect(pieces.map(({ length }) => length)).toEqual([65_536, 65_536, 65_536, 65_536, 37_856]);
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
    for await (const piece of paced(one(new Uint8Array(131_072)), () => now)) {
      now += 100;
      pieces.push(piece.length);
    }
    clearImmediate(waiting);
    expect(pieces).toEqual([65_536, ...Array.from({ length: 8 }, () => 8192)]);
    expect(turns).toBeGreaterThanOrEqual(8);
  });

  it('are as large as a read only while they are quick', async () => {
    let now = 0;
    const pieces: number[] = [];
    for await (const piece of paced(one(new Uint8Array(262_144)), () => now)) {
      now += [1, 5, 1, 2][pieces.length] ?? 5;
      pieces.push(piece.length);
    }
    expect(pieces).toEqual([65_536, 65_536, 16_384, 32_768, 32_768, 16_384, 16_384, 16_384]);
  });

  it('begin small in every body until 16 MiB were quick after one of any that took long, however many tiny ones are', () => {
    expect(new Pace().piece(nothing, 0)).toHaveLength(65_536);
    void new Pace().took(100);
    const tiny = new Pace();
    for (let piece = 0; piece < 1_000; piece++) void (tiny.piece(nothing.subarray(0, 100), 0), tiny.took(0));
    const next = new Pace();
    for (let piece = 0; piece < 64; piece++) {
      expect(next.piece(nothing, 0)).toHaveLength(16_384);
      expect(new Pace().piece(nothing, 0)).toHaveLength(16_384);
      void next.took(0);
    }
    expect(next.piece(nothing, 0)).toHaveLength(32_768);
    expect(new Pace().piece(nothing, 0)).toHaveLength(16_384);
    calm();
    expect(new Pace().piece(nothing, 0)).toHaveLength(65_536);
  });

  it('stay small for a long while after one that took long, however quick the next are', async () => {
    let now = 0;
    const pieces: number[] = [];
    for await (const piece of paced(one(new Uint8Array(2_097_152)), () => now)) {
      if (pieces.length === 0) now += 100;
      pieces.push(piece.length);
    }
    expect(pieces.slice(0, 3)).toEqual([65_536, 8192, 16_384]);
    expect(Math.max(...pieces.slice(1, 64))).toBe(16_384);
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
