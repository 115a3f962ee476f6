/** All formats that can be opened, by the name that magic.ts gives them. Each is loaded when the first file of its kind comes: children start fast. */
import type { ExtractContext, Extracted, Extractor } from './contract.js';
import type { PartSource } from '../../ports.js';
import { MEDIA_FORMATS } from './media/names.js';
import type { ZipArchive } from './zip/archive.js';
import { officeKind } from './office/claims.js';

/** A line for each format, in the order of the alphabet. */
const EXTRACTORS: ReadonlyMap<string, () => Promise<Extractor>> = new Map<string, () => Promise<Extractor>>([
  ...MEDIA_FORMATS.map((format) => [format, async () => (await import('./media/formats.js')).mediaNamed(format)] as const),
  ['7z', async () => (await import('./archive/archive.js')).sevenZip],
  ['ar', async () => (await import('./archive/archive.js')).ar],
  ['bzip2', async () => (await import('./packed/packed.js')).bzip2],
  ['cab', async () => (await import('./archive/archive.js')).cab],
  ['flat-xml', async () => (await import('./office/flat.js')).flatDocument],
  ['gzip', async () => (await import('./packed/gz.js')).gzip],
  ['lz4', async () => (await import('./packed/packed.js')).lz4],
  ['ole', async () => (await import('./ole/ole.js')).ole],
  ['pdf', async () => (await import('./pdf/pdf.js')).pdf],
  ['rar', async () => (await import('./archive/archive.js')).rar],
  ['rtf', async () => (await import('./rtf/rtf.js')).rtf],
  ['tar', async () => (await import('./tar/tar.js')).tar],
  ['tnef', async () => (await import('./tnef/tnef.js')).tnef],
  ['xz', async () => (await import('./packed/packed.js')).xz],
  ['zip', async () => (await import('./zip/zip-extractor.js')).zipExtractor(ZIP_DOCUMENTS)],
  ['zstd', async () => (await import('./packed/packed.js')).zstd],
]);

/** A kind of document that is a zip inside: `claims` looks at its entries' names alone. */
export interface ZipDocument {
  claims(archive: ZipArchive): boolean;
  load(): Promise<(archive: ZipArchive, source: PartSource, context: ExtractContext) => Promise<Extracted>>;
}

/** The first that claims a zip opens it; a zip that none claims is a plain archive. */
export const ZIP_DOCUMENTS: readonly ZipDocument[] = [{ claims: (archive) => officeKind(archive) !== undefined, load: async () => (await import('./office/office.js')).openOffice }];

/** Formats that can be written anew, most of the time: where none of them is met, a mask cannot be. A single file may refuse. */
const REWRITABLE: ReadonlySet<string> = new Set(['flat-xml', 'gzip', 'tar', 'zip']);

export function isRewritable(format: string): boolean {
  return REWRITABLE.has(format);
}

export async function extractorFor(format: string): Promise<Extractor | undefined> {
  return EXTRACTORS.get(format)?.();
}
