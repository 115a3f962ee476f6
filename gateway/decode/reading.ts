/** Reads one run of bytes to its end: the body in the gateway, and each member of a container in the process that opens it. */
import type { ChildRange, Finding, MaskEdit } from '../ports.js';
import { editQueue } from './edit-queue.js';
import { readerFor, type PartContext } from './part-readers.js';
import type { PartReader, PartTree } from './part-tree.js';
import { PREFIX_LENGTH, recognise, type Declared, type Syntax } from './syntax.js';

export interface ReadingOptions {
  /** Receipt lines, unscannable reasons and put-aside bytes are taken from it. One tree for each reading that may fail by itself: members of one container share a `budget`. */
  readonly tree: PartTree;
  /** Path of these bytes: `body`, or for a member the container's path and the member's label. */
  readonly part: string;
  readonly depth: number;
  /** For a member: the path of its container. */
  readonly inside?: string | undefined;
  readonly declared: Declared;
  /** The first PREFIX_LENGTH bytes, or all there are. They are written as well. */
  readonly prefix: Uint8Array;
  /** What these bytes are, where that is known already. */
  readonly syntax?: Syntax | undefined;
  /** Reads in place of the one that `declared` and `prefix` choose. */
  readonly reader?: ((context: PartContext) => PartReader) | undefined;
  readonly masks: (finding: Finding) => boolean;
  readonly found: (finding: Finding) => void;
}

export interface PartProgress {
  /** Bytes before this are judged; all of `edits` lie before it, in the order in which they are applied. */
  readonly settled: number;
  readonly edits: readonly MaskEdit[];
}

export interface PartReading {
  /** Throws what a detector or decoder threw: the caller reports `failed` for the whole run and reads no further. */
  write(bytes: Uint8Array, last?: boolean): PartProgress;
  /** After the last byte, once. Not where `write` was told of it. */
  end(): PartProgress;
  readonly size: number;
  /** After `end`: where the children of `tree` lie in these bytes, in order of place. Ranges that overlap cannot be replaced. */
  readonly childRanges: readonly ChildRange[];
}

const NOTHING = new Uint8Array(0);
const NO_RANGES: readonly ChildRange[] = [];

/**
 * In a process that opens containers, for each member:
 *
 *     const tree = new PartTree(leaf, { defers: true, budget });
 *     const reading = beginReading({ tree, part: `${child.part}/${label}`, depth: child.depth + 1, inside: child.part, declared, prefix, masks: () => true, found });
 *     for await (const chunk of bytes) { keep(reading.write(chunk).edits); put(tree.takeChildBytes()); }
 *     keep(reading.end().edits); put(tree.takeChildBytes());
 *
 * Then each of `tree.children` is opened in its turn (reported through `tree.childSink`), `tree.receipt().parts` and
 * `tree.unscannable` are what the member's reading tells, and `reading.childRanges` say where children written anew go.
 * `edits` replace as many bytes as they carry; the chunk itself is not changed.
 */
export function beginReading(options: ReadingOptions): PartReading {
  return new OneReading(options);
}

/** A class, not an object of functions: one is made for each body, and accessors in a literal are made anew with each. */
class OneReading implements PartReading {
  readonly #edits = editQueue();
  #ranges: ChildRange[] | undefined;
  readonly #reader: PartReader;
  size = 0;

  constructor({ tree, part, depth, inside, masks, found, reader, syntax, declared, prefix }: ReadingOptions) {
    const context: PartContext = { tree, part, depth, inside, sink: { masks, edit: this.#edits.add, found, child: (range) => (this.#ranges ??= []).push(range) } };
    this.#reader = reader?.(context) ?? readerFor(context, syntax ?? recognise(declared, prefix.subarray(0, PREFIX_LENGTH)), declared);
  }

  write(bytes: Uint8Array, last = false): PartProgress {
    const settled = this.#reader.write(bytes, this.size, last);
    this.size += bytes.length;
    const known = last ? this.size : settled;
    return { settled: known, edits: this.#edits.before(known) };
  }

  end(): PartProgress {
    return this.write(NOTHING, true);
  }

  get childRanges(): readonly ChildRange[] {
    return this.#ranges === undefined ? NO_RANGES : inOrder(this.#ranges);
  }
}

/** Two readings of the same bytes may each see a child there: written into one another neither would be whole. */
function inOrder(ranges: readonly ChildRange[]): readonly ChildRange[] {
  const sorted = [...ranges].sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  let clash = new Set<number>();
  let widest: ChildRange | undefined;
  for (const range of sorted) {
    if (widest !== undefined && range.from < end) clash = clash.add(range.child).add(widest.child);
    if (range.to >= end) {
      end = range.to;
      widest = range;
    }
  }
  return clash.size === 0 ? sorted : sorted.map((range) => (clash.has(range.child) ? { ...range, replaceable: false } : range));
}
