/** What is read of a PDF, and what is said of the rest. */
import { describe, expect, it } from '@jest/globals';
import { pdf } from '../../../../../gateway/decode/extract/pdf/pdf.js';
import { numberSource } from '../../../../kit/numbers.js';
import { opened } from '../opened.js';
import { writePdf } from './write-pdf.js';

const numbers = numberSource(61);
const line = (text: string): string => `BT /F1 12 Tf 50 700 Td (${text}) Tj ET`;

describe('text of pages', () => {
  it('finds a number that is set in one piece, in packed pages as well', async () => {
    const id = numbers.residentId();
    const seen = await opened(pdf, writePdf({ pages: [line('nothing here'), line(`ID ${id}`)], packed: true }));
    expect(seen.values).toEqual([id]);
    expect(seen.reasons).toEqual([]);
  });

  it('finds a number whose digits are moved against each other one by one', async () => {
    const phone = numbers.phone();
    const kerned = `BT /F1 12 Tf 50 700 Td [${Array.from(phone, (digit) => `(${digit}) -40`).join(' ')}] TJ ET`;
    expect((await opened(pdf, writePdf({ pages: [kerned] }))).values).toEqual([phone]);
  });

  it('finds a number whose digits are placed one by one, in no order, and spread over boxes', async () => {
    const id = numbers.residentId();
    const place = (gap: number) => (digit: string, i: number): string => `BT /F1 12 Tf 1 0 0 1 ${50 + i * gap} 700 Tm (${digit}) Tj ET`;
    const shuffled = (gap: number): string => {
      const all = Array.from(id, place(gap));
      return [...all.filter((_, i) => i % 3 === 1), ...all.filter((_, i) => i % 3 === 0), ...all.filter((_, i) => i % 3 === 2)].join('\n');
    };
    for (const gap of [7, 12, 25]) expect((await opened(pdf, writePdf({ pages: [shuffled(gap)] }))).values).toContain(id);
  });

  it('finds a number that is broken between two lines, in running text and in a narrow column', async () => {
    const card = numbers.bankCard();
    const running = `BT /F1 12 Tf 14 TL 50 700 Td (The card that was given to us is ${card.slice(0, 9)}) Tj T* (${card.slice(9)} and it is good) Tj ET`;
    const column = `BT /F1 12 Tf 50 700 Td (card) Tj 100 0 Td (${card.slice(0, 12)}) Tj 200 0 Td (yes) Tj -200 -13 Td (${card.slice(12)}) Tj ET`;
    for (const page of [running, column]) expect((await opened(pdf, writePdf({ pages: [page] }))).values).toContain(card);
  });

  it('finds turned, tiny and invisible numbers', async () => {
    const [a, b, c] = [numbers.phone(), numbers.phone(), numbers.phone()];
    const page = `BT /F1 12 Tf 0 1 -1 0 300 100 Tm (${a}) Tj ET BT /F1 0.5 Tf 50 50 Td (${b}) Tj ET BT 3 Tr /F1 12 Tf 50 600 Td (${c}) Tj ET`;
    expect([...(await opened(pdf, writePdf({ pages: [page] }))).values].sort()).toEqual([a, b, c].sort());
  });

  it('does not make a number out of a list of others', async () => {
    const rows = ['20260101', '20260102', '20260103'].map((day, i) => `BT /F1 12 Tf 50 ${700 - 14 * i} Td (${day}) Tj ET`);
    expect((await opened(pdf, writePdf({ pages: [rows.join('\n')] }))).values).toEqual([]);
  });

  it('reads Chinese in a font that the file names and does not carry', async () => {
    const id = numbers.residentId();
    // 身份证号 in GBK.
    const seen = await opened(pdf, writePdf({ pages: [`BT /F2 12 Tf 50 700 Td <C9EDB7DDD6A4BAC5> Tj (${id}) Tj ET`] }));
    expect(seen.values).toEqual([id]);
    expect(seen.members[0]?.bytes.toString('utf8')).toContain('身份证号');
    expect(seen.reasons).toEqual([]);
  });
});

