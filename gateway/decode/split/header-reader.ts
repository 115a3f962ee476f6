/** Reads a block of header fields as text, then the encoded words in it, then all of it as mail readers show it. What only the last look shows is told, but cannot be masked. */
import { isUtf8 } from 'node:buffer';
import type { Finding, MaskEdit, PartSink, View } from '../../ports.js';
import { base64 } from '../layer/base64.js';
import { gb18030 } from '../layer/gb18030.js';
import { quotedPrintable } from '../layer/quoted-printable.js';
import { transformReader } from '../layer/transform.js';
import { viewOf } from '../layer/view.js';
import type { PartContext } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';
import { VIEWS } from '../views.js';
import { readsCharset, shownText } from './encoded-text.js';
import { readFields, type Eol } from './field-block.js';
import { headerOf } from './part-header.js';
import type { OwnAddresses } from './own-addresses.js';
import type { Readers } from './readers.js';

const WORD = /=\?([!-)+-<>@-~]{1,40})(?:\*[!-<>@-~]{0,20})?\?([bBqQ])\?([!->@-~]*)\?=/g;
/** What names the charset of a word, or of an extended value (RFC 2231). */
const NAMED = /=\?([!-<>@-~]{1,60})\?[bBqQ]\?|\*0?\*?[ \t]*=[ \t]*"?([!-&(-~]{1,60})'[^'\n]*'/g;
/** Texts that are read each by itself; a hostile header has one in each of its fields. */
const MOST_TEXTS = 64;
/** Encoded words of one header that are read each by itself; a mail to a thousand people has as many. Numbers in further ones are found with all that is shown, and cannot be masked. */
const MOST_WORDS = 4000;
/** Charsets whose words are masked where they stand. */
const WRITABLE: ReadonlyMap<string, readonly View[]> = new Map([
  ...['utf-8', 'us-ascii'].map((name) => [name, VIEWS.line] as const),
  ...['gb18030', 'gbk', 'gb2312'].map((name) => [name, [viewOf({ charset: gb18030 })]] as const),
]);

const ENCODED = '=?';
/** In extended values (RFC 2231), behind their name. */
const EXTENDED = 0x2a;
/** First letters of a mailbox's line, as it is and escaped. */
const FROM = 0x46;
const QUOTED = 0x3e;

const keyOf = ({ detector, fingerprint }: Finding): string => `${detector} ${fingerprint}`;
const ignore = (): void => undefined;

export interface HeaderReader extends PartReader {
  /** After the last byte: looks again at the block of fields that begins at `from`. `names`: the file names in it, where they are known. */
  again(block: Buffer, from: number, eol: Eol, names?: readonly string[]): void;
}

/** `addresses`: numbers that are none here. */
export function headerReader(context: PartContext, readers: Readers, addresses?: OwnAddresses): HeaderReader {
  const { tree, part, sink } = context;
  /** Of values that policy leaves as they are. */
  const left = new Set<string>();
  const edits: MaskEdit[] = [];
  const isAddress = ({ start, end }: Finding): boolean => addresses?.covers(start, end) === true;
  const own: PartSink = {
    masks: (finding) => {
      if (isAddress(finding)) return false;
      const wanted = sink.masks(finding);
      if (!wanted) left.add(keyOf(finding));
      return wanted;
    },
    edit: (edit) => {
      edits.push(edit);
      sink.edit(edit);
    },
    child: (range) => {
      sink.child(range);
    },
    found: (finding) => {
      if (!isAddress(finding)) sink.found(finding);
    },
  };
  const reader = readers.header({ ...context, sink: own });

  /** Numbers in one encoded word: masked over its own characters. */
  const readWord = (views: readonly View[], coding: string, bytes: Uint8Array, at: number): void => {
    const inner = (within: PartContext): PartReader => tree.leaf({ part, views, fill: '_', json: false }, within.sink);
    transformReader({ ...context, sink: own }, { coding: coding.toLowerCase() === 'b' ? base64({ mail: true }) : quotedPrintable(), inner, silent: true }).write(bytes, at, true);
  };

  return {
    write: (bytes, at, last) => reader.write(bytes, at, last),
    again(block, from, eol, names) {
      if (names !== undefined && edits.length === 0 && isPlainBlock(block) && names.every((name) => tree.leaf.holdsNothing?.(Buffer.from(name), VIEWS.line, false) === true)) return;
      const masked = Buffer.from(block);
      for (const [, word = '', value = ''] of block.toString('latin1').matchAll(NAMED)) {
        if (readsCharset(word === '' ? value : word)) continue;
        tree.line(part, ['encoded-word'], context.inside).fail('unsupported', 'charset');
        break;
      }
      const apply = (): void => {
        for (const { at, bytes } of edits.splice(0)) if (at >= from) masked.set(bytes, at - from);
      };
      apply();
      let words = 0;
      for (const word of masked.toString('latin1').matchAll(WORD)) {
        if (++words > MOST_WORDS) break;
        const [whole, charset = '', coding = '', content = ''] = word;
        const views = WRITABLE.get(charset.toLowerCase());
        const start = word.index + whole.length - 2 - content.length;
        if (views !== undefined && content !== '') readWord(views, coding, Uint8Array.from(masked.subarray(start, start + content.length)), from + start);
      }
      // What still shows once all of that is masked stands where nobody can write: in words cut within a number, in names in pieces.
      apply();
      for (const shown of hiddenTexts(masked.toString('latin1'), eol)) {
        const leaf = tree.leaf(
          { part, views: VIEWS.line, fill: '_', json: false },
          {
            masks: () => false,
            edit: ignore,
            found: (finding) => {
              if (left.has(keyOf(finding))) return;
              // A name is shown in its field and by itself.
              left.add(keyOf(finding));
              sink.found({ ...finding, start: from, end: from + block.length, maskable: false });
            },
          },
        );
        leaf.write(Buffer.from(addresses === undefined ? shown : addresses.without(shown)), 0, true);
      }
    },
  };
}

/** Nothing in it is encoded, extended, or no UTF-8, and it begins with a field: then it shows nothing but what is written there, and the names. */
export function isPlainBlock(block: Buffer): boolean {
  return !block.includes(ENCODED) && !block.includes(EXTENDED) && block[0] !== FROM && block[0] !== QUOTED && isUtf8(block);
}

/** Texts of these fields that are not shown as they are written. */
function hiddenTexts(text: string, eol: Eol): readonly string[] {
  const { fields, ambiguous } = readFields(text, eol, true);
  // Bytes that are no UTF-8 are read as Chinese mailers write them.
  const words = fields.filter(({ value }) => value.includes('=?') || !isUtf8(Buffer.from(value, 'latin1'))).map(({ value }) => shownText(value));
  const texts = [...new Set([...words, ...headerOf(fields, ambiguous).fileNames])];
  return texts.length <= MOST_TEXTS ? texts : [...texts.slice(0, MOST_TEXTS), texts.slice(MOST_TEXTS).join('\n\n')];
}
