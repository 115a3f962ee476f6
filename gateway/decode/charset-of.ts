/** Which charsets a text is read in: its mark, what is declared around it and in it, and what its bytes can be. Where these disagree it is read in each of them. */
import { isAscii, isUtf8 } from 'node:buffer';
import { createRequire } from 'node:module';
import { MULTI_BYTE, SINGLE_BYTE, charsetNamed, type CharsetName, type MultiByteName, type SingleByteName } from './charset-name.js';
import { gb18030 } from './layer/gb18030.js';
import { isMultiByte } from './layer/multi-byte.js';
import { wideByZeros } from './layer/utf16.js';

/** Charsets of one text: what is declared around it, in it, and what it looks like. */
const MOST = 3;
/** What HTML looks through for its charset (HTML section 13.2.3.2), and more than XML's first line has. */
const DECLARED_WITHIN = 1024;
const OPENS = 0x3c;
const XML_DECLARATION = /^(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']/i;
const META = /<meta[^>]{0,400}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})/i;

export interface CharsetQuestion {
  /** What the head says. */
  readonly declared: string | undefined;
  /** Its readers know UTF-8 only (RFC 8259, WHATWG URL), or nobody knows who they are. */
  readonly asUtf8Too: boolean;
  /** May say in its own text which charset it is in. */
  readonly markup: boolean;
  /** No type says that this is text. */
  readonly untyped: boolean;
  readonly prefix: Uint8Array;
  /** More bytes follow the prefix. */
  readonly cut: boolean;
}

export type CharsetAnswer = { readonly charsets: readonly CharsetName[] } | { readonly reason: 'unsupported' | 'bad-charset'; readonly name: string };

const UTF8: CharsetAnswer = { charsets: ['utf-8'] };

const starts = (bytes: Uint8Array, ...mark: readonly number[]): boolean => mark.every((byte, i) => bytes[i] === byte);

/** The charset of a mark of byte order. */
function marked(prefix: Uint8Array): CharsetName | 'utf-32' | undefined {
  const first = prefix[0] ?? 1;
  // No mark begins with a letter.
  if (first > 0 && first < 0xef) return undefined;
  if (starts(prefix, 0xef, 0xbb, 0xbf)) return 'utf-8';
  if (starts(prefix, 0xff, 0xfe, 0, 0) || starts(prefix, 0, 0, 0xfe, 0xff)) return 'utf-32';
  return starts(prefix, 0xff, 0xfe) ? 'utf-16le' : starts(prefix, 0xfe, 0xff) ? 'utf-16be' : undefined;
}

/** UTF-8, but for a character that the end may cut. */
function isUtf8Text(bytes: Uint8Array, cut: boolean): boolean {
  for (let less = 0; less <= (cut ? 3 : 0) && less <= bytes.length; less++) if (isUtf8(bytes.subarray(0, bytes.length - less))) return true;
  return false;
}

function isGb18030(bytes: Uint8Array, cut: boolean): boolean {
  for (let at = 0; at < bytes.length; ) {
    const size = (bytes[at] ?? 0) < 0x80 ? 1 : (gb18030.widthAt?.(bytes, at) ?? 1);
    if (size === 0) return cut;
    if (size === 1 && (bytes[at] ?? 0) > 0x80) return false;
    at += size;
  }
  return true;
}

const load = createRequire(import.meta.url);

/** Its models are several megabytes, which most of what is sent never needs: they are read with the first text that is no UTF-8. What asks cannot wait for a promise. */
function guesser(): typeof import('jschardet') {
  return load('jschardet') as typeof import('jschardet');
}

const ESCAPE = 0x1b;

/** Controls that texts have not. */
export function hasControls(bytes: Uint8Array): boolean {
  return bytes.some((byte) => (byte < 0x20 ? byte < 0x09 || (byte > 0x0d && byte !== ESCAPE) : byte === 0x7f));
}

/** A full-width digit of Big5; in GB18030 it is a numeral of a list, seldom seen. Few characters do not tell the two charsets apart. */
const BIG5_DIGIT = /\xa2[\xaf-\xb8]/;

/** What bytes beyond UTF-8 may be, the likeliest first; none when no charset fits. */
function detected(bytes: Uint8Array, cut: boolean): readonly CharsetName[] {
  const guess = guesser().detect(bytes).encoding;
  const likely = guess === null ? undefined : charsetNamed(guess);
  const gb = isGb18030(bytes, cut);
  const fits = (name: CharsetName | undefined): boolean =>
    name !== undefined && !name.startsWith('utf') && (MULTI_BYTE.includes(name as MultiByteName) ? isMultiByte(name as MultiByteName, bytes, cut) : name !== 'gb18030' || gb);
  // What Chinese programs write where nothing says so.
  if (gb && (likely === 'gb18030' || likely === undefined || !fits(likely))) return BIG5_DIGIT.test(Buffer.from(bytes).toString('latin1')) && isMultiByte('big5', bytes, cut) ? ['gb18030', 'big5'] : ['gb18030'];
  // With a byte or two that are nothing, it is still what most of it is.
  if (likely !== undefined && !likely.startsWith('utf')) return gb ? [likely, 'gb18030'] : [likely];
  return MULTI_BYTE.filter((name) => isMultiByte(name, bytes, cut)).slice(0, 1);
}

