/** Drawings of Windows ([MS-EMF], [MS-WMF]) and of StarView, which OpenDocument keeps of each chart: records to the one that ends them; all that is no bitmap may hold words. */
import { latin1, view, type Walk } from './layout.js';

/** Records of pixels. */
const EMF_BITMAPS = new Set([76, 77, 78, 79, 80, 81, 114, 116]);
const EMF_HEADER = 1;
const EMF_END = 14;
const WMF_BITMAPS = new Set([0x0940, 0x0b41, 0x0f43, 0x0922, 0x0b23, 0x0d33, 0x0142]);
const WMF_END = 0;
/** What stands before a drawing that says its size. */
const PLACEABLE = 0x9ac6cdd7;

export const emf: Walk = async (source, layout) => {
  const head = await view(source, 0, 88, layout);
  layout.must(head.getUint32(0, true) === EMF_HEADER && latin1(head, 40, 4) === ' EMF');
  for (let at = 0; ; ) {
    const record = await view(source, at, 8, layout);
    const type = record.getUint32(0, true);
    const size = record.getUint32(4, true);
    const to = at + size;
    layout.must(size >= 8 && size % 4 === 0 && to <= source.size);
    if (!EMF_BITMAPS.has(type)) layout.say(at, to);
    if (type === EMF_END) return to;
    at = to;
  }
};

export const wmf: Walk = async (source, layout) => {
  const start = (await view(source, 0, 4, layout)).getUint32(0, true) === PLACEABLE ? 22 : 0;
  const head = await view(source, start, 18, layout);
  layout.must([1, 2].includes(head.getUint16(0, true)) && head.getUint16(2, true) === 9);
  for (let at = start + 18; ; ) {
    const record = await view(source, at, 6, layout);
    const words = record.getUint32(0, true);
    const type = record.getUint16(4, true);
    const to = at + 2 * words;
    layout.must(words >= 3 && to <= source.size);
    if (!WMF_BITMAPS.has(type)) layout.say(at, to);
    if (type === WMF_END) return to;
    at = to;
  }
};

/** Signature, version and length of a header, whose last word counts the actions; each has type, version and length. */
const SVM_HEAD = 12;
const SVM_LEAST = 33;
const SVM_BITMAPS = new Set([116, 117, 118, 119, 120, 121, 122, 123, 124]);

export const svm: Walk = async (source, layout) => {
  const head = await view(source, 0, SVM_HEAD, layout);
  const length = head.getUint32(8, true);
  layout.must(latin1(head, 0, 6) === 'VCLMTF' && length >= SVM_LEAST && SVM_HEAD + length <= source.size);
  layout.say(SVM_HEAD, SVM_HEAD + length);
  const count = (await view(source, SVM_HEAD + length - 4, 4, layout)).getUint32(0, true);
  let at = SVM_HEAD + length;
  for (let action = 0; action < count; action++) {
    const record = await view(source, at, 8, layout);
    const to = at + 8 + record.getUint32(4, true);
    layout.must(to <= source.size);
    if (!SVM_BITMAPS.has(record.getUint16(0, true))) layout.say(at, to);
    at = to;
  }
  return at;
};
