/** Scans one view of a text that comes in chunks; its findings and masks are the same for every way of cutting it. */
import { CONTEXT } from '../../detectors/contract.js';
import { coveredFrom, coveredTo, isOneAndZeros, writeOneAndZeros, writeStars, type Keep } from '../../detectors/scan/mask.js';
import { Carry } from '../../detectors/scan/prefilter/carry.js';
import type { Prefilter } from '../../detectors/scan/prefilter/prefilter.js';
import type { Match } from '../../detectors/scan/settle.js';
import { scanUnits, type DetectorSet } from '../../detectors/scan/scan-units.js';
import { Table, type TableWindow, type Weighed } from '../../detectors/scan/table.js';
import { editsOf } from './edits.js';
import type { Decoded, Finding, MaskEdit, View } from '../ports.js';
import { followJson, followJsonIn, isNumberToken, type JsonPosition } from './bare-numbers.js';
import { isEscaped, type ViewLook } from './view-look.js';
import { WideMasks } from './wide-masks.js';
import { Windows, type WindowFinder } from './windows.js';

/** What a scan is made of, shared by all views of all leaves. */
export interface ScanSettings {
  readonly set: DetectorSet;
  /** Fewest digits that any detector takes; 0 when patterns make every byte interesting. */
  readonly least: number;
  /** Where `least` is not 0: who else names stretches to be looked at. Views whose escapes none of them reads are then looked at whole. */
  readonly finders?: readonly WindowFinder[];
  keepOf(detector: string): Keep;
}

export interface Found {
  readonly finding: Finding;
  readonly edits: readonly MaskEdit[];
  /** Index of the view that found it. */
  readonly view: number;
}
/** One for each scanner, written anew by every call. */
export interface ViewProgress {
  /** Wire offset: everything before it is judged in this view. */
  settled: number;
  found: readonly Found[];
  malformed: boolean;
  /** Wire offset of a unit's first byte with a whole context between it and `settled`: what is carried over begins there. */
  kept: number;
  /** Its masks that are wider than a unit, from `kept` on. */
  readonly wide: WideMasks;
  /** Which rows of a table it has found numbers in. */
  readonly weighed: ReadonlyMap<string, Weighed>;
}
export interface Judge {
  finding(match: Match, start: number, end: number): Finding;
  masks(finding: Finding): boolean;
}

const NOTHING: readonly Found[] = [];
const NO_EDITS: readonly MaskEdit[] = [];
/** Bytes behind a window that are decoded with it: a context of UTF-8. What needs more asks for more. */
const MARGIN = CONTEXT * 4;
/** Carried over without growing: the context and one number with its escapes. */
const USUAL_CARRY = 1024;
/** Most units that a mask makes of one: a byte escape for each byte of a character. */
const WIDEST_MASK = 4;
const windows = new Windows();

export class ViewScanner {
  readonly view: View;
  readonly #carry = new Carry(USUAL_CARRY);
  /** One of the bytes carried over may be the start of an escape. */
  #triggered = false;
  /** Wire offset of the first carried byte: always a unit's first byte. */
  #base = 0;
  /** Wire offset from which this view still has to judge. */
  #settled = 0;
  /** Wire offset up to which masks were written. */
  #covered = 0;
  #json: readonly JsonPosition[];
  readonly #table: Table;
  readonly #wide = new WideMasks();
  readonly #progress: ViewProgress;

  constructor(
    private readonly look: ViewLook,
    private readonly index: number,
    private readonly settings: ScanSettings,
    private readonly judge: Judge,
    private readonly options: { readonly fill: '*' | '_'; /** None where numbers cannot be bare. */ readonly json: readonly JsonPosition[]; readonly start: number },
    private readonly filter: Prefilter,
  ) {
    const { view } = look;
    this.view = view;
    this.#base = this.#settled = this.#covered = options.start;
    this.#json = options.json;
    this.#table = new Table(options.start, (header) => new TextDecoder(view.charset).decode(Uint8Array.from(header)), filter);
    this.#progress = { settled: 0, found: NOTHING, malformed: false, kept: 0, wide: this.#wide, weighed: this.#table.weighed };
  }

  /** Does an escape of this view stand in what was carried over, or in the chunk, of which `seen` are the bits? */
  isTriggered(seen: number, chunk: Uint8Array): boolean {
    return this.#triggered || this.view.trigger === undefined || isEscaped(this.look, seen, chunk);
  }

