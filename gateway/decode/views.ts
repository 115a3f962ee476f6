/** Which views a text is read in: the plain one always, and one for each escape its syntax may use. */
import type { View } from '../ports.js';
import { jsonEscapes } from './layer/json-escapes.js';
import { percent } from './layer/percent.js';
import { markup as shown } from './layer/tags.js';
import { utf8View } from './layer/view.js';
import type { TextSyntax } from './syntax.js';

const plain = utf8View();
const json = utf8View({ escapes: jsonEscapes });
const form = utf8View({ bytes: percent });
const jsonInForm = utf8View({ bytes: percent, escapes: jsonEscapes });
const markup = utf8View({ escapes: shown });
const markupInForm = utf8View({ bytes: percent, escapes: shown });

/** The plain view comes first: it speaks for the others where nothing is escaped. */
export const VIEWS: Readonly<Record<TextSyntax | 'url' | 'line', readonly View[]>> = {
  text: [plain, json, markup],
  // A mail API's message is HTML in a JSON string or in a form field.
  json: [plain, json, markup],
  // `curl -d` calls everything urlencoded, JSON included (HC 2).
  form: [plain, form, json, jsonInForm, markupInForm],
  markup: [plain, markup],
  'unknown-text': [plain, json, form, markup],
  url: [plain, form, jsonInForm],
  line: [plain],
};
