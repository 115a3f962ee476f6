/** Hostile documents: loops of objects and sectors, text that unpacks without end, markup deeper and wider than any. */
import { deflateSync, gzipSync } from 'node:zlib';
import { everyFormat, type FormatFile } from '../kit/every-format.js';
import { SAMPLES, pngChunk } from '../gateway/decode/extract/media/samples.js';
import { writePdf, type PdfParts } from '../gateway/decode/extract/pdf/write-pdf.js';
import { testZip } from '../kit/zip.js';
import { ANYHOW, times, u16, u32, type Hostile } from './hostile.js';

const MIB = 2 ** 20;
const PHONE = '13800138000';
const TYPES = Buffer.from('<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>');
const RELS = (to: string): Buffer => Buffer.from(`<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="${to}"/></Relationships>`);
const WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>';

/** A docx of one part. */
function docx(document: Buffer | string): { bytes: Buffer } {
  return { bytes: testZip([{ name: '[Content_Types].xml', data: TYPES }, { name: '_rels/.rels', data: RELS('word/document.xml') }, { name: 'word/document.xml', data: Buffer.from(document) }]) };
}
function xlsx(strings: Buffer, sheet: Buffer): { bytes: Buffer } {
  const types = Buffer.from(TYPES.toString().replace('/word/document.xml', '/xl/workbook.xml').replace('wordprocessingml.document.main', 'spreadsheetml.sheet.main'));
  const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  return {
    bytes: testZip([
      { name: '[Content_Types].xml', data: types }, { name: '_rels/.rels', data: RELS('xl/workbook.xml') }, { name: 'xl/workbook.xml', data: Buffer.from(`<workbook ${main}><sheets><sheet name="a" sheetId="1"/></sheets></workbook>`) },
      { name: 'xl/sharedStrings.xml', data: Buffer.concat([Buffer.from(`<sst ${main}>`), strings, Buffer.from('</sst>')]) }, { name: 'xl/worksheets/sheet1.xml', data: Buffer.concat([Buffer.from(`<worksheet ${main}><sheetData>`), sheet, Buffer.from('</sheetData></worksheet>')]) },
    ]),
  };
}
const paragraph = (text: string): string => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;
const pdf = (parts: PdfParts) => (): { bytes: Buffer } => ({ bytes: writePdf(parts) });
const rtf = (body: Buffer | string) => (): { bytes: Buffer } => ({ bytes: Buffer.concat([Buffer.from('{\\rtf1\\ansi '), Buffer.from(body), Buffer.from('}')]) });
const stream = (dictionary: string, body: Buffer): string => `<< /Length ${body.length} ${dictionary} >>\nstream\n${body.toString('latin1')}\nendstream`;
const deflated = (rounds: number, bytes: Buffer): Buffer => (rounds === 0 ? bytes : deflated(rounds - 1, deflateSync(bytes)));

/** A sound file of a format, changed. */
const changed = (name: string, change: (bytes: Buffer) => Buffer) => async (): Promise<FormatFile> => {
  const file = (await everyFormat(PHONE)).find((one) => one.name === name);
  if (file === undefined) throw new Error(`no ${name}`);
  return { ...file, bytes: change(Buffer.from(file.bytes)) };
};
/** Every entry of the first table of sectors leads to where `next` says. */
function chained(bytes: Buffer, next: (sector: number) => number): Buffer {
  const size = 1 << bytes.readUInt16LE(30);
  const table = (bytes.readUInt32LE(76) + 1) * size;
  for (let sector = 0; sector < size / 4; sector++) bytes.writeUInt32LE(next(sector), table + 4 * sector);
  return bytes;
}

