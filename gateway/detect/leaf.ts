/** One stretch of text in all its views: every view counts, and what two of them find in the same bytes is one finding (HC 2). */
import type { Finding, Leaf, LeafFactory, LeafOptions, LeafSink, UnscannableReason, View } from '../ports.js';
import { absence } from './absence.js';
import { JSON_OUTSIDE, jsonStarts } from './bare-numbers.js';
import { findingOf, fingerprinter, type Fingerprint } from './finding.js';
import { LONGEST_CHUNK, prefilter, type Prefilter } from '../../detectors/scan/prefilter/prefilter.js';
import { viewLooks, type ViewLook } from './view-look.js';
import { ViewScanner, type Found, type Judge, type ScanSettings, type ViewProgress } from './view-scanner.js';

function inTextOrder(a: Found, b: Found): number {
  return (
    a.finding.start - b.finding.start ||
    a.finding.end - b.finding.end ||
    (a.finding.detector < b.finding.detector ? -1 : a.finding.detector > b.finding.detector ? 1 : 0) ||
    b.finding.confidence - a.finding.confidence ||
    a.view - b.view
  );
}

function isSame(a: Finding, b: Finding): boolean {
  return a.start === b.start && a.end === b.end && a.detector === b.detector;
}

/** One view alone finds in order, nearly always: then nothing has to be moved. */
function isInOrder(found: readonly Found[]): boolean {
  for (let i = 1; i < found.length; i++) {
    const before = found[i - 1];
    const one = found[i];
    if (before !== undefined && one !== undefined && inTextOrder(before, one) > 0) return false;
  }
  return true;
}

/** Runs that are told of one piece: as many as one that is taken at once can hold. */
const MOST_PLACES = 4096;

class TextLeaf implements Leaf {
  problem: UnscannableReason | undefined;
  readonly dense: { readonly places: number[]; rest: number } = { places: [], rest: 0 };
  #scanners: ViewScanner[] | undefined;
  #pending: Found[] = [];

  constructor(
    private readonly options: LeafOptions,
    private readonly sink: LeafSink,
    private readonly settings: ScanSettings,
    private readonly fingerprint: Fingerprint,
    private readonly filter: Prefilter,
    /** The bit by which the filter tells of a NUL. */
    private readonly nul: number,
    /** Nothing is found in words without a digit. */
    private readonly wordless: boolean,
    private readonly lookOf: (view: View) => ViewLook,
  ) {}

  write(bytes: Uint8Array, at: number, last: boolean): number {
    this.dense.places.length = 0;
    this.dense.rest = 0;
    if (bytes.length <= LONGEST_CHUNK) return this.#writeChunk(bytes, at, last);
    let settled = at;
    for (let from = 0; from < bytes.length; from += LONGEST_CHUNK) {
      const to = Math.min(bytes.length, from + LONGEST_CHUNK);
      settled = this.#writeChunk(bytes.subarray(from, to), at + from, last && to === bytes.length);
    }
    return settled;
  }

  #writeChunk(bytes: Uint8Array, at: number, last: boolean): number {
    const scanners = (this.#scanners ??= this.#begin(at));
    const { filter } = this;
    filter.load(bytes);
    this.#lookForSigns(bytes.length);
    const plain = scanners[0];
    if (plain === undefined) return at + bytes.length;
    const progress = this.#take(plain.scan(last));
    const seen = filter.seen;
    // Text has no NUL; bytes that do are another encoding or no text at all, and their digits would go unseen.
    if ((seen & this.nul) !== 0) this.problem = 'malformed';
    let settled = progress.settled;
    let triggered = false;
    for (let view = 1; view < scanners.length; view++) {
      const scanner = scanners[view];
      if (scanner === undefined) continue;
      if (scanner.isTriggered(seen, bytes)) triggered = true;
      else if (!last) settled = Math.min(settled, this.#take(scanner.follow(progress)).settled);
    }
    // Each of the others sees the chunk as it came.
    let masked = triggered && progress.found.length > 0;
    for (let view = 1; triggered && view < scanners.length; view++) {
      const scanner = scanners[view];
      if (scanner?.isTriggered(seen, bytes) !== true) continue;
      if (masked) filter.load(bytes);
      const own = this.#take(scanner.scan(last));
      masked = own.found.length > 0;
      settled = Math.min(settled, own.settled);
    }
    if (last) settled = at + bytes.length;
    if (this.#pending.length > 0) this.#flush(settled);
    return settled;
  }

  /** Before anything is masked in the filter's memory. */
  #lookForSigns(length: number): void {
    const { dense, filter } = this;
    const { places } = dense;
    const start = dense.rest;
    if (places.length > MOST_PLACES) return;
    // A run may lie over the border of two pieces.
    if (start > 0) places.push(start);
    for (let at = filter.nextSigns(0, this.wordless); at < length; at = filter.nextSigns(filter.signsEnd, this.wordless)) {
      places.push(start + at);
      if (places.length > MOST_PLACES) {
        dense.rest = start + at;
        return;
      }
    }
    dense.rest = start + length;
  }

  #take(progress: ViewProgress): ViewProgress {
    for (const found of progress.found) this.#pending.push(found);
    // Scanning goes on: what is found must not depend on where the bytes were cut.
    if (progress.malformed) this.problem = 'malformed';
    return progress;
  }

  #begin(start: number): ViewScanner[] {
    const { part, views, fill, json } = this.options;
    const judge: Judge = {
      finding: (match, from, to) => findingOf(match, part, from, to, this.fingerprint, this.settings.keepOf(match.detector.id)),
      masks: (finding) => this.sink.masks(finding),
    };
    const positions = json ? jsonStarts(start, views) : [];
    return views.map((view, index) => new ViewScanner(this.lookOf(view), index, this.settings, judge, { fill, json: positions, start }, this.filter));
  }

  #flush(settled: number): void {
    const pending = this.#pending;
    if (!isInOrder(pending)) pending.sort(inTextOrder);
    let count = 0;
    let before: Finding | undefined;
    for (const { finding, edits } of pending) {
      if (finding.start >= settled) break;
      count++;
      if (before === undefined || !isSame(before, finding)) this.sink.found(finding);
      before = finding;
      for (const edit of edits) this.sink.edit(edit);
    }
    if (count === pending.length) this.#pending = [];
    else if (count > 0) this.#pending = pending.slice(count);
  }
}

/** Leaves that scan with `settings`; `key` makes the fingerprints. */
export function leafFactory(settings: ScanSettings, key: Uint8Array): LeafFactory {
  const filter = prefilter();
  filter.setJsonOutside(JSON_OUTSIDE);
  const nul = filter.bitOf(0);
  const fingerprint = fingerprinter(key);
  const wordless = settings.least > 0 && settings.set.patterns === undefined && (settings.finders ?? []).length === 0;
  const lookOf = viewLooks(settings, filter);
  return Object.assign((options: LeafOptions, sink: LeafSink): Leaf => new TextLeaf(options, sink, settings, fingerprint, filter, nul, wordless, lookOf), {
    holdsNothing: absence({ settings, filter, lookOf, nul, wordless }),
  });
}
