/** Which views a text is read in: the plain one always, and one for each escape its syntax may use; in every charset it may be in. */
import type { View } from '../ports.js';
import type { Charset } from './layer/charset.js';
import { gb18030 } from './layer/gb18030.js';
import { jsonEscapes } from './layer/json-escapes.js';
import { multiByteCharset } from './layer/multi-byte.js';
import { addressEscapes, percent } from './layer/percent.js';
import { singleByte } from './layer/single-byte.js';
import { markup as shown } from './layer/tags.js';
import { utf8 } from './layer/utf8.js';
import { viewOf } from './layer/view.js';
import { MULTI_BYTE, type ByteCharset, type CharsetName, type MultiByteName, type SingleByteName } from './charset-name.js';
import type { TextSyntax } from './syntax.js';

type Views = Readonly<Record<TextSyntax | 'url' | 'line', readonly View[]>>;

function isMulti(name: MultiByteName | SingleByteName): name is MultiByteName {
  return MULTI_BYTE.some((one) => one === name);
}

function charsetOf(name: ByteCharset): Charset {
  if (name === 'utf-8') return utf8;
  if (name === 'gb18030') return gb18030;
  return isMulti(name) ? multiByteCharset(name) : singleByte(name);
}

function viewsIn(name: ByteCharset, alone: boolean): Views {
  const charset = charsetOf(name);
  const plain = viewOf({ charset, alone });
  const json = viewOf({ charset, alone, escapes: jsonEscapes });
  const form = viewOf({ charset, alone, bytes: percent });
  const jsonInForm = viewOf({ charset, alone, bytes: percent, escapes: jsonEscapes });
  // Over other charsets an escape can shift the borders of characters far behind it: there every chunk would be read twice.
  const address = name === 'utf-8' ? [viewOf({ charset, alone, bytes: addressEscapes })] : [];
  const markup = viewOf({ charset, alone, escapes: shown });
  const markupInForm = viewOf({ charset, alone, bytes: percent, escapes: shown });
  // The plain view comes first: it speaks for the others where nothing is escaped.
  return {
    // Addresses with percent escapes stand in text, JSON and HTML: there `%22138…` is a quote before a number.
    text: [plain, json, ...address, markup],
    // A mail API's message is HTML in a JSON string or in a form field.
    json: [plain, json, ...address, markup],
    // `curl -d` calls everything urlencoded, JSON included (HC 2).
    form: [plain, form, json, jsonInForm, markupInForm],
    markup: [plain, ...address, markup],
    'unknown-text': [plain, json, form, markup],
    url: [plain, form, jsonInForm],
    line: [plain],
  };
}

export const VIEWS: Views = viewsIn('utf-8', false);

const made = new Map<string, Views>([['utf-8', VIEWS]]);

/** `also`: behind views of another charset, which cannot speak for these. */
function madeOnce(name: ByteCharset, also: boolean): Views {
  const key = also ? `also ${name}` : name;
  let views = made.get(key);
  if (views === undefined) made.set(key, (views = viewsIn(name, also)));
  return views;
}

/** Those that a view reads by itself: the others stand behind a transform. */
export function byteCharsets(charsets: readonly CharsetName[]): readonly ByteCharset[] {
  return isUtf8Alone(charsets) ? UTF8_ALONE : charsets.filter((name) => name !== 'utf-16le' && name !== 'utf-16be');
}

const UTF8_ALONE: readonly ByteCharset[] = ['utf-8'];

/** As nearly every text is. */
function isUtf8Alone(charsets: readonly CharsetName[]): boolean {
  return charsets.length === 1 && charsets[0] === 'utf-8';
}

/** The views of text that readers may take for any of `charsets`. */
export function viewsOf(syntax: TextSyntax, charsets: readonly CharsetName[]): readonly View[] {
  if (isUtf8Alone(charsets)) return VIEWS[syntax];
  const names = byteCharsets(charsets);
  // The plain view of UTF-8 comes first wherever it is one of them.
  const ordered = names.includes('utf-8') ? ['utf-8' as const, ...names.filter((name) => name !== 'utf-8')] : names.length === 0 ? ['utf-8' as const] : names;
  const [first = 'utf-8', ...others] = ordered;
  return others.length === 0 ? madeOnce(first, false)[syntax] : [...madeOnce(first, false)[syntax], ...others.flatMap((name) => madeOnce(name, true)[syntax])];
}