/** The charset that a document names in its own text. */
function named(prefix: Uint8Array): string | undefined {
  const bracket = prefix.indexOf(OPENS);
  if (bracket < 0 || bracket >= DECLARED_WITHIN) return undefined;
  const text = Buffer.from(prefix.buffer, prefix.byteOffset, Math.min(prefix.length, DECLARED_WITHIN)).toString('latin1');
  return XML_DECLARATION.exec(text)?.[1] ?? META.exec(text)?.[1];
}

/** Two bytes a unit: by its mark, by what is declared, by its zeros. */
function wideNames(question: CharsetQuestion, mark: CharsetName | undefined, head: CharsetName | undefined): readonly CharsetName[] {
  const { prefix } = question;
  const zeros = prefix.includes(0) ? wideByZeros(prefix, question.cut) : undefined;
  const isOrdered = question.declared !== undefined && /16-?(le|be)/i.test(question.declared);
  const declared = head?.startsWith('utf-16') === true ? head : undefined;
  const names = [mark?.startsWith('utf-16') === true ? mark : undefined, declared !== undefined && (isOrdered || (mark === undefined && zeros === undefined)) ? declared : undefined, mark === undefined ? zeros : undefined];
  // Readers of mail take the one order, browsers the other, where neither mark nor zeros tell.
  if (declared !== undefined && !isOrdered && mark === undefined && zeros === undefined) names.push('utf-16be');
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** What decoded bytes of which nothing is said may be, as text; `undefined` when they are none. */
export function textCharsets(bytes: Uint8Array, cut: boolean): readonly CharsetName[] | undefined {
  const wide = bytes.includes(0) ? wideByZeros(bytes, cut) : undefined;
  if (wide !== undefined) return [wide];
  if (hasControls(bytes)) return undefined;
  if (isUtf8Text(bytes, cut)) return ['utf-8'];
  return isGb18030(bytes, cut) ? ['gb18030'] : undefined;
}

export function charsetsFor(question: CharsetQuestion): CharsetAnswer {
  const { declared, prefix, cut, markup, untyped, asUtf8Too } = question;
  const mark = marked(prefix);
  if (mark === 'utf-32') return { reason: 'unsupported', name: 'charset' };
  const head = declared === undefined ? undefined : charsetNamed(declared);
  if (declared !== undefined && head === undefined) return { reason: 'unsupported', name: 'charset' };

  // As nearly every text is: UTF-8 by its bytes, and nobody says otherwise.
  if ((head === undefined || head === 'utf-8') && !prefix.includes(0) && isUtf8Text(prefix, cut) && (!(markup || untyped) || named(prefix) === undefined)) return UTF8;

  const wide = wideNames(question, mark, head);
  if (wide.length > 0 && prefix.includes(0)) return { charsets: wide };
  // A mark alone, and no zero: a few Han characters, or bytes that a reader takes as they are.
  if (mark?.startsWith('utf-16') === true) return { charsets: [...wide, 'utf-8'] };
  if (prefix.includes(0)) return { reason: 'unsupported', name: 'binary' };

  const own = markup || untyped ? named(prefix) : undefined;
  const inside = own === undefined ? undefined : charsetNamed(own);
  if (own !== undefined && inside === undefined && head === undefined) return { reason: 'unsupported', name: 'charset' };

  const utf8 = isUtf8Text(prefix, cut);
  const ascii = utf8 && isAscii(prefix);
  const claims = new Set<CharsetName>();
  if (mark !== undefined) claims.add(mark);
  // A charset is believed of text only: on any other type it is no proof that the bytes can be read.
  if (head !== undefined && (!untyped || utf8)) claims.add(head);
  if (inside !== undefined) claims.add(inside);
  // Where the head says UTF-16 of bytes without zeros they are read in it as well; a document's own word for it, in ASCII, is wrong.
  for (const name of ['utf-16le', 'utf-16be'] as const) claims.delete(name);
  if ((utf8 && !ascii) || (asUtf8Too && claims.size > 0)) claims.add('utf-8');
  // Any bytes are characters of these; programs give them for texts of which they know nothing, and Chinese mail readers do not believe them.
  if (!utf8 && [...claims].some((name) => SINGLE_BYTE.includes(name as SingleByteName)) && isGb18030(prefix, cut)) claims.add('gb18030');
  if (!utf8 && [...claims].every((name) => name === 'utf-8')) {
    if (untyped && hasControls(prefix)) return { reason: 'unsupported', name: 'binary' };
    for (const name of detected(prefix, cut)) claims.add(name);
    if (claims.size === 0) return untyped ? { reason: 'unsupported', name: 'binary' } : { reason: 'bad-charset', name: 'text' };
  }
  if (claims.size === 0) claims.add('utf-8');
  // The plain view of UTF-8 speaks for others where nothing is escaped: it comes first.
  const charsets = [...claims].sort((a, b) => Number(b === 'utf-8') - Number(a === 'utf-8'));
  return { charsets: [...charsets, ...wide].slice(0, MOST) };
}
