/** One stretch of text in all its views: every view counts, and what two of them find in the same bytes is one finding (HC 2). */
import type { Finding, Leaf, LeafFactory, LeafOptions, LeafSink, UnscannableReason } from '../ports.js';
import { findingOf } from './finding.js';
import { ViewScanner, type Found, type Judge, type ScanSettings } from './view-scanner.js';

interface Pending extends Found {
  readonly view: number;
}

function inTextOrder(a: Pending, b: Pending): number {
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

class TextLeaf implements Leaf {
  problem: UnscannableReason | undefined;
  #scanners: ViewScanner[] | undefined;
  #pending: Pending[] = [];

  constructor(
    private readonly options: LeafOptions,
    private readonly sink: LeafSink,
    private readonly settings: ScanSettings,
    private readonly key: Uint8Array,
  ) {}

  write(bytes: Uint8Array, at: number, last: boolean): number {
    const end = at + bytes.length;
    // Text has no NUL; bytes that do are another encoding or no text at all, and their digits would go unseen.
    if (bytes.includes(0)) this.problem = 'malformed';
    const scanners = (this.#scanners ??= this.#begin(at));
    let settled = Infinity;
    let plain: ReturnType<ViewScanner['write']> | undefined;
    for (const [view, scanner] of scanners.entries()) {
      const progress = scanner.write(bytes, last, plain);
      plain ??= progress;
      for (const found of progress.found) this.#pending.push({ ...found, view });
      settled = Math.min(settled, progress.settled);
      // Scanning goes on: what is found must not depend on where the bytes were cut.
      if (progress.malformed) this.problem = 'malformed';
    }
    if (last) settled = end;
    this.#flush(settled);
    return settled;
  }

  #begin(start: number): ViewScanner[] {
    const { part, views, fill, json } = this.options;
    const judge: Judge = {
      finding: (match, from, to) => findingOf(match, { part, start: from, end: to, maskable: true }, this.key, this.settings.keepOf(match.detector.id)),
      masks: (finding) => this.sink.masks(finding),
    };
    return views.map((view) => new ViewScanner(view, this.settings, judge, { fill, json, start }));
  }

  #flush(settled: number): void {
    const ready = this.#pending.filter(({ finding }) => finding.start < settled).sort(inTextOrder);
    if (ready.length === 0) return;
    this.#pending = this.#pending.filter(({ finding }) => finding.start >= settled);
    let before: Finding | undefined;
    for (const { finding, edits } of ready) {
      if (before === undefined || !isSame(before, finding)) this.sink.found(finding);
      before = finding;
      for (const edit of edits) this.sink.edit({ ...edit, finding });
    }
  }
}

/** Leaves that scan with `settings`; `key` makes the fingerprints. */
export function leafFactory(settings: ScanSettings, key: Uint8Array): LeafFactory {
  return (options, sink) => new TextLeaf(options, sink, settings, key);
}
