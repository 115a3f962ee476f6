/** Documents as containers: what is signed, encrypted or odd, and what the parts of a workbook tell each other. */
import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import { costing } from '../../../../kit/cpu-time.js';
import { numberSource } from '../../../../kit/numbers.js';
import { openBytes, type OpenedBytes } from '../../../../kit/containers.js';
import { testZip } from '../../../../kit/zip.js';
import { readXml } from './read-xml.js';

const numbers = numberSource(606);
const phone = numbers.phone();
const TYPES = { name: '[Content_Types].xml', data: Buffer.from('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>') };
const word = (text: string): Buffer => Buffer.from(`<w:document><w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:body></w:document>`);
const open = (...parts: readonly (readonly [name: string, data: Buffer | string])[]): Promise<OpenedBytes> =>
  openBytes('zip', testZip([TYPES, ...parts.map(([name, data]) => ({ name, data: Buffer.from(data as Buffer) }))]));
const again = async ({ masked }: OpenedBytes): Promise<OpenedBytes> => openBytes('zip', Buffer.isBuffer(masked) ? masked : Buffer.alloc(0));

describe('a document that cannot be changed', () => {
  it.each([
    ['OOXML', '_xmlsignatures/sig1.xml'],
    ['OpenDocument', 'META-INF/documentsignatures.xml'],
    ['OFD', 'Doc_0/Signs/Sign_0/Signature.xml'],
  ])('signed as %s is read, and nothing in it can be masked', async (_, signature) => {
    const seen = await open(['word/document.xml', word(phone)], [signature, '<Signature/>']);
    expect(seen.findings.map(({ maskable }) => maskable)).toEqual([false]);
    expect(seen.masked).toBeUndefined();
  });

  it('encrypted as OpenDocument is encrypted, part by part', async () => {
    const manifest = '<manifest:manifest><manifest:file-entry manifest:full-path="content.xml" manifest:size="100"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>';
    const seen = await openBytes('zip', testZip([{ name: 'mimetype', method: 0, data: Buffer.from('application/vnd.oasis.opendocument.text') }, { name: 'content.xml', data: Buffer.alloc(100, 7) }, { name: 'META-INF/manifest.xml', data: Buffer.from(manifest) }]));
    expect(seen.unscannable.map(({ reason, bytes }) => [reason, bytes])).toEqual([['encrypted', 100]]);
    expect(seen.masked).toBeUndefined();
  });
});

describe('a document', () => {
  it('says what it is, and each part with every byte of it', async () => {
    const seen = await open(['word/document.xml', word(phone)]);
    expect(seen.lines.some(({ chain }) => chain.join() === 'zip,docx')).toBe(true);
    expect(seen.lines.find(({ part }) => part === 'body/1.xml')).toEqual({ part: 'body/1.xml', chain: ['utf-8', 'xml'], scanned: word(phone).length, unscanned: 0, inside: 'body' });
  });

  it('has names of parts that are scanned and never changed', async () => {
    const seen = await open([`word/${phone}.xml`, word('x')]);
    expect(seen.findings.map(({ maskable }) => maskable)).toEqual([false]);
  });

  it('has documents within it, masked from the inside out', async () => {
    const inner = testZip([TYPES, { name: 'word/document.xml', data: word(phone) }]);
    const seen = await open(['xl/workbook.xml', '<workbook/>'], ['xl/embeddings/Microsoft_Word_Document1.docx', inner]);
    expect(seen.findings.length).toBe(1);
    expect(Buffer.isBuffer(seen.masked)).toBe(true);
    expect((await again(seen)).findings).toEqual([]);
  });

  it('has settings of printers, in which names are read', async () => {
    const settings = Buffer.concat([Buffer.from([1, 4, 0, 0xff]), Buffer.from(`打印 ${phone}`, 'utf16le'), Buffer.from([0, 0, 9, 9]), Buffer.from(`p ${phone}\0`), Buffer.alloc(200)]);
    const seen = await open(['xl/workbook.xml', '<workbook/>'], ['xl/printerSettings/printerSettings1.bin', settings]);
    expect(seen.unscannable).toEqual([]);
    expect(seen.findings.map(({ maskable }) => maskable)).toEqual([false, false]);
    const plain = await open(['xl/workbook.xml', '<workbook/>'], ['xl/printerSettings/printerSettings1.bin', Buffer.concat([Buffer.alloc(300, 3), Buffer.from('HP LaserJet', 'utf16le')])]);
    expect([plain.findings, plain.unscannable]).toEqual([[], []]);
  });
});

