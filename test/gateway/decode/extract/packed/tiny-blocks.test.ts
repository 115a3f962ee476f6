/** Streams of a great many tiny pieces cost what their bytes cost: no table is made anew and nothing is copied again for each of them. */
import { describe, expect, it } from '@jest/globals';
import { ByteFeed } from '../../../../../gateway/decode/extract/packed/bit-reader.js';
import { bzip2 } from '../../../../../gateway/decode/extract/packed/packed.js';
import { cpuMsOf } from '../../../../kit/cpu-time.js';
import { opened } from '../opened.js';

/** `printf '' | bzip2 -9`. */
const EMPTY = Buffer.from('425a683917724538509000000000', 'hex');

/** It took a minute and more of processor time when each made its tables anew. */
const BOUND_MS = 10_000;

describe('tiny blocks', () => {
  it('are fetched without copying what is there for each of them', async () => {
    let copied = 0;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 64; i++) yield await Promise.resolve(Buffer.alloc(64 * 1024, i));
    }
    const feed = new ByteFeed(pieces(), 'test');
    const most = 2 ** 20;
    let known = feed.peek(1).buffer;
    for (let taken = 0; (await feed.fill(most)) > 0; taken += 1024) {
      const { buffer } = feed.peek(1);
      if (buffer !== known) copied += buffer.byteLength;
      known = buffer;
      feed.take(1024);
    }
    expect(copied).toBeLessThan(16 * 2 ** 20);
  });

  it('of bzip2, a hundred thousand without a byte, end at once', async () => {
    const least = await cpuMsOf(async () => {
      expect((await opened(bzip2, Buffer.alloc(EMPTY.length * 100_000, EMPTY))).reasons).toEqual([]);
    }, BOUND_MS);
    expect(least).toBeLessThan(BOUND_MS);
  });
});
