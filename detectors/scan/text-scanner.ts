/** The scanner over a text that comes in pieces of any size: the same findings and the same masked text for every way of cutting it. */
import { CONTEXT, type Detector, type Finding } from '../contract.js';
import { UNSEEN_UNIT, standIn } from './characters.js';
import { detectorSet, scanUnits, type DetectorSet } from './scan-units.js';
import { writeStars } from './mask.js';
import { Table } from './table.js';

const isHigh = (unit: number | undefined): boolean => unit !== undefined && unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number | undefined): boolean => unit !== undefined && unit >= 0xdc00 && unit <= 0xdfff;

/** Digits beyond U+FFFF as one unit with nothing behind it, so that places stay what they are. */
function standInPairs(units: Uint16Array): void {
  for (let at = 0; at + 1 < units.length; at++) {
    const high = units[at] ?? 0;
    const low = units[at + 1] ?? 0;
    if (!isHigh(high) || !isLow(low)) continue;
    const stand = standIn(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
    if (stand !== undefined) units.set([stand, UNSEEN_UNIT], at);
  }
}

export class TextScanner {
  readonly #set: DetectorSet;
  readonly #masks: (finding: Finding) => boolean;
  #units = new Uint16Array(0);
  /** The same as it came. */
  #raw = new Uint16Array(0);
  /** Units already handed out, in the whole text. */
  #base = 0;
  /** Units of #units that are context: already settled and handed out. */
  #context = 0;
  /** Units of #units up to which masks have been written. */
  #covered = 0;
  readonly #table = new Table(0, (units) => String.fromCharCode(...units));
  /** Set once text hid digits beyond any reach. */
  malformed = false;

  constructor(detectors: readonly Detector[], masks: (finding: Finding) => boolean = () => false) {
    this.#set = detectorSet(detectors);
    this.#masks = masks;
  }

  /** Takes more text; returns what is settled now: findings with offsets in the whole text, and the settled text, masked. */
  push(text: string, last: boolean): { readonly findings: Finding[]; readonly text: string } {
    const kept = this.#units.length;
    const units = new Uint16Array(kept + text.length);
    const raw = new Uint16Array(kept + text.length);
    units.set(this.#units);
    raw.set(this.#raw);
    for (let i = 0; i < text.length; i++) units[kept + i] = raw[kept + i] = text.charCodeAt(i);
    standInPairs(units);
    const seen = raw.slice();
    standInPairs(seen);
    // The first half of a pair waits for the second.
    const length = !last && isHigh(units.at(-1)) ? units.length - 1 : units.length;
    const origin = this.#base - this.#context;
    const finding = (match: { detector: Detector; start: number; end: number; confidence: number; reasons: readonly string[]; tags: readonly string[] }): Finding => ({
      detector: match.detector.id,
      start: origin + match.start,
      end: origin + match.end + (isHigh(raw[match.end - 1]) && isLow(raw[match.end]) ? 1 : 0),
      confidence: match.confidence,
      reasons: match.reasons,
      tags: match.tags,
    });
    const table = this.#table;
    const cells = {
      cellAt: (start: number, end: number) => table.cellAt(units, origin, origin + start, origin + end),
      weigh: table.weigh.bind(table),
    };
    const scanned = scanUnits(
      { units, length, last, table: cells },
      this.#context,
      this.#set,
      (match) => this.#masks(finding(match)) && writeStars(match, units, match.detector.keep),
      this.#covered,
    );
    this.malformed ||= scanned.malformed;
    const next = last ? units.length : scanned.next;
    const masked = (at: number): boolean => units[at] !== seen[at];
    const shown = (at: number): number => (masked(at) ? units[at] : isHigh(raw[at - 1]) && masked(at - 1) ? units[at - 1] : raw[at]) ?? 0;
    let settled = '';
    for (let at = this.#context; at < next; at++) settled += String.fromCharCode(shown(at));
    const keepFrom = Math.max(0, next - CONTEXT);
    table.keep(units, origin, origin + keepFrom);
    this.#units = units.slice(keepFrom);
    this.#raw = raw.slice(keepFrom);
    this.#base = origin + next;
    this.#context = next - keepFrom;
    this.#covered = scanned.maskedUntil - keepFrom;
    return { findings: scanned.matches.map(finding), text: settled };
  }
}
