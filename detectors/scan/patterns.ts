/** Finds where patterns match in a window, block by block: one pass per block for all of them, and single searches only where that pass says so. */
import { CONTEXT, type PatternDetector } from '../contract.js';
import type { Units } from './candidates.js';
import { plain } from './characters.js';
import type { PatternSet } from './pattern-set.js';
import type { Match } from './settle.js';

/** Units per pass: bounds what is built. The first block, and the first one behind a mask, looks no further than the next match often is. */
const FIRST_BLOCK = 256;
const BLOCK = 16_384;
/** A pass is given its bytes in steps of this many, filled up with line ends, so that the same few views serve every call. */
const STEP = 256;
const LINE_END = 0x0a;
/** Bytes that a UTF-16 unit can take. */
const WIDEST = 3;

/** Each unit as patterns see it. */
const PLAIN = Uint16Array.from({ length: 65_536 }, (_, unit) => plain(unit));

// One scan runs at a time: what a block is written into is never given to anyone.
let units = new Uint16Array(0);
let bytes = Buffer.alloc(0);
let views: (Buffer | undefined)[] = [];

function reserve(size: number): void {
  if (units.length >= size) return;
  units = new Uint16Array(size);
  bytes = Buffer.alloc(Math.ceil((size * WIDEST) / STEP) * STEP);
  views = [];
}

/** window[from..to) as UTF-8, in plain characters; half a pair stands as U+FFFD, as it does in a string that is handed to RE2. */
function encoded(window: Units, from: number, to: number): Buffer {
  const source = window.units;
  const out = bytes;
  let n = 0;
  for (let at = from; at < to; at++) {
    const raw = source[at] ?? 0;
    if (raw < 0x80) {
      out[n++] = raw;
      continue;
    }
    let unit = PLAIN[raw] ?? 0;
    if (unit >= 0xd800 && unit <= 0xdfff) {
      const low = at + 1 < to ? (source[at + 1] ?? 0) : 0;
      if (unit <= 0xdbff && low >= 0xdc00 && low <= 0xdfff) {
        const point = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        out[n++] = 0xf0 | (point >> 18);
        out[n++] = 0x80 | ((point >> 12) & 0x3f);
        out[n++] = 0x80 | ((point >> 6) & 0x3f);
        out[n++] = 0x80 | (point & 0x3f);
        at++;
        continue;
      }
      unit = 0xfffd;
    }
    if (unit < 0x80) {
      out[n++] = unit;
    } else if (unit < 0x800) {
      out[n++] = 0xc0 | (unit >> 6);
      out[n++] = 0x80 | (unit & 0x3f);
    } else {
      out[n++] = 0xe0 | (unit >> 12);
      out[n++] = 0x80 | ((unit >> 6) & 0x3f);
      out[n++] = 0x80 | (unit & 0x3f);
    }
  }
  const steps = Math.ceil(n / STEP);
  bytes.fill(LINE_END, n, steps * STEP);
  return (views[steps] ??= bytes.subarray(0, steps * STEP));
}

function decoded(window: Units, from: number, to: number): string {
  for (let at = from; at < to; at++) units[at - from] = PLAIN[window.units[at] ?? 0] ?? 0;
  return Buffer.from(units.buffer, 0, (to - from) * 2).toString('utf16le');
}

/** What one pattern has to offer in the block: where its next match begins, once asked; Infinity when there is none left. */
interface Hit {
  readonly detector: PatternDetector;
  next: ReturnType<PatternDetector['next']>;
  start: number;
}

/** The matches of all patterns in one window, in order; must be told when the window's text has changed. */
export class PatternSearch {
  /** In [known, until) all beginnings are known: there are none before `block`, and behind it those of `hits`. */
  #known = 0;
  #block = 0;
  #until = 0;
  #size = FIRST_BLOCK;
  #text = '';
  #left = 0;
  #hits: readonly Hit[] = [];

  constructor(
    private readonly window: Units,
    private readonly patterns: PatternSet,
  ) {}

  /** The mask has written: nothing that was found counts any more. */
  changed(): void {
    this.#known = this.#until = 0;
    this.#size = FIRST_BLOCK;
  }

  /** From here on a match may begin that needs more text to be seen. */
  unsureFrom(at: number): number {
    const { length, last } = this.window;
    return last ? length : Math.max(Math.min(at, length), length - this.patterns.margin);
  }

  /** Where the first match in [at, before) begins, as far as the text reaches. */
  earliest(at: number, before: number): number | undefined {
    let place = at;
    while (place < before) {
      if ((place < this.#known || place >= this.#until) && !this.#load(place)) return undefined;
      const start = this.#first(Math.max(place, this.#block));
      if (start < this.#until) return start < before ? start : undefined;
      place = this.#until;
    }
    return undefined;
  }

  /** The matches that begin at `begin`, which `earliest` has just named. */
  beginning(begin: number): Match[] {
    return this.#hits.flatMap(({ detector, next, start }) => {
      if (start !== begin || next === undefined) return [];
      const end = start + next.end - next.start;
      return {
        detector,
        start,
        end,
        confidence: next.confidence,
        reasons: next.reasons,
        tags: next.tags ?? [],
        places: Array.from({ length: end - start }, (_, i) => start + i),
        value: this.#text.slice(next.start, next.end),
      };
    });
  }

  /** Takes up the block that begins at `place`; false where nothing more can be decided. */
  #load(place: number): boolean {
    const { window, patterns } = this;
    const left = Math.max(0, place - CONTEXT);
    const right = Math.min(window.length, place + this.#size + patterns.margin);
    const until = right === window.length && window.last ? right : right - patterns.margin;
    if (until <= place) return false;
    reserve(CONTEXT + BLOCK + patterns.margin);
    const hits = patterns.within(encoded(window, left, right));
    this.#text = hits.length > 0 ? decoded(window, left, right) : '';
    this.#hits = hits.map((detector) => ({ detector, next: undefined, start: -1 }));
    // A block that does not continue what is known begins anew.
    if (place !== this.#until) this.#known = place;
    this.#left = left;
    this.#block = place;
    this.#until = until;
    this.#size = Math.min(BLOCK, this.#size * 4);
    return true;
  }

  /** The first beginning at or after `place` in the block. */
  #first(place: number): number {
    let first = Infinity;
    for (const hit of this.#hits) {
      if (hit.start < place) {
        hit.next = hit.detector.next(this.#text, place - this.#left);
        hit.start = hit.next === undefined ? Infinity : this.#left + hit.next.start;
      }
      if (hit.start < first) first = hit.start;
    }
    return first;
  }
}
