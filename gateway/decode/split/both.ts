/** Two readings of the same bytes, where readers differ: one that may write, and the bytes as plain text. What only the text shows cannot be masked. */
import type { Finding, PartSink } from '../../ports.js';
import type { PartContext } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';
import { viewsOf } from '../views.js';

/** Findings of the second reading that wait for the end, so that their order does not depend on how the bytes were cut; more than these are told at once. */
const WAITING = 1000;

const keyOf = ({ start, end, detector }: Finding): string => `${start}:${end}:${detector}`;
const ignore = (): void => undefined;

/** `reader` makes the writing reader; its receipt speaks for the bytes. */
export function bothReader(context: PartContext, reader: (context: PartContext) => PartReader): PartReader {
  const { tree, part, sink } = context;
  const written = new Map<string, number>();
  let shown: Finding[] = [];
  let alone: Finding[] = [];
  const own: PartSink = {
    masks: (finding) => sink.masks(finding),
    edit: (edit) => {
      sink.edit(edit);
    },
    found: (finding) => {
      if (finding.maskable) written.set(keyOf(finding), finding.start);
      sink.found(finding);
    },
    child: (range) => {
      sink.child(range);
    },
  };
  const inner = reader({ ...context, sink: own });
  const leaf = tree.leaf(
    { part, views: viewsOf('unknown-text', ['utf-8', 'gb18030']), fill: '*', json: false },
    { masks: () => false, edit: ignore, found: (finding) => shown.push(finding) },
  );
  return {
    write(bytes, at, last) {
      const raw = leaf.write(bytes, at, last);
      const settled = Math.min(raw, inner.write(bytes, at, last));
      const ready = last ? Infinity : settled;
      const waiting: Finding[] = [];
      for (const finding of shown) {
        if (finding.start >= ready) waiting.push(finding);
        else if (!written.has(keyOf(finding))) alone.push({ ...finding, maskable: false });
      }
      shown = waiting;
      for (const [key, start] of written) if (start < ready) written.delete(key);
      if (last || alone.length > WAITING) {
        for (const finding of alone) sink.found(finding);
        alone = [];
      }
      return settled;
    },
  };
}
