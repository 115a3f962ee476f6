/** PDF, RTF and pictures are opened within the bounds of the process that opens them; large and hostile ones end there. */
import { describe, expect, it } from '@jest/globals';
import { numberSource } from '../../../kit/numbers.js';
import { openingProcess } from '../../../kit/opening-process.js';
import { converted, realFiles } from '../../../kit/real-files.js';
import { SAMPLES } from './media/samples.js';
import { writePdf } from './pdf/write-pdf.js';

const phone = numberSource(68).phone();
const seen = openingProcess();

const line = (text: string): string => `BT /F1 12 Tf 50 700 Td (${text}) Tj ET`;

describe('the process that opens files', () => {
  it('opens PDF, RTF and every picture, and writes RTF anew', async () => {
    const [pdf = Buffer.alloc(0), rtf = Buffer.alloc(0)] = await realFiles([converted('html', `<meta charset="utf-8"><p>电话 ${phone}</p>`, 'pdf'), converted('html', `<meta charset="utf-8"><p>电话 ${phone}</p>`, 'rtf')]);
    expect(await seen('pdf', pdf)).toEqual({ found: ['cn.phone false'], reasons: [], masked: undefined });
    const first = await seen('rtf', rtf);
    expect(first).toMatchObject({ found: ['cn.phone true'], reasons: [] });
    expect(await seen('rtf', first.masked ?? Buffer.alloc(0))).toEqual({ found: [], reasons: [], masked: undefined });
    for (const [format, make] of SAMPLES) {
      const { found, ...rest } = await seen(format, make(`tel ${phone}`));
      // A drawing's words are read as its records have them, and may stand in its bytes as they are.
      expect([format, new Set(found), rest]).toEqual([format, new Set(['cn.phone false']), { reasons: ['no-text'], masked: undefined }]);
    }
  });

  it('reads a PDF of many pages and one with a large picture within its memory', async () => {
    const pages = Array.from({ length: 300 }, (_, i) => Array.from({ length: 40 }, (_line, row) => `BT /F1 9 Tf 30 ${780 - 18 * row} Td (page ${i} row ${row} of a long report without numbers) Tj ET`).join('\n'));
    const long = await seen('pdf', writePdf({ pages: [...pages, line(phone)], packed: true }));
    expect(long).toEqual({ found: ['cn.phone false'], reasons: [], masked: undefined });
    const image = `<< /Type /XObject /Subtype /Image /Width 8000 /Height 4000 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 32000000 >>\nstream\n${'a'.repeat(32_000_000)}\nendstream`;
    const heavy = await seen('pdf', writePdf({ pages: ['q 500 0 0 700 50 50 cm /I Do Q'], resources: '/XObject << /I 100 0 R >>', objects: [image] }));
    expect(heavy).toEqual({ found: [], reasons: ['no-text', 'no-text'], masked: undefined });
  });

  it('ends at a PDF whose pages or forms never end', async () => {
    // A form that shows itself, a tree of pages that is its own child, a page of a million words.
    const loop = await seen('pdf', writePdf({ pages: ['/F Do'], resources: '/XObject << /F 100 0 R >>', objects: ['<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 100 0 R >> >> /Length 5 >>\nstream\n/F Do\nendstream'] }));
    expect(loop.reasons.length).toBeGreaterThan(0);
    const tree = Buffer.from(writePdf({ pages: ['x'] }).toString('latin1').replace('/Kids [10 0 R]', '/Kids [2 0 R ]'), 'latin1');
    expect((await seen('pdf', tree)).reasons.length).toBeGreaterThan(0);
    const words = await seen('pdf', writePdf({ pages: [`BT /F1 9 Tf ${'1 0 0 1 5 5 Tm (ab) Tj '.repeat(400_000)} ET`], packed: true }));
    // What was cut off there is told as damage as well.
    expect(words.reasons).toEqual(['too-large', 'malformed']);
  });
});
