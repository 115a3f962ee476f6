/** A file that two programs read as two formats is read as both, or told to be malformed; ordinary files are neither. */
import { describe, expect, it } from '@jest/globals';
import { mediaNamed } from '../../../../gateway/decode/extract/media/formats.js';
import type { MediaFormat } from '../../../../gateway/decode/extract/media/names.js';
import { isDisputed } from '../../../../gateway/decode/extract/other-reading.js';
import { pdf } from '../../../../gateway/decode/extract/pdf/pdf.js';
import { formatOf } from '../../../../gateway/decode/magic.js';
import { numberSource } from '../../../kit/numbers.js';
import { testZip } from '../../../kit/zip.js';
import { pngChunk, SAMPLES } from './media/samples.js';
import { opened, sourceOf } from './opened.js';
import { writePdf } from './pdf/write-pdf.js';

const numbers = numberSource(67);
const phone = numbers.phone();
const sample = (format: MediaFormat): Buffer => SAMPLES.get(format)?.('') ?? Buffer.alloc(0);
const page = (text: string): Buffer => Buffer.from(writePdf({ pages: [`BT /F1 12 Tf 50 700 Td (${text}) Tj ET`], packed: true }));
const inPng = (data: Buffer): Buffer => Buffer.concat([sample('png').subarray(0, 33), pngChunk('prVt', data), sample('png').subarray(33)]);

/** A zip in front of bytes that its comment covers: its own programs read to the end of the file. */
function reachingOver(zip: Buffer, behind: number): Buffer {
  const own = Buffer.from(zip);
  own.writeUInt16LE(behind, own.length - 2);
  return own;
}

describe('first bytes', () => {
  it('of an archive or a drawing say more than a PDF that begins in it', () => {
    const zip = testZip([{ name: 'a.pdf', data: page('x'), method: 0 }, { name: 'b.txt', data: Buffer.from(phone) }]);
    expect(formatOf(zip.subarray(0, 4096))).toBe('zip');
    expect(formatOf(inPng(page('x')))).toBe('png');
    expect(formatOf(Buffer.concat([Buffer.from('From the printer:\n'), page('x')]))).toBe('pdf');
  });
});

describe('a picture', () => {
  it('may end in the odd bytes that fill a word of memory, as previews do, and in no more', async () => {
    for (const odd of [[0], [0x69, 0x0f, 0], [0x92, 0x44, 0x4d]]) expect((await opened(mediaNamed('jpeg'), Buffer.concat([sample('jpeg'), Buffer.from(odd)]))).reasons).toEqual(['no-text']);
    expect((await opened(mediaNamed('jpeg'), Buffer.concat([sample('jpeg'), Buffer.from('more')]))).members.map(({ label }) => label)).toContain('trailing');
  });

  it('with a PDF in it is opened as that too', async () => {
    const seen = await opened(mediaNamed('png'), inPng(page(phone)));
    const within = seen.members.find(({ label }) => label === 'pdf');
    expect(within?.nested).toBe('pdf');
    expect((await opened(pdf, within?.bytes ?? Buffer.alloc(0))).values).toEqual([phone]);
    expect(seen.reasons).toEqual(['no-text']);
  });

  it('that zip, RAR or 7-Zip would open is malformed', async () => {
    const tail = inPng(Buffer.alloc(0)).length;
    for (const hidden of [reachingOver(testZip([{ name: 'a.txt', data: Buffer.from(phone) }]), tail), Buffer.from('Rar!\x1a\x07\x01\0', 'latin1'), Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c])]) {
      expect((await opened(mediaNamed('png'), inPng(hidden))).reasons).toEqual(['no-text', 'malformed']);
    }
    expect((await opened(mediaNamed('png'), inPng(Buffer.from('PK\x05\x06 is how a zip ends, and this is none')))).reasons).toEqual(['no-text']);
  });
});

describe('a PDF', () => {
  it('that zip would open is malformed', async () => {
    const file = page('x');
    const at = file.lastIndexOf('startxref');
    const zip = reachingOver(testZip([{ name: 'a.txt', data: Buffer.from(phone) }]), file.length - at);
    expect((await opened(pdf, Buffer.concat([file.subarray(0, at), zip, file.subarray(at)]))).unread.map(({ detail }) => detail)).toContain('archive within');
    expect((await opened(pdf, file)).reasons).toEqual([]);
  });

  it('that is called a text, and an archive that is called a PDF, are disputed', async () => {
    const archive = sourceOf(testZip([{ name: 'a.pdf', data: page('x'), method: 0 }]));
    const dispute = async (format: string, fileName: string | undefined, contentType: string | undefined, source = archive): Promise<boolean> => isDisputed({ format, fileName, contentType }, source);
    expect(await dispute('zip', 'a.pdf', undefined)).toBe(true);
    expect(await dispute('zip', undefined, 'application/pdf')).toBe(true);
    expect(await dispute('zip', 'a.zip', undefined)).toBe(false);
    expect(await dispute('zip', 'a.pdf', undefined, sourceOf(testZip([{ name: 'a.txt', data: Buffer.from('x') }])))).toBe(false);
    expect(await dispute('pdf', 'notes.txt', undefined)).toBe(true);
    expect(await dispute('pdf', 'notes.pdf', 'application/octet-stream')).toBe(false);
  });
});
