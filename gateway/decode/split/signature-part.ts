/** A signature that stands beside what it signs, as most signed mails have one: known by its whole shape, and read for words like any file of numbers and marks. Nothing of it may be changed. */
import { sweptText } from '../extract/opaque-text.js';
import type { PartContext } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';
import { detachedSignature } from './cms.js';
import { gathered } from './gathered.js';
import { readOnly } from './read-only.js';

/** With a chain of certificates and a time stamp they have 4 to 12 KiB; what is longer is no plain signature. */
export const MAX_SIGNATURE = 64 * 1024;
const BLANK = 0x20;

/** `otherwise` reads what turns out to be something else. */
export function signaturePart(context: PartContext, otherwise: (context: PartContext) => PartReader): PartReader {
  const kept = gathered();
  let reader: PartReader | undefined;
  return {
    write(bytes, at, last) {
      if (reader) return reader.write(bytes, at, last);
      const base = at - kept.size;
      kept.add(bytes);
      if (!last && kept.size <= MAX_SIGNATURE) return base;
      const all = kept.bytes;
      const dates = last && all.length <= MAX_SIGNATURE ? detachedSignature(all) : undefined;
      if (dates === undefined) {
        reader = otherwise(context);
        return reader.write(all, base, last);
      }
      // From when to when a certificate is good takes as many digits as some numbers have.
      for (const { from, to } of dates) all.fill(BLANK, from, to);
      return sweptText('signature')({ ...context, sink: readOnly(context.sink) }).write(all, base, last);
    },
  };
}
