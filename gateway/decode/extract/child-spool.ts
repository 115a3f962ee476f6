/** Keeps bytes while a file is opened: in this process's memory up to a bound for all of them, beyond it wherever the caller keeps them. */
import type { Spool } from '../../ports.js';

/** Where bytes go that are too many for here: appended, and read by place. */
export interface Overflow {
  append(bytes: Uint8Array): Promise<void>;
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface ChildSpools {
  create(): Spool;
}

/** Pieces of memory; a spool of many tiny writes is put together in these. */
const PIECE = 64 * 1024;

export function childSpools({ memory, overflow }: { readonly memory: number; readonly overflow: () => Overflow }): ChildSpools {
  const budget = { left: memory };
  return { create: () => new ChildSpool(budget, overflow) };
}

/** The first bytes in memory, what comes after the bound in the overflow. */
class ChildSpool implements Spool {
  readonly #kept: Buffer[] = [];
  /** Bytes in memory; all but the last of `#kept` are full. */
  #inside = 0;
  #outside = 0;
  #overflow: Overflow | undefined;
  #closed = false;

  constructor(
    private readonly budget: { left: number },
    private readonly makeOverflow: () => Overflow,
  ) {}

  get size(): number {
    return this.#inside + this.#outside;
  }

  async write(chunk: Uint8Array): Promise<void> {
    let at = 0;
    while (at < chunk.length && this.#overflow === undefined) {
      const into = this.#inside % PIECE;
      if (into === 0) {
        if (this.budget.left < PIECE) {
          this.#overflow = this.makeOverflow();
          break;
        }
        this.budget.left -= PIECE;
        this.#kept.push(Buffer.allocUnsafeSlow(PIECE));
      }
      const piece = chunk.subarray(at, at + PIECE - into);
      this.#kept.at(-1)?.set(piece, into);
      this.#inside += piece.length;
      at += piece.length;
    }
    if (at < chunk.length && this.#overflow !== undefined) {
      this.#outside += chunk.length - at;
      await this.#overflow.append(chunk.subarray(at));
    }
  }

  /** Within the size: whoever asks for more gets less. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const to = Math.min(this.size, offset + length);
    const pieces: Uint8Array[] = [];
    let at = offset;
    while (at < Math.min(to, this.#inside)) {
      const from = at % PIECE;
      const piece = this.#kept[Math.floor(at / PIECE)]?.subarray(from, Math.min(PIECE, from + Math.min(to, this.#inside) - at));
      if (piece === undefined) throw new RangeError('a closed spool');
      pieces.push(piece);
      at += piece.length;
    }
    if (at < to && this.#overflow !== undefined) pieces.push(await this.#overflow.read(at - this.#inside, to - at));
    return Buffer.concat(pieces);
  }

  async *stream(offset = 0): AsyncGenerator<Uint8Array> {
    for (let at = offset; at < this.size; at += PIECE) yield this.read(at, PIECE);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.budget.left += this.#kept.length * PIECE;
    this.#kept.length = 0;
    await this.#overflow?.close();
  }
}
