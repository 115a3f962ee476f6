/** Which charset a declared name means (WHATWG Encoding section 4.2: GBK and GB 2312 are read as GB18030, of which they are parts). */

/** One byte a character, digits as in ASCII. */
export const SINGLE_BYTE = [
  'windows-1250', 'windows-1251', 'windows-1252', 'windows-1253', 'windows-1254', 'windows-1255', 'windows-1256', 'windows-1257', 'windows-1258', 'windows-874',
  'iso-8859-2', 'iso-8859-3', 'iso-8859-4', 'iso-8859-5', 'iso-8859-6', 'iso-8859-7', 'iso-8859-8', 'iso-8859-10', 'iso-8859-13', 'iso-8859-14', 'iso-8859-15', 'iso-8859-16',
  'koi8-r', 'koi8-u', 'macintosh', 'ibm866', 'x-mac-cyrillic',
] as const;
/** Two bytes or three a character beyond ASCII, none of which is a digit's. */
export const MULTI_BYTE = ['big5', 'shift_jis', 'euc-kr', 'euc-jp'] as const;
/** Two bytes a unit: read as UTF-8 behind a transform. */
export const WIDE = ['utf-16le', 'utf-16be'] as const;

export type SingleByteName = (typeof SINGLE_BYTE)[number];
export type MultiByteName = (typeof MULTI_BYTE)[number];
export type WideName = (typeof WIDE)[number];
/** What a view reads by itself. */
export type ByteCharset = 'utf-8' | 'gb18030' | MultiByteName | SingleByteName;
export type CharsetName = ByteCharset | WideName;

const OTHER_LABELS: ReadonlyMap<string, CharsetName> = new Map<string, CharsetName>([
  ...['utf-8', 'utf8', 'us-ascii', 'ascii', 'ansi_x3.4-1968', 'iso646-us', 'iso-ir-6'].map((name) => [name, 'utf-8'] as const),
  ...['gb18030', 'gbk', 'x-gbk', 'cp936', 'ms936', 'windows-936', 'gb2312', 'gb_2312', 'gb_2312-80', 'csgb2312', 'csiso58gb231280', 'iso-ir-58', 'euc-cn', 'chinese'].map((name) => [name, 'gb18030'] as const),
  ...['cp950', 'ms950', 'windows-950', 'big5-eten'].map((name) => [name, 'big5'] as const),
  ...['cp932', 'ms932'].map((name) => [name, 'shift_jis'] as const),
  ...['cp949', 'ms949', 'uhc'].map((name) => [name, 'euc-kr'] as const),
  ...[1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258].map((page) => [`cp${page}`, `windows-${page}` as SingleByteName] as const),
]);

const KNOWN: ReadonlySet<string> = new Set<CharsetName>(['utf-8', 'gb18030', ...SINGLE_BYTE, ...MULTI_BYTE, ...WIDE]);

function isKnown(name: string): name is CharsetName {
  return KNOWN.has(name);
}

/** Labels that browsers know, as Node does. */
function labelled(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch (thrown) {
    if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'ERR_ENCODING_NOT_SUPPORTED') return undefined;
    throw thrown;
  }
}

/** `undefined` for charsets that no decoder reads: UTF-7, UTF-32, and those with shifts (ISO 2022, HZ), in which digits stand for other characters. */
export function charsetNamed(declared: string): CharsetName | undefined {
  const label = declared.trim().toLowerCase();
  const own = OTHER_LABELS.get(label);
  if (own !== undefined) return own;
  // Node knows none of these labels by all its names, or knows another charset by them.
  if (/^(utf-?16|utf-?16-?le|unicode|ucs-2|iso-10646-ucs-2|csunicode|unicodefeff)$/.test(label)) return 'utf-16le';
  if (/^(utf-?16-?be|unicodefffe)$/.test(label)) return 'utf-16be';
  const name = labelled(label);
  return name !== undefined && isKnown(name) ? name : undefined;
}
