/** Splits multipart bodies (RFC 2046 section 5.1) into header and body ranges; what two readers could read differently is malformed. */
import type { PartContext, PartPlace } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';
import { VIEWS } from '../views.js';
import { asBuffer } from './as-buffer.js';
import { findDelimiter, headerEnd, holdsDelimiter, tokenOf } from './delimiter.js';
import { disputedReader } from './disputed.js';
import type { Eol } from './field-block.js';
import { headerReader, type HeaderReader } from './header-reader.js';
import { knownHeader, type KnownHeader } from './known-header.js';
import { partBody } from './part-body.js';
import { readOnly } from './read-only.js';
import type { Readers } from './readers.js';

/** Header block of one part: real ones stay far below; longer ones are malformed. */
const MAX_HEADER = 16 * 1024;
/** Bodies up to here are asked whether they hold anything before a reader is made for them: of longer ones that would be asked twice for nothing. */
const SHORT_BODY = 4096;

const NOTHING = new Uint8Array(0);

export interface MultipartOptions {
  readonly boundary: string;
  /** `mixed`, `form-data` … in lower case. */
  readonly subtype: string;
}

export function multipartReader(context: PartContext, { boundary, subtype }: MultipartOptions, readers: Readers): PartReader {
  const { tree, part, depth } = context;
  const token = tokenOf(boundary);
  // What is signed can be read, but not changed (RFC 1847 section 2.1).
  const around: PartContext = subtype === 'signed' ? { ...context, sink: readOnly(context.sink) } : context;
  const defaultType = subtype === 'digest' ? 'message/rfc822' : 'text/plain';
  const isForm = subtype === 'form-data';
  let eol: Eol | undefined = context.mail?.eol;
  let carry: Uint8Array = NOTHING;
  let state: 'preamble' | 'header' | 'body' | 'epilogue' | 'unread' = 'preamble';
  let index = 0;
  const inner = (name: string): PartContext => ({ ...around, part: `${part}/${name}`, depth: depth + 1 });
  /** Made when it is known that what it reads holds something, or is not all there. */
  let reader: PartReader | undefined = readers.header(inner('preamble'));
  let header: HeaderReader | undefined;
  /** Of the part under way. */
  let known: KnownHeader | undefined;
  const open = (): PartReader => {
    if (state === 'header') return (header = headerReader(inner(`${index}/header`), readers));
    if (state !== 'body' || known === undefined) throw new Error('a part without a header');
    // The parts of a form are files as they lay on a disk, with line ends of their own.
    const mail = { ...context.mail, eol: isForm ? undefined : eol };
    return partBody({ ...inner(`${index}${known.kind}`), mail }, known, isForm, readers);
  };
  const holdsNothing = (name: Uint8Array): boolean => tree.leaf.holdsNothing?.(name, VIEWS.line, false) === true;
  const place = (name: string): PartPlace => ({ tree, part: `${part}/${name}`, inside: context.inside });
  /** Wire offset that is known to begin a line although the break before it is no longer in sight. */
  let lineStart = -1;
  let settled = -1;

  return {
    write(bytes, at, last) {
      const buffer = carry.length === 0 ? asBuffer(bytes) : Buffer.concat([carry, bytes]);
      const base = at - carry.length;
      let done = 0;
      /** Behind the delimiter line that the header under way begins with, while that is not handed on. */
      let block = -1;
      if (lineStart < 0) {
        lineStart = at;
        settled = at;
      }

      const feed = (to: number, end: boolean): void => {
        reader ??= open();
        settled = reader.write(done === 0 && to === buffer.length ? buffer : buffer.subarray(done, to), base + done, end);
        done = to;
      };
      const passed = (to: number): void => {
        settled = base + to;
        done = to;
      };
      // What stood before is finished where it was; the rest is accounted for as unread.
      const unread = (reason: 'malformed' | 'too-many-parts'): void => {
        state = 'unread';
        reader = disputedReader({ ...around, part: `${part}/rest` }, reason, 'multipart');
      };
      const malformed = (from: number): void => {
        feed(from, true);
        unread('malformed');
      };

      reading: while (done < buffer.length || last) {
        switch (state) {
          case 'header': {
            const start = Math.max(done, block);
            const end = headerEnd(buffer, start, eol ?? 'crlf');
            const isLong = end < 0 ? buffer.length - start > MAX_HEADER || last : end - start > MAX_HEADER;
            // The delimiter line goes with what follows it, where that is in sight.
            if ((end < 0 || isLong) && start > done) feed(start, false);
            block = -1;
            if (isLong) {
              malformed(done);
              continue;
            }
            if (end < 0) break reading;
            const own = buffer.subarray(start, end);
            known = knownHeader(own, eol ?? 'crlf', defaultType);
            const disputed = known.ambiguous || holdsDelimiter(own, token.bytes);
            const from = base + start;
            if (reader === undefined && known.shown?.every(holdsNothing) === true && readers.emptyHeader(place(`${index}/header`), buffer.subarray(done, end))) passed(end);
            else {
              feed(end, true);
              header?.again(own, from, eol ?? 'crlf', known.fileNames);
            }
            if (disputed || !tree.admit()) {
              // One line for all that follows: a line for each part would grow with the body.
              unread(disputed ? 'malformed' : 'too-many-parts');
              continue;
            }
            state = 'body';
            lineStart = base + done;
            reader = undefined;
            continue;
          }
          case 'preamble':
          case 'body': {
            const mark = findDelimiter(buffer, done, token, lineStart - base, last, eol);
            if (mark.kind === 'malformed') {
              malformed(mark.at);
              continue;
            }
            if (mark.kind === 'none') {
              if (last) malformed(buffer.length);
              else if (mark.until > done) feed(mark.until, false);
              break reading;
            }
            const body = reader === undefined && mark.start - done <= SHORT_BODY && context.mail?.part === undefined ? known?.body : undefined;
            if (body !== undefined && readers.emptyBody(place(`${index}${known?.kind ?? ''}`), body, buffer.subarray(done, mark.start))) passed(mark.start);
            else feed(mark.start, true);
            eol = mark.eol;
            // The delimiter line belongs to the text that follows it: every byte is in some part.
            if (!mark.closes) {
              state = 'header';
              index++;
              reader = undefined;
              block = mark.end;
              continue;
            }
            state = 'epilogue';
            if (last && buffer.indexOf(token.bytes, mark.end) < 0) {
              if (readers.emptyHeader(place('epilogue'), buffer.subarray(done))) passed(buffer.length);
              else {
                reader = headerReader(inner('epilogue'), readers);
                feed(buffer.length, true);
              }
              break reading;
            }
            reader = headerReader(inner('epilogue'), readers);
            feed(mark.end, false);
            continue;
          }
          case 'epilogue': {
            // Some readers go on after the last delimiter: a further one makes the whole ambiguous.
            const further = buffer.indexOf(token.bytes, done);
            if (further >= 0) {
              malformed(further);
              continue;
            }
            feed(last ? buffer.length : Math.max(done, buffer.length - token.bytes.length), last);
            break reading;
          }
          case 'unread':
            feed(buffer.length, last);
            break reading;
        }
      }
      carry = done === buffer.length ? NOTHING : new Uint8Array(buffer.subarray(done));
      return last ? base + buffer.length : settled;
    },
  };
}
