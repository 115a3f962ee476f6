/** The books of one body: its parts, their receipts, what could not be read, and the limits that keep all of it small. */
import type { ChildBytes, ChildPart, ChildSink, Finding, LeafFactory, PartReceipt, Receipt, Unscannable, UnscannableReason } from '../ports.js';

/** Nested containers deeper than this hide more than they carry; mail forwarded ten times with attachments stays below. */
export const MAX_DEPTH = 16;
/** Parts of one body: far above any form or mail, far below what would take seconds to open. */
export const MAX_PARTS = 1000;
/** Receipt lines kept one by one; the rest are counted together. */
export const RECEIPT_LINES = 200;

/** Parts that were not read are listed one by one up to here; further ones are counted with the last of their reason. */
const UNREAD_LISTED = 1000;
/** Containers put aside for one body, or one member: a mail has tens of attachments; each takes a spool, and its turn in a process. */
export const MAX_CHILDREN = 250;
/** What a container is that nobody opened. */
const UNOPENED: UnscannableReason = 'unsupported';
const NO_BYTES: readonly ChildBytes[] = [];
const NO_CHILDREN: readonly ChildPart[] = [];

/** Reads the bytes of one part, in order. Returns the settled wire offset. */
export interface PartReader {
  write(bytes: Uint8Array, at: number, last: boolean): number;
}

/** What is said of one part: `count` adds bytes, `fail` says that the part was not (wholly) read. */
export interface PartLine {
  count(bytes: number): void;
  fail(reason: UnscannableReason, detail: string): void;
}

/** A part whose bytes are put aside and opened after the last of them. */
export interface Deferred {
  readonly child: number;
  /** Copies what it is given. */
  write(bytes: Uint8Array, last: boolean): void;
}

export interface TreeOptions {
  /** Containers are put aside to be opened later; without it nobody opens them. */
  readonly defers?: boolean;
  /** Counts parts over several trees: those of the members of one container. */
  readonly budget?: { parts: number };
}

interface Line {
  readonly part: string;
  readonly chain: readonly string[];
  readonly inside: string | undefined;
  readonly bytes: number;
  readonly scanned: number | undefined;
  readonly reason: UnscannableReason | undefined;
}

interface OpenProblem extends Unscannable {
  bytes: number;
}

interface Child {
  readonly about: ChildPart;
  readonly line: PartLine;
  bytes: number;
  /** Somebody has asked for its sink and answers for it. */
  taken: boolean;
}

interface Sum {
  scanned: number;
  unscanned: number;
}

class OpenLine implements Line, PartLine {
  bytes = 0;
  readonly scanned = undefined;
  reason: UnscannableReason | undefined = undefined;
  /** Where its bytes are summed, if it is not kept itself. */
  fold: Sum | undefined = undefined;
  #problem: OpenProblem | undefined = undefined;

  constructor(
    readonly part: string,
    readonly chain: readonly string[],
    readonly inside: string | undefined,
    private readonly unscannable: OpenProblem[],
  ) {}

