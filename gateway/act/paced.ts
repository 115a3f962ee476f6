/** Hands bytes to a scanner in pieces small enough that no body, however full of numbers, keeps the process from its other work. */
import { setImmediate as turn } from 'node:timers/promises';

/** The size to return to when a piece took long, and the most: 64 KiB full of findings took over 300 ms, and scanning 16 KiB at a time costs plain text nothing. */
const LEAST_PIECE = 8 * 1024;
const MOST_PIECE = 16 * 1024;
/** A piece that took longer makes the next one small, and lets others go first. */
const LONG_MS = 15;

/** The same bytes; where they are cut never matters. `elapsed` counts the milliseconds spent on them so far. */
export async function* paced(source: AsyncIterable<Uint8Array>, elapsed: () => number): AsyncGenerator<Uint8Array> {
  let size = LEAST_PIECE;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + size);
      at += piece.length;
      const before = elapsed();
      yield piece;
      if (elapsed() - before > LONG_MS) {
        size = LEAST_PIECE;
        await turn();
      } else {
        size = Math.min(MOST_PIECE, size * 2);
      }
    }
  }
}