/** A font with these tables, one behind the other. */
function font(tables: Readonly<Record<string, Buffer>>): Buffer {
  const entries = Object.entries(tables);
  const head = Buffer.alloc(12 + 16 * entries.length);
  head.writeUInt32BE(0x00010000, 0);
  head.writeUInt16BE(entries.length, 4);
  let at = head.length;
  for (const [i, [name, bytes]] of entries.entries()) {
    head.write(name, 12 + 16 * i, 'latin1');
    head.writeUInt32BE(at, 12 + 16 * i + 8);
    head.writeUInt32BE(bytes.length, 12 + 16 * i + 12);
    at += bytes.length;
  }
  return Buffer.concat([head, ...entries.map(([, bytes]) => bytes)]);
}
/** A value in DER. */
const der = (tag: number, bytes: Buffer): Buffer => Buffer.concat([Buffer.from([tag, 0x82, bytes.length >> 8, bytes.length & 0xff]), bytes]);

describe('binary parts', () => {
  const part = (name: string, bytes: Buffer): Promise<OpenedBytes> => openBytes('zip', testZip([{ name: 'OFD.xml', data: Buffer.from('<ofd:OFD/>') }, { name, data: bytes }]));
  const digits = Buffer.from(`..${phone}..`);

  it('that are fonts to the last byte are no text: their names are read, their outlines are not', async () => {
    const good = await part('Doc_0/Res/font_1.ttf', font({ glyf: digits, name: Buffer.from(`电话${phone}`, 'utf16le').swap16() }));
    expect(good.unscannable.map(({ reason }) => reason)).toEqual(['no-text']);
    expect(good.findings.length).toBe(1);
    const more = await part('Doc_0/Res/font_1.ttf', Buffer.concat([font({ glyf: digits }), Buffer.alloc(9), digits]));
    expect(more.unscannable.map(({ reason }) => reason)).toEqual(['unsupported']);
    expect(more.findings.length).toBe(2);
  });

  it('that are fonts under one of the keys in the table of fonts, as Word embeds them, are fonts', async () => {
    const key = '1DFAA123-4B5C-6D7E-8F90-A1B2C3D4E5F6';
    const bytes = Buffer.from(key.replaceAll('-', ''), 'hex').reverse();
    const covered = font({ glyf: digits, name: Buffer.from(`电话${phone}`, 'utf16le').swap16() });
    for (let i = 0; i < 32; i++) covered[i] = (covered[i] ?? 0) ^ (bytes[i % 16] ?? 0);
    const word = (own: string): Promise<OpenedBytes> =>
      openBytes('zip', testZip([['[Content_Types].xml', '<Types/>'], ['word/document.xml', '<w:document/>'], ['word/fontTable.xml', `<w:fonts><w:embedRegular w:fontKey="{00000000-0000-0000-0000-000000000001}"/><w:embedBold w:fontKey="{${own}}"/></w:fonts>`], ['word/fonts/font1.odttf', covered]].map(([name = '', data = '']) => ({ name: String(name), data: Buffer.from(data) }))));
    const seen = await word(key);
    expect(seen.unscannable.map(({ reason }) => reason)).toEqual(['no-text']);
    expect(seen.findings.length).toBe(1);
    expect((await word('00000000-0000-0000-0000-000000000002')).unscannable.map(({ reason }) => reason)).toEqual(['unsupported']);
  });

  it('that are signatures or seals to the last byte are no text, and text in them is read', async () => {
    const seal = der(0x30, Buffer.concat([der(0x02, Buffer.from([4])), der(0x30, der(0x0c, digits)), der(0x04, Buffer.alloc(300, 0x89))]));
    for (const [bytes, reason] of [[seal, 'no-text'], [Buffer.concat([seal, Buffer.alloc(1)]), 'unsupported'], [seal.subarray(0, -1), 'unsupported']] as const) {
      const seen = await part('Doc_0/Signs/Sign_0/Seal.esl', Buffer.from(bytes));
      expect(seen.unscannable.map((one) => one.reason)).toEqual([reason]);
      expect(seen.findings.map(({ maskable }) => maskable)).toEqual([false]);
    }
  });
});

