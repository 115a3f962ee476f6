/** One XML part read in pieces, masked, and read again: what every test of documents asks. */
import { PartTree } from '../../../../../gateway/decode/part-tree.js';
import type { PartContext } from '../../../../../gateway/decode/part-readers.js';
import { xmlReader, type XmlOptions } from '../../../../../gateway/decode/extract/office/xml-reader.js';
import { editQueue } from '../../../../../gateway/decode/edit-queue.js';
import { rewriter } from '../../../../../gateway/body/rewriter.js';
import { leafFactory } from '../../../../../gateway/detect/leaf.js';
import { patternFinders } from '../../../../../detectors/scan/raw-patterns.js';
import { detectorSet } from '../../../../../detectors/scan/scan-units.js';
import type { Finding, PartReceipt, Unscannable } from '../../../../../gateway/ports.js';
import { builtIns, chunked } from '../../../../kit/engine.js';

const set = detectorSet(builtIns);
const leaf = leafFactory(
  { set, least: Math.min(...set.numbers.map((one) => one.least)), keepOf: (id) => builtIns.find((one) => one.id === id)?.keep ?? { first: 0, last: 0 }, finders: patternFinders(set) ?? [] },
  Buffer.from('test key'),
);

export interface ReadXml {
  readonly output: Buffer;
  readonly findings: readonly Finding[];
  readonly unscannable: readonly Unscannable[];
  readonly lines: readonly PartReceipt[];
  /** Most bytes that waited after a piece. */
  readonly waited: number;
}

export function readXml(document: string | Uint8Array, options: { readonly sizes?: readonly number[]; readonly masks?: boolean } & Partial<XmlOptions> = {}): ReadXml {
  const bytes = Buffer.from(document as Uint8Array);
  const { sizes = [bytes.length], masks = true, tagFill = '*', sheet } = options;
  const tree = new PartTree(leaf);
  const edits = editQueue();
  const findings: Finding[] = [];
  const context: PartContext = {
    tree,
    part: 'body/1.xml',
    depth: 1,
    sink: { masks: () => masks, found: (finding) => findings.push(finding), edit: edits.add, child: () => undefined },
  };
  const reader = xmlReader(context, { tagFill, sheet });
  const out = rewriter();
  const parts: Uint8Array[] = [];
  let at = 0;
  let waited = 0;
  for (const chunk of chunked(bytes, sizes)) {
    out.push(Uint8Array.from(chunk));
    const settled = reader.write(chunk, at, false);
    at += chunk.length;
    parts.push(...out.release(settled, edits.before(settled)));
    waited = Math.max(waited, out.waiting);
  }
  reader.write(new Uint8Array(0), at, true);
  parts.push(...out.release(at, edits.before(at)));
  const order = [...findings].sort((a, b) => a.start - b.start || a.end - b.end || (a.detector < b.detector ? -1 : 1));
  return { output: Buffer.concat(parts), findings: order, unscannable: tree.unscannable, lines: tree.receipt().parts, waited };
}
