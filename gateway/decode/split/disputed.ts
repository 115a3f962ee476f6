/** Bytes whose place in the structure is in dispute: they count as unread, and are scanned as plain text all the same, so that what shows in them is known and masked. */
import type { UnscannableReason } from '../../ports.js';
import type { PartContext } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';
import { viewsOf } from '../views.js';

export function disputedReader(context: PartContext, reason: UnscannableReason, name: string): PartReader {
  const { tree, part, sink } = context;
  const line = tree.line(part, [name], context.inside);
  line.fail(reason, name);
  const leaf = tree.leaf({ part, views: viewsOf('unknown-text', ['utf-8', 'gb18030']), fill: '*', json: false }, sink);
  return {
    write(bytes, at, last) {
      line.count(bytes.length);
      return leaf.write(bytes, at, last);
    },
  };
}
