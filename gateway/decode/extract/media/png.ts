/** PNG (ISO 15948, APNG): chunks with checksums; pixels are unpacked to see that they are what the header says, and nothing else. */
import { crc32, createInflate, inflateSync } from 'node:zlib';
import type { PartSource } from '../../../ports.js';
import { bytesBetween } from '../byte-ranges.js';
import { ExtractError } from '../contract.js';
import { latin1, view, type Layout, type Range, type Walk } from './layout.js';

const SIGNATURE = '\x89PNG\r\n\x1a\n';
/** Words of one chunk; ICC profiles and drawings of formulas stay below. */
const MOST_WORDS = 4 * 2 ** 20;
/** A picture of 16,000 by 8,000 pixels in four channels; unpacking takes about a second. */
const MOST_PIXELS = 512 * 2 ** 20;
const CHANNELS: ReadonlyMap<number, number> = new Map([[0, 1], [2, 3], [3, 1], [4, 2], [6, 4]]);
/** Where the seven passes of interlacing begin, and their steps. */
const PASSES = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]] as const;

function unpackedSize(header: DataView): number {
  const [width, height] = [header.getUint32(0), header.getUint32(4)];
  const bits = (CHANNELS.get(header.getUint8(9)) ?? 0) * header.getUint8(8);
  const rows = (columns: number, lines: number): number => (columns <= 0 || lines <= 0 ? 0 : lines * (1 + Math.ceil((columns * bits) / 8)));
  if (header.getUint8(12) === 0) return rows(width, height);
  return PASSES.reduce((sum, [x, y, stepX, stepY]) => sum + rows(Math.ceil((width - x) / stepX), Math.ceil((height - y) / stepY)), 0);
}

async function* pieces(source: PartSource, ranges: readonly Range[]): AsyncIterable<Uint8Array> {
  for (const { from, to } of ranges) yield* bytesBetween(source, from, to);
}

/** The chunks' data must be one packed stream of so many bytes, to the last. */
async function provePixels(source: PartSource, ranges: readonly Range[], size: number, layout: Layout): Promise<void> {
  if (size > MOST_PIXELS) throw new ExtractError('too-large', layout.format);
  const inflate = createInflate();
  let out = 0;
  let given = 0;
  inflate.on('data', (chunk: Buffer) => {
    out += chunk.length;
    if (out > size) inflate.destroy(new Error('too long'));
  });
  const ended = new Promise<boolean>((resolve) => {
    inflate.on('end', () => { resolve(true); }).on('error', () => { resolve(false); }).on('close', () => { resolve(false); });
  });
  for await (const piece of pieces(source, ranges)) {
    given += piece.length;
    if (inflate.destroyed || inflate.writableEnded) break;
    if (!inflate.write(piece)) await Promise.race([ended, new Promise((resolve) => inflate.once('drain', resolve))]);
  }
  if (!inflate.destroyed) inflate.end();
  const whole = await ended;
  const used = inflate.bytesWritten;
  inflate.destroy();
  layout.must(whole && out === size && used === given);
}

function unpack(bytes: Uint8Array, layout: Layout): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: MOST_WORDS });
  } catch {
    return layout.wrong();
  }
}

async function readWords(source: PartSource, type: string, from: number, to: number, layout: Layout): Promise<void> {
  if (type === 'tEXt' || type === 'eXIf') {
    layout.say(from, to);
    return;
  }
  if (to - from > MOST_WORDS) throw new ExtractError('too-large', layout.format);
  const bytes = Buffer.from(await source.read(from, to - from));
  const key = bytes.indexOf(0);
  layout.must(key > 0 && key + 2 <= bytes.length);
  if (type === 'zTXt') {
    layout.say(from, from + key);
    layout.tell(unpack(bytes.subarray(key + 2), layout).toString('latin1'));
    return;
  }
  const packed = bytes[key + 1] === 1;
  const language = bytes.indexOf(0, key + 3);
  const translated = language < 0 ? -1 : bytes.indexOf(0, language + 1);
  layout.must(translated > 0);
  layout.say(from, packed ? from + translated : to);
  if (packed) layout.tell(unpack(bytes.subarray(translated + 1), layout).toString('utf8'));
}

const WORDS = new Set(['tEXt', 'zTXt', 'iTXt', 'eXIf']);

async function hasChecksum(source: PartSource, at: number, length: number): Promise<boolean> {
  let sum = 0;
  for await (const piece of bytesBetween(source, at + 4, at + 8 + length)) sum = crc32(piece, sum);
  const said = await source.read(at + 8 + length, 4);
  return Buffer.from(said).readUInt32BE(0) === sum;
}

export const png: Walk = async (source, layout) => {
  layout.must(latin1(await view(source, 0, 8, layout), 0, 8) === SIGNATURE);
  const pixels: Range[] = [];
  let size = 0;
  for (let at = 8; ; ) {
    const head = await view(source, at, 12, layout);
    const length = head.getUint32(0);
    const type = latin1(head, 4, 4);
    const from = at + 8;
    const to = from + length;
    layout.must(/^[A-Za-z]{4}$/.test(type) && to + 4 <= source.size && (at > 8 || (type === 'IHDR' && length === 13)));
    layout.must(await hasChecksum(source, at, length));
    if (type === 'IHDR') size = unpackedSize(await view(source, from, 13, layout));
    if (type === 'IDAT') pixels.push({ from, to });
    if (WORDS.has(type)) await readWords(source, type, from, to, layout);
    at = to + 4;
    if (type !== 'IEND') continue;
    layout.must(length === 0 && size > 0 && pixels.length > 0);
    await provePixels(source, pixels, size, layout);
    return at;
  }
};