  /** Scans the chunk that the filter holds. */
  scan(last: boolean): ViewProgress {
    this.filter.prepend(this.#carry);
    this.#table.forgetWeighed();
    const { reading, finders } = this.look;
    if (reading !== undefined) this.#scanWindows(last, reading, finders);
    else {
      if (this.view.trigger === undefined) this.filter.survey();
      this.#scanAll(last);
    }
    return this.#progress;
  }

  /** The plain view speaks for this one where nothing is escaped; its masks stand in the chunk already. */
  follow(plain: ViewProgress): ViewProgress {
    this.filter.prepend(this.#carry);
    if (plain.found.length > 0) {
      this.filter.touch();
      const { text } = this.filter;
      const chunk = this.#base + this.#carry.length;
      for (const { edits } of plain.found) for (const edit of edits) if (edit.at >= this.#base && edit.at < chunk) text.set(edit.bytes, edit.at - this.#base);
    }
    if (plain.wide.count > 0) this.#wide.addAll(plain.wide);
    if (plain.weighed.size > 0) this.#table.believe(plain.weighed);
    this.#settled = Math.max(this.#settled, plain.settled);
    this.#keep(Math.max(0, plain.kept - this.#base), false);
    return this.#report(NOTHING, false);
  }

  #report(found: readonly Found[], malformed: boolean): ViewProgress {
    this.#progress.settled = this.#settled;
    this.#progress.found = found;
    this.#progress.malformed = malformed;
    this.#progress.kept = this.#base;
    return this.#progress;
  }

  /** Carries over what lies from `from` on. */
  #keep(from: number, triggered: boolean): void {
    const { filter } = this;
    if (this.#json.length > 0) this.#json = this.#json.map((one) => followJsonIn(filter, one, this.#base, this.#settled));
    if (this.#table.possible) this.#table.keep(filter.text, this.#base, this.#base + from, filter.mark);
    filter.keep(from, this.#carry);
    this.#base += from;
    if (this.#wide.count > 0) this.#wide.drop(this.#base);
    this.#triggered = false;
    if (!triggered) return;
    for (const byte of this.view.trigger ?? []) this.#triggered ||= this.#carry.includes(byte);
  }

  #scanAll(last: boolean): void {
    const buffer = this.filter.text;
    const found: Found[] = [];
    const scanned = this.#scan(buffer, 0, buffer.length, this.#settled, last, found);
    this.#settled = scanned.settled;
    const context = Math.max(0, scanned.unit - CONTEXT);
    if (!last) this.#keep(context < scanned.decoded.length ? (scanned.decoded.from[context] ?? 0) : scanned.decoded.consumed, this.view.trigger !== undefined);
    this.#report(found, scanned.malformed);
  }

  #scanWindows(last: boolean, reading: NonNullable<View['reading']>, finders: readonly WindowFinder[]): void {
    const { filter } = this;
    const escaped = reading.json === true || reading.percent === true || reading.markup !== undefined;
    // Only what was read from its first escape on tells where units begin.
    // The plain view finds what lies far from any escape; a table's cells are weighed with all those above them.
    const near = this.view.trigger !== undefined && !this.#table.possible;
    windows.look(filter, this.settings.set, reading, finders, escaped ? 0 : this.#settled - this.#base, last, near);
    const { length } = filter;
    let malformed = filter.endless;
    let found = NOTHING;
    let undecided = false;
    if (windows.count > 0) {
      const all: Found[] = [];
      found = all;
      const buffer = filter.text;
      for (let i = 0; i < windows.count && !undecided; i++) {
        const start = this.#base + windows.start(i);
        let end = this.#base + windows.end(i);
        if (end <= this.#settled) continue;
        // The mask of what is open in front of its end may complete a number in it: then more is read than the window.
        let from = Math.max(start, this.#settled);
        for (let margin = MARGIN; ; margin *= 2) {
          const low = this.#contextBefore(from - this.#base);
          const high = Math.min(length, end - this.#base + margin);
          const before = all.length;
          const scanned = this.#scan(buffer, low, high, from, last, all, windows.open < windows.end(i) ? undefined : end);
          from = this.#settled = Math.max(from, scanned.settled);
          malformed ||= scanned.malformed;
          // What was masked may have completed a number behind it.
          for (let match = before; match < all.length; match++) end = Math.max(end, all[match]?.finding.end ?? 0);
          if (this.#settled >= end || high === length) break;
        }
        undecided = this.#settled < end;
      }
    }
    if (!undecided) this.#settled = Math.max(this.#settled, this.#base + windows.open);
    // Behind the last chunk nothing is read again.
    if (!last) this.#keep(this.#contextBefore(this.#settled - this.#base), escaped);
    this.#report(found, malformed);
  }

  /** A unit's first byte with a whole context between it and `at`. The filter takes each star of a mask for a unit. */
  #contextBefore(at: number): number {
    let low = this.filter.contextBefore(at);
    if (this.#wide.count === 0 || !this.#wide.isIn(this.#base + low, this.#base + at)) return low;
    for (let more = 1; more < WIDEST_MASK; more++) low = this.filter.contextBefore(low);
    return low;
  }

  /** Decodes and scans buffer[low..high) from wire offset `from`; no number begins at `until` or behind it. */
  #scan(buffer: Uint8Array, low: number, high: number, from: number, last: boolean, found: Found[], until?: number): { settled: number; unit: number; decoded: Decoded; malformed: boolean } {
    const atEnd = last && high === buffer.length;
    const region = buffer.subarray(low, high);
    const base = this.#base + low;
    let decoded = this.view.decode(region, atEnd);
    if (this.#wide.count > 0 && this.#wide.isIn(base, base + region.length)) decoded = this.#wide.joined(decoded, base);
    const first = unitAt(decoded, from - base);
    let json = this.#json;
    const covered = unitAt(decoded, this.#covered - base);
    const { units } = decoded;
    const fill = this.options.fill.charCodeAt(0);
    const mask = (match: Match): boolean => {
      const start = base + (decoded.from[match.start] ?? 0);
      const end = base + (decoded.to[match.end - 1] ?? 0);
      let bare = false;
      if (json.length > 0 && isNumberToken(buffer, start - this.#base, end - this.#base)) {
        // What was masked is looked at again, from further back.
        if (json.some(({ at }) => at > start)) json = this.#json;
        json = json.map((one) => followJson(one, buffer, this.#base, start));
        bare = json.some(({ state, at }) => state === 'outside' && at === start);
      }
      // A mask of its own, or a number that tells as little as one.
      if (bare && isOneAndZeros(match, units)) return false;
      const finding = this.judge.finding(match, start, end);
      if (!this.judge.masks(finding)) {
        found.push({ finding, edits: NO_EDITS, view: this.index });
        return false;
      }
      const keep = this.settings.keepOf(match.detector.id);
      const changed = bare ? writeOneAndZeros(match, units) : writeStars(match, units, keep, fill);
      const { places } = match;
      const first = bare ? 0 : coveredFrom(places.length, keep);
      const behind = bare ? places.length : coveredTo(places.length, keep);
      for (let index = first; index < behind; index++) {
        const at = places[index] ?? 0;
        this.#poke(region, decoded.from[at] ?? 0, decoded.to[at] ?? 0, units[at] ?? 0, base);
      }
      this.filter.touch();
      found.push({ finding, edits: editsOf(places, first, behind, decoded, region, base, finding), view: this.index });
      return changed;
    };
    const table: TableWindow | undefined = this.#table.possible
      ? {
          cellAt: (start, end) => this.#table.cellAt(buffer, this.#base, base + (decoded.from[start] ?? 0), base + (decoded.to[end - 1] ?? 0)),
          weigh: (cell, detector, verified) => this.#table.weigh(cell, detector, verified),
        }
      : undefined;
    const scanned = scanUnits({ units: decoded.units, length: decoded.length, last: atEnd, table }, first, this.settings.set, mask, covered, until === undefined ? decoded.length : unitAt(decoded, until - base));
    if (scanned.maskedUntil > 0) this.#covered = Math.max(this.#covered, base + (decoded.to[scanned.maskedUntil - 1] ?? 0));
    const settled = scanned.next < decoded.length ? base + (decoded.from[scanned.next] ?? 0) : base + decoded.consumed;
    return { settled: Math.max(settled, from), unit: scanned.next, decoded, malformed: scanned.malformed || decoded.endless === true };
  }

  #poke(region: Uint8Array, from: number, to: number, unit: number, base: number): void {
    // One byte stands for one unit in no other way than as itself.
    if (to - from === 1 && unit < 0x80) region[from] = unit;
    else {
      this.view.poke(region, from, to, unit);
      // A character of the same width is one unit again; stars for its bytes are several.
      if (to - from > 1 && (region[from] ?? 0) < 0x80) this.#wide.add(base + from, base + to, unit);
    }
  }
}

/** The first unit that begins at `place` or behind it. */
function unitAt(decoded: Decoded, place: number): number {
  let first = 0;
  let top = decoded.length;
  while (first < top) {
    const middle = (first + top) >> 1;
    if ((decoded.from[middle] ?? 0) < place) first = middle + 1;
    else top = middle;
  }
  return first;
}
