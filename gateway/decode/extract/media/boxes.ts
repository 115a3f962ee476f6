/** The box format of MP4, QuickTime, HEIC and AVIF (ISO 14496-12): boxes one behind the other to the last byte. */
import { latin1, view, type Walk } from './layout.js';

/** Boxes of samples, and of what only programs read; all others may hold words. */
const DATA = new Set(['mdat', 'ftyp', 'styp', 'sidx', 'wide', 'moof', 'mfra', 'ssix', 'prft']);
const KNOWN = new Set([...DATA, 'moov', 'meta', 'free', 'skip', 'udta', 'uuid', 'pdin', 'pnot', 'PICT', 'emsg', 'meco', 'ijpg', 'mpvd', 'idat', 'junk']);
const MOST_BOXES = 1_000_000;

export const boxes: Walk = async (source, layout) => {
  let at = 0;
  let count = 0;
  const seen = new Set<string>();
  while (at < source.size && count++ < MOST_BOXES) {
    if (at + 8 > source.size) break;
    const head = await view(source, at, 8, layout);
    const type = latin1(head, 4, 4);
    // What is no box of this format stands behind it.
    if (!KNOWN.has(type)) break;
    let size = head.getUint32(0);
    let header = 8;
    if (size === 1) {
      size = Number((await view(source, at + 8, 8, layout)).getBigUint64(0));
      header = 16;
    }
    if (size === 0) size = source.size - at;
    layout.must(size >= header && at + size <= source.size);
    seen.add(type);
    if (!DATA.has(type)) layout.say(at + header, at + size);
    at += size;
  }
  layout.must((seen.has('ftyp') || seen.has('moov')) && seen.has('mdat') && (seen.has('moov') || seen.has('meta') || seen.has('moof')));
  return at;
};
