/** Reads a mail (RFC 5322, 6532), forwarded or by itself: its header as text, its body as its header says. */
import type { PartContext } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';
import { transferFor } from '../layer/transfer.js';
import { bothReader } from './both.js';
import { headerEnd } from './delimiter.js';
import { disputedReader } from './disputed.js';
import { fieldNamed, readFields, type Eol } from './field-block.js';
import { gathered } from './gathered.js';
import { headerReader } from './header-reader.js';
import { eolOf } from './mail-signs.js';
import { ownAddresses } from './own-addresses.js';
import { partBody } from './part-body.js';
import { headerOf, type PartHeader } from './part-header.js';
import type { Readers } from './readers.js';

/** Header of a mail: signatures, seals and the traces of filters make some of them 60 KiB long; mail servers refuse from 256 KiB on at the latest. */
export const MAX_MAIL_HEADER = 256 * 1024;

export function messageReader(context: PartContext, readers: Readers): PartReader {
  const { part, depth, tree } = context;
  const kept = gathered();
  let eol: Eol | undefined;
  let reader: PartReader | undefined;
  const inner = (name: string): PartContext => ({ ...context, part: `${part}/${name}`, depth: depth + 1 });
  const disputed = (reason: 'malformed' | 'too-many-parts'): PartReader => disputedReader(inner('rest'), reason, 'message');

  return {
    write(bytes, at, last) {
      if (reader) return reader.write(bytes, at, last);
      const before = kept.size;
      kept.add(bytes);
      const buffer = kept.bytes;
      const base = at - before;
      eol ??= eolOf(buffer.subarray(Math.max(0, before - 1)));
      // An empty line may have begun in what was there before.
      const blank = eol === undefined ? -1 : blankLine(buffer, Math.max(0, before - 3), eol);
      if (blank < 0 && !last && buffer.length <= MAX_MAIL_HEADER) return base;
      // A mail may be a header and nothing else.
      const end = blank < 0 && last ? buffer.length : blank;
      if (end < 0 || end > MAX_MAIL_HEADER) {
        reader = disputed('malformed');
        return reader.write(buffer, base, last);
      }
      const { fields, ambiguous } = readFields(buffer.toString('latin1', 0, end), eol ?? 'crlf', true);
      const header = headerOf(fields, ambiguous);
      const numbered = context.mail?.numbered;
      const addresses = numbered === undefined || numbered.size === 0 ? undefined : ownAddresses(buffer.subarray(0, end), base, eol ?? 'crlf', numbered);
      const shown = headerReader(inner('header'), readers, addresses);
      shown.write(buffer.subarray(0, end), base, true);
      shown.again(buffer.subarray(0, end), base, eol ?? 'crlf');
      const around = context.mail?.eol;
      const mixed = around !== undefined && eol !== undefined && eol !== around;
      if (header.ambiguous || mixed || fields.length === 0) reader = disputed('malformed');
      else if (!tree.admit()) reader = disputed('too-many-parts');
      else {
        const name = header.type.startsWith('multipart/') ? { ...context, depth: depth + 1 } : inner('text');
        // Without the field that says so, some readers take no mail for MIME and show its bytes.
        const disputes = context.mail?.asText !== true && fieldNamed(fields, 'mime-version') === undefined && isEncoded(header);
        const mail = { ...context.mail, eol, asText: disputes || context.mail?.asText, numbered: undefined };
        const body = (own: PartContext): PartReader => partBody({ ...own, mail }, header, false, readers);
        reader = disputes ? bothReader(name, body) : body(name);
      }
      return reader.write(buffer.subarray(end), base + end, last);
    },
  };
}

/** True where MIME makes something else of the bytes than they show. */
function isEncoded({ declared, type }: PartHeader): boolean {
  return type.startsWith('multipart/') || transferFor(declared.transferEncoding) !== 'identity';
}

function blankLine(buffer: Buffer, from: number, eol: Eol): number {
  if (from === 0) return headerEnd(buffer, 0, eol);
  const mark = eol === 'lf' ? '\n\n' : '\r\n\r\n';
  const blank = buffer.indexOf(mark, from);
  return blank < 0 ? -1 : blank + mark.length;
}
