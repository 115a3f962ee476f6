/** The ends of an upload's parts, and what lies across them when they are put together: that was in no part by itself. */
import type { PartEnds } from '../../../ports.js';

/** On each side of a join: several times the longest candidate with its separators and the words that speak for it. */
const END = 256;

export interface EndsSeen {
  seen(bytes: Uint8Array): void;
  ends(tag: string): PartEnds;
}

export function endsSeen(): EndsSeen {
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let size = 0;
  return {
    seen(bytes) {
      if (head.length < END) head = Buffer.concat([head, bytes.subarray(0, END - head.length)]);
      tail = bytes.length >= END ? Buffer.from(bytes.subarray(bytes.length - END)) : Buffer.concat([tail, bytes]).subarray(-END);
      size += bytes.length;
    },
    ends: (tag) => ({ head, tail: Buffer.from(tail), size, tag }),
  };
}

/** Texts around the joins of these parts, in this order, in each way they may be read. */
export function joinTexts(parts: readonly PartEnds[]): readonly string[] {
  const joins: Buffer[] = [];
  let text = Buffer.alloc(0);
  for (const [at, ends] of parts.entries()) {
    if (ends.size <= END) {
      text = Buffer.concat([text, ends.head]);
      continue;
    }
    if (at > 0) joins.push(Buffer.concat([text, ends.head]));
    text = Buffer.from(ends.tail);
  }
  return [...joins, text].flatMap(readings);
}

/** Characters cut at the ends of what was kept say nothing. */
function readings(bytes: Uint8Array): readonly string[] {
  const utf8 = new TextDecoder().decode(bytes);
  const broken = utf8.split('\uFFFD').length - 1;
  const read = broken <= 6 ? utf8 : new TextDecoder('gb18030').decode(bytes);
  // Digits in UTF-16, wherever its units begin.
  return read.includes('\0') ? [read, read.replaceAll('\0', '')] : [read];
}
