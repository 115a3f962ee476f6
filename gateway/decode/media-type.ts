/** Reads Content-Type and Content-Disposition values (RFC 9110 section 8.3, RFC 2045 section 5.1, RFC 6266), strictly enough that two readers cannot differ. */

export interface MediaType {
  /** `type/subtype`, lower case. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** A parameter stood twice, or something could not be read: readers may disagree. */
  readonly ambiguous: boolean;
}

/** Longest value that is read; longer ones are ambiguous. */
const LONGEST = 4096;
/** Comments in a comment: nobody writes more, and each reader counts them in its own way. */
const DEEPEST_COMMENT = 3;

/** What decides how bytes are read: here readers may not differ. Of file names every form is scanned. */
const STRUCTURAL = /^(charset|boundary)(\*|$)/;
const NAMES = /^(file)?name(\*|$)/;
/** Of tokens (RFC 9110 section 5.6.2), by their code. */
const IN_NAME = Uint8Array.from({ length: 128 }, (_, code) => (/[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(code)) ? 1 : 0));
const [TAB, LINE_FEED, SPACE, DOUBLE_QUOTE, BACKSLASH] = [0x09, 0x0a, 0x20, 0x22, 0x5c];
/** Some readers stop at these, others take them for part of an unquoted boundary. */
const DISPUTED_BARE = /[()<>,"\\\s]/;

interface Cursor {
  readonly text: string;
  at: number;
  ambiguous: boolean;
}

/** A field folded over lines has a line feed where it was folded. */
function skipBlanks(cursor: Cursor): void {
  for (;;) {
    const code = cursor.text.charCodeAt(cursor.at);
    if (code !== SPACE && code !== TAB && code !== LINE_FEED) return;
    cursor.at++;
  }
}

/** The token at the cursor, which is left behind it; empty for none. */
function nameAt(cursor: Cursor): string {
  const start = cursor.at;
  while (IN_NAME[cursor.text.charCodeAt(cursor.at)] === 1) cursor.at++;
  return cursor.text.slice(start, cursor.at);
}

/** What stands between the quotes at the cursor, which is left behind them; undefined where they are not closed. */
function quotedAt(cursor: Cursor): string | undefined {
  const { text, at } = cursor;
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === DOUBLE_QUOTE) {
      cursor.at = end + 1;
      return text.slice(at + 1, end);
    }
    if (code === BACKSLASH && text.charCodeAt(++end) === LINE_FEED) return undefined;
  }
  return undefined;
}

/** Skips blanks and comments; a comment in which a parameter could stand is ambiguous, for readers that know none. */
function skip(cursor: Cursor): void {
  for (;;) {
    skipBlanks(cursor);
    if (cursor.text[cursor.at] !== '(') return;
    let depth = 0;
    const begun = cursor.at;
    for (; cursor.at < cursor.text.length; cursor.at++) {
      const one = cursor.text[cursor.at];
      if (one === '(') depth++;
      else if (one === ')' && --depth === 0) break;
      if (depth > DEEPEST_COMMENT) cursor.ambiguous = true;
    }
    if (depth > 0 || /[;="\\/]/.test(cursor.text.slice(begun, cursor.at))) cursor.ambiguous = true;
    cursor.at++;
  }
}

/** Value of the parameter `name` at the cursor, which is left before the next `;` or at the end. */
function valueAt(cursor: Cursor, name: string, spaced: boolean): string {
  const structural = STRUCTURAL.test(name);
  if (cursor.text[cursor.at] === '"') {
    const raw = quotedAt(cursor);
    if (raw === undefined) {
      cursor.ambiguous = true;
      return '';
    }
    // Readers differ on whether a backslash belongs to a boundary, and on what a fold leaves behind.
    if (structural && /[\\\n]/.test(raw)) cursor.ambiguous = true;
    skip(cursor);
    const behind = cursor.text[cursor.at];
    if (behind !== undefined && behind !== ';') cursor.ambiguous = true;
    return raw.includes('\\') || raw.includes('\n') ? raw.replace(/\\(.)/g, '$1').replaceAll('\n', '') : raw;
  }
  const end = cursor.text.indexOf(';', cursor.at);
  const stop = end < 0 ? cursor.text.length : end;
  const whole = cursor.text.slice(cursor.at, stop);
  const token = /^[^\s]*/.exec(whole)?.[0] ?? '';
  cursor.at += token.length;
  if (whole.slice(token.length).includes('(')) skip(cursor);
  else skipBlanks(cursor);
  const alone = cursor.at === stop;
  cursor.at = stop;
  if (structural && (!alone || spaced || (name === 'boundary' && DISPUTED_BARE.test(token)) || token.includes('"'))) cursor.ambiguous = true;
  // Names of files with blanks in them are written without quotes now and then.
  return alone ? token : whole.replaceAll('\n', '').trim();
}

/** Types as nearly all messages have them: they name nothing of what is sent, so what was read of one is kept. */
const PLAIN = /^[a-z]+\/[a-z0-9.+-]+(; ?charset=[a-z0-9-]+)?$/i;
/** So many different ones, of such a length: more than any programs that talk to one gateway use. */
const MOST_KEPT = 200;
const LONGEST_KEPT = 100;
const kept = new Map<string, MediaType | undefined>();
/** One message asks several times for the same: a form has a boundary of its own each time. */
let last: { readonly value: string; readonly read: MediaType | undefined } = { value: '', read: undefined };

export function parseMediaType(value: string | undefined): MediaType | undefined {
  if (value === undefined) return undefined;
  const before = kept.get(value);
  if (before !== undefined) return before;
  if (last.value === value) return last.read;
  const read = readMediaType(value);
  if (value.length > LONGEST_KEPT) return read;
  last = { value, read };
  if (kept.size < MOST_KEPT && PLAIN.test(value)) kept.set(value, read);
  return read;
}

function readMediaType(value: string): MediaType | undefined {
  if (value.trim() === '') return undefined;
  const text = value.trim();
  const cursor: Cursor = { text, at: 0, ambiguous: text.length > LONGEST };
  const parameters = new Map<string, string>();
  skip(cursor);
  const begun = cursor.at;
  while (cursor.at < text.length && !/[;(\s]/.test(text[cursor.at] ?? '')) cursor.at++;
  const type = text.slice(begun, cursor.at).toLowerCase();
  skip(cursor);
  // A comma joins two types: which of them holds is anyone's guess.
  if (/[^!-~]|[,"]/.test(type) || (cursor.at < text.length && text[cursor.at] !== ';')) cursor.ambiguous = true;
  while (!cursor.ambiguous && cursor.at < text.length) {
    if (text[cursor.at] === ';') cursor.at++;
    skip(cursor);
    if (cursor.at >= text.length || text[cursor.at] === ';') continue;
    const name = nameAt(cursor).toLowerCase();
    const before = cursor.at;
    skip(cursor);
    if (name === '' || text[cursor.at] !== '=') {
      cursor.ambiguous = true;
      break;
    }
    cursor.at++;
    const behind = cursor.at;
    skip(cursor);
    const spaced = behind !== before + 1 || cursor.at !== behind;
    const read = valueAt(cursor, name, spaced);
    // Readers differ on which of `charset` and `charset*` wins, and on which of two counts.
    if ((parameters.has(name) && !NAMES.test(name)) || /^(charset|boundary)\*/.test(name)) cursor.ambiguous = true;
    parameters.set(name, read);
  }
  return { type, parameters, ambiguous: cursor.ambiguous };
}
