/** Splits a mailbox file (RFC 4155) into its mails: each begins with a `From ` line behind an empty one. */
import type { PartContext } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';
import { disputedReader } from './disputed.js';
import { eolOf } from './mail-signs.js';
import { messageReader } from './message.js';
import type { Readers } from './readers.js';

/** `From `, an address, and a date with its time: prose seldom goes on so. */
const ENVELOPE = /^From \S+[ \t].*\d\d:\d\d/;
/** Longest such line; a longer one is none. */
const MAX_LINE = 1000;
const LF = 0x0a;

export function mboxReader(context: PartContext, readers: Readers): PartReader {
  const { part, depth, tree } = context;
  let carry: Uint8Array = new Uint8Array(0);
  let index = 0;
  let unread = false;
  let mark: Buffer | undefined;
  let settled = -1;
  let reader: PartReader | undefined;
  const begin = (): void => {
    if (index > 0 && !tree.admit()) {
      unread = true;
      reader = disputedReader({ ...context, part: `${part}/rest` }, 'too-many-parts', 'mbox');
      return;
    }
    reader = messageReader({ ...context, part: `${part}/${++index}.eml`, depth: depth + 1 }, readers);
  };

  return {
    write(bytes, at, last) {
      const buffer = Buffer.concat([carry, bytes]);
      const base = at - carry.length;
      if (settled < 0) settled = at;
      if (mark === undefined) {
        const eol = eolOf(buffer);
        // Nothing is passed on before the kind of line ends is known: the first line is an envelope, and short.
        if (eol === undefined && !last && buffer.length <= MAX_LINE) {
          carry = new Uint8Array(buffer);
          return base;
        }
        mark = Buffer.from(eol === 'lf' ? '\n\nFrom ' : '\r\n\r\nFrom ');
        begin();
      }
      let done = 0;
      const feed = (to: number, end: boolean): void => {
        if (reader !== undefined && (to > done || end)) settled = reader.write(buffer.subarray(done, to), base + done, end);
        done = to;
      };
      let from = 0;
      while (!unread) {
        const found = buffer.indexOf(mark, from);
        if (found < 0) break;
        const line = found + mark.length - 'From '.length;
        const end = buffer.indexOf(LF, line);
        if (end < 0 && !last && buffer.length - line <= MAX_LINE) {
          feed(Math.max(done, found), false);
          carry = new Uint8Array(buffer.subarray(done));
          return settled;
        }
        from = line;
        if (!ENVELOPE.test(buffer.toString('latin1', line, Math.min(end < 0 ? buffer.length : end, line + MAX_LINE)))) continue;
        feed(line, true);
        begin();
      }
      feed(last || unread ? buffer.length : Math.max(done, buffer.length - mark.length), last);
      carry = new Uint8Array(buffer.subarray(done));
      return last ? base + buffer.length : settled;
    },
  };
}
