/** Character maps for fonts of East Asia that a PDF names and does not carry: made from the charsets themselves, good for reading and for nothing else. */

/** Characters from here on stand for themselves as glyph numbers; no decimal digit of any script is among those that a font's own numbers may be taken for. */
const SELF_FROM = 0x2000;
/** Where each collection has ASCII a second time, half as wide (Adobe technical notes 5078 to 5093). */
const HALF_WIDTH: Readonly<Record<string, number>> = { GB1: 814, CNS1: 13_648, Japan1: 231, Korea1: 8094 };
const ASCII_GLYPHS = 95;
const SPACE = 0x20;

/** The charsets that maps' names stand for, and the lead bytes of their two-byte characters. */
const LEGACY: readonly (readonly [name: RegExp, charset: string, firstLead: number, lastLead: number])[] = [
  [/^GB/, 'gb18030', 0x81, 0xfe],
  [/B5/, 'big5', 0x81, 0xfe],
  [/^KSC/, 'euc-kr', 0x81, 0xfe],
  [/RKSJ/, 'shift_jis', 0x81, 0xfc],
  [/^(EUC|78-EUC)-/, 'euc-jp', 0xa1, 0xfe],
];
const UNICODE: readonly (readonly [name: RegExp, codes: string])[] = [
  [/^Uni.*-UCS2-/, '1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n'],
  [/^Uni.*-UTF16-/, '3 begincodespacerange\n<0000> <d7ff>\n<d800dc00> <dbffdfff>\n<e000> <ffff>\nendcodespacerange\n'],
  [/^Uni.*-UTF32-/, '1 begincodespacerange\n<00000000> <0010ffff>\nendcodespacerange\n'],
];

const hex = (code: number, bytes: number): string => `<${code.toString(16).padStart(bytes * 2, '0')}>`;

/** From glyph numbers to characters. */
function toUnicode(collection: string): string {
  const half = HALF_WIDTH[collection];
  const ranges = [[1, ASCII_GLYPHS, SPACE], ...(half === undefined ? [] : [[half, half + ASCII_GLYPHS - 1, SPACE]])];
  const rows = ranges.map(([from = 0, to = 0, unit = 0]) => `${hex(from, 2)} ${hex(to, 2)} ${hex(unit, 2)}`);
  // In blocks: within a range only the last byte may grow.
  for (let block = SELF_FROM; block < 0xd800; block += 0x100) {
    const to = block + 0xff;
    if (half === undefined || to < half || block >= half + ASCII_GLYPHS) rows.push(`${hex(block, 2)} ${hex(to, 2)} ${hex(block, 2)}`);
  }
  for (let block = 0xf900; block < 0x10000; block += 0x100) rows.push(`${hex(block, 2)} ${hex(block + 0xff, 2)} ${hex(block, 2)}`);
  return `1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n${rows.length} beginbfrange\n${rows.join('\n')}\nendbfrange\n`;
}

function unicodeMap(codes: string, width: number): string {
  const rows = [
    `${hex(SPACE, width)} ${hex(SPACE + ASCII_GLYPHS - 1, width)} 1`,
    `${hex(SELF_FROM, width)} ${hex(0xd7ff, width)} ${SELF_FROM}`,
    `${hex(0xf900, width)} ${hex(0xffff, width)} 63744`,
  ];
  return `${codes}${rows.length} begincidrange\n${rows.join('\n')}\nendcidrange\n`;
}

function legacyMap(charset: string, firstLead: number, lastLead: number): string {
  const decoder = new TextDecoder(charset);
  const rows = [`${hex(SPACE, 1)} ${hex(SPACE + ASCII_GLYPHS - 1, 1)} 1`];
  const pair = new Uint8Array(2);
  for (let lead = firstLead; lead <= lastLead; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      pair[0] = lead;
      pair[1] = trail;
      const text = decoder.decode(pair);
      const unit = text.charCodeAt(0);
      if (text.length === 1 && unit >= SELF_FROM && unit < 0xfffd) rows.push(`${hex(lead * 256 + trail, 2)} ${hex(lead * 256 + trail, 2)} ${unit}`);
    }
  }
  // Half-width katakana take one byte: no digit is among them.
  const single = charset === 'shift_jis' ? '<00> <80>\n<a0> <df>\n<8140> <9ffc>\n<e040> <fcfc>' : '<00> <80>\n<8140> <fefe>';
  const codes = `${single.split('\n').length} begincodespacerange\n${single}\nendcodespacerange\n`;
  return `${codes}${rows.length} begincidrange\n${rows.join('\n')}\nendcidrange\n`;
}

function mapOf(name: string): string | undefined {
  const collection = /^Adobe-(\w+)-UCS2$/.exec(name)?.[1];
  if (collection !== undefined) return toUnicode(collection);
  const unicode = UNICODE.find(([pattern]) => pattern.test(name));
  if (unicode !== undefined) return unicodeMap(unicode[1], name.includes('UTF32') ? 4 : 2);
  const legacy = LEGACY.find(([pattern]) => pattern.test(name));
  return legacy && legacyMap(legacy[1], legacy[2], legacy[3]);
}

const made = new Map<string, Uint8Array>();

/** The map of that name, in the language of such maps. */
export function characterMap(name: string): Uint8Array | undefined {
  const known = made.get(name);
  if (known !== undefined) return known;
  const body = mapOf(name);
  if (body === undefined) return undefined;
  const bytes = Buffer.from(`begincmap\n/CMapName /${name} def\n/WMode ${name.endsWith('-V') ? 1 : 0} def\n${body}endcmap\n`, 'latin1');
  made.set(name, bytes);
  return bytes;
}

/** What pdf.js asks for files of its own: it gets these maps, and no font. */
export class OwnCharacterMaps {
  async fetch({ kind, filename }: { readonly kind: string; readonly filename: string }): Promise<Uint8Array> {
    const map = kind === 'cMapUrl' ? characterMap(filename) : undefined;
    if (map === undefined) throw new Error('not carried');
    return Promise.resolve(map);
  }
}
