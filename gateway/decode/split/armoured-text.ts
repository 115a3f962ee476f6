/** Text of a mail in which an enciphered block stands, as mailers write it behind a greeting: the text is read, and the block says that it is hidden. */
import { prefilter } from '../../../detectors/scan/prefilter/prefilter.js';
import { asBuffer } from './as-buffer.js';
import type { PartContext } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';

/** RFC 9580 section 6.2.1; one of several parts goes on with a comma. */
const MARK = Buffer.from('-----BEGIN PGP MESSAGE');
const NOTHING = Buffer.alloc(0);

/** Words of the mark are looked for with all else that is asked of the bytes. */
function holdsMark(bytes: Buffer): boolean {
  return prefilter().holdsBegin(bytes, true) && bytes.includes(MARK);
}

export function armouredText(context: PartContext, text: (context: PartContext) => PartReader): PartReader {
  const { tree, part, inside } = context;
  const reader = text(context);
  /** The end of what was read, in which the mark may have begun. */
  let tail = NOTHING;
  let isThere = false;
  let begun = false;
  return {
    write(bytes, at, last) {
      const own = asBuffer(bytes);
      if (last && !begun) isThere = holdsMark(own);
      else if (!isThere) {
        begun = true;
        const seam = Buffer.concat([tail, own.subarray(0, MARK.length)]);
        isThere = seam.includes(MARK) || holdsMark(own);
        tail = Buffer.concat([tail, own.subarray(-MARK.length)]).subarray(-MARK.length + 1);
      }
      const settled = reader.write(own, at, last);
      // Behind everything else of this text, however it was cut. Its bytes are the text's own.
      if (last && isThere) tree.line(`${part}/pgp`, ['pgp'], inside).fail('encrypted', 'pgp');
      return settled;
    },
  };
}
