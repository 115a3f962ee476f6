/** Images, sounds and films by their first bytes: several of them take more than one look. */

const latin1 = (prefix: Uint8Array, at: number, length: number): string => Buffer.from(prefix.buffer, prefix.byteOffset, prefix.length).toString('latin1', at, at + length);

const RIFF: ReadonlyMap<string, string> = new Map([['WEBP', 'webp'], ['WAVE', 'wav'], ['AVI ', 'avi']]);
const BMP_HEADERS = new Set([12, 40, 52, 56, 64, 108, 124]);

function boxFormat(prefix: Uint8Array): string | undefined {
  // Sixteen million bytes in the first box: by then it is no text either.
  if (prefix[0] !== 0) return undefined;
  const type = latin1(prefix, 4, 4);
  if (type === 'moov' || type === 'mdat' || type === 'wide') return 'mov';
  if (type !== 'ftyp') return undefined;
  const brand = latin1(prefix, 8, 4);
  if (/^(heic|heix|heif|heim|heis|hevc|hevx|mif1|msf1)$/.test(brand)) return 'heic';
  if (/^avi[fs]$/.test(brand)) return 'avif';
  return brand === 'qt  ' ? 'mov' : 'mp4';
}

/** Two bytes begin texts as well: what follows them must fit. */
function isBitmap(prefix: Uint8Array): boolean {
  if (prefix.length < 18 || latin1(prefix, 0, 2) !== 'BM') return false;
  const bytes = new DataView(prefix.buffer, prefix.byteOffset, prefix.length);
  return bytes.getUint32(6, true) === 0 && BMP_HEADERS.has(bytes.getUint32(14, true));
}

function isIcon(prefix: Uint8Array): boolean {
  if (prefix.length < 22) return false;
  const bytes = new DataView(prefix.buffer, prefix.byteOffset, prefix.length);
  const count = bytes.getUint16(4, true);
  return bytes.getUint16(0, true) === 0 && (bytes.getUint16(2, true) === 1 || bytes.getUint16(2, true) === 2) && count > 0 && count <= 256 && (prefix[9] ?? 1) === 0;
}

/** Drawings of Windows: the first record, and the signature in it. */
function isEnhancedDrawing(prefix: Uint8Array): boolean {
  return prefix.length >= 88 && latin1(prefix, 0, 4) === '\x01\0\0\0' && latin1(prefix, 40, 4) === ' EMF';
}
const DRAWINGS: readonly string[] = ['\xd7\xcd\xc6\x9a', '\x01\0\x09\0\0\x03', '\x02\0\x09\0\0\x03', '\x01\0\x09\0\0\x01'];

/** First bytes of all of them: hardly a text has one. */
const FIRST = new Uint8Array(256);
for (const one of Buffer.from('\x89\xff\xd7\0\x01\x02GRIMOfBV', 'latin1')) FIRST[one] = 1;

export function mediaFormatOf(prefix: Uint8Array): string | undefined {
  if (FIRST[prefix[0] ?? 0] !== 1) return undefined;
  const start = latin1(prefix, 0, 8);
  if (start.startsWith('\x89PNG')) return 'png';
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (start.startsWith('GIF8')) return 'gif';
  if (start.startsWith('RIFF')) return RIFF.get(latin1(prefix, 8, 4)) ?? 'riff';
  if (start.startsWith('II*\0') || start.startsWith('MM\0*')) return 'tiff';
  if (start.startsWith('OggS')) return 'ogg';
  if (start.startsWith('fLaC')) return 'flac';
  if (start.startsWith('ID3') && prefix.length >= 10 && (prefix[3] ?? 0) < 5 && (prefix[6] ?? 0) < 0x80) return 'mp3';
  // Of the first marks that no text has: a frame of layer III.
  if (/^\xff[\xf2\xf3\xfa\xfb]/.test(start)) return 'mp3';
  if (isBitmap(prefix)) return 'bmp';
  if (isIcon(prefix)) return 'ico';
  if (isEnhancedDrawing(prefix)) return 'emf';
  if (DRAWINGS.some((one) => start.startsWith(one))) return 'wmf';
  if (start.startsWith('VCLMTF')) return 'svm';
  return boxFormat(prefix);
}