  count(bytes: number): void {
    this.bytes += bytes;
    if (this.#problem) this.#problem.bytes += bytes;
    if (this.fold) this.fold[this.#problem ? 'unscanned' : 'scanned'] += bytes;
  }

  fail(reason: UnscannableReason, detail: string): void {
    if (this.#problem) return;
    const { fold } = this;
    this.reason = reason;
    // A part that fails midway counts as unread from its first byte: less would depend on how it was cut.
    this.#problem = { part: this.part, reason, detail, bytes: this.bytes };
    this.unscannable.push(this.#problem);
    if (fold) {
      fold.scanned -= this.bytes;
      fold.unscanned += this.bytes;
    }
  }
}

/** What is not there is left out, and no object is made twice: receipts are made for every exchange. */
function lineOf(part: string, chain: readonly string[], scanned: number, unscanned: number, reason: UnscannableReason | undefined, inside: string | undefined): PartReceipt {
  if (reason === undefined) return inside === undefined ? { part, chain, scanned, unscanned } : { part, chain, scanned, unscanned, inside };
  return inside === undefined ? { part, chain, scanned, unscanned, reason } : { part, chain, scanned, unscanned, reason, inside };
}

export class PartTree {
  readonly defers: boolean;
  readonly #lines: Line[] = [];
  #folded: { count: number; readonly wire: Sum; readonly inside: Sum } | undefined;
  readonly #unscannable: OpenProblem[] = [];
  readonly #children: Child[] = [];
  readonly #budget: { parts: number };
  #aside: ChildBytes[] = [];

  constructor(
    readonly leaf: LeafFactory,
    options: TreeOptions = {},
  ) {
    this.defers = options.defers ?? false;
    this.#budget = options.budget ?? { parts: 0 };
  }

  /** False when the body has too many parts. */
  admit(): boolean {
    return ++this.#budget.parts <= MAX_PARTS;
  }

  /** Opens a line of the receipt. `inside`: the part with a transform or container around this one. */
  line(part: string, chain: readonly string[], inside?: string): PartLine {
    const line = new OpenLine(part, chain, inside, this.#unscannable);
    line.fold = this.#keep(line);
    return line;
  }

  /** Where the bytes of this line are summed, if it is not kept itself. */
  #keep(line: Line): Sum | undefined {
    if (this.#lines.length < RECEIPT_LINES) {
      this.#lines.push(line);
      return undefined;
    }
    this.#folded ??= { count: 0, wire: { scanned: 0, unscanned: 0 }, inside: { scanned: 0, unscanned: 0 } };
    this.#folded.count++;
    return line.inside === undefined ? this.#folded.wire : this.#folded.inside;
  }

  /** False when as many were put aside as may be opened. */
  get hasRoom(): boolean {
    return this.#children.length < MAX_CHILDREN;
  }

  /** Puts a part aside; `line` is its line in the receipt. */
  defer(about: Omit<ChildPart, 'child'>, line: PartLine): Deferred {
    const child: Child = { about: { ...about, child: this.#children.length }, line, bytes: 0, taken: false };
    this.#children.push(child);
    return {
      child: child.about.child,
      write: (bytes, last) => {
        child.bytes += bytes.length;
        if (bytes.length > 0 || last) this.#aside.push({ child: child.about.child, bytes: bytes.slice(), last });
      },
    };
  }

  /** What was put aside since the last call. */
  takeChildBytes(): readonly ChildBytes[] {
    if (this.#aside.length === 0) return NO_BYTES;
    const taken = this.#aside;
    this.#aside = [];
    return taken;
  }

  get children(): readonly ChildPart[] {
    return this.#children.length === 0 ? NO_CHILDREN : this.#children.map(({ about }) => about);
  }

  /** `found` is given what was found in it. */
  childSink(child: number, found: (finding: Finding) => void): ChildSink {
    const own = this.#children[child];
    if (own === undefined) throw new RangeError('no such child');
    own.taken = true;
    return {
      found,
      unscannable: (one) => {
        if (one.part === own.about.part) own.line.fail(one.reason, one.detail);
        else this.#report(one);
      },
      line: ({ part, chain, scanned, unscanned, reason, inside }) => {
        const line: Line = { part, chain, inside: inside ?? own.about.part, bytes: scanned + unscanned, scanned, reason };
        const fold = this.#keep(line);
        if (fold === undefined) return;
        fold.scanned += scanned;
        fold.unscanned += unscanned;
      },
    };
  }

  /** However many parts a child reports, each reason is on record and the list stays short. */
  #report(one: Unscannable): void {
    const before = this.#unscannable.length < UNREAD_LISTED ? undefined : this.#unscannable.findLast(({ reason }) => reason === one.reason);
    if (before === undefined) this.#unscannable.push({ ...one });
    else before.bytes += one.bytes;
  }

  get unscannable(): readonly Unscannable[] {
    if (this.#children.length === 0) return this.#unscannable;
    const unopened = this.#children.filter(({ taken }) => !taken);
    return unopened.length === 0
      ? this.#unscannable
      : [...this.#unscannable, ...unopened.map(({ about, bytes }): Unscannable => ({ part: about.part, reason: UNOPENED, bytes, detail: about.format }))];
  }

  /** `detectors`: their version. */
  receipt(detectors = ''): Receipt {
    const unopened = this.#children.length === 0 ? undefined : new Set(this.#children.filter(({ taken }) => !taken).map(({ about }) => about.part));
    const folded = this.#folded;
    const wire = { scanned: folded?.wire.scanned ?? 0, unscanned: folded?.wire.unscanned ?? 0 };
    const inner = { scanned: folded?.inside.scanned ?? 0, unscanned: folded?.inside.unscanned ?? 0 };
    const parts: PartReceipt[] = [];
    for (const line of this.#lines) {
      const { part, chain, inside, bytes } = line;
      const reason = line.reason ?? (unopened?.has(part) === true ? UNOPENED : undefined);
      const scanned = line.scanned ?? (reason === undefined ? bytes : 0);
      const sum = inside === undefined ? wire : inner;
      sum.scanned += scanned;
      sum.unscanned += bytes - scanned;
      const unscanned = bytes - scanned;
      parts.push(lineOf(part, chain, scanned, unscanned, reason, inside));
    }
    const size = wire.scanned + wire.unscanned;
    const more = folded?.count ?? 0;
    return inner.scanned + inner.unscanned > 0
      ? { size, scanned: wire.scanned, unscanned: wire.unscanned, parts, more, inside: inner, detectors, policy: '' }
      : { size, scanned: wire.scanned, unscanned: wire.unscanned, parts, more, detectors, policy: '' };
  }
}
