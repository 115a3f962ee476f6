/** The stretches of a text that have to be decoded: those where the prefilter sees a number, and those that other finders name. */
import type { Prefilter, Reading } from '../../detectors/scan/prefilter/prefilter.js';
import type { DetectorSet } from '../../detectors/scan/scan-units.js';

/** Names further stretches of raw text, for detectors that do not look for numbers (patterns with literals, for example). */
export interface WindowFinder {
  /** The only kind of escapes that it reads; views with others are looked at whole. */
  readonly reading: 'plain' | 'json';
  /**
   * Calls `add(start, end)` for every stretch of `text` in which a match may begin: every place in it where a match can begin is
   * inside. Answers with the place from which on a match may begin that needs more text; `text.length` when none may.
   */
  find(text: Uint8Array, from: number, last: boolean, add: (start: number, end: number) => void): number;
}

/** Pairs of places, in order and apart; used again for every chunk. */
export class Windows {
  #places = new Int32Array(64);
  count = 0;
  /** From here on more text is needed to tell. */
  open = 0;

  start(index: number): number {
    return this.#places[index * 2] ?? 0;
  }
  end(index: number): number {
    return this.#places[index * 2 + 1] ?? 0;
  }

  /** Looks at what `filter` holds, from `from` on; with `near` at what lies near to escapes, where finders do not look at all of it. */
  look(filter: Prefilter, set: DetectorSet, reading: Reading, finders: readonly WindowFinder[], from: number, last: boolean, near = false): void {
    const found = filter.scan(set, reading, from, last, near && finders.length === 0);
    this.count = 0;
    for (let i = 0; i < found; i++) this.#add(filter.windowStart(i), filter.windowEnd(i));
    const { open, length } = filter;
    this.open = open < 0 ? length : open;
    if (finders.length === 0) return;
    const { text } = filter;
    for (const finder of finders) this.open = Math.min(this.open, finder.find(text, from, last, (start, end) => this.#add(start, end)));
    this.#sort();
    // What one of them has not judged yet, the windows of another must not pass over.
    while (this.count > 0 && this.start(this.count - 1) >= this.open) this.count--;
  }

  #add(start: number, end: number): void {
    if (this.count * 2 >= this.#places.length) {
      const more = new Int32Array(this.#places.length * 2);
      more.set(this.#places);
      this.#places = more;
    }
    this.#places[this.count * 2] = start;
    this.#places[this.count * 2 + 1] = end;
    this.count++;
  }

  #sort(): void {
    const pairs = Array.from({ length: this.count }, (_, i) => [this.start(i), this.end(i)] as const).sort((a, b) => a[0] - b[0]);
    this.count = 0;
    for (const [start, end] of pairs) {
      const before = this.count - 1;
      if (before >= 0 && start <= this.end(before)) this.#places[before * 2 + 1] = Math.max(end, this.end(before));
      else this.#add(start, end);
    }
  }
}
