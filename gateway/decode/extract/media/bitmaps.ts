/** BMP and ICO: headers that say where pixels lie and where they end. */
import { latin1, view, type Layout, type Walk } from './layout.js';
import type { PartSource } from '../../../ports.js';

const HEADERS = new Set([12, 40, 52, 56, 64, 108, 124]);
const MOST_ICONS = 256;
const PNG = 0x89504e47;

interface Bitmap {
  readonly header: number;
  readonly bits: number;
  readonly packed: boolean;
  readonly pixels: number;
}

async function bitmapAt(source: PartSource, at: number, layout: Layout): Promise<Bitmap> {
  const header = (await view(source, at, 4, layout)).getUint32(0, true);
  layout.must(HEADERS.has(header));
  const info = await view(source, at, header, layout);
  const old = header === 12;
  const width = old ? info.getUint16(4, true) : Math.abs(info.getInt32(4, true));
  const height = old ? info.getUint16(6, true) : Math.abs(info.getInt32(8, true));
  const bits = info.getUint16(old ? 10 : 14, true);
  const compression = old ? 0 : info.getUint32(16, true);
  layout.must([1, 2, 4, 8, 16, 24, 32].includes(bits) && width > 0 && height > 0);
  const packed = compression === 1 || compression === 2 || compression === 4 || compression === 5;
  return { header, bits, packed, pixels: packed ? info.getUint32(20, true) : Math.ceil((width * bits) / 32) * 4 * height };
}

export const bmp: Walk = async (source, layout) => {
  const head = await view(source, 0, 14, layout);
  layout.must(latin1(head, 0, 2) === 'BM');
  const said = head.getUint32(2, true);
  const offset = head.getUint32(10, true);
  const { header, pixels } = await bitmapAt(source, 14, layout);
  const end = offset + pixels;
  // Between header and pixels stands a table of colours or of masks, at most.
  layout.must(offset >= 14 + header && offset <= 14 + header + 1024 + 16 && end <= source.size);
  // Some writers round up, some leave the length out; a colour profile may follow.
  const profiled = header === 124 && said > end && said <= source.size;
  if (profiled) layout.say(end, said);
  return profiled || (said >= end && said - end < 4 && said <= source.size) ? said : end;
};

export const ico: Walk = async (source, layout) => {
  const head = await view(source, 0, 6, layout);
  const count = head.getUint16(4, true);
  layout.must(head.getUint16(0, true) === 0 && [1, 2].includes(head.getUint16(2, true)) && count > 0 && count <= MOST_ICONS);
  let end = 6 + 16 * count;
  const entries: { from: number; to: number }[] = [];
  for (let i = 0; i < count; i++) {
    const entry = await view(source, 6 + 16 * i, 16, layout);
    const from = entry.getUint32(12, true);
    entries.push({ from, to: from + entry.getUint32(8, true) });
  }
  for (const { from, to } of entries.sort((a, b) => a.from - b.from)) {
    // One behind the other: between them nobody looks.
    layout.must(from === end && to <= source.size && to - from >= 40);
    if ((await view(source, from, 4, layout)).getUint32(0) === PNG) layout.hold(from, to);
    else {
      const { header, pixels, bits } = await bitmapAt(source, from, layout);
      const colours = bits <= 8 ? 4 * 2 ** bits : 0;
      // The height counts colours and the mask behind them.
      layout.must(to - from <= header + colours + 12 + pixels + 4096);
    }
    end = to;
  }
  return end;
};
