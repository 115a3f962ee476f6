/** What a walk through the structure of an image, a sound or a film tells: where people's words stand, what lies nested, and where it all ends. */
import type { PartSource } from '../../../ports.js';
import { ExtractError } from '../contract.js';

export interface Range {
  readonly from: number;
  to: number;
}

/** A photo has a few, a film some hundred; no honest file has more. */
const MOST_PIECES = 20_000;
/** Decoded words of one file taken together. */
const MOST_DECODED = 8 * 2 ** 20;

export class Layout {
  /** Words as they stand. */
  readonly words: Range[] = [];
  /** Words that had to be unpacked. */
  readonly decoded: string[] = [];
  /** Files of their own. */
  readonly nested: Range[] = [];
  #decoded = 0;

  constructor(readonly format: string) {}

  say(from: number, to: number): void {
    this.#push(this.words, from, to);
  }

  hold(from: number, to: number): void {
    this.#push(this.nested, from, to);
  }

  tell(text: string): void {
    this.#decoded += text.length;
    if (this.#decoded > MOST_DECODED) throw new ExtractError('too-large', this.format);
    this.decoded.push(text);
  }

  /** The file's structure says what cannot be. */
  wrong(): never {
    throw new ExtractError('malformed', this.format);
  }

  /** Holds, or the file is malformed. */
  must(holds: boolean): void {
    if (!holds) this.wrong();
  }

  #push(list: Range[], from: number, to: number): void {
    if (to <= from) return;
    const before = list.at(-1);
    if (list === this.words && before?.to === from) {
      before.to = to;
      return;
    }
    if (list.length >= MOST_PIECES) throw new ExtractError('too-many-parts', this.format);
    list.push({ from, to });
  }
}

/** Walks from the first byte and answers with where the file ends by its own account. Throws where it is not what it claims to be. */
export type Walk = (source: PartSource, layout: Layout) => Promise<number>;

/** What is left of [0, end) without `taken`, in order. */
export function gaps(taken: readonly Range[], end: number): Range[] {
  const left: Range[] = [];
  let at = 0;
  for (const { from, to } of [...taken].sort((a, b) => a.from - b.from)) {
    if (from > at) left.push({ from: at, to: Math.min(from, end) });
    at = Math.max(at, to);
  }
  if (at < end) left.push({ from: at, to: end });
  return left;
}

/** Numbers out of a source, each looked for where it must be. */
export async function view(source: PartSource, at: number, length: number, layout: Layout): Promise<DataView> {
  layout.must(at >= 0 && at + length <= source.size);
  const bytes = await source.read(at, length);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

export function latin1(seen: DataView, at: number, length: number): string {
  return Buffer.from(seen.buffer, seen.byteOffset + at, length).toString('latin1');
}
