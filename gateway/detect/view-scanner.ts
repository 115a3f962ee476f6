/** Scans one view of a text that comes in chunks; its findings and masks are the same for every way of cutting it. */
import { CONTEXT } from '../../detectors/contract.js';
import { oneAndZeros, stars, type Keep } from '../../detectors/scan/mask.js';
import type { Match } from '../../detectors/scan/settle.js';
import { scanUnits, type DetectorSet, type Poke } from '../../detectors/scan/scan-units.js';
import type { Decoded, Edit, Finding, View } from '../ports.js';
import { followJson, isNumberToken, jsonStart, type JsonPosition } from './bare-numbers.js';
import { digitWindows } from './windows.js';

/** What a scan is made of, shared by all views of all leaves. */
export interface ScanSettings {
  readonly set: DetectorSet;
  /** Fewest digits that any detector takes; 0 when patterns make every byte interesting. */
  readonly least: number;
  keepOf(detector: string): Keep;
}

export interface Found {
  readonly finding: Finding;
  readonly edits: readonly Edit[];
}
export interface ViewProgress {
  /** Wire offset: everything before it is judged in this view. */
  readonly settled: number;
  readonly found: readonly Found[];
  readonly malformed: boolean;
}
export interface Judge {
  finding(match: Match, start: number, end: number): Finding;
  masks(finding: Finding): boolean;
}

/** Bytes to look back for the first byte of a UTF-8 character. */
const UTF8_TAIL = 3;

function alignUtf8(bytes: Uint8Array, at: number): number {
  let back = Math.max(0, at);
  for (let i = 0; i < UTF8_TAIL && back > 0 && ((bytes[back] ?? 0) & 0xc0) === 0x80; i++) back--;
  return back;
}

export class ViewScanner {
  #carry: Uint8Array = new Uint8Array(0);
  /** Wire offset of the first carried byte: always a unit's first byte. */
  #base = 0;
  /** Wire offset from which this view still has to judge. */
  #settled = 0;
  #json: JsonPosition;

  constructor(
    readonly view: View,
    private readonly settings: ScanSettings,
    private readonly judge: Judge,
    private readonly options: { readonly fill: '*' | '_'; readonly json: boolean; readonly start: number },
  ) {
    this.#base = this.#settled = options.start;
    this.#json = jsonStart(options.start);
  }

