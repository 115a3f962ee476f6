/** Whether a file can be read as something else than its first bytes say: by programs that look for their format's marks further in, or from the end. */
import type { ChildPart, PartSource } from '../../ports.js';

const PIECE = 128 * 1024;
/** RAR and 7-Zip look for these anywhere, for the sake of archives that unpack themselves. */
const ARCHIVES = [Buffer.from('Rar!\x1a\x07', 'latin1'), Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c])];
const ZIP_END = Buffer.from('PK\x05\x06', 'latin1');
const ZIP_END_LENGTH = 22;
const ZIP_RECORD = 0x02014b50;
const ELSEWHERE = 0xffffffff;
/** Behind the end record a comment may follow, and so anything else. */
const ZIP_END_WITHIN = ZIP_END_LENGTH + 0xffff;
/** Readers of PDF look for its signature this far. */
const PDF_WITHIN = 1024;
const PDF = Buffer.from('%PDF-');
const PDF_END = Buffer.from('%%EOF');

/** Stretches of [0, to) that lap over each other by more than any mark is long. */
async function* stretches(source: PartSource, to: number): AsyncGenerator<{ readonly at: number; readonly bytes: Buffer }> {
  const lap = 8;
  for (let at = 0; at < to; at += PIECE) yield { at, bytes: Buffer.from(await source.read(at, Math.min(PIECE + lap, to - at))) };
}

/** An archive that its own programs would find in [0, to). */
export async function holdsArchive(source: PartSource, to: number): Promise<boolean> {
  for await (const { bytes } of stretches(source, to)) if (ARCHIVES.some((mark) => bytes.includes(mark))) return true;
  const tailAt = Math.max(0, to - ZIP_END_WITHIN);
  const tail = Buffer.from(await source.read(tailAt, to - tailAt));
  for (let at = tail.indexOf(ZIP_END); at >= 0; at = tail.indexOf(ZIP_END, at + 1)) {
    if (at + ZIP_END_LENGTH > tail.length) return false;
    const [size, offset] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
    if (size === ELSEWHERE || offset === ELSEWHERE) return true;
    for (const from of [tailAt + at - size, offset]) if (size > 0 && from >= 0 && from + 4 <= to && Buffer.from(await source.read(from, 4)).readUInt32LE(0) === ZIP_RECORD) return true;
  }
  return false;
}

async function startOfPdf(source: PartSource): Promise<number> {
  return Buffer.from(await source.read(0, Math.min(PDF_WITHIN, source.size))).indexOf(PDF);
}

/** Where a PDF stands in [0, to) that readers would show; undefined where there is none. */
export async function pdfWithin(source: PartSource, to: number): Promise<{ readonly from: number; readonly to: number } | undefined> {
  const from = await startOfPdf(source);
  if (from < 0 || from >= to) return undefined;
  let end = -1;
  for await (const { at, bytes } of stretches(source, to)) {
    const last = bytes.lastIndexOf(PDF_END);
    if (last >= 0) end = Math.max(end, at + last + PDF_END.length);
  }
  return { from, to: end > from ? end : to };
}

const PDF_NAME = /\.pdf$/i;
const PDF_TYPE = /^application\/(x-)?pdf\s*(;|$)/i;
/** Shown as the text they are, whatever they begin with. */
const TEXT_NAME = /\.(txt|csv|tsv|json|xml|html?|xhtml|svg|log|sql|md|eml|mht(ml)?)$/i;

/** Whoever goes by what a file is called reads another file than those who go by its first bytes. */
export async function isDisputed({ format, fileName = '', contentType = '' }: Pick<ChildPart, 'format' | 'fileName' | 'contentType'>, source: PartSource): Promise<boolean> {
  if (format === 'pdf') return TEXT_NAME.test(fileName);
  return (PDF_NAME.test(fileName) || (fileName === '' && PDF_TYPE.test(contentType.trim()))) && (await startOfPdf(source)) >= 0;
}
