/** Which zips are documents: told from the names of their entries alone. */
import type { ZipArchive } from '../zip/archive.js';

export type OfficeKind = 'docx' | 'xlsx' | 'pptx' | 'ooxml' | 'odf' | 'ofd';

export function officeKind(archive: Pick<ZipArchive, 'entries'>): OfficeKind | undefined {
  const names = new Set(archive.entries.map(({ name }) => name));
  const under = (folder: string): boolean => archive.entries.some(({ name }) => name.startsWith(folder));
  if (names.has('[Content_Types].xml')) return under('word/') ? 'docx' : under('xl/') ? 'xlsx' : under('ppt/') ? 'pptx' : 'ooxml';
  if (names.has('OFD.xml')) return 'ofd';
  return names.has('META-INF/manifest.xml') && (names.has('content.xml') || names.has('mimetype')) ? 'odf' : undefined;
}
