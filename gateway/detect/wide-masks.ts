/** Remembers the characters of which a mask made several: whoever reads the text again sees one unit in their place, as if it had not been cut. */
import type { Decoded } from '../ports.js';

export class WideMasks {
  /** Wire offsets and unit of each, in the order of the text. */
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #unit: number[] = [];

  get count(): number {
    return this.#from.length;
  }

  /** `unit` stands in the bytes [from, to). */
  add(from: number, to: number, unit: number): void {
    let index = this.#from.length;
    while (index > 0 && (this.#from[index - 1] ?? 0) > from) index--;
    const known = index > 0 && this.#from[index - 1] === from ? 1 : 0;
    this.#from.splice(index - known, known, from);
    this.#to.splice(index - known, known, to);
    this.#unit.splice(index - known, known, unit);
  }

  /** Takes over what another view of the same text has masked. */
  addAll(other: WideMasks): void {
    for (let i = 0; i < other.count; i++) this.add(other.#from[i] ?? 0, other.#to[i] ?? 0, other.#unit[i] ?? 0);
  }

  /** Nothing before `place` will be read again. */
  drop(place: number): void {
    const gone = this.#behind(place);
    for (const list of [this.#from, this.#to, this.#unit]) list.splice(0, gone);
  }

  /** Does one of them lie in [from, to), in part at least? */
  isIn(from: number, to: number): boolean {
    return (this.#from[this.#behind(from)] ?? Infinity) < to;
  }

  /** What was read from wire offset `base` on, with one unit for each of them; done in place. */
  joined(decoded: Decoded, base: number): Decoded {
    const { units, from, to, length } = decoded;
    let next = this.#behind(base);
    let size = 0;
    for (let at = 0; at < length; size++) {
      const first = from[at] ?? 0;
      const isOne = (this.#from[next] ?? Infinity) - base <= first;
      units[size] = (isOne ? this.#unit[next] : units[at]) ?? 0;
      from[size] = first;
      let end = to[at++] ?? 0;
      if (isOne) {
        const behind = (this.#to[next++] ?? 0) - base;
        for (; at < length && (from[at] ?? 0) < behind; at++) end = to[at] ?? 0;
      }
      to[size] = end;
    }
    return { ...decoded, length: size };
  }

  /** Index of the first that ends behind `place`. */
  #behind(place: number): number {
    let low = 0;
    let high = this.#to.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#to[middle] ?? 0) <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