export const DOCUMENTS: readonly Hostile[] = [
  { name: 'a docx of a tag with a million attributes', ends: /malformed/, make: () => docx(`${WORD}<w:p ${Array.from({ length: 1_000_000 }, (_, i) => `a${i}="1"`).join(' ')}>${PHONE}</w:p></w:body></w:document>`) },
  { name: 'a docx of 100,000 elements in one another', ends: ANYHOW, make: () => docx(`${WORD}${'<w:p>'.repeat(100_000)}${PHONE}${'</w:p>'.repeat(100_000)}</w:body></w:document>`) },
  { name: 'a docx of 300,000 paragraphs', ends: /^$|too-large ratio/, make: () => docx(`${WORD}${paragraph('x').repeat(300_000)}${paragraph(PHONE)}</w:body></w:document>`) },
  { name: 'a docx of entities that stand for entities', ends: ANYHOW, make: () => docx(`<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "${'1'.repeat(1000)}">${Array.from('bcdefghi', (name, i) => `<!ENTITY ${name} "${`&${'abcdefgh'[i]};`.repeat(10)}">`).join('')}]>${WORD}${paragraph('&i;')}</w:body></w:document>`) },
  { name: 'a docx with a number made of entities of its own', ends: ANYHOW, make: () => docx(`<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "138001">]>${WORD}${paragraph('&a;38000')}</w:body></w:document>`) },
  { name: 'a docx that is never closed', finds: 1, ends: /^$|malformed/, make: () => docx(`${WORD}<w:p><w:r><w:t>${PHONE}`) },
  { name: 'a docx of one comment of 20 MiB', ends: ANYHOW, make: () => docx(`${WORD}<!-- ${'ab'.repeat(10 * MIB)}`) },
  { name: 'an xlsx with a table of 500,000 strings', ends: /^$|too-large ratio/, make: () => xlsx(times(500_000, '<si><t>x</t></si>'), Buffer.from(`<row r="1"><c r="A1" t="inlineStr"><is><t>${PHONE}</t></is></c></row>`)) },
  { name: 'an xlsx of strings that there are not', ends: /^$|malformed/, make: () => xlsx(Buffer.alloc(0), times(10_000, '<row r="1"><c r="A1" t="s"><v>4294967295</v></c><c r="ZZZZZZZZ99999999999999999999" t="s"><v>-1</v></c></row>')) },
  { name: 'a pdf whose pages are one another', ends: ANYHOW, make: () => ({ bytes: Buffer.from(writePdf({ pages: [`BT /F1 12 Tf (${PHONE}) Tj ET`] }).toString('latin1').replace('/Kids [10 0 R]', '/Kids [2 0 R ]'), 'latin1') }) },
  { name: 'a pdf whose drawing draws itself', ends: ANYHOW, make: pdf({ pages: ['/X Do'], objects: [stream('/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 100 0 R >> >>', Buffer.from(`BT /F1 9 Tf (${PHONE}) Tj ET /X Do /X Do`))], resources: '/XObject << /X 100 0 R >>' }) },
  { name: 'a pdf whose drawings draw ten others each, ten deep', ends: /timeout/, slow: true, make: pdf({ pages: ['/X Do'], objects: Array.from({ length: 10 }, (_, i) => stream(`/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X ${101 + i} 0 R >> /Font << /F1 3 0 R >> >>`, Buffer.from(i === 9 ? 'BT /F1 9 Tf (text) Tj ET' : '/X Do '.repeat(10)))), resources: '/XObject << /X 100 0 R >>' }) },
  { name: 'a pdf page of 200 MiB of operators', ends: /too-large|timeout/, slow: true, make: pdf({ pages: [''], objects: [stream('/Filter [/FlateDecode /FlateDecode]', deflated(2, times(20 * MIB, 'q Q q Q q ')))], page: '/Contents 100 0 R' }) },
  { name: 'a pdf stream in a hundred filters', ends: ANYHOW, make: pdf({ pages: [''], objects: [stream(`/Filter [${'/FlateDecode '.repeat(100)}]`, deflated(100, Buffer.from(`BT /F1 9 Tf (${PHONE}) Tj ET`)))], page: '/Contents 100 0 R' }) },
  { name: 'a pdf of arrays in arrays', ends: ANYHOW, make: pdf({ pages: [`BT /F1 9 Tf (${PHONE}) Tj ET`], objects: ['['.repeat(200_000)], catalogue: '/Names 100 0 R' }) },
  { name: 'a pdf whose index leads to itself', ends: ANYHOW, make: () => ({ bytes: Buffer.from(`%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 3 /Root 1 0 R /Prev 58 >>\nstartxref\n58\n%%EOF\n`) }) },
  { name: 'a pdf of objects in a stream of objects that is itself', ends: ANYHOW, make: pdf({ pages: [`BT /F1 9 Tf (${PHONE}) Tj ET`], objects: [stream('/Type /ObjStm /N 1000000 /First 10 /Extends 100 0 R', Buffer.from('100 0 100 0')), '<< /A 100 0 R >>'], catalogue: '/Extra 100 0 R' }) },
  { name: 'a pdf that says it has two thousand million pages', ends: ANYHOW, make: () => ({ bytes: Buffer.from(writePdf({ pages: [`BT /F1 9 Tf (${PHONE}) Tj ET`] }).toString('latin1').replace('/Count 1 ', '/Count 2000000000 '), 'latin1') }) },
  { name: 'an rtf whose binary lies about its length', ends: /malformed/, make: rtf(`\\bin2147483647 ${PHONE}`) },
  { name: 'an rtf whose binary is shorter than nothing', ends: ANYHOW, make: rtf(`\\bin-5 ${PHONE}`) },
  { name: 'an rtf of a hundred thousand groups in one another', ends: /malformed|too-deep/, make: rtf(`${'{'.repeat(100_000)}${PHONE}${'}'.repeat(100_000)}`) },
  { name: 'an rtf of a million empty groups', ends: /^$/, finds: 1, make: rtf(`${'{}'.repeat(1_000_000)} ${PHONE}`) },
  { name: 'an rtf of a control word of 5 MiB', ends: ANYHOW, make: rtf(`\\${'a'.repeat(5 * MIB)} ${PHONE}`) },
  { name: 'an rtf of 5,100 pictures', ends: /too-many-parts/, make: rtf('{\\pict\\pngblip 89504e470d0a1a0a}'.repeat(5_100)) },
  { name: 'an rtf of a million characters with ten ways to skip them', ends: ANYHOW, make: rtf('\\uc10\\u49?????????? '.repeat(100_000)) },
  { name: 'an ole whose sectors lead to themselves', ends: /malformed/, make: changed('msg', (bytes) => chained(bytes, (sector) => sector)) },
  { name: 'an ole whose sectors lead in a circle', ends: /malformed/, make: changed('msg', (bytes) => chained(bytes, (sector) => (sector + 1) % 64)) },
  { name: 'an ole whose sectors all lead to the first', ends: /malformed/, make: changed('doc', (bytes) => chained(bytes, () => 0)) },
  { name: 'an ole of sectors of one byte', ends: /malformed/, make: changed('doc', (bytes) => Buffer.concat([bytes.subarray(0, 30), u16(0), bytes.subarray(32)])) },
  { name: 'an ole of 4,000 million tables', ends: /^$|malformed/, make: changed('xls', (bytes) => Buffer.concat([bytes.subarray(0, 44), u32(0xfffffff0), bytes.subarray(48)])) },
  { name: 'a winmail.dat whose attribute is longer than the file', ends: /malformed/, make: () => ({ bytes: Buffer.concat([u32(0x223e9f78), u16(1), Buffer.from([1]), u32(0x0002800c), u32(0x7fffffff), Buffer.from(PHONE)]) }) },
  { name: 'a winmail.dat of 200,000 attachments', ends: /too-many-parts|malformed/, make: () => ({ bytes: Buffer.concat([u32(0x223e9f78), u16(1), times(200_000, Buffer.concat([Buffer.from([2]), u32(0x00069002), u32(0), u16(0), Buffer.from([2]), u32(0x0006800f), u32(0), u16(0)]))]) }) },
  { name: 'a png whose words unpack to 128 MiB', ends: /too-large|malformed/, make: () => ({ bytes: pngWith('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(Buffer.alloc(128 * MIB), { level: 1 })])) }) },
  { name: 'a png that says it has a million million pixels', ends: ANYHOW, make: () => ({ bytes: Buffer.from((SAMPLES.get('png')?.('x') ?? Buffer.alloc(0)).map((byte, at) => (at >= 16 && at < 24 ? 0x7f : byte))) }) },
  { name: 'a png of 200,000 texts', ends: /too-many-parts/, make: () => ({ bytes: pngWith('tEXt', Buffer.from('Comment\0x'), 200_000) }) },
  { name: 'a tiff whose directory leads to itself', ends: /malformed/, make: () => ({ bytes: Buffer.concat([Buffer.from('II*\0'), u32(8), u16(1), u16(270), u16(2), u32(0xffffffff), u32(8), u32(8)]) }) },
  { name: 'an mp4 of boxes in boxes, 10,000 deep', ends: ANYHOW, make: () => ({ bytes: boxes(10_000) }) },
  { name: 'an ogg of 50,000 pages without a byte', ends: ANYHOW, make: () => ({ bytes: times(50_000, Buffer.concat([Buffer.from('OggS\0\0'), Buffer.alloc(20), Buffer.from([0])])) }) },
  { name: 'a docx in a gz in a docx, nine deep', ends: /too-deep/, make: () => ({ bytes: Array.from({ length: 9 }).reduce<Buffer>((inner) => testZip([{ name: '[Content_Types].xml', data: TYPES }, { name: '_rels/.rels', data: RELS('word/document.xml') }, { name: 'word/document.xml', data: Buffer.from(`${WORD}</w:body></w:document>`) }, { name: 'word/embeddings/a.gz', data: gzipSync(inner) }]), Buffer.from(PHONE)) }) },
];

function pngWith(type: string, data: Buffer, count = 1): Buffer {
  const sound = SAMPLES.get('png')?.('x') ?? Buffer.alloc(0);
  const head = sound.subarray(0, 33);
  return Buffer.concat([head, times(count, pngChunk(type, data)), sound.subarray(33)]);
}

function boxes(levels: number): Buffer {
  const inner: Buffer[] = [];
  for (let left = levels; left > 0; left--) {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(8 * left);
    inner.push(size, Buffer.from('moov'));
  }
  const start = Buffer.concat([Buffer.from([0, 0, 0, 16]), Buffer.from('ftypisom\0\0\0\0')]);
  return Buffer.concat([start, ...inner]);
}
