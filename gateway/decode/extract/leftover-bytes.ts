/** Bytes of a document that no reader of its format takes: scanned all the same, as they stand and as UTF-16 within them. */
import type { Member } from './contract.js';
import { rawMember, textMember } from './raw-text.js';
import { wideBytes } from './wide-text.js';

export type Bytes = () => Promise<Uint8Array>;

/** Indices of members, counted up. */
export interface Counter {
  next: number;
}

/** Ends a stretch of text: what stands in two streams is no number. */
const BORDER = Buffer.from('\0\n');

export class Leftovers {
  readonly #parts: Bytes[] = [];

  add(bytes: Uint8Array | Bytes): void {
    if (typeof bytes === 'function') this.#parts.push(bytes);
    else if (bytes.length > 0) this.#parts.push(() => Promise.resolve(bytes));
  }

  async *#raw(): AsyncGenerator<Uint8Array> {
    for (const part of this.#parts) {
      yield await part();
      yield BORDER;
    }
  }
  async *#wide(): AsyncGenerator<Uint8Array> {
    for (const part of this.#parts) yield* wideBytes(await part());
  }

  *members(counter: Counter): Generator<Member> {
    if (this.#parts.length === 0) return;
    yield rawMember(counter.next++, 'rest', this.#raw());
    yield textMember(counter.next++, 'rest-utf16', this.#wide());
  }
}
