/** Small sound files of each format with words of one's own in them. Real programs' files are in the whole suite. */
import { crc32, deflateSync } from 'node:zlib';
import type { MediaFormat } from '../../../../../gateway/decode/extract/media/names.js';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const be = (value: number, width = 4): Buffer => {
  const bytes = Buffer.alloc(width);
  bytes.writeUIntBE(value, 0, width);
  return bytes;
};
const le = (value: number, width = 4): Buffer => Buffer.from(be(value, width)).reverse();
const join = (...parts: readonly (Buffer | string)[]): Buffer => Buffer.concat(parts.map((part) => (typeof part === 'string' ? latin1(part) : part)));

export function pngChunk(type: string, data: Buffer): Buffer {
  const body = join(type, data);
  return join(be(data.length), body, be(crc32(body)));
}

function png(words: string): Buffer {
  const header = join(be(4), be(4), Buffer.from([8, 2, 0, 0, 0]));
  const pixels = deflateSync(Buffer.alloc(4 * (1 + 12), 7));
  return join('\x89PNG\r\n\x1a\n', pngChunk('IHDR', header), pngChunk('tEXt', latin1(`Comment\0${words}`)), pngChunk('IDAT', pixels), pngChunk('IEND', Buffer.alloc(0)));
}

const segment = (marker: number, data: Buffer | string): Buffer => join(Buffer.from([0xff, marker]), be(data.length + 2, 2), data);

function jpeg(words: string): Buffer {
  const frame = Buffer.from([8, 0, 8, 0, 8, 1, 1, 0x11, 0]);
  return join('\xff\xd8', segment(0xe0, 'JFIF\0\x01\x02'), segment(0xfe, words), segment(0xc0, frame), segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])), Buffer.from([0x12, 0xff, 0, 0x34, 0xff, 0xd0, 0x56]), '\xff\xd9');
}

function gif(words: string): Buffer {
  // In sub-blocks of five, so that a number is cut by their lengths.
  const comment = (words.match(/[^]{1,5}/g) ?? []).map((piece) => join(Buffer.from([piece.length]), piece));
  return join('GIF89a', le(2, 2), le(2, 2), Buffer.from([0x80, 0, 0]), Buffer.alloc(6), Buffer.from([0x21, 0xfe]), ...comment, '\0', Buffer.from([0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 2, 0x44, 1, 0]), ';');
}

const chunk = (id: string, data: Buffer | string): Buffer => join(id, le(data.length), data, data.length % 2 === 1 ? '\0' : '');
const riffOf = (form: string, ...chunks: readonly Buffer[]): Buffer => {
  const body = join(form, ...chunks);
  return join('RIFF', le(body.length), body);
};

function bmp(words: string): Buffer {
  const pixels = join(words, Buffer.alloc(400)).subarray(0, 10 * 12);
  return join('BM', le(54 + 120), le(0), le(54), le(40), le(3), le(10), le(1, 2), le(24, 2), Buffer.alloc(24), pixels);
}

function ico(words: string): Buffer {
  const image = join(le(40), le(8), le(20), le(1, 2), le(32, 2), Buffer.alloc(24), words, Buffer.alloc(320 - words.length), Buffer.alloc(40));
  return join(le(0, 2), le(1, 2), le(1, 2), Buffer.from([8, 10, 0, 0]), le(1, 2), le(32, 2), le(image.length), le(22), image);
}

function tiff(words: string): Buffer {
  const text = latin1(`${words}\0 padded`);
  const tags = [[256, 3, 1, 4], [257, 3, 1, 4], [270, 2, text.length, 100], [273, 4, 1, 180], [279, 4, 1, 16]] as const;
  const table = tags.map(([name, type, count, value]) => join(le(name, 2), le(type, 2), le(count), le(value)));
  const head = join('II*\0', le(8), le(tags.length, 2), ...table, le(0));
  return join(head, Buffer.alloc(100 - head.length), text, Buffer.alloc(80 - text.length), Buffer.alloc(16, 9));
}

const box = (type: string, ...inside: readonly (Buffer | string)[]): Buffer => {
  const body = join(...inside);
  return join(be(8 + body.length), type, body);
};
const film = (brand: string, about: string) => (words: string): Buffer =>
  join(box('ftyp', brand, be(0), brand), box(about, be(0), box('udta', box('name', words))), box('mdat', Buffer.alloc(50, 0x91)));

