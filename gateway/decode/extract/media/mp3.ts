/** MP3: tags in front and behind, and between them frame after frame (ISO 11172-3, 13818-3). */
import { latin1, view, type Layout, type Walk } from './layout.js';
import type { PartSource } from '../../../ports.js';

const KBITS: Readonly<Record<string, readonly number[]>> = {
  '1-1': [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  '1-2': [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  '1-3': [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  '2-1': [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  '2-2': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  '2-3': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const RATES = [44_100, 48_000, 32_000] as const;
/** A recording of three days. */
const MOST_FRAMES = 10_000_000;

/** Length of the frame with this head; 0: it is none. */
export function frameLength(head: number): number {
  const version = (head >>> 19) & 3;
  const layer = 4 - ((head >>> 17) & 3);
  const bitrate = (head >>> 12) & 15;
  const rate = RATES[(head >>> 10) & 3];
  if (head >>> 21 !== 0x7ff || version === 1 || layer === 4 || bitrate === 0 || bitrate === 15 || rate === undefined) return 0;
  const old = version === 3;
  const kbits = KBITS[`${old ? 1 : 2}-${layer}`]?.[bitrate] ?? 0;
  const hertz = rate / (old ? 1 : version === 2 ? 2 : 4);
  const padding = (head >>> 9) & 1;
  if (layer === 1) return (Math.floor((12_000 * kbits) / hertz) + padding) * 4;
  return Math.floor(((layer === 3 && !old ? 72_000 : 144_000) * kbits) / hertz) + padding;
}

async function afterTagInFront(source: PartSource, at: number, layout: Layout): Promise<number> {
  if (at + 10 > source.size) return at;
  const head = await view(source, at, 10, layout);
  if (latin1(head, 0, 3) !== 'ID3') return at;
  const size = [6, 7, 8, 9].reduce((sum, i) => sum * 128 + (head.getUint8(i) & 0x7f), 0);
  const footer = (head.getUint8(5) & 0x10) === 0 ? 0 : 10;
  const end = at + 10 + size + footer;
  layout.must(end <= source.size);
  layout.say(at + 10, end);
  return end;
}

/** Where the tag behind the frames ends that begins at `at`; `at` when there is none. */
async function afterTagBehind(source: PartSource, at: number, layout: Layout): Promise<number> {
  const left = source.size - at;
  const start = latin1(await view(source, at, Math.min(left, 16), layout), 0, Math.min(left, 16));
  if (start.startsWith('TAG') && left >= 128) {
    layout.say(at + 3, at + 128);
    return at + 128;
  }
  if (start.startsWith('APETAGEX') && left >= 32) {
    const size = (await view(source, at + 12, 4, layout)).getUint32(0, true);
    const end = at + 32 + size;
    layout.must(end <= source.size);
    layout.say(at, end);
    return end;
  }
  return at;
}

export const mp3: Walk = async (source, layout) => {
  let at = await afterTagInFront(source, 0, layout);
  // Between tag and sound some programs leave zeros.
  while (at < source.size && (await view(source, at, 1, layout)).getUint8(0) === 0) at++;
  let frames = 0;
  while (at + 4 <= source.size && frames < MOST_FRAMES) {
    const length = frameLength((await view(source, at, 4, layout)).getUint32(0));
    if (length < 4) break;
    // The last frame of a recording that was cut off.
    if (at + length > source.size) {
      layout.must(frames > 1);
      return source.size;
    }
    frames++;
    at += length;
  }
  layout.must(frames > 1);
  for (let before = -1; before !== at && at < source.size; ) {
    before = at;
    at = await afterTagBehind(source, at, layout);
  }
  return at;
};