describe('what stands beside the pages', () => {
  it('finds numbers in annotations, form fields, bookmarks, scripts, document information and XMP', async () => {
    const [note, field, mark, script, title, xmp] = Array.from({ length: 6 }, () => numbers.phone());
    const packet = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>${xmp}</dc:title></rdf:Description></rdf:RDF></x:xmpmeta>`;
    const file = writePdf({
      pages: [line('nothing')],
      page: '/Annots [100 0 R 101 0 R]',
      catalogue: '/AcroForm << /Fields [101 0 R] >> /Outlines 102 0 R /OpenAction 104 0 R /Metadata 106 0 R /Names << /JavaScript << /Names [(a) 104 0 R] >> >>',
      trailer: '/Info 105 0 R',
      objects: [
        `<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (${note}) >>`,
        `<< /Type /Annot /Subtype /Widget /FT /Tx /T (phone) /V (${field}) /Rect [0 0 9 9] >>`,
        '<< /Type /Outlines /First 103 0 R /Last 103 0 R /Count 1 >>',
        `<< /Title (${mark}) /Parent 102 0 R /Dest [10 0 R /Fit] >>`,
        `<< /S /JavaScript /JS (app.alert\\("${script}"\\)) >>`,
        `<< /Title (${title}) >>`,
        `<< /Type /Metadata /Subtype /XML /Length ${packet.length} >>\nstream\n${packet}\nendstream`,
      ],
    });
    const seen = await opened(pdf, file);
    expect([...seen.values].sort()).toEqual([note, field, mark, script, title, xmp].sort());
    expect(seen.reasons).toEqual([]);
  });

  it('hands out embedded files, and says so when one is there that nothing leads to', async () => {
    const card = numbers.bankCard();
    const objects = [
      '<< /Type /Filespec /F (list.csv) /UF (list.csv) /EF << /F 101 0 R >> >>',
      `<< /Type /EmbeddedFile /Length ${card.length} >>\nstream\n${card}\nendstream`,
    ];
    const led = await opened(pdf, writePdf({ pages: [line('x')], objects, catalogue: '/Names << /EmbeddedFiles << /Names [(list.csv) 100 0 R] >> >>' }));
    expect(led.values).toEqual([card]);
    expect(led.members.find(({ name }) => name !== undefined)?.name).toBe('list.csv');
    expect(led.reasons).toEqual([]);
    expect((await opened(pdf, writePdf({ pages: [line('x')], objects }))).reasons).toEqual(['malformed']);
  });
});

describe('what nobody reads', () => {
  const image = '<< /Type /XObject /Subtype /Image /Width 40 /Height 40 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1600 >>\nstream\n' + 'a'.repeat(1600) + '\nendstream';

  it('says no-text of a page that shows an image or drawn outlines alone, and nothing of a blank page', async () => {
    const scanned = await opened(pdf, writePdf({ pages: ['q 500 0 0 700 50 50 cm /I Do Q'], resources: '/XObject << /I 100 0 R >>', objects: [image] }));
    expect(scanned.reasons).toEqual(['no-text']);
    expect(scanned.unread.map(({ detail }) => detail)).toEqual(['page without text', 'pdf-image']);
    expect(scanned.unread.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThanOrEqual(1600);
    expect((await opened(pdf, writePdf({ pages: ['50 50 m 100 100 l 120 90 l f'] }))).reasons).toEqual(['no-text']);
    expect((await opened(pdf, writePdf({ pages: ['q Q'] }))).reasons).toEqual([]);
  });

  it('says no-text of an image within the page as well', async () => {
    const inline = 'q 500 0 0 700 50 50 cm BI /W 4 /H 4 /CS /G /BPC 8 ID aaaaaaaaaaaaaaaa EI Q';
    expect((await opened(pdf, writePdf({ pages: [inline] }))).reasons).toEqual(['no-text']);
  });

  it('reads what can be recovered of a file whose index is broken, and calls it malformed', async () => {
    const phone = numbers.phone();
    const file = writePdf({ pages: [line(phone)] });
    const broken = Buffer.from(file.toString('latin1').replace(/startxref\n\d+/, 'startxref\n7'), 'latin1');
    const cut = file.subarray(0, file.lastIndexOf('xref\n0'));
    for (const one of [broken, cut]) {
      const seen = await opened(pdf, one);
      expect(seen.values).toEqual([phone]);
      expect(seen.reasons).toEqual(['malformed']);
    }
  });

  it('opens what stands before and behind the file as parts of their own', async () => {
    const phone = numbers.phone();
    const seen = await opened(pdf, Buffer.concat([Buffer.from(`tel ${phone}\n`), writePdf({ pages: [line('x')] }), Buffer.from('PK\x03\x04'.padEnd(40, '\0'), 'latin1')]));
    expect(seen.values).toEqual([phone]);
    expect(seen.members.map(({ nested }) => nested)).toContain('zip');
  });

  it('opens the version that an addition has replaced', async () => {
    const phone = numbers.phone();
    const first = writePdf({ pages: [line(phone)] });
    const place = first.length;
    const content = line('taken away');
    const start = /startxref\n(\d+)/.exec(first.toString('latin1'))?.[1] ?? '';
    const stream = `11 0 obj\n<< /Length ${content.length} >>\nstream\n${content}\nendstream\nendobj\n`;
    const addition = `${stream}xref\n11 1\n${String(place).padStart(10, '0')} 00000 n \ntrailer\n<< /Size 12 /Root 1 0 R /Prev ${start} >>\nstartxref\n${place + stream.length}\n%%EOF\n`;
    const seen = await opened(pdf, Buffer.concat([first, Buffer.from(addition)]));
    expect(seen.values).toEqual([]);
    const version = seen.members.find(({ label }) => label === 'version');
    expect(version?.nested).toBe('pdf');
    expect((await opened(pdf, version?.bytes ?? Buffer.alloc(0))).values).toEqual([phone]);
  });

  it('ends for any damage, within its bounds', async () => {
    const file = writePdf({ pages: [line(numbers.phone()), line('x')], packed: true });
    for (let at = 9; at < file.length; at += 97) {
      const seen = await opened(pdf, file.subarray(0, at));
      expect(seen.reasons.length).toBeGreaterThan(0);
    }
    expect((await opened(pdf, Buffer.from('%PDF-1.4\n'))).reasons).toEqual(['malformed']);
    expect((await opened(pdf, Buffer.from('no pdf at all'))).reasons).toEqual(['malformed']);
  });
});
