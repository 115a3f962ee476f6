/** Files that stand in the middle of a text: uuencoded blocks are opened, those of yEnc are named as unread. Mail readers show them as attachments. */
import { prefilter } from '../../../detectors/scan/prefilter/prefilter.js';
import { transformReader } from '../layer/transform.js';
import type { PartContext } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';
import { asBuffer } from './as-buffer.js';
import { disputedReader } from './disputed.js';
import { kindOf } from './part-header.js';
import type { Readers } from './readers.js';
import { isUuLine, uuencode } from './uuencode.js';

const BEGIN = /^begin [0-7]{3,4} (\S.*)$/;
const YENC = /^=ybegin (?=.*\bline=\d)(?=.*\bsize=\d).*$/;
const WORD = 'begin ';
const MARKS = [WORD, `=y${WORD}`];
const LONGEST_MARK = 8;
/** Longest first line of a block, and the line behind it. */
const MAX_LINE = 1000;
const LF = 0x0a;
const CR = 0x0d;
const EMPTY = new Uint8Array(0);

type Kind = 'uuencode' | 'yenc';
type Sight =
  | { readonly kind: Kind; readonly start: number; readonly data: number; readonly name: string }
  /** No block begins before this. */
  | { readonly kind: 'none'; readonly until: number };

const isLineStart = (buffer: Buffer, at: number, atStart: boolean): boolean => (at === 0 ? atStart : buffer[at - 1] === LF || buffer[at - 1] === CR);

function line(buffer: Buffer, at: number): { readonly text: Buffer; readonly next: number } | undefined {
  const feed = buffer.indexOf(LF, at);
  if (feed < 0) return undefined;
  return { text: buffer.subarray(at, feed > at && buffer[feed - 1] === CR ? feed - 1 : feed), next: feed + 1 };
}

/** Looks for the first line of a block. `atStart`: the buffer begins a line. */
function look(buffer: Buffer, atStart: boolean, last: boolean): Sight {
  // Both marks hold this word: clean text is passed over once, and the scan finds it where it was looked at.
  if (!prefilter().holdsBegin(buffer)) return { kind: 'none', until: last ? buffer.length : beforeMark(buffer, atStart) };
  for (let hit = buffer.indexOf(WORD); hit >= 0; hit = buffer.indexOf(WORD, hit + 1)) {
    const isYenc = hit >= 2 && buffer[hit - 1] === 0x79 && buffer[hit - 2] === 0x3d;
    const at = isYenc ? hit - 2 : hit;
    if (!isLineStart(buffer, at, atStart)) continue;
    const first = line(buffer, at);
    const second = first === undefined ? undefined : line(buffer, first.next);
    if ((first === undefined || second === undefined) && !last && buffer.length - at <= MAX_LINE) return { kind: 'none', until: at };
    if (first === undefined) continue;
    const text = first.text.toString('latin1');
    if (isYenc) {
      if (YENC.test(text)) return { kind: 'yenc', start: at, data: first.next, name: '' };
      continue;
    }
    const name = BEGIN.exec(text)?.[1];
    if (name !== undefined && isUuLine(second?.text ?? buffer.subarray(first.next))) return { kind: 'uuencode', start: at, data: first.next, name };
  }
  return { kind: 'none', until: last ? buffer.length : beforeMark(buffer, atStart) };
}

/** Where a mark may begin whose end is not in sight. */
function beforeMark(buffer: Buffer, atStart: boolean): number {
  const { length } = buffer;
  for (let at = Math.max(0, length - LONGEST_MARK + 1); at < length; at++) {
    const one = buffer[at];
    if ((one !== 0x62 && one !== 0x3d) || !isLineStart(buffer, at, atStart)) continue;
    const rest = buffer.toString('latin1', at);
    if (MARKS.some((mark) => mark.startsWith(rest))) return at;
  }
  return length;
}

/** Where the block ends: behind the last line of data. -1: not in sight. */
function endOf(buffer: Buffer, kind: Kind, atStart: boolean): number {
  const mark = kind === 'uuencode' ? 'end' : '=yend ';
  for (let at = buffer.indexOf(mark); at >= 0; at = buffer.indexOf(mark, at + 1)) {
    if (!isLineStart(buffer, at, atStart)) continue;
    const behind = buffer[at + mark.length];
    if (kind === 'yenc' || behind === undefined || behind === LF || behind === CR) return at;
  }
  return -1;
}

/** `text` reads what is no block. */
export function attachedBlocks(context: PartContext, text: (context: PartContext) => PartReader, readers: Readers): PartReader {
  const { part, depth, tree } = context;
  let reader = text(context);
  let state: Kind | 'text' | 'unread' = 'text';
  let carry: Uint8Array = EMPTY;
  let blocks = 0;
  let atStart = true;
  let settled = -1;
  const inner = (name: string): PartContext => ({ ...context, part: `${part}/${name}`, depth: depth + 1 });

  return {
    write(bytes, at, last) {
      const base = at - carry.length;
      const buffer = carry.length === 0 ? asBuffer(bytes) : Buffer.concat([carry, bytes]);
      if (settled < 0) settled = at;
      let done = 0;
      const feed = (to: number, end: boolean): void => {
        if (to > done || end) settled = reader.write(done === 0 && to === buffer.length ? buffer : buffer.subarray(done, to), base + done, end);
        if (to > done) atStart = buffer[to - 1] === LF || buffer[to - 1] === CR;
        done = to;
      };
      for (let more = true; more; ) {
        const rest = done === 0 ? buffer : buffer.subarray(done);
        if (state === 'unread') {
          feed(buffer.length, last);
          break;
        }
        if (state === 'text') {
          const sight = look(rest, atStart, last);
          if (sight.kind === 'none') {
            feed(done + sight.until, last);
            break;
          }
          const { start, data, name, kind } = sight;
          const from = done;
          feed(from + start, true);
          blocks++;
          if (!tree.admit()) {
            state = 'unread';
            reader = disputedReader(inner('rest'), 'too-many-parts', kind);
            continue;
          }
          reader = readers.header(inner(`${blocks}/header`));
          feed(from + data, true);
          state = kind;
          const own = inner(`${blocks}${kindOf(name)}`);
          reader =
            kind === 'yenc'
              ? disputedReader(own, 'unsupported', kind)
              : transformReader(own, { coding: uuencode(), inner: (decoded) => readers.body(decoded, { contentType: 'application/octet-stream', contentEncoding: undefined, fileName: name }) });
          continue;
        }
        const end = endOf(rest, state, atStart);
        // The line may still be cut: `en`, or `end` of `endless`.
        const sure = end >= 0 && (last || end + 8 <= rest.length);
        if (sure) {
          feed(done + end, true);
          state = 'text';
          reader = text(inner(`${blocks}/behind`));
        } else {
          feed(last ? buffer.length : Math.max(done, done + (end >= 0 ? end : rest.length - 8)), last);
          more = false;
        }
      }
      carry = done === buffer.length ? EMPTY : new Uint8Array(buffer.subarray(done));
      return last ? base + buffer.length : settled;
    },
  };
}