  /** `plain` is what the plain view made of the same bytes: it speaks for this view where nothing is escaped. */
  write(bytes: Uint8Array, last: boolean, plain?: ViewProgress): ViewProgress {
    const buffer = new Uint8Array(this.#carry.length + bytes.length);
    buffer.set(this.#carry);
    buffer.set(bytes, this.#carry.length);
    if (plain !== undefined && !this.#isTriggered(buffer)) {
      for (const { edits } of plain.found) for (const edit of edits) if (edit.at >= this.#base) buffer.set(edit.bytes, edit.at - this.#base);
      this.#settled = Math.max(this.#settled, plain.settled);
      this.#keep(buffer, alignUtf8(buffer, this.#settled - this.#base - CONTEXT * 4));
      return { settled: this.#settled, found: [], malformed: false };
    }
    const progress = plain === undefined && this.settings.least > 0 ? this.#scanWindows(buffer, last) : this.#scanAll(buffer, last);
    return progress;
  }

  #isTriggered(buffer: Uint8Array): boolean {
    return (this.view.trigger ?? []).some((byte) => buffer.includes(byte));
  }

  #keep(buffer: Uint8Array, from: number): void {
    if (this.options.json) this.#json = followJson(this.#json, buffer, this.#base, this.#settled);
    this.#carry = buffer.slice(from);
    this.#base += from;
  }

  #scanAll(buffer: Uint8Array, last: boolean): ViewProgress {
    const found: Found[] = [];
    const scanned = this.#scan(buffer, 0, buffer.length, this.#settled, last, found);
    this.#settled = scanned.settled;
    const context = Math.max(0, scanned.unit - CONTEXT);
    this.#keep(buffer, context < scanned.decoded.length ? (scanned.decoded.from[context] ?? 0) : scanned.decoded.consumed);
    return { settled: this.#settled, found, malformed: scanned.malformed };
  }

  #scanWindows(buffer: Uint8Array, last: boolean): ViewProgress {
    const found: Found[] = [];
    const margin = CONTEXT * 4;
    const { closed, open } = digitWindows(buffer, this.#settled - this.#base, this.settings.least);
    const windows = open >= 0 ? [...closed, open, buffer.length] : closed;
    let settled = this.#settled;
    let malformed = false;
    let undecided = false;
    for (let i = 0; i < windows.length && !undecided; i += 2) {
      const start = this.#base + (windows[i] ?? 0);
      const end = this.#base + (windows[i + 1] ?? 0);
      if (end <= settled) continue;
      const low = alignUtf8(buffer, Math.max(start, settled) - this.#base - margin);
      const high = Math.min(buffer.length, end - this.#base + margin);
      const scanned = this.#scan(buffer, low, high, Math.max(start, settled), last, found);
      settled = scanned.settled;
      malformed ||= scanned.malformed;
      undecided = settled < end;
    }
    this.#settled = undecided ? settled : Math.max(settled, this.#base + buffer.length);
    this.#keep(buffer, alignUtf8(buffer, this.#settled - this.#base - margin));
    return { settled: this.#settled, found, malformed };
  }

  /** Decodes and scans buffer[low..high) from wire offset `from`. */
  #scan(buffer: Uint8Array, low: number, high: number, from: number, last: boolean, found: Found[]): { settled: number; unit: number; decoded: Decoded; malformed: boolean } {
    const atEnd = last && high === buffer.length;
    const region = buffer.subarray(low, high);
    const decoded = this.view.decode(region, atEnd);
    const base = this.#base + low;
    let first = 0;
    let top = decoded.length;
    while (first < top) {
      const middle = (first + top) >> 1;
      if (base + (decoded.from[middle] ?? 0) < from) first = middle + 1;
      else top = middle;
    }
    let json = this.#json;
    const scanned = scanUnits({ units: decoded.units, length: decoded.length, last: atEnd }, first, this.settings.set, (match) => {
      const start = base + (decoded.from[match.start] ?? 0);
      const end = base + (decoded.to[match.end - 1] ?? 0);
      let bare = false;
      if (this.options.json && isNumberToken(buffer.subarray(start - this.#base, end - this.#base))) {
        json = followJson(json, buffer, this.#base, start);
        bare = json.state === 'outside' && json.at === start;
      }
      // A mask of its own, or a number that tells as little as one.
      if (bare && oneAndZeros(match).every(({ at, unit }) => decoded.units[at] === unit)) return undefined;
      const finding = this.judge.finding(match, start, end);
      if (!this.judge.masks(finding)) {
        found.push({ finding, edits: [] });
        return undefined;
      }
      const pokes = bare ? oneAndZeros(match) : stars(match, decoded.units, this.settings.keepOf(match.detector.id)).map((poke) => this.#filled(poke));
      for (const poke of pokes) this.view.poke(region, decoded.from[poke.at] ?? 0, decoded.to[poke.at] ?? 0, poke.unit);
      found.push({ finding, edits: editsOf(pokes, decoded, region, base) });
      return pokes;
    });
    const settled = scanned.next < decoded.length ? base + (decoded.from[scanned.next] ?? 0) : base + decoded.consumed;
    return { settled: Math.max(settled, from), unit: scanned.next, decoded, malformed: scanned.malformed || decoded.endless === true };
  }

  #filled(poke: Poke): Poke {
    return this.options.fill === '_' && poke.unit === 0x2a ? { at: poke.at, unit: 0x5f } : poke;
  }
}

/** The bytes of neighbouring pokes, joined. */
function editsOf(pokes: readonly Poke[], decoded: Decoded, region: Uint8Array, base: number): Edit[] {
  const edits: Edit[] = [];
  let from = -1;
  let to = -1;
  const flush = (): void => {
    if (from >= 0) edits.push({ at: base + from, bytes: region.slice(from, to) });
  };
  for (const poke of pokes) {
    const start = decoded.from[poke.at] ?? 0;
    if (start !== to) {
      flush();
      from = start;
    }
    to = decoded.to[poke.at] ?? 0;
  }
  flush();
  return edits;
}
