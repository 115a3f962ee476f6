/** Words of RTF 1.9.1 that matter to somebody who looks for text: what stands for a character, what begins a part of its own, what names a charset. */

/** Control words that are characters; with every other one, text goes on as if it were not there. */
export const CHARACTERS: ReadonlyMap<string, string> = new Map([
  ['par', '\n'], ['line', '\n'], ['row', '\n'], ['sect', '\n'], ['page', '\n'], ['column', '\n'], ['softline', '\n'], ['softpage', '\n'], ['nestrow', '\n'],
  ['tab', '\t'], ['cell', '\t'], ['nestcell', '\t'],
  ['emdash', '—'], ['endash', '–'], ['bullet', '•'], ['lquote', '‘'], ['rquote', '’'], ['ldblquote', '“'], ['rdblquote', '”'],
  ['emspace', ' '], ['enspace', ' '], ['qmspace', ' '], ['zwj', '\u200d'], ['zwnj', '\u200c'], ['zwbo', '\u200b'], ['zwnbo', '\u2060'],
]);

/** Groups whose text does not stand in the running text; every group that begins with `\*` is one as well. */
export const ASIDE: ReadonlySet<string> = new Set([
  'fonttbl', 'colortbl', 'stylesheet', 'info', 'header', 'headerl', 'headerr', 'headerf', 'footer', 'footerl', 'footerr', 'footerf', 'footnote', 'annotation',
  'atnid', 'atnauthor', 'listtable', 'listoverridetable', 'listtext', 'pntext', 'pntxta', 'pntxtb', 'fldinst', 'xe', 'tc', 'shpinst', 'shptxt', 'sp', 'sn', 'sv',
  'title', 'subject', 'author', 'manager', 'company', 'operator', 'category', 'keywords', 'comment', 'doccomm', 'hlinkbase', 'creatim', 'revtim', 'printim', 'buptim',
  'object', 'objclass', 'objname', 'objalias', 'objsect', 'template', 'revtbl', 'filetbl', 'pict', 'objdata', 'datafield', 'falt', 'nonshppict', 'private', 'bkmkstart', 'bkmkend',
]);

/** Groups of hexadecimal digits that are files: pictures and objects. */
export const FILES: ReadonlySet<string> = new Set(['pict', 'objdata', 'datastore', 'themedata', 'fontemb']);

const PAGES: ReadonlyMap<number, string> = new Map([
  [936, 'gb18030'], [950, 'big5'], [932, 'shift_jis'], [949, 'euc-kr'], [65_001, 'utf-8'], [54_936, 'gb18030'], [874, 'windows-874'], [10_000, 'macintosh'], [866, 'ibm866'],
  ...Array.from({ length: 9 }, (_, i) => [1250 + i, `windows-${1250 + i}`] as const),
]);
/** Code pages by the charset of a font. */
const FONT_PAGES: ReadonlyMap<number, number> = new Map([[134, 936], [136, 950], [128, 932], [129, 949], [77, 10_000], [161, 1253], [162, 1254], [163, 1258], [177, 1255], [178, 1256], [186, 1257], [204, 1251], [222, 874], [238, 1250]]);

export const pageOfFont = (charset: number): number | undefined => FONT_PAGES.get(charset);
export const charsetOfPage = (page: number): string => PAGES.get(page) ?? 'windows-1252';
