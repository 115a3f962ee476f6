/** Pieces of a body that wait for their reader, in order. What was taken is not kept: a reader that never catches up would hold the whole body. */

/** So many taken places at the front of the list are given back at once. */
const TAKEN_MOST = 64;
const NOTHING = new Uint8Array(0);

export class Pieces {
  /** Bytes that wait. */
  bytes = 0;
  #list: Uint8Array[] = [];
  #at = 0;

  push(piece: Uint8Array): void {
    this.#list.push(piece);
    this.bytes += piece.length;
  }

  /** `undefined`: none waits. */
  take(): Uint8Array | undefined {
    const piece = this.#list[this.#at];
    if (piece === undefined) return undefined;
    this.#list[this.#at] = NOTHING;
    this.#at += 1;
    this.bytes -= piece.length;
    if (this.#at === this.#list.length || this.#at === TAKEN_MOST) {
      this.#list.splice(0, this.#at);
      this.#at = 0;
    }
    return piece;
  }

  /** All that wait now. */
  waiting(): readonly Uint8Array[] {
    return this.#list.slice(this.#at);
  }

  clear(): void {
    this.#list = [];
    this.#at = this.bytes = 0;
  }
}
