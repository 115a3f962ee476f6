/** What elements mean to the text that people read: WordprocessingML, DrawingML and SpreadsheetML (ECMA-376), OpenDocument 1.3, OFD (GB/T 33190). By local name: prefixes are the writer's choice. */
import { nextHash } from './xml-tokens.js';

/** Nothing: the text goes on. */
export const INLINE = 0;
/** A line of its own. */
export const LINE = 1;
export const TAB = 2;
export const SPACE = 3;
export const HYPHEN = 4;
export const TABLE = 5;
export const ROW = 6;
export const CELL = 7;
/** Text of its own in the middle of another: notes, comments, text boxes. */
export const FLOAT = 8;
/** Its character data is text. */
export const TEXT = 9;
/** Text that is not shown: field codes, deleted text. */
export const HIDDEN = 10;
/** Its text is a number where it looks like one. */
export const VALUE = 11;
export const FORMULA = 12;
/** A line break within a paragraph. */
export const BREAK = 13;
/** Text of a spreadsheet: a cell, one in a line of cells, and a string that cells share. */
export const SHEET_CELL = 14;
export const SHEET_ROW = 15;
export const STRING_ITEM = 16;
const INLINE_STRING = 17;
/** Places characters on a page (OFD). */
export const TEXT_OBJECT = 18;
export const TEXT_CODE = 19;
/** One character, named by its number in a font. */
export const SYMBOL = 20;

interface Word {
  readonly name: Buffer;
  readonly action: number;
}

/** Elements of one kind of document. */
export interface Vocabulary {
  readonly name: string;
  readonly words: ReadonlyMap<number, Word>;
  /** What any other element is. */
  readonly other: number;
  /** Character data counts only inside TEXT elements; elsewhere blanks are indentation. */
  readonly textElements: boolean;
  /** Each string gets the header of its column, each cell its place: a spreadsheet. */
  readonly sheet?: 'cells' | 'strings';
}

function words(actions: Readonly<Record<number, string>>): ReadonlyMap<number, Word> {
  const all = new Map<number, Word>();
  for (const [action, names] of Object.entries(actions)) {
    for (const name of names.split(' ')) {
      const bytes = Buffer.from(name, 'latin1');
      const hash = bytes.reduce(nextHash, 0);
      if (all.has(hash)) throw new RangeError(`two names of one hash: ${name}`);
      all.set(hash, { name: bytes, action: Number(action) });
    }
  }
  return all;
}

const FLOW_WORDS: Readonly<Record<number, string>> = {
  [LINE]: 'p sectPr body comment footnote endnote hdr ftr sp cSld docPart lvl',
  [BREAK]: 'br cr',
  [TAB]: 'tab ptab',
  [HYPHEN]: 'noBreakHyphen',
  [TABLE]: 'tbl',
  [ROW]: 'tr',
  [CELL]: 'tc',
  [FLOAT]: 'txbxContent rt pict Fallback',
  [TEXT]: 't text',
  [HIDDEN]: 'delText instrText delInstrText',
  [SYMBOL]: 'sym',
};
const FLOW: Vocabulary = { name: 'ooxml-text', other: INLINE, textElements: true, words: words(FLOW_WORDS) };
const CHART: Vocabulary = { name: 'ooxml-chart', other: INLINE, textElements: true, words: words({ ...FLOW_WORDS, [VALUE]: 'v', [FORMULA]: 'f' }) };

const SHEET: Vocabulary = {
  name: 'ooxml-sheet',
  other: INLINE,
  textElements: false,
  sheet: 'cells',
  words: words({
    [SHEET_ROW]: 'row',
    [SHEET_CELL]: 'c',
    [INLINE_STRING]: 'is',
    [VALUE]: 'v',
    [FORMULA]: 'f formula formula1 formula2',
    [TEXT]: 't',
    [FLOAT]: 'rPh oddHeader oddFooter evenHeader evenFooter firstHeader firstFooter',
  }),
};

const STRINGS: Vocabulary = {
  name: 'ooxml-strings',
  other: INLINE,
  textElements: true,
  sheet: 'strings',
  words: words({ [STRING_ITEM]: 'si', [TEXT]: 't', [FLOAT]: 'rPh' }),
};

const OPEN_DOCUMENT: Vocabulary = {
  name: 'odf',
  other: INLINE,
  textElements: false,
  words: words({
    [LINE]: 'p h list-item list-header section page title desc creator date deletion body user-field-decl variable-decl user-defined meta keyword subject description initial-creator generator',
    [BREAK]: 'line-break',
    [TAB]: 'tab',
    [SPACE]: 's',
    [TABLE]: 'table',
    [ROW]: 'table-row',
    [CELL]: 'table-cell covered-table-cell',
    [FLOAT]: 'note annotation text-box ruby-text shapes tracked-changes custom-shape rect ellipse circle polyline polygon path connector caption measure regular-polygon',
  }),
};

const OFD: Vocabulary = {
  name: 'ofd',
  other: LINE,
  textElements: true,
  words: words({ [TEXT_OBJECT]: 'TextObject', [TEXT_CODE]: 'TextCode', [INLINE]: 'FillColor StrokeColor Clips Clip Area', [FLOAT]: 'CGTransform' }),
};

/** Any other XML: each element is a line. */
const OTHER: Vocabulary = {
  name: 'xml',
  other: LINE,
  textElements: false,
  words: words({ [VALUE]: 'v i1 i2 i4 i8 ui1 ui2 ui4 ui8 int uint r4 r8 decimal cy', [FORMULA]: 'f definedName', [INLINE]: 'r t rPr span font b i u' }),
};

/** The root's local name tells what the document is, whatever its part is called. */
const ROOTS: ReadonlyMap<string, Vocabulary> = new Map([
  ...['document', 'hdr', 'ftr', 'comments', 'footnotes', 'endnotes', 'glossaryDocument', 'sld', 'sldLayout', 'sldMaster', 'notes', 'notesMaster', 'handoutMaster', 'cmLst', 'wsDr', 'userShapes', 'drawing', 'dataModel'].map(
    (name): [string, Vocabulary] => [name, FLOW],
  ),
  ...['worksheet', 'dialogsheet', 'chartsheet'].map((name): [string, Vocabulary] => [name, SHEET]),
  ['sst', STRINGS],
  ['chartSpace', CHART],
  ...['document-content', 'document-styles'].map((name): [string, Vocabulary] => [name, OPEN_DOCUMENT]),
  ...['Page', 'Annot', 'PageAnnot'].map((name): [string, Vocabulary] => [name, OFD]),
]);

export function vocabularyOf(root: string): Vocabulary {
  return ROOTS.get(root) ?? OTHER;
}

export function actionOf({ words: all, other }: Vocabulary, bytes: Buffer, from: number, to: number, hash: number): number {
  const word = all.get(hash);
  if (word === undefined || word.name.length !== to - from) return other;
  for (let i = from; i < to; i++) if (bytes[i] !== word.name[i - from]) return other;
  return word.action;
}
