/** Hands bytes to a scanner in pieces small enough that no body, however full of numbers, keeps the process from its other work. */
import { setImmediate as turn } from 'node:timers/promises';

/** The size to return to when a piece took long: one full of findings takes some 10 ms. */
const LEAST_PIECE = 8 * 1024;
/** What a body goes on with that is neither quick nor long, and begins with while others are. */
const USUAL_PIECE = 16 * 1024;
/** What a socket gives in one read. Of ordinary text that comes in one piece it is often proven in one look that nothing is in it; quarters of it cost twice as much. */
const MOST_PIECE = 64 * 1024;
/** A piece that took longer makes the next one small, and lets others go first. */
const LONG_MS = 15;
/** Only what passes as fast as ordinary text does comes in larger pieces. */
const QUICK_MS = 1;
/** What took longer is followed by a piece of the usual size at most. */
const SLOW_MS = 4;
/** So many pieces after one that took long none of the same body is larger than usual: else each quick stretch would bring it one more large piece full of numbers, 0.2 s each. */
const WARY_PIECES = 64;
/** So many quick bytes, of whatever bodies, until one begins large again: of bodies full of numbers that come one after another the first alone takes those 0.2 s in one go. */
const WARY_BYTES = 16 * 2 ** 20;

/** Quick bytes that are still to come before a body begins large. */
let wary = 0;

/** Cuts chunk after chunk; where they are cut never matters. */
export class Pace {
  #size = wary > 0 ? USUAL_PIECE : MOST_PIECE;
  #wary = wary > 0 ? WARY_PIECES : 0;
  #given = 0;

  piece(chunk: Uint8Array, at: number): Uint8Array {
    const piece = at === 0 && chunk.length <= this.#size ? chunk : chunk.subarray(at, at + this.#size);
    this.#given = piece.length;
    return piece;
  }

  /** To be told what the piece that was given last took; where that was long there is something to wait for before the next. */
  took(ms: number): Promise<void> | undefined {
    if (ms > LONG_MS) {
      this.#size = LEAST_PIECE;
      this.#wary = WARY_PIECES;
      wary = WARY_BYTES;
      return turn();
    }
    if (wary > 0) wary -= this.#given;
    if (this.#wary > 0) this.#wary--;
    if (ms <= QUICK_MS && this.#wary === 0) this.#size = Math.min(MOST_PIECE, this.#size * 2);
    else if (this.#size < USUAL_PIECE || ms > SLOW_MS) this.#size = USUAL_PIECE;
    return undefined;
  }
}

/** The same bytes; `elapsed` counts the milliseconds spent on them so far. */
export async function* paced(source: AsyncIterable<Uint8Array>, elapsed: () => number): AsyncGenerator<Uint8Array> {
  const pace = new Pace();
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const piece = pace.piece(chunk, at);
      at += piece.length;
      const before = elapsed();
      yield piece;
      const long = pace.took(elapsed() - before);
      if (long !== undefined) await long;
    }
  }
}
