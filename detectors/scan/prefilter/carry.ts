/** Bytes carried over from one chunk to the next: they end where the room for them ends, so that they are copied in words and nothing is made for it. */

const WORD = 4;
const NO_WORDS = new Int32Array(0);
const NO_BYTES = new Uint8Array(0);

export class Carry {
  /** The last `length` of these. */
  bytes: Uint8Array = NO_BYTES;
  words: Int32Array = NO_WORDS;
  length = 0;

  /** Room for so many bytes at first, once there is one: most texts are whole in one chunk. */
  constructor(private readonly room: number) {}

  /** Takes memory[from..end). */
  keep(memory: Uint8Array, words: Int32Array, from: number, end: number): void {
    this.length = end - from;
    if (this.length === 0) return;
    if (this.length > this.bytes.length) {
      this.words = new Int32Array(Math.ceil(Math.max(this.room, this.length * 2) / WORD));
      this.bytes = new Uint8Array(this.words.buffer);
    }
    const shift = this.bytes.length - end;
    if (end % WORD === 0) for (let at = Math.floor(from / WORD), to = at + shift / WORD; at < end / WORD; at++, to++) this.words[to] = words[at] ?? 0;
    else for (let at = from; at < end; at++) this.bytes[at + shift] = memory[at] ?? 0;
  }

  /** Writes them into memory, so that they end at `end`: a whole number of words, with room for one word more in front. */
  give(words: Int32Array, end: number): void {
    const first = Math.floor((this.bytes.length - this.length) / WORD);
    for (let at = this.words.length - 1, to = end / WORD - 1; at >= first; at--, to--) words[to] = this.words[at] ?? 0;
  }

  includes(byte: number): boolean {
    return this.bytes.indexOf(byte, this.bytes.length - this.length) >= 0;
  }
}
