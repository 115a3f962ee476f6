/** JPEG (ITU-T T.81): segments, entropy-coded scans and the end of image; EXIF, XMP and comments are words. */
import { bytesBetween } from '../byte-ranges.js';
import type { PartSource } from '../../../ports.js';
import { view, type Layout, type Walk } from './layout.js';

const SOI = 0xffd8;
const EOI = 0xd9;
const SOS = 0xda;
const COMMENT = 0xfe;

const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
const isApplication = (marker: number): boolean => marker >= 0xe0 && marker <= 0xef;

/** Where the marker stands that ends the scan beginning at `from`. */
async function afterScan(source: PartSource, from: number, layout: Layout): Promise<number> {
  let at = from;
  let escaped = false;
  for await (const piece of bytesBetween(source, from, source.size)) {
    for (const byte of piece) {
      // A zero after FF is data, and so are restart marks and fill bytes.
      if (escaped && byte !== 0 && byte !== 0xff && (byte < 0xd0 || byte > 0xd7)) return at - 1;
      escaped = byte === 0xff;
      at++;
    }
  }
  return layout.wrong();
}

export const jpeg: Walk = async (source, layout) => {
  layout.must((await view(source, 0, 2, layout)).getUint16(0) === SOI);
  let framed = false;
  let scanned = false;
  for (let at = 2; ; ) {
    const head = await view(source, at, 2, layout);
    layout.must(head.getUint8(0) === 0xff);
    const marker = head.getUint8(1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === EOI) {
      layout.must(framed && scanned);
      return at + 2;
    }
    const length = (await view(source, at + 2, 2, layout)).getUint16(0);
    const end = at + 2 + length;
    layout.must(marker >= 0xc0 && length >= 2 && end <= source.size);
    if (isApplication(marker) || marker === COMMENT) layout.say(at + 4, end);
    if (isFrame(marker)) framed = true;
    if (marker === SOS) layout.must(framed);
    scanned ||= marker === SOS;
    at = marker === SOS ? await afterScan(source, end, layout) : end;
  }
};
