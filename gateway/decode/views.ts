/** Which views a text is read in: the plain one always, and one for each escape its syntax may use; in every charset it may be in. */
import type { View } from '../ports.js';
import { gb18030 } from './layer/gb18030.js';
import { jsonEscapes } from './layer/json-escapes.js';
import { addressEscapes, percent } from './layer/percent.js';
import { markup as shown } from './layer/tags.js';
import { utf8 } from './layer/utf8.js';
import { viewOf } from './layer/view.js';
import type { CharsetName } from './charset-name.js';
import type { TextSyntax } from './syntax.js';

type Views = Readonly<Record<TextSyntax | 'url' | 'line', readonly View[]>>;

const CHARSETS = { 'utf-8': utf8, gb18030 };

function viewsIn(name: CharsetName, alone: boolean): Views {
  const charset = CHARSETS[name];
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

const GB18030 = viewsIn('gb18030', false);
/** Behind views of another charset, which cannot speak for these. */
const ALSO_GB18030 = viewsIn('gb18030', true);

/** The views of text that readers may take for any of `charsets`. */
export function viewsOf(syntax: TextSyntax, charsets: readonly CharsetName[]): readonly View[] {
  if (!charsets.includes('gb18030')) return VIEWS[syntax];
  return charsets.includes('utf-8') ? [...VIEWS[syntax], ...ALSO_GB18030[syntax]] : GB18030[syntax];
}
