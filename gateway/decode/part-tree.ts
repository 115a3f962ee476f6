/** The books of one body: its parts, their receipts, what could not be read, and the limits that keep all of it small. */
import type { LeafFactory, LeafSink, PartReceipt, Receipt, Unscannable, UnscannableReason } from '../ports.js';

/** Nested containers deeper than this hide more than they carry; mail forwarded ten times with attachments stays below. */
export const MAX_DEPTH = 16;
/** Parts of one body: far above any form or mail, far below what would take seconds to open. */
export const MAX_PARTS = 1000;
/** Receipt lines kept one by one; the rest are counted together. */
export const RECEIPT_LINES = 200;

/** Reads the bytes of one part, in order. Returns the settled wire offset. */
export interface PartReader {
  write(bytes: Uint8Array, at: number, last: boolean): number;
}

interface Line {
  readonly part: string;
  readonly chain: readonly string[];
  bytes: number;
  reason?: UnscannableReason;
}

interface OpenProblem extends Unscannable {
  bytes: number;
}

export class PartTree {
  readonly #lines: Line[] = [];
  readonly #folded = { count: 0, scanned: 0, unscanned: 0 };
  readonly #unscannable: OpenProblem[] = [];
  #parts = 0;

  constructor(
    readonly sink: LeafSink,
    readonly leaf: LeafFactory,
  ) {}

  /** False when the body has too many parts. */
  admit(): boolean {
    return ++this.#parts <= MAX_PARTS;
  }

  /** Opens a line of the receipt; `count` adds bytes, `fail` says that this part was not (wholly) read. */
  line(part: string, chain: readonly string[]): { count(bytes: number): void; fail(reason: UnscannableReason, detail: string): void } {
    const line: Line = { part, chain, bytes: 0 };
    if (this.#lines.length < RECEIPT_LINES) this.#lines.push(line);
    else this.#folded.count++;
    const folded = !this.#lines.includes(line);
    let problem: OpenProblem | undefined;
    return {
      count: (bytes) => {
        line.bytes += bytes;
        if (problem) problem.bytes += bytes;
        if (folded) this.#folded[problem ? 'unscanned' : 'scanned'] += bytes;
      },
      fail: (reason, detail) => {
        if (problem) return;
        line.reason = reason;
        // A part that fails midway counts as unread from its first byte: less would depend on how it was cut.
        problem = { part, reason, detail, bytes: line.bytes };
        this.#unscannable.push(problem);
        if (folded) {
          this.#folded.scanned -= line.bytes;
          this.#folded.unscanned += line.bytes;
        }
      },
    };
  }

  get unscannable(): readonly Unscannable[] {
    return this.#unscannable;
  }

  receipt(): Omit<Receipt, 'detectors' | 'policy'> {
    const parts: PartReceipt[] = this.#lines.map(({ part, chain, bytes, reason }) => ({
      part,
      chain,
      scanned: reason === undefined ? bytes : 0,
      unscanned: reason === undefined ? 0 : bytes,
      ...(reason === undefined ? {} : { reason }),
    }));
    const scanned = parts.reduce((sum, one) => sum + one.scanned, this.#folded.scanned);
    const unscanned = parts.reduce((sum, one) => sum + one.unscanned, this.#folded.unscanned);
    return { size: scanned + unscanned, scanned, unscanned, parts, more: this.#folded.count };
  }
}
