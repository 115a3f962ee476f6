/** The prefilter of all scans: one memory, into which a chunk is copied once, and the windows in it that have to be looked at (HC 11, 12). */
import { MAX_GAP, MAX_IGNORED } from '../candidates.js';
import { CONTEXT } from '../../contract.js';
import type { DetectorSet } from '../scan-units.js';
import type { LineFollower, LinePosition } from '../table.js';
import type { Carry } from './carry.js';
import { instantiate, type Module } from './load.js';
import { MOST_COUNT, bitOf, fillCharacters, fillJsonOutside, fillMarkup, fillPairs, shapeTables, type Markup, type Pairs } from './tables.js';

/** How the text is to be read: what a view says of itself. */
export interface Reading {
  readonly percent?: boolean;
  /** With `percent`: a plus is itself, not a space. */
  readonly plusStays?: boolean;
  readonly json?: boolean;
  readonly markup?: Markup;
  /** Not UTF-8, but this charset; percent escapes are not read with it. */
  readonly pairs?: Pairs;
}

/** Longest chunk that is taken at once. */
export const LONGEST_CHUNK = 65_536;
/** Room in front of a chunk for what is carried over; grows when a candidate reaches further. */
const ROOM = 65_536;
/** What the scan may write or read behind the text. */
const SLACK = 128;
/** What is carried over is written in whole words. */
const CARRY_SLACK = 4;
/** Bytes of UTF-8 per unit at most. */
const WIDEST = 4;
const PAGE = 65_536;
/** As in memory.as. */
const PAIRS = 8;
const PLUS_STAYS = 16;
/** One kind of escapes, each of which begins with a sign of its own: a plus that is a space is one that nobody would look for. */
const NEAR_MODES: ReadonlySet<number> = new Set([2, 4, 1 | PLUS_STAYS]);

export class Prefilter implements LineFollower {
  readonly #module: Module;
  /** All of the memory. */
  #memory: Uint8Array;
  #words: Int32Array;
  readonly #windows: number;
  readonly #escapes: number;
  readonly #text: number;
  /** Where the chunk lies; what is carried over ends there. */
  #chunk: number;
  #start: number;
  #end: number;
  #set: DetectorSet | undefined;
  #markup: Markup | undefined;
  #pairs: Pairs | undefined;
  /** The last scan was of such a charset. */
  #inPairs = false;
  readonly #marks: number;
  readonly #lines: number;
  readonly #shapes = new WeakMap<DetectorSet, ReturnType<typeof shapeTables>>();

  /** Lies in memory as it came, and nobody has looked at it yet. */
  #loaded: Uint8Array | undefined;
  /** Chunks loaded so far. */
  #chunks = 0;
  /** The last one that was swept. */
  #swept = -1;
  /** The last answer of `followJson`. */
  private readonly json = { chunk: -1, start: 0, end: 0, before: 0, behind: 0 };

