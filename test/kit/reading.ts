/** Reads bytes with one reader of parts, as an inspector does, and applies the masks: for tests of readers by themselves. */
import { leafFactory } from '../../gateway/detect/leaf.js';
import { rewriter } from '../../gateway/body/rewriter.js';
import { patternFinders } from '../../detectors/scan/raw-patterns.js';
import { detectorSet } from '../../detectors/scan/scan-units.js';
import { PartTree } from '../../gateway/decode/part-tree.js';
import { beginReading } from '../../gateway/decode/reading.js';
import type { PartContext } from '../../gateway/decode/part-readers.js';
import type { PartReader } from '../../gateway/decode/part-tree.js';
import type { ChildPart, ChildRange, Finding, LeafFactory, PartReceipt, Unscannable } from '../../gateway/ports.js';
import { builtIns } from './engine.js';

const set = detectorSet(builtIns);
const LEAF = leafFactory(
  { set, least: Math.min(...set.numbers.map((one) => one.least)), keepOf: (id) => builtIns.find((one) => one.id === id)?.keep ?? { first: 0, last: 0 }, finders: patternFinders(set) ?? [] },
  Buffer.from('test key'),
);

export interface Read {
  readonly output: Buffer;
  readonly findings: readonly Finding[];
  readonly unscannable: readonly Unscannable[];
  readonly lines: readonly PartReceipt[];
  readonly children: readonly ChildPart[];
  readonly ranges: readonly ChildRange[];
  /** Bytes put aside, by child. */
  readonly aside: readonly Buffer[];
}

export interface ReadOptions {
  readonly masks?: (finding: Finding) => boolean;
  readonly defers?: boolean;
  /** Leaves that tell nothing but what they find: readers look for everything else themselves. */
  readonly unaided?: boolean;
  /** The last chunk is written as the last. */
  readonly whole?: boolean;
}

const UNAIDED: LeafFactory = (options, sink) => {
  const leaf = LEAF(options, sink);
  return {
    write: (bytes, at, last) => leaf.write(bytes, at, last),
    get problem() {
      return leaf.problem;
    },
  };
};

export function readWith(reader: (context: PartContext) => PartReader, chunks: readonly Uint8Array[], { masks = () => true, defers = true, unaided = false, whole = false }: ReadOptions = {}): Read {
  const tree = new PartTree(unaided ? UNAIDED : LEAF, { defers });
  const findings: Finding[] = [];
  const reading = beginReading({ tree, part: 'body', depth: 0, declared: { contentType: undefined, contentEncoding: undefined }, prefix: new Uint8Array(0), reader, masks, found: (finding) => findings.push(finding) });
  const out = rewriter();
  const output: Uint8Array[] = [];
  const aside: Uint8Array[][] = [];
  const put = (): void => {
    for (const { child, bytes } of tree.takeChildBytes()) (aside[child] ??= []).push(bytes);
  };
  for (const [index, chunk] of chunks.entries()) {
    out.push(Uint8Array.from(chunk));
    const { settled, edits } = reading.write(chunk, whole && index === chunks.length - 1);
    output.push(...out.release(settled, edits));
    put();
  }
  if (!whole || chunks.length === 0) {
    const { settled, edits } = reading.end();
    output.push(...out.release(settled, edits));
    put();
  }
  return { output: Buffer.concat(output), findings, unscannable: tree.unscannable, lines: tree.receipt().parts, children: tree.children, ranges: reading.childRanges, aside: aside.map((one) => Buffer.concat(one)) };
}
