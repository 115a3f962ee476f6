/** Splits multipart bodies (RFC 2046 section 5.1) into header and body ranges; what two readers could read differently is malformed. */
import type { PartReader } from '../part-tree.js';
import type { PartContext } from '../part-readers.js';
import type { Declared, Syntax } from '../syntax.js';

/** Header block of one part: real ones stay far below; longer ones are malformed. */
const MAX_HEADER = 16 * 1024;
/** Blanks behind a boundary on its line: transports add a few; more would keep a stream waiting without end. */
const MAX_PADDING = 256;
const CR = 0x0d;
const LF = 0x0a;

export interface Readers {
  header(context: PartContext): PartReader;
  body(context: PartContext, declared: Declared): PartReader;
  unscannable(context: PartContext, syntax: Extract<Syntax, { kind: 'unscannable' }>): PartReader;
}

interface Header {
  readonly declared: Declared;
  readonly fileName: string | undefined;
  readonly ambiguous: boolean;
}

/** The fields of a part that say how to read it; a field that stands twice is ambiguous. */
export function parsePartHeader(text: string): Header {
  const fields = new Map<string, string>();
  let ambiguous = false;
  for (const line of text.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    if (colon <= 0 || /[\r\n]/.test(line) || /[ \t]$/.test(line.slice(0, colon))) {
      ambiguous = true;
      continue;
    }
    const name = line.slice(0, colon).toLowerCase();
    if (fields.has(name) && name.startsWith('content-')) ambiguous = true;
    fields.set(name, line.slice(colon + 1).trim());
  }
  return {
    declared: {
      contentType: fields.get('content-type') ?? (/filename/i.test(fields.get('content-disposition') ?? '') ? 'application/octet-stream' : 'text/plain'),
      contentEncoding: fields.get('content-encoding'),
      transferEncoding: fields.get('content-transfer-encoding'),
    },
    fileName: /filename\*?="?([^";]*)/i.exec(fields.get('content-disposition') ?? '')?.[1],
    ambiguous,
  };
}

/** Last letters of a file name: enough for a person to know the kind, never the name itself. */
function kindOf(fileName: string | undefined): string {
  const extension = /\.([A-Za-z]{1,5})$/.exec(fileName ?? '')?.[1];
  return extension === undefined ? '' : `.${extension.toLowerCase()}`;
}

