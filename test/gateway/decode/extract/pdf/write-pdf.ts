/** Writes small PDFs for tests, with a right index, from the objects they are to have. */
import { deflateSync } from 'node:zlib';

export interface PdfParts {
  /** A content stream for each page; Helvetica is F1, a font of GBK is F2. */
  readonly pages: readonly string[];
  readonly packed?: boolean;
  /** Further objects, numbered from 100 on: all that stands between `obj` and `endobj`. */
  readonly objects?: readonly string[];
  /** Added to the catalogue, to each page, and to the trailer. */
  readonly catalogue?: string;
  readonly page?: string;
  readonly trailer?: string;
  /** Of page resources, beside the fonts. */
  readonly resources?: string;
}

export function writePdf({ pages, packed = false, objects = [], catalogue = '', page = '', trailer = '', resources = '' }: PdfParts): Buffer {
  const pieces: Buffer[] = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  const places = new Map<number, number>();
  let at = pieces[0]?.length ?? 0;
  const put = (bytes: Buffer): void => {
    pieces.push(bytes);
    at += bytes.length;
  };
  const object = (number: number, body: string | Buffer): void => {
    places.set(number, at);
    put(Buffer.concat([Buffer.from(`${number} 0 obj\n`), Buffer.isBuffer(body) ? body : Buffer.from(body, 'latin1'), Buffer.from('\nendobj\n')]));
  };
  object(1, `<< /Type /Catalog /Pages 2 0 R ${catalogue} >>`);
  object(2, `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, i) => `${10 + 2 * i} 0 R`).join(' ')}] >>`);
  object(3, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  object(4, '<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /GBK-EUC-H /DescendantFonts [5 0 R] >>');
  object(5, '<< /Type /Font /Subtype /CIDFontType2 /BaseFont /SimSun /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /FontDescriptor 6 0 R >>');
  object(6, '<< /Type /FontDescriptor /FontName /SimSun /Flags 6 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 900 /Descent -200 /CapHeight 700 /StemV 80 >>');
  pages.forEach((content, i) => {
    const raw = Buffer.from(content, 'latin1');
    const bytes = packed ? deflateSync(raw) : raw;
    object(10 + 2 * i, `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents ${11 + 2 * i} 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> ${resources} >> ${page} >>`);
    object(11 + 2 * i, Buffer.concat([Buffer.from(`<< /Length ${bytes.length}${packed ? ' /Filter /FlateDecode' : ''} >>\nstream\n`), bytes, Buffer.from('\nendstream')]));
  });
  objects.forEach((body, i) => object(100 + i, body));
  const start = at;
  const numbers = [...places.keys()].sort((a, b) => a - b);
  const size = (numbers.at(-1) ?? 0) + 1;
  const rows = Array.from({ length: size }, (_, number) => {
    const place = places.get(number);
    return place === undefined ? '0000000000 65535 f \n' : `${String(place).padStart(10, '0')} 00000 n \n`;
  });
  put(Buffer.from(`xref\n0 ${size}\n${rows.join('')}trailer\n<< /Size ${size} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`));
  return Buffer.concat(pieces);
}
