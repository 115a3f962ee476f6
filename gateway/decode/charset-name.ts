/** Which charset a declared name means (WHATWG Encoding section 4.2: GBK and GB 2312 are read as GB18030, of which they are parts). */

export type CharsetName = 'utf-8' | 'gb18030';

const NAMES: ReadonlyMap<string, CharsetName> = new Map([
  ...['utf-8', 'utf8', 'us-ascii', 'ascii'].map((name) => [name, 'utf-8'] as const),
  ...['gb18030', 'gbk', 'x-gbk', 'cp936', 'ms936', 'windows-936', 'gb2312', 'gb_2312', 'gb_2312-80', 'csgb2312', 'csiso58gb231280', 'iso-ir-58', 'euc-cn', 'chinese'].map((name) => [name, 'gb18030'] as const),
]);

/** `undefined` for charsets that no decoder reads. */
export function charsetNamed(declared: string): CharsetName | undefined {
  return NAMES.get(declared.trim().toLowerCase());
}
