/** Which stretch of gathered text came from which bytes of the document, for as long as masks may still be written there. */

/** As it stands; as it stands, and never changed; the inside of a tag; a character reference; a number, changed as a whole; a character by its hexadecimal number; from nowhere. */
export const LINEAR = 0;
export const FIXED = 1;
export const TAG = 2;
export const REFERENCE = 3;
export const NUMBER = 4;
export const SYMBOL_CODE = 5;
export const SYNTHETIC = 6;

export interface Segment {
  kind: number;
  /** Offset and length in the text. */
  at: number;
  length: number;
  /** Place and size in the document; -1 for text from nowhere. */
  place: number;
  size: number;
  /** What stands there, for references, numbers and codes. */
  original: string | undefined;
}

export class Segments {
  #list: Segment[] = [];
  #first = 0;

  push(kind: number, at: number, length: number, place: number, size: number, original: string | undefined): void {
    const before = this.#first < this.#list.length ? this.#list[this.#list.length - 1] : undefined;
    if (before !== undefined && kind === LINEAR && before.kind === LINEAR && before.place + before.size === place && before.at + before.length === at) {
      before.length += length;
      before.size += size;
      return;
    }
    if (before?.kind === SYNTHETIC && kind === SYNTHETIC) {
      before.length += length;
      return;
    }
    this.#list.push({ kind, at, length, place, size, original });
  }

  /** Forgets what ends before `settled`; answers with the offset of the first one left. */
  drop(settled: number): number | undefined {
    while (this.#first < this.#list.length) {
      const one = this.#list[this.#first];
      if (one === undefined || one.at + one.length > settled) break;
      this.#first++;
    }
    if (this.#first * 2 > this.#list.length) {
      this.#list = this.#list.slice(this.#first);
      this.#first = 0;
    }
    const first = this.#list[this.#first];
    if (first === undefined) return undefined;
    const gone = settled - first.at;
    if (gone > 0 && first.kind < TAG) {
      first.at += gone;
      first.place += gone;
      first.length -= gone;
      first.size -= gone;
    }
    return first.at;
  }

  /** Where the first text at `settled` or behind it stands in the document; a tag, whose values may be changed as a whole, stands where it begins. */
  placeOf(settled: number): number | undefined {
    for (let i = this.#indexOf(settled); i < this.#list.length; i++) {
      const one = this.#list[i];
      if (one !== undefined && one.kind !== SYNTHETIC) return one.kind < TAG ? one.place + Math.max(0, settled - one.at) : one.place;
    }
    return undefined;
  }

  /** Calls back for every segment that has something of [from, to). */
  each(from: number, to: number, take: (segment: Segment) => void): void {
    for (let i = this.#indexOf(from); i < this.#list.length; i++) {
      const one = this.#list[i];
      if (one === undefined || one.at >= to) return;
      take(one);
    }
  }

  /** The first that ends behind `place`. */
  #indexOf(place: number): number {
    let low = this.#first;
    let high = this.#list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const one = this.#list[middle];
      if (one !== undefined && one.at + one.length <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
