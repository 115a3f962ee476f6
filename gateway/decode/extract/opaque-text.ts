/** Bytes with words among them, such as a photo's: controls part the words. With a reason the bytes count as unread, and yet whatever stands in them as plain text is found. */
import type { UnscannableReason } from '../../ports.js';
import type { PartContext } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';
import { VIEWS, viewsOf } from '../views.js';

const NEWLINE = 0x0a;
const SPACE = 0x20;

function swept(name: string, reason: UnscannableReason | undefined): (context: PartContext) => PartReader {
  return (context) => {
    const { tree, part, sink } = context;
    const line = tree.line(part, [name], context.inside);
    if (reason !== undefined) line.fail(reason, name);
    // Packed data never says a number by chance in one reading: eleven digits in a row take 10^15 bytes of it.
    const views = reason === undefined ? viewsOf('text', ['utf-8', 'gb18030']) : VIEWS.line;
    const leaf = tree.leaf({ part, views, fill: '*', json: false, ...(reason === undefined ? { shown: name } : {}) }, sink);
    return {
      write(bytes, at, last) {
        line.count(bytes.length);
        const text = bytes.slice();
        for (let i = 0; i < text.length; i++) if ((text[i] ?? SPACE) < SPACE) text[i] = NEWLINE;
        leaf.write(text, at, last);
        if (leaf.problem !== undefined) line.fail(leaf.problem, name);
        return at + bytes.length;
      },
    };
  };
}

/** Bytes that no decoder reads, such as pixels. */
export function opaqueText(name: string, reason: UnscannableReason): (context: PartContext) => PartReader {
  return swept(name, reason);
}

/** Words between numbers and marks of a format. */
export function sweptText(name: string): (context: PartContext) => PartReader {
  return swept(name, undefined);
}
