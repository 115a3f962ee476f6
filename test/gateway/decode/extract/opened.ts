/** Opens bytes with one extractor as the child process does, and says what was found where: for tests of formats, without a process. */
import { leafFactory } from '../../../../gateway/detect/leaf.js';
import { PREFIX_LENGTH } from '../../../../gateway/decode/syntax.js';
import { beginReading } from '../../../../gateway/decode/reading.js';
import { PartTree } from '../../../../gateway/decode/part-tree.js';
import { ExtractError, type Extractor } from '../../../../gateway/decode/extract/contract.js';
import { EXTRACT_LIMITS } from '../../../../gateway/decode/extract/limits.js';
import type { Finding, PartSource, UnscannableReason } from '../../../../gateway/ports.js';
import { patternFinders } from '../../../../detectors/scan/raw-patterns.js';
import { detectorSet } from '../../../../detectors/scan/scan-units.js';
import { builtIns } from '../../../kit/engine.js';

const set = detectorSet(builtIns);
const leaf = leafFactory(
  { set, least: Math.min(...set.numbers.map((one) => one.least)), keepOf: () => ({ first: 0, last: 0 }), finders: patternFinders(set) ?? [] },
  Buffer.from('test key'),
);

export function sourceOf(bytes: Uint8Array): PartSource {
  return {
    size: bytes.length,
    async read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > bytes.length) throw new RangeError(`read ${offset}+${length} of ${bytes.length}`);
      return Promise.resolve(Uint8Array.from(bytes.subarray(offset, offset + length)));
    },
  };
}

export interface OpenedMember {
  readonly label: string;
  readonly bytes: Buffer;
  readonly name: string | undefined;
  /** What it was taken for where that is a container that would be opened in its turn. */
  readonly nested: string | undefined;
}
export interface Opened {
  readonly members: readonly OpenedMember[];
  /** Values as they stand, their separators taken out: of what was found in any member, each once. */
  readonly values: readonly string[];
  readonly findings: readonly Finding[];
  readonly unread: readonly { readonly reason: UnscannableReason; readonly detail: string; readonly bytes: number }[];
  readonly reasons: readonly UnscannableReason[];
}

export async function opened(extractor: Extractor, file: Uint8Array, limits = EXTRACT_LIMITS): Promise<Opened> {
  const members: OpenedMember[] = [];
  const values = new Set<string>();
  const findings: Finding[] = [];
  const unread: Opened['unread'][number][] = [];
  const note = (thrown: unknown): void => {
    if (!(thrown instanceof ExtractError)) throw thrown;
    unread.push({ reason: thrown.reason, detail: thrown.detail, bytes: 0 });
  };
  try {
    const container = await extractor.open(sourceOf(file), { limits, fileName: undefined, signal: new AbortController().signal });
    try {
      for await (const member of container.members()) {
        if (member.unscannable !== undefined) {
          const { reason, detail, bytes } = member.unscannable;
          unread.push({ reason, detail, bytes: bytes ?? 0 });
          continue;
        }
        const chunks: Uint8Array[] = [];
        for await (const chunk of member.bytes) chunks.push(chunk);
        const bytes = Buffer.concat(chunks);
        const tree = new PartTree(leaf, { defers: true });
        const reading = beginReading({
          tree, part: member.label, depth: 1, inside: 'body', prefix: bytes.subarray(0, PREFIX_LENGTH), masks: () => true,
          declared: { contentType: member.contentType, contentEncoding: undefined }, reader: member.reader,
          found: (finding) => {
            findings.push(finding);
            values.add(bytes.toString('utf8', finding.start, finding.end).replace(/[^0-9Xx]/g, ''));
          },
        });
        reading.write(bytes);
        reading.end();
        for (const { reason, detail, bytes: size } of tree.unscannable) if (tree.children.length === 0) unread.push({ reason, detail, bytes: size });
        members.push({ label: member.label, bytes, name: member.nameBytes && Buffer.from(member.nameBytes).toString('utf8'), nested: tree.children[0]?.format });
      }
      if (container.unread !== undefined) unread.push(container.unread);
    } finally {
      await container.close();
    }
  } catch (thrown) {
    note(thrown);
  }
  return { members, values: [...values], findings, unread, reasons: [...new Set(unread.map(({ reason }) => reason))] };
}