  constructor() {
    this.#module = instantiate();
    fillCharacters(this.#module);
    this.#windows = this.#module.address('WINDOWS') >> 2;
    this.#escapes = this.#module.address('ESCAPES') >> 2;
    this.#marks = this.#module.address('MARKS') >> 2;
    this.#lines = this.#module.address('LINES') >> 2;
    this.#text = this.#module.address('TEXT');
    this.#start = this.#end = this.#chunk = this.#text + ROOM;
    this.#memory = new Uint8Array(this.#module.memory.buffer);
    this.#words = new Int32Array(this.#module.memory.buffer);
  }

  /** False for detectors that take longer numbers than the tables hold: their text has to be looked at whole. */
  static serves(set: DetectorSet): boolean {
    return set.most <= MOST_COUNT;
  }

  /** The bit in `seen` for a byte; 0 when there is none. */
  bitOf(byte: number): number {
    return bitOf(this.#module, byte);
  }

  /** Copies a chunk of at most LONGEST_CHUNK bytes in. */
  load(bytes: Uint8Array): void {
    const isThere = this.#loaded === bytes;
    this.#loaded = undefined;
    if (isThere) return;
    this.#chunks++;
    this.#memory.set(bytes, this.#chunk);
    this.#end = this.#chunk + bytes.length;
    this.#start = this.#chunk;
  }

  /** May a line of these bytes begin with `begin ` or `=ybegin `, or stands `BEGIN PGP` in them, with `armour`? They are most often scanned next: then they are there already. */
  holdsBegin(bytes: Uint8Array, armour = false): boolean {
    if (bytes.length > LONGEST_CHUNK) {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      return text.includes('begin ') || (armour && text.includes('BEGIN PGP'));
    }
    this.load(bytes);
    this.#loaded = bytes;
    this.#sweep();
    return this.#module.holdsBegin(armour ? 1 : 0) !== 0;
  }

  /** One pass for `holdsBegin` and `nextSigns`, however often they are asked of a text. */
  #sweep(): void {
    if (this.#swept === this.#chunks) return;
    this.#swept = this.#chunks;
    this.#module.sweep(this.#chunk, this.#end);
  }

  /** Another number whenever the text is another. */
  get mark(): number {
    return this.#chunks;
  }

  /** Told when the text is written to: what was known of it is to be asked again. */
  touch(): void {
    this.#loaded = undefined;
    this.#chunks++;
  }

  /** Puts what was carried over in front of the chunk. */
  prepend(carry: Carry): void {
    if (carry.length + CARRY_SLACK > this.#chunk - this.#text) this.#grow(carry.length);
    this.#start = this.#chunk - carry.length;
    carry.give(this.#words, this.#chunk);
  }

  #grow(room: number): void {
    const chunk = this.#memory.slice(this.#chunk, this.#end);
    this.#chunk = this.#text + Math.ceil(room / PAGE) * PAGE * 2;
    const wanted = this.#chunk + LONGEST_CHUNK + SLACK;
    const missing = wanted - this.#memory.length;
    if (missing > 0) this.#module.memory.grow(Math.ceil(missing / PAGE));
    this.#memory = new Uint8Array(this.#module.memory.buffer);
    this.#words = new Int32Array(this.#module.memory.buffer);
    this.#memory.set(chunk, this.#chunk);
    this.#end = this.#chunk + chunk.length;
  }

  /** Bytes carried over and chunk together. */
  get length(): number {
    return this.#end - this.#start;
  }
  /** What was carried over and the chunk; good until the next `load` or `prepend`. */
  get text(): Uint8Array {
    return this.#memory.subarray(this.#start, this.#end);
  }
  byteAt(at: number): number {
    return this.#memory[this.#start + at] ?? 0;
  }
  /** Carries over what lies from `from` on. */
  keep(from: number, carry: Carry): void {
    carry.keep(this.#memory, this.#words, this.#start + from, this.#end);
  }

  /**
   * Looks at the text from `from` on, a unit's first byte; answers with the number of windows. Where the plain view speaks for what lies far
   * from any escape (`near`), only what is found near to one is told.
   */
  scan(set: DetectorSet, reading: Reading, from: number, last: boolean, near = false): number {
    if (this.#set !== set) this.#use(set);
    if (reading.markup !== undefined && reading.markup !== this.#markup) fillMarkup(this.#module, (this.#markup = reading.markup));
    const mode = (reading.percent === true ? 1 : 0) | (reading.json === true ? 2 : 0) | (reading.markup === undefined ? 0 : 4) | (reading.plusStays === true ? PLUS_STAYS : 0);
    this.#inPairs = reading.pairs !== undefined;
    if (reading.pairs === undefined) {
      return near && NEAR_MODES.has(mode) ? this.#module.scanNear(this.#start + from, this.#end, mode, last ? 1 : 0) : this.#module.scan(this.#start + from, this.#end, mode, last ? 1 : 0);
    }
    if (reading.pairs !== this.#pairs) fillPairs(this.#module, (this.#pairs = reading.pairs));
    this.survey();
    return this.#module.scanPairs(this.#start + from, this.#end, mode | PAIRS, last ? 1 : 0);
  }

  #use(set: DetectorSet): void {
    let tables = this.#shapes.get(set);
    if (tables === undefined) this.#shapes.set(set, (tables = shapeTables(this.#module, set)));
    this.#memory.set(tables.bytes, this.#module.address('LENGTHS'));
    this.#module.configure(tables.least, set.most, MAX_GAP, MAX_IGNORED);
    this.#set = set;
  }

  windowStart(index: number): number {
    return (this.#words[this.#windows + index * 2] ?? 0) - this.#start;
  }
  windowEnd(index: number): number {
    return (this.#words[this.#windows + index * 2 + 1] ?? 0) - this.#start;
  }
  /** Where a candidate may begin that the next bytes complete; -1 when none does. */
  get open(): number {
    const at = this.#module.openFrom();
    return at === 0 ? -1 : at - this.#start;
  }
  /** Bytes that may stand outside the strings of a JSON text: 1 for each. */
  setJsonOutside(table: Uint8Array): void {
    fillJsonOutside(this.#module, table);
  }
  /** The number of a JSON state behind `to`, from that at `from`; bytes beyond ASCII before `mark` are no reason to doubt. */
  followJson(from: number, to: number, state: number, mark: number): number {
    const start = this.#start + from;
    const end = Math.min(this.#start + to, this.#end);
    // All views of a text ask for the same of the same chunk, nearly always.
    const { json } = this;
    if (json.chunk === this.#chunks && json.start === start && json.end === end && json.before === state) return json.behind;
    const behind = this.#module.followJson(start, end, state, Math.max(0, this.#start + mark));
    json.chunk = this.#chunks;
    json.start = start;
    json.end = end;
    json.before = state;
    json.behind = behind;
    return behind;
  }

  skipLines(now: LinePosition, base: number, stop: number, delimiter: number, between: number, longest: number): void {
    const words = this.#words;
    const lines = this.#lines;
    const shift = this.#start - base;
    words[lines] = now.at + shift;
    words[lines + 1] = now.line + shift;
    words[lines + 2] = now.row;
    words[lines + 3] = now.bare;
    words[lines + 4] = now.blank ? 1 : 0;
    words[lines + 5] = now.parted ? 1 : 0;
    this.#module.skipLines(stop + shift, delimiter, between, longest);
    now.at = (words[lines] ?? 0) - shift;
    now.line = (words[lines + 1] ?? 0) - shift;
    now.row = words[lines + 2] ?? 0;
    now.bare = words[lines + 3] ?? 0;
    now.blank = words[lines + 4] === 1;
    now.parted = words[lines + 5] === 1;
    now.ended = words[lines + 6] === 1;
  }

  /** The first run of signs from `from` on that may be a string of base64 with something in it; the chunk's length for none. `wordless`: words without a digit are nothing. Ask before the chunk is scanned. */
  nextSigns(from: number, wordless: boolean): number {
    this.#sweep();
    return this.#module.nextSigns(this.#chunk + from, this.#end, this.#chunk, wordless ? 1 : 0) - this.#chunk;
  }
  /** Behind the run that was last told. */
  get signsEnd(): number {
    return this.#module.signsEnd() - this.#chunk;
  }

  /** What `seen` tells, without a scan. */
  survey(): void {
    this.#module.survey(this.#start, this.#end);
  }
  /** Bits of the bytes seen in the last scan; that of the percent sign where one begins an escape. */
  get seen(): number {
    return this.#module.seen();
  }
  /** An escape was longer than anyone writes one. */
  get endless(): boolean {
    return this.#module.endless() !== 0;
  }

  /** A unit's first byte with a whole context between it and `at`, or the first byte of all. Escapes before `at` must have been scanned. */
  contextBefore(at: number): number {
    let units = 0;
    let place = this.#start + at;
    let index = this.#before(this.#escapes, 2, this.#module.escapes(), place);
    for (;;) {
      const floor = index < 0 ? this.#start : (this.#words[this.#escapes + index * 2 + 1] ?? 0);
      const plain = place - floor;
      if (units + Math.floor(plain / WIDEST) >= CONTEXT || index < 0) return this.#aligned(Math.max(floor, place - (CONTEXT - units) * WIDEST), floor);
      units += Math.floor(plain / WIDEST) + 1;
      place = this.#words[this.#escapes + index * 2] ?? 0;
      if (units >= CONTEXT) return place - this.#start;
      index--;
    }
  }

  #aligned(place: number, floor: number): number {
    if (this.#inPairs) return this.#alignedPairs(place, floor);
    let at = place;
    for (let i = 1; i < WIDEST && at > floor && ((this.#memory[at] ?? 0) & 0xc0) === 0x80; i++) at--;
    return at - this.#start;
  }

  /** A character's first byte at `place` or before it, where only what stands before tells: one that the scan remembers, or one that is sure. */
  #alignedPairs(place: number, floor: number): number {
    const mark = this.#before(this.#marks, 1, this.#module.marks(), place + 1);
    const marked = mark < 0 ? floor : Math.max(floor, this.#words[this.#marks + mark] ?? 0);
    let at = place;
    while (at > marked && !this.#isSure(at)) at--;
    return at - this.#start;
  }

  /** Whatever stands before: seconds and fourths follow a lead, thirds are beyond ASCII and follow a digit. */
  #isSure(at: number): boolean {
    const before = this.#memory[at - 1] ?? 0;
    return before <= 0x80 && ((this.#memory[at] ?? 0) < 0x80 || before < 0x30 || before > 0x39);
  }

  /** Index of the last of `count` entries of `size` words that lies before `place`; -1 for none. */
  #before(list: number, size: number, count: number, place: number): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#words[list + middle * size] ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

let shared: Prefilter | undefined;

/** Scans never wait for anything, so one prefilter serves all of them. */
export function prefilter(): Prefilter {
  return (shared ??= new Prefilter());
}