describe('a workbook', () => {
  const strings = (...texts: readonly string[]): string => `<sst>${texts.map((text) => `<si><t>${text}</t></si>`).join('')}</sst>`;
  const sheet = (...rows: readonly (readonly string[])[]): string =>
    `<worksheet><sheetData>${rows.map((cells, row) => `<row r="${row + 1}">${cells.map((cell, column) => `<c r="${'ABC'.charAt(column)}${row + 1}"${cell.startsWith('#') ? ' t="s"' : ''}><v>${cell.replace('#', '')}</v></c>`).join('')}</row>`).join('')}</sheetData></worksheet>`;
  const rows = [['#0', '#1'], ['#2', '#3'], ['#2', '#3']] as const;

  it('lends a column its header: for shared strings, whichever part comes first in the file', async () => {
    const without = await open(['xl/sharedStrings.xml', strings('姓名', 'x', '张', phone)], ['xl/worksheets/sheet1.xml', sheet(...rows)]);
    for (const parts of [
      [['xl/sharedStrings.xml', strings('姓名', '联系电话', '张', phone)], ['xl/worksheets/sheet1.xml', sheet(...rows)]],
      [['xl/worksheets/sheet1.xml', sheet(...rows)], ['xl/sharedStrings.xml', strings('姓名', '联系电话', '张', phone)]],
    ] as const) {
      const seen = await open(...parts);
      const best = (all: OpenedBytes): number => Math.max(0, ...all.findings.map(({ confidence }) => confidence));
      expect(best(seen)).toBeGreaterThan(best(without));
      // Only the part with the strings is read again to be masked: it finds the same.
      expect((await again(seen)).findings).toEqual([]);
    }
  });

  it('shows each shared string once, however many cells hold it', async () => {
    const seen = await open(['xl/worksheets/sheet1.xml', sheet(...rows)], ['xl/sharedStrings.xml', strings('姓名', '手机', '张', phone)]);
    expect(seen.findings.map(({ detector }) => detector)).toEqual(['cn.phone']);
  });

  it('keeps numbers in caches and charts numbers', async () => {
    const seen = await open(
      ['xl/workbook.xml', '<workbook/>'],
      ['xl/pivotCache/pivotCacheRecords1.xml', `<pivotCacheRecords><r><n v="${phone}"/><s v="电话${phone}"/></r></pivotCacheRecords>`],
      ['xl/externalLinks/externalLink1.xml', `<externalLink><externalBook><sheetDataSet><sheetData><row r="1"><cell r="A1"><v>${phone}</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>`],
      ['xl/charts/chart1.xml', `<c:chartSpace><c:chart><c:numCache><c:pt idx="0"><c:v>${phone}</c:v></c:pt></c:numCache><c:txPr><a:p><a:r><a:t>${phone.slice(0, 4)}</a:t></a:r><a:r><a:t>${phone.slice(4)}</a:t></a:r></a:p></c:txPr></c:chart></c:chartSpace>`],
    );
    expect(seen.findings.length).toBe(5);
    expect((await again(seen)).findings).toEqual([]);
  });
});

describe('hostile parts', () => {
  it.each([
    ['tables without end', '<w:tbl><w:tr><w:tc><w:p><w:t>1</w:t></w:p></w:tc></w:tr></w:tbl>'],
    ['levels without end', '<w:p><w:sdt><w:tbl>'],
    ['references without end', '<w:t>&#49;&#50;</w:t>'],
    ['tags without end', `<w:a b='${'x'.repeat(200)}'/>`],
    ['breaks without end', '<w:br/><w:tab/>'],
  ])('%s are read in time that grows with their size', (_, one) => {
    const part = `<w:document>${one.repeat(Math.ceil(5e5 / one.length))}`;
    expect(costing(() => readXml(part, { sizes: [65_536] }), 5000).cpuMs).toBeLessThan(5000);
  });

  it('never throw, whatever the bytes, and the cut changes nothing', () => {
    const piece = fc.constantFrom('<w:document>', '<w:p>', '</w:p>', '<w:t>', '</w:t>', '<w:tbl>', '</w:tbl>', '<w:tc>', '<w:tr/>', '<w:sym w:char="F031"/>', '<c r="B2" t="s">', '<v>', '<f>', '</v>', '&#x31;', '&amp;', '&', '<', '>', '"', '<![CDATA[', ']]>', '<!--', '-->', '<?', '?>', phone, phone.slice(0, 5), phone.slice(5), '<worksheet>', '<sst><si>', '<c><v>', '\n  ', ' ', '<office:document-content>', '<text:p>', '</text:p>', '<text:span>', '<draw:frame>', '<chartSpace>', '<ofd:Page>', '<a b="', '\ufeff', '\0', '电话');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.constantFrom([1], [2, 5], [13]), (pieces, sizes) => {
        const bytes = Buffer.from(`<${pieces.join('')}`);
        const whole = readXml(bytes);
        const cut = readXml(bytes, { sizes });
        expect(whole.output.length).toBe(bytes.length);
        expect(cut.output.equals(whole.output)).toBe(true);
        expect(cut.findings).toEqual(whole.findings);
      }),
      { numRuns: 500, seed: 6 },
    );
  });
});
