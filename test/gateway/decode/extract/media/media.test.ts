/** Pictures, sounds and films: proven to their last byte, their words read, and no-text of the rest alone. */
import { deflateSync, crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { mediaNamed } from '../../../../../gateway/decode/extract/media/formats.js';
import { isMismatched } from '../../../../../gateway/decode/extract/media/media.js';
import { MEDIA_FORMATS, type MediaFormat } from '../../../../../gateway/decode/extract/media/names.js';
import { formatOf } from '../../../../../gateway/decode/magic.js';
import { numberSource } from '../../../../kit/numbers.js';
import { opened, type Opened } from '../opened.js';
import { pngChunk, SAMPLES } from './samples.js';

const numbers = numberSource(62);
const total = (seen: Opened): number => seen.members.reduce((sum, { bytes }) => sum + bytes.length, 0);
const open = async (format: MediaFormat, file: Uint8Array): Promise<Opened> => opened(mediaNamed(format), file);

describe('every format', () => {
  for (const [format, make] of SAMPLES) {
    it(`${format}: is known by its first bytes, proven to its last, and no-text`, async () => {
      const file = make('');
      expect(formatOf(file.subarray(0, 4096))).toBe(format);
      const seen = await open(format, file);
      expect(seen.reasons).toEqual(['no-text']);
      // Words are read one by one, with a line's end behind each.
      expect(total(seen)).toBeGreaterThanOrEqual(file.length);
    });

    it(`${format}: finds a number among its words`, async () => {
      const phone = numbers.phone();
      const seen = await open(format, make(`tel ${phone}`));
      expect(seen.values).toEqual([phone]);
      expect(seen.reasons).toEqual(['no-text']);
    });

    it(`${format}: opens what stands behind its end as a part of its own`, async () => {
      const zip = Buffer.from('PK\x03\x04'.padEnd(60, 'a'), 'latin1');
      const seen = await open(format, Buffer.concat([make(''), zip]));
      const nested = seen.members.find(({ label }) => label === 'trailing')?.nested;
      // Where only a checksum says where it ends, the whole is malformed.
      expect(nested ?? seen.reasons.join()).toBe(format === 'flac' ? 'malformed' : 'zip');
    });

    it(`${format}: is malformed when it breaks off, and ends for any damage`, async () => {
      const file = make('');
      for (let cut = 5; cut < file.length; cut += Math.max(1, Math.floor(file.length / 40))) {
        const seen = await open(format, file.subarray(0, cut));
        // A film or a sound may be cut between two of its pieces; what is left is one.
        if (!['mp3', 'ogg', 'ico'].includes(format)) expect(seen.reasons).not.toEqual(['no-text']);
      }
      for (let at = 4; at < Math.min(file.length, 120); at++) {
        const broken = Buffer.from(file);
        broken[at] = 0xff;
        expect((await open(format, broken)).unread.length).toBeGreaterThan(0);
      }
    });
  }

  it('has a sample here, but for the brands that differ in name alone', () => {
    expect(new Set([...SAMPLES.keys(), 'avif', 'mov', 'riff', 'avi'])).toEqual(new Set(MEDIA_FORMATS));
  });
});

describe('what only claims to be a picture', () => {
  it('is malformed, and a number in it is found', async () => {
    const phone = numbers.phone();
    for (const [format, start] of [['png', '\x89PNG\r\n\x1a\n'], ['jpeg', '\xff\xd8\xff\xe0'], ['gif', 'GIF89a'], ['webp', 'RIFF\xff\0\0\0WEBP']] as const) {
      const seen = await open(format, Buffer.from(`${start} tel ${phone}`, 'latin1'));
      expect(seen.reasons).toEqual(['malformed']);
      expect(seen.values).toEqual([phone]);
    }
  });

  it('is malformed where a checksum or the pixels do not fit', async () => {
    const sound = SAMPLES.get('png')?.('') ?? Buffer.alloc(0);
    const at = sound.indexOf('IDAT');
    const flipped = Buffer.from(sound);
    flipped[at + 6] = (flipped[at + 6] ?? 0) ^ 1;
    expect((await open('png', flipped)).reasons).toEqual(['malformed']);
    const length = sound.readUInt32BE(at - 4);
    for (const data of [deflateSync(Buffer.alloc(999)), Buffer.concat([sound.subarray(at + 4, at + 4 + length), Buffer.from('more')])]) {
      const other = Buffer.concat([sound.subarray(0, at - 4), pngChunk('IDAT', data), sound.subarray(at + 8 + length)]);
      expect((await open('png', other)).reasons).toEqual(['malformed']);
    }
  });

  it('is not waved through where a document was promised', async () => {
    expect(isMismatched({ fileName: 'list.xlsx' })).toBe(true);
    expect(isMismatched({ fileName: 'list.png', contentType: 'text/csv' })).toBe(true);
    expect(isMismatched({ fileName: 'photo.JPG', contentType: 'image/png' })).toBe(false);
    expect(isMismatched({ fileName: undefined, contentType: 'application/octet-stream' })).toBe(false);
    expect(isMismatched({ fileName: undefined, contentType: 'application/pdf; x=y' })).toBe(true);
    expect(isMismatched({ fileName: 'a', contentType: '' })).toBe(false);
    await Promise.resolve();
  });
});

describe('words that are packed or wide', () => {
  it('finds numbers in packed texts of a PNG and in UTF-16 of EXIF and ID3', async () => {
    const [packed, international, wide] = [numbers.phone(), numbers.residentId(), numbers.phone()];
    const sound = SAMPLES.get('png')?.('') ?? Buffer.alloc(0);
    const texts = Buffer.concat([
      pngChunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), deflateSync(packed)])),
      pngChunk('iTXt', Buffer.concat([Buffer.from('Comment\0\x01\0zh\0备注\0', 'utf8'), deflateSync(international)])),
      pngChunk('eXIf', Buffer.concat([Buffer.from('II*\0', 'latin1'), Buffer.from(`电话 ${wide}`, 'utf16le')])),
    ]);
    const seen = await open('png', Buffer.concat([sound.subarray(0, 33), texts, sound.subarray(33)]));
    expect([...seen.values].sort()).toEqual([packed, international, wide].sort());
  });

  it('stops at words that unpack to more than any are', async () => {
    const sound = SAMPLES.get('png')?.('') ?? Buffer.alloc(0);
    const bomb = pngChunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), deflateSync(Buffer.alloc(64 * 2 ** 20))]));
    expect((await open('png', Buffer.concat([sound.subarray(0, 33), bomb, sound.subarray(33)]))).reasons).toEqual(['malformed']);
    expect(crc32('')).toBe(0);
  });
});