export function multipartReader(context: PartContext, boundary: string, readers: Readers): PartReader {
  const { tree, part, depth } = context;
  const token = Buffer.from(`--${boundary}`, 'latin1');
  let carry: Uint8Array = new Uint8Array(0);
  let state: 'preamble' | 'header' | 'body' | 'epilogue' | 'unread' = 'preamble';
  let index = 0;
  let reader = readers.header({ tree, part: `${part}/preamble`, depth: depth + 1 });
  /** Wire offset that is known to begin a line although the break before it is no longer in sight. */
  let lineStart = -1;
  let settled = -1;

  return {
    write(bytes, at, last) {
      const buffer = Buffer.concat([carry, bytes]);
      const base = at - carry.length;
      let done = 0;
      if (lineStart < 0) {
        lineStart = at;
        settled = at;
      }

      const feed = (to: number, end: boolean): void => {
        settled = reader.write(buffer.subarray(done, to), base + done, end);
        done = to;
      };
      // What stood before is finished where it was; the rest is accounted for as unread.
      const unread = (reason: 'malformed' | 'too-many-parts'): void => {
        state = 'unread';
        reader = readers.unscannable({ tree, part: `${part}/rest`, depth }, { kind: 'unscannable', reason, name: 'multipart' });
      };
      const malformed = (from: number): void => {
        feed(from, true);
        unread('malformed');
      };

      reading: while (done < buffer.length || last) {
        switch (state) {
          case 'header': {
            const bare = buffer[done] === CR && buffer[done + 1] === LF;
            const blank = bare ? done - 2 : buffer.indexOf('\r\n\r\n', done);
            if (blank < done - 2 || (blank < 0 && !bare)) {
              if (buffer.length - done <= MAX_HEADER && !last) break reading;
              malformed(done);
              continue;
            }
            if (blank + 4 - done > MAX_HEADER) {
              malformed(done);
              continue;
            }
            const header = parsePartHeader(buffer.toString('latin1', done, Math.max(done, blank)));
            feed(blank + 4, true);
            if (header.ambiguous || !tree.admit()) {
              // One line for all that follows: a line for each part would grow with the body.
              unread(header.ambiguous ? 'malformed' : 'too-many-parts');
              continue;
            }
            const name = `${part}/${index}${kindOf(header.fileName)}`;
            state = 'body';
            lineStart = base + done;
            reader = readers.body({ tree, part: name, depth: depth + 1 }, header.declared);
            continue;
          }
          case 'preamble':
          case 'body': {
            const mark = findDelimiter(buffer, done, token, lineStart - base, last);
            if (mark.kind === 'malformed') {
              malformed(mark.at);
              continue;
            }
            if (mark.kind === 'none') {
              if (last) malformed(buffer.length);
              else if (mark.until > done) feed(mark.until, false);
              break reading;
            }
            feed(mark.start, true);
            reader = readers.header({ tree, part: mark.closes ? `${part}/epilogue` : `${part}/${++index}/header`, depth: depth + 1 });
            // The delimiter line belongs to the text that follows it: every byte is in some part.
            feed(mark.end, false);
            state = mark.closes ? 'epilogue' : 'header';
            continue;
          }
          case 'epilogue': {
            // Some readers go on after the last delimiter: a further one makes the whole ambiguous.
            const further = buffer.indexOf(token, done);
            if (further >= 0) {
              malformed(further);
              continue;
            }
            feed(last ? buffer.length : Math.max(done, buffer.length - token.length), last);
            break reading;
          }
          case 'unread':
            feed(buffer.length, last);
            break reading;
        }
      }
      carry = new Uint8Array(buffer.subarray(done));
      return last ? base + buffer.length : settled;
    },
  };
}

type Delimiter =
  | { readonly kind: 'found'; readonly start: number; readonly end: number; readonly closes: boolean }
  | { readonly kind: 'none'; /** No delimiter begins before this. */ readonly until: number }
  | { readonly kind: 'malformed'; readonly at: number };

/** The next delimiter line at or after `from`. Anything that only some readers would take for one is malformed. */
function findDelimiter(buffer: Buffer, from: number, token: Buffer, lineStart: number, last: boolean): Delimiter {
  let at = from;
  for (;;) {
    const found = buffer.indexOf(token, at);
    if (found < 0) return { kind: 'none', until: last ? buffer.length : Math.max(from, buffer.length - token.length - 2) };
    const before = buffer[found - 1];
    const crlf = before === LF && buffer[found - 2] === CR;
    if (found !== lineStart && !crlf) {
      if (before === LF || before === CR) return { kind: 'malformed', at: found };
      at = found + 1;
      continue;
    }
    let end = found + token.length;
    const closes = buffer[end] === 0x2d && buffer[end + 1] === 0x2d;
    if (closes) end += 2;
    const mark = end;
    while (end - mark <= MAX_PADDING && (buffer[end] === 0x20 || buffer[end] === 0x09)) end++;
    const start = found === lineStart ? found : Math.max(from, found - 2);
    if (buffer[end] === CR && buffer[end + 1] === LF) return { kind: 'found', start, end: closes ? end : end + 2, closes };
    if (end + 2 > buffer.length && end - mark <= MAX_PADDING) {
      if (!last) return { kind: 'none', until: start };
      if (closes && end === buffer.length) return { kind: 'found', start, end, closes };
    }
    return { kind: 'malformed', at: start };
  }
}
