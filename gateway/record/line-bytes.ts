/** Lines that wait to be written, as bytes: as strings they would live long enough to be moved through the whole heap, thousands of them a second. */

/** A few hundred lines. */
const CHUNK = 64 * 1024;
/** UTF-8 takes no more for one unit of a string. */
const MOST_PER_UNIT = 3;

export class LineBytes {
  #full: Buffer[] = [];
  #chunk: Buffer | undefined;
  #used = 0;
  #before = 0;

  /** Bytes that wait. */
  get size(): number {
    return this.#before + this.#used;
  }

  /** One line, and its end. */
  add(line: string): void {
    const most = line.length * MOST_PER_UNIT + 1;
    if (this.#chunk !== undefined && this.#chunk.length - this.#used < most) this.#close();
    this.#chunk ??= Buffer.allocUnsafeSlow(Math.max(CHUNK, most));
    this.#used += this.#chunk.write(line, this.#used);
    this.#chunk[this.#used++] = 0x0a;
  }

  /** All of them; the caller's from here on. */
  take(): readonly Buffer[] {
    this.#close();
    const full = this.#full;
    this.#full = [];
    this.#before = 0;
    return full;
  }

  #close(): void {
    if (this.#chunk === undefined || this.#used === 0) return;
    this.#full.push(this.#chunk.subarray(0, this.#used));
    this.#before += this.#used;
    this.#chunk = undefined;
    this.#used = 0;
  }
}