function mp3(words: string): Buffer {
  const text = join('\x03', words);
  const tag = join('TIT2', be(text.length), '\0\0', text);
  // MPEG 1 layer III, 128 kbit/s, 44,100 Hz: frames of 417 bytes.
  const frame = join(Buffer.from([0xff, 0xfb, 0x90, 0]), Buffer.alloc(413, 0x55));
  return join('ID3\x03\0\0', Buffer.from([0, 0, 0, tag.length]), tag, frame, frame, frame);
}

function ogg(words: string): Buffer {
  const page = (granule: number, data: Buffer): Buffer =>
    join('OggS\0\0', le(granule), le(0), le(7), le(0), le(0), Buffer.from([Math.floor(data.length / 255) + 1]), Buffer.alloc(Math.floor(data.length / 255), 255), Buffer.from([data.length % 255]), data);
  return join(page(0, latin1('OpusHead')), page(0, join('OpusTags', le(words.length), words)), page(960, Buffer.alloc(300, 0x77)));
}

function crc(bytes: Buffer, bits: number, polynomial: number): number {
  let sum = 0n;
  const wide = BigInt(bits);
  for (const byte of bytes) {
    sum ^= BigInt(byte) << (wide - 8n);
    for (let i = 0; i < 8; i++) sum = ((sum >> (wide - 1n)) & 1n) === 1n ? ((sum << 1n) ^ BigInt(polynomial)) & ((1n << wide) - 1n) : (sum << 1n) & ((1n << wide) - 1n);
  }
  return Number(sum);
}

function flac(words: string): Buffer {
  const block = (kind: number, last: boolean, data: Buffer): Buffer => join(Buffer.from([kind | (last ? 0x80 : 0)]), be(data.length, 3), data);
  const frame = (number: number): Buffer => {
    const head = Buffer.from([0xff, 0xf8, 0xc9, 0x18, number]);
    const body = join(head, Buffer.from([crc(head, 8, 0x07)]), Buffer.alloc(80, 0x5a));
    return join(body, be(crc(body, 16, 0x8005), 2));
  };
  return join('fLaC', block(0, false, Buffer.alloc(34)), block(4, true, join(le(4), 'Weir', le(1), le(words.length), words)), frame(0), frame(1), frame(2));
}

function emf(words: string): Buffer {
  const record = (type: number, data: Buffer): Buffer => join(le(type), le(8 + data.length), data);
  const text = Buffer.alloc(4 * Math.ceil((2 * words.length + 4) / 4));
  text.write(words, 0, 'utf16le');
  const header = Buffer.alloc(80);
  header.write(' EMF', 32, 'latin1');
  return join(record(1, header), record(84, join(Buffer.alloc(68), text)), record(81, Buffer.alloc(400, 0x6b)), record(14, Buffer.alloc(12)));
}

function wmf(words: string): Buffer {
  const record = (type: number, data: Buffer): Buffer => join(le((6 + data.length) / 2), le(type, 2), data);
  const even = latin1(words.length % 2 === 1 ? `${words} ` : words);
  return join(le(1, 2), le(9, 2), le(0x300, 2), le(100), le(1, 2), le(50), le(0, 2), record(0x0521, join(le(even.length, 2), even, le(1, 2), le(1, 2))), record(0x0f43, Buffer.alloc(40, 5)), record(0, Buffer.alloc(0)));
}

function svm(words: string): Buffer {
  const action = (type: number, data: Buffer): Buffer => join(le(type, 2), le(1, 2), le(data.length), data);
  const text = Buffer.from(words, 'utf16le');
  return join('VCLMTF', le(1, 2), le(49), Buffer.alloc(45), le(3), action(113, join(Buffer.alloc(10), text)), action(116, Buffer.alloc(60, 7)), action(140, Buffer.alloc(2)));
}

/** Each with `words` where people's words stand. */
export const SAMPLES: ReadonlyMap<MediaFormat, (words: string) => Buffer> = new Map<MediaFormat, (words: string) => Buffer>([
  ['png', png], ['emf', emf], ['wmf', wmf], ['svm', svm], ['jpeg', jpeg], ['gif', gif],
  ['webp', (words) => riffOf('WEBP', chunk('VP8 ', Buffer.alloc(40, 3)), chunk('XMP ', words))],
  ['wav', (words) => riffOf('WAVE', chunk('fmt ', Buffer.alloc(16)), chunk('data', Buffer.alloc(40)), chunk('LIST', join('INFO', chunk('ICMT', words))))],
  ['bmp', bmp], ['ico', ico], ['tiff', tiff], ['heic', film('heic', 'meta')], ['mp4', film('isom', 'moov')], ['mp3', mp3], ['ogg', ogg], ['flac', flac],
]);
