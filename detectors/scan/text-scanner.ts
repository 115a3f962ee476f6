/** The scanner over a text that comes in pieces of any size: the same findings and the same masked text for every way of cutting it. */
import { CONTEXT, type Detector, type Finding } from '../contract.js';
import { detectorSet, scanUnits, type DetectorSet } from './scan-units.js';
import { stars } from './mask.js';

export class TextScanner {
  readonly #set: DetectorSet;
  readonly #masks: (finding: Finding) => boolean;
  #units = new Uint16Array(0);
  /** Units already handed out, in the whole text. */
  #base = 0;
  /** Units of #units that are context: already settled and handed out. */
  #context = 0;
  /** Set once text hid digits beyond any reach. */
  malformed = false;

  constructor(detectors: readonly Detector[], masks: (finding: Finding) => boolean = () => false) {
    this.#set = detectorSet(detectors);
    this.#masks = masks;
  }

  /** Takes more text; returns what is settled now: findings with offsets in the whole text, and the settled text, masked. */
  push(text: string, last: boolean): { readonly findings: Finding[]; readonly text: string } {
    const units = new Uint16Array(this.#units.length + text.length);
    units.set(this.#units);
    for (let i = 0; i < text.length; i++) units[this.#units.length + i] = text.charCodeAt(i);
    const origin = this.#base - this.#context;
    const finding = (match: { detector: Detector; start: number; end: number; confidence: number; reasons: readonly string[]; tags: readonly string[] }): Finding => ({
      detector: match.detector.id,
      start: origin + match.start,
      end: origin + match.end,
      confidence: match.confidence,
      reasons: match.reasons,
      tags: match.tags,
    });
    const scanned = scanUnits({ units, length: units.length, last }, this.#context, this.#set, (match) =>
      this.#masks(finding(match)) ? stars(match, units, match.detector.keep) : undefined,
    );
    this.malformed ||= scanned.malformed;
    const next = last ? units.length : scanned.next;
    let settled = '';
    for (let at = this.#context; at < next; at++) settled += String.fromCharCode(units[at] ?? 0);
    const keepFrom = Math.max(0, next - CONTEXT);
    this.#units = units.slice(keepFrom);
    this.#base = origin + next;
    this.#context = next - keepFrom;
    return { findings: scanned.matches.map(finding), text: settled };
  }
}
