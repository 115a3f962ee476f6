/** Formats by their first bytes: which there are, and which of them nobody opens. One line a format; owners of decoders add theirs. */
import type { UnscannableReason } from '../ports.js';
import { flatRoot } from './extract/office/flat-signs.js';
import { checksumHolds } from './extract/tar/tar-header.js';
import { mediaFormatOf } from './media-magic.js';
import { isEnvelope } from './split/cms.js';

type Signature = readonly [format: string, offset: number, bytes: readonly number[]];

/** The first that fits names the format. */
const SIGNATURES: readonly Signature[] = [
  ['zip', 0, [0x50, 0x4b, 0x03, 0x04]], ['zip', 0, [0x50, 0x4b, 0x05, 0x06]], ['zip', 0, [0x50, 0x4b, 0x07, 0x08]],
  ['gzip', 0, [0x1f, 0x8b]], ['7z', 0, [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['rar', 0, [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]], ['xz', 0, [0xfd, 0x37, 0x7a, 0x58, 0x5a]], ['bzip2', 0, [0x42, 0x5a, 0x68]],
  ['zstd', 0, [0x28, 0xb5, 0x2f, 0xfd]], ['lz4', 0, [0x04, 0x22, 0x4d, 0x18]], ['lz4', 0, [0x02, 0x21, 0x4c, 0x18]], ['ole', 0, [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]],
  ['cab', 0, [0x4d, 0x53, 0x43, 0x46, 0, 0, 0, 0]], ['ar', 0, [0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e, 0x0a]],
  ['tnef', 0, [0x78, 0x9f, 0x3e, 0x22]], ['tar', 257, [0x75, 0x73, 0x74, 0x61, 0x72]],
  ['elf', 0, [0x7f, 0x45, 0x4c, 0x46]], ['sqlite', 0, [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66]],
  ['pgp', 0, [...Buffer.from('-----BEGIN PGP MESSAGE')]],
];

/** Those that may fit a text with this first byte, in their order: a text is asked for few of them. */
const BY_FIRST: readonly (readonly Signature[])[] = Array.from({ length: 256 }, (_, byte) => SIGNATURES.filter(([, offset, bytes]) => offset > 0 || bytes[0] === byte));

function signed(prefix: Uint8Array): string | undefined {
  for (const [format, offset, bytes] of BY_FIRST[prefix[0] ?? 0] ?? SIGNATURES) {
    let i = 0;
    while (i < bytes.length && prefix[offset + i] === bytes[i]) i++;
    if (i === bytes.length) return format;
  }
  return undefined;
}

/** Known, and opened by no extractor. Every other format is a container: one that no extractor is registered for ends as `unsupported` when it is opened. */
const CLOSED: ReadonlyMap<string, UnscannableReason> = new Map([
  ['elf', 'unsupported'], ['sqlite', 'unsupported'], ['pgp', 'encrypted'], ['cms', 'encrypted'],
]);

/** Readers of PDF look for its signature this far (its specification, appendix H.3); those of RTF skip blanks before theirs. */
const PDF_WITHIN = 1024;
const LATE_PDF = Buffer.from('%PDF-');
const RTF = Buffer.from('{\\rtf');
const BLANK = 0x20;
const PERCENT = 0x25;

function isLateRtf(start: Buffer): boolean {
  let at = 0;
  while (at < start.length && (start[at] ?? 0) <= BLANK) at++;
  for (let i = 0; i < RTF.length; i++) if (start[at + i] !== RTF[i]) return false;
  return true;
}

/** The format that these first bytes begin, whatever was declared. */
export function formatOf(prefix: Uint8Array): string | undefined {
  // Archives and drawings may carry a PDF so near to their beginning; and the oldest archives have no signature but their checksum.
  if (checksumHolds(prefix)) return 'tar';
  const first = signed(prefix) ?? (isEnvelope(prefix) ? 'cms' : mediaFormatOf(prefix));
  if (first !== undefined) return first;
  const start = Buffer.from(prefix.buffer, prefix.byteOffset, Math.min(prefix.length, PDF_WITHIN));
  const percent = start.indexOf(PERCENT);
  if (percent >= 0 && start.includes(LATE_PDF, percent)) return 'pdf';
  if (isLateRtf(start)) return 'rtf';
  return flatRoot(prefix) === undefined ? undefined : 'flat-xml';
}

/** Why nobody opens it; `undefined` for formats that are opened from a copy. */
export function closedReason(format: string): UnscannableReason | undefined {
  return CLOSED.get(format);
}
