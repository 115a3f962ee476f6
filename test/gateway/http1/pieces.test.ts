/** What waits for a reader: in order, counted, and not kept once it was taken. */
import { describe, expect, it } from '@jest/globals';
import { Pieces } from '../../../gateway/http1/pieces.js';
import { aliveBytes } from '../../kit/alive-memory.js';

describe('pieces that wait', () => {
  it('come in order, however many are ahead of the reader', () => {
    const pieces = new Pieces();
    const taken: number[] = [];
    for (let at = 0; at < 1000; at++) {
      pieces.push(Uint8Array.of(at & 255));
      if (at % 3 !== 0) taken.push(pieces.take()?.[0] ?? -1);
    }
    expect(pieces.bytes).toBe(1000 - taken.length);
    expect(pieces.waiting().map(([first]) => first)).toEqual(Array.from({ length: 1000 - taken.length }, (_, at) => (at + taken.length) & 255));
    for (let piece = pieces.take(); piece !== undefined; piece = pieces.take()) taken.push(piece[0] ?? -1);
    expect(taken).toEqual(Array.from({ length: 1000 }, (_, at) => at & 255));
    expect(pieces.bytes).toBe(0);
  });

  it('are let go once taken, also by a reader that never catches up', () => {
    const pieces = new Pieces();
    pieces.push(new Uint8Array(65_536));
    const before = aliveBytes();
    for (let at = 0; at < 1024; at++) {
      pieces.push(new Uint8Array(65_536));
      pieces.take();
    }
    expect(aliveBytes() - before).toBeLessThan(2 ** 20);
    expect(pieces.bytes).toBe(65_536);
  });
});
