/** One text of a part, from its first byte: what a page shows of it is kept, with its masks, and what stands in front is passed over. */
import type { Finding, MaskEdit, View } from '../ports.js';
import { jsonIndent, type JsonIndent } from './json-indent.js';
import type { LeafEar } from './leaf-tap.js';
import { PAGE_BYTES } from './page.js';

/** Read beyond the page, so that a finding at its end is wholly in sight. */
export const BEYOND = 4 * 1024;
/** Enough of a part to tell its charset and whether it is JSON. */
const SAMPLE = 4 * 1024;
/** More than a number has, however it is written. */
const LEAD = 512;
/** Findings of one page: no text that people read has more. */
export const FOUND_MOST = 4_000;

export class TextWindow {
  readonly #bytes = Buffer.alloc(LEAD + PAGE_BYTES + BEYOND);
  /** Place of the window's first byte. All places count from the text's first byte. */
  readonly #from: number;
  #sample = Buffer.alloc(0);
  #start = -1;
  #size = 0;
  #judged = 0;
  #running = false;
  #followed: JsonIndent | undefined;
  readonly #found: Finding[] = [];
  /** With the places of its leaf, for each of those: what is told outside is made from it. */
  readonly #origins: Finding[] = [];
  malformed = false;

  constructor(
    readonly shown: string,
    readonly views: readonly View[],
    private readonly offset: number,
    private readonly isJson: (sample: Uint8Array) => boolean,
  ) {
    this.#from = Math.max(0, offset - LEAD);
  }

  get size(): number {
    return this.#size;
  }
  get sample(): Uint8Array {
    return this.#sample;
  }
  /** All that the page may show is judged. */
  get isFull(): boolean {
    return this.#judged >= this.offset + PAGE_BYTES + BEYOND;
  }
  get lead(): Uint8Array {
    return this.#bytes.subarray(0, Math.max(0, Math.min(this.#size, this.offset) - this.#from));
  }
  get page(): Uint8Array {
    return this.#bytes.subarray(this.offset - this.#from, Math.max(this.offset, Math.min(this.#size, this.#end)) - this.#from);
  }
  get found(): readonly { readonly own: Finding; readonly origin: Finding }[] {
    return this.#found.flatMap((own, at) => {
      const origin = this.#origins[at];
      return origin === undefined ? [] : [{ own, origin }];
    });
  }
  get json(): JsonIndent | undefined {
    return this.#followed;
  }
  get #end(): number {
    return this.#from + this.#bytes.length;
  }

  /** For the leaf that begins the text, and for one that goes on where the one before has ended. Undefined for a second reading. */
  ear(): LeafEar | undefined {
    if (this.#running) return undefined;
    this.#running = true;
    let isOurs: boolean | undefined;
    return {
      bytes: (bytes, at, last) => {
        if (this.#start < 0) this.#start = at;
        isOurs ??= at === this.#start + this.#size;
        if (!isOurs) return;
        this.#take(bytes);
        if (last) this.#running = false;
      },
      found: (finding) => {
        if (isOurs !== true || this.#found.length >= FOUND_MOST) return;
        const own = { ...finding, start: finding.start - this.#start, end: finding.end - this.#start };
        if (own.end <= this.#from || own.start >= this.#end) return;
        this.#found.push(own);
        this.#origins.push(finding);
      },
      mask: (edit) => {
        if (isOurs === true) this.#mask(edit);
      },
      judged: (to, last, malformed) => {
        if (isOurs !== true) return;
        this.#judged = last ? this.#size : Math.max(this.#judged, to - this.#start);
        this.malformed ||= malformed;
      },
    };
  }

  #take(bytes: Uint8Array): void {
    if (this.#sample.length < SAMPLE) this.#sample = Buffer.concat([this.#sample, bytes.subarray(0, SAMPLE - this.#sample.length)]);
    const at = this.#size;
    this.#size += bytes.length;
    if (at < this.offset && (this.#followed !== undefined || this.isJson(this.#sample))) (this.#followed ??= jsonIndent()).skip(bytes.subarray(0, this.offset - at));
    const from = Math.max(at, this.#from);
    const to = Math.min(this.#size, this.#end);
    if (from < to) this.#bytes.set(bytes.subarray(from - at, to - at), from - this.#from);
  }

  #mask({ at, bytes }: MaskEdit): void {
    const place = at - this.#start;
    const from = Math.max(place, this.#from);
    const to = Math.min(place + bytes.length, this.#end);
    if (from < to) this.#bytes.set(bytes.subarray(from - place, to - place), from - this.#from);
  }
}
