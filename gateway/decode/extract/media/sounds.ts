/** Ogg (RFC 3533) page by page, and FLAC (RFC 9639): blocks in front, and a last frame whose checksum ends the file. */
import { latin1, view, type Layout, type Walk } from './layout.js';
import type { PartSource } from '../../../ports.js';

/** Pages that carry no sound yet: titles and comments. */
const HEADER_BYTES = 1 * 2 ** 20;

export const ogg: Walk = async (source, layout) => {
  let at = 0;
  while (at + 27 <= source.size) {
    const head = await view(source, at, 27, layout);
    if (latin1(head, 0, 4) !== 'OggS') break;
    layout.must(head.getUint8(4) === 0);
    const segments = head.getUint8(26);
    const table = await view(source, at + 27, segments, layout);
    let size = 0;
    for (let i = 0; i < segments; i++) size += table.getUint8(i);
    const from = at + 27 + segments;
    layout.must(from + size <= source.size);
    if (head.getBigInt64(6, true) === 0n && at < HEADER_BYTES) layout.say(from, from + size);
    at = from + size;
  }
  layout.must(at > 0);
  return at;
};

/** The largest frame that programs write, many times over. */
const LAST_FRAME_WITHIN = 256 * 2 ** 10;
/** Candidates for the last frame that are looked at. */
const MOST_CANDIDATES = 200;
const MOST_BLOCKS = 1000;
/** Blocks that people fill. */
const WORDS = new Set([2, 4, 5, 6]);

function crc(bytes: Uint8Array, bits: 8 | 16, polynomial: number): number {
  let sum = 0;
  const top = 2 ** (bits - 1);
  const mask = 2 ** bits - 1;
  for (const byte of bytes) {
    sum ^= byte << (bits - 8);
    for (let i = 0; i < 8; i++) sum = ((sum & top) === 0 ? sum << 1 : (sum << 1) ^ polynomial) & mask;
  }
  return sum;
}

/** Whether a frame begins at `at`: its head ends with a checksum of its own. */
function isFrameHead(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0xff || ((bytes[at + 1] ?? 0) & 0xfe) !== 0xf8) return false;
  for (let length = 6; length <= 16 && at + length <= bytes.length; length++) if (crc(bytes.subarray(at, at + length), 8, 0x07) === 0) return true;
  return false;
}

/** Whether the last frame ends where the bytes do. */
function endsWithFrame(tail: Uint8Array): boolean {
  let tried = 0;
  for (let at = tail.length - 8; at >= 0 && tried < MOST_CANDIDATES; at--) {
    if (!isFrameHead(tail, at)) continue;
    tried++;
    if (crc(tail.subarray(at), 16, 0x8005) === 0) return true;
  }
  return false;
}

async function endsWell(source: PartSource, from: number, end: number): Promise<boolean> {
  const start = Math.max(from, end - LAST_FRAME_WITHIN);
  return endsWithFrame(await source.read(start, end - start));
}

async function blocks(source: PartSource, layout: Layout): Promise<number> {
  let at = 4;
  for (let count = 0; count < MOST_BLOCKS; count++) {
    const head = (await view(source, at, 4, layout)).getUint32(0);
    const kind = (head >>> 24) & 0x7f;
    const end = at + 4 + (head & 0xffffff);
    layout.must(end <= source.size && (count > 0 || kind === 0));
    if (WORDS.has(kind)) layout.say(at + 4, end);
    at = end;
    if (head >>> 31 === 1) return at;
  }
  return layout.wrong();
}

export const flac: Walk = async (source, layout) => {
  layout.must(latin1(await view(source, 0, 4, layout), 0, 4) === 'fLaC');
  const frames = await blocks(source, layout);
  const first = await view(source, frames, 2, layout);
  layout.must((first.getUint16(0) & 0xfffe) === 0xfff8);
  const tag = source.size - 128;
  const tagged = tag > frames && latin1(await view(source, tag, 3, layout), 0, 3) === 'TAG';
  layout.must(await endsWell(source, frames, tagged ? tag : source.size));
  if (tagged) layout.say(tag, source.size);
  return source.size;
};
