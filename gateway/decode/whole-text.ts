/** Text that comes whole, in one piece, and holds nothing: its line in the receipt is all that is made for it. */
import type { LeafFactory, View } from '../ports.js';
import type { PartLine, PartReader } from './part-tree.js';

/** `read` makes the reader of any other text; `line` is the line of the receipt that it goes on with. `strings`: that reader looks for files, enciphered blocks and strings of base64 too. */
export function wholeText({ holdsNothing }: LeafFactory, views: readonly View[], line: PartLine, strings: boolean, read: () => PartReader): PartReader {
  if (holdsNothing === undefined) return read();
  let reader: PartReader | undefined;
  return {
    write(bytes, at, last) {
      if (reader === undefined) {
        if (last && holdsNothing(bytes, views, strings)) {
          line.count(bytes.length);
          return at + bytes.length;
        }
        reader = read();
      }
      return reader.write(bytes, at, last);
    },
  };
}
