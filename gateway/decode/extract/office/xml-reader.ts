/** Reads one XML part of a document: its text is scanned as people see it, and masked where it stands. */
import type { PartContext } from '../../part-readers.js';
import { sniffingReader } from '../../part-readers.js';
import type { PartLine, PartReader } from '../../part-tree.js';
import { DocumentHandler, type ElementHandler } from './document-handler.js';
import type { SheetContext } from './sheet-context.js';
import { SheetHandler } from './sheet-handler.js';
import { TextFlow } from './text-flow.js';
import { utf16Reader, utf16Order } from './utf16.js';
import { actionOf, INLINE, SHEET_CELL, SHEET_ROW, vocabularyOf, type Vocabulary } from './vocabulary.js';
import { CLOSE, XmlTokens, type XmlHandler } from './xml-tokens.js';

/** Enough to see byte order and the XML declaration. */
const PREFIX = 256;
const DECLARED = /^(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']/;
/** In these every digit and bracket is the byte it is in ASCII. */
const LIKE_ASCII = /^(utf-?8|us-ascii|ascii|iso-8859-\d{1,2}|windows-125\d)$/i;
/** A cell's own tag holds its place and its style: fewer digits than a number of anybody's. */
const FEW_DIGITS = 7;
const PLAIN_TAG = 64;

export interface XmlOptions {
  /** What covers digits in attributes: `_` where they are addresses. */
  readonly tagFill: '*' | '_';
  readonly sheet?: SheetContext | undefined;
  /** Reads as the part of this root, whatever the first element is called. */
  readonly root?: string | undefined;
  /** Place of this part among the document's. */
  readonly number?: number | undefined;
}

class XmlPart implements XmlHandler {
  readonly #flow: TextFlow;
  readonly #tokens = new XmlTokens(this);
  #vocabulary: Vocabulary | undefined;
  #handler: ElementHandler | undefined;
  #beside = false;
  #inText = false;

  constructor(
    context: PartContext,
    private readonly options: XmlOptions,
    private readonly line: PartLine,
  ) {
    this.#flow = new TextFlow(context, options.tagFill);
  }

  write(bytes: Uint8Array, at: number, last: boolean): number {
    const read = this.#tokens.write(bytes, at, last);
    const settled = this.#flow.settle(last ? at + bytes.length : read, last);
    if (this.#flow.problem !== undefined) this.line.fail(this.#flow.problem, 'xml');
    return settled;
  }

  get whole(): boolean {
    return this.#handler?.whole ?? false;
  }

  malformed(detail: string): void {
    this.line.fail('malformed', detail);
  }

  text(bytes: Buffer, from: number, to: number, at: number, raw: boolean, hasReferences: boolean): void {
    this.#beside = false;
    const first = !this.#inText;
    this.#inText = true;
    const handler = this.#handler;
    if (handler === undefined) this.#flow.beside(bytes, from, to, at, true, false);
    else if (!handler.text(bytes, from, to, at, hasReferences, first, raw)) this.line.fail('malformed', 'entity');
  }

  beside(bytes: Buffer, from: number, to: number, at: number, fixed: boolean): void {
    this.#flow.beside(bytes, from, to, at, fixed, !this.#beside);
    // An empty piece ends it.
    this.#beside = to > from;
  }

  tag(bytes: Buffer, from: number, to: number, at: number, kind: number, nameFrom: number, nameTo: number, hash: number): void {
    this.#beside = this.#inText = false;
    const vocabulary = (this.#vocabulary ??= this.#begin(bytes.toString('latin1', nameFrom, Math.min(nameTo, nameFrom + 40))));
    const action = actionOf(vocabulary, bytes, nameFrom, nameTo, hash);
    if (kind === CLOSE ? nameTo - nameFrom > PLAIN_TAG : to - nameTo > 2 || nameTo - nameFrom > PLAIN_TAG) {
      if (!((action === SHEET_CELL || action === SHEET_ROW) && isPlainTag(bytes, from, to))) this.#flow.tag(bytes, from + 1, to - 1, at);
    }
    if (action !== INLINE || vocabulary.sheet === 'cells') this.#handler?.element(action, kind, () => bytes.toString('latin1', from, to), at + from);
  }

  #begin(root: string): Vocabulary {
    const vocabulary = vocabularyOf(this.options.root ?? root);
    this.#handler = vocabulary.sheet === 'cells' ? new SheetHandler(this.#flow, this.options.sheet, this.options.number ?? 0) : new DocumentHandler(this.#flow, vocabulary, this.options.sheet);
    return vocabulary;
  }
}

/** Too short, and too few digits, to hold anything but a place and a style. */
function isPlainTag(bytes: Buffer, from: number, to: number): boolean {
  if (to - from > PLAIN_TAG) return false;
  let digits = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === 0x26 || byte >= 0x80) return false;
    if (byte >= 0x30 && byte <= 0x39 && ++digits >= FEW_DIGITS) return false;
  }
  return true;
}

/** What begins with no bracket is read as what it is. */
export function xmlReader(context: PartContext, options: XmlOptions): PartReader {
  let reader: PartReader | undefined;
  let kept = Buffer.alloc(0);
  return {
    write(bytes, at, last) {
      if (reader) return reader.write(bytes, at, last);
      const start = at - kept.length;
      kept = Buffer.concat([kept, bytes]);
      if (kept.length < PREFIX && !last) return start;
      const all = kept;
      kept = Buffer.alloc(0);
      reader = chosen(context, options, all.subarray(0, PREFIX));
      return reader.write(all, start, last);
    },
  };
}

function chosen(context: PartContext, options: XmlOptions, prefix: Buffer): PartReader {
  const order = utf16Order(prefix);
  const text = prefix.toString('latin1');
  if (order === undefined && !/^(?:\xef\xbb\xbf)?[\s]*</.test(text)) return sniffingReader(context, { contentType: undefined, contentEncoding: undefined });
  const line = context.tree.line(context.part, order === undefined ? ['utf-8', 'xml'] : [order, 'xml'], context.inside);
  const charset = order === undefined ? DECLARED.exec(text)?.[1] : undefined;
  if (charset !== undefined && !LIKE_ASCII.test(charset)) line.fail('bad-charset', 'xml');
  const inner = (own: PartContext): PartReader => new XmlPart(own, options, line);
  const reader = order === undefined ? inner(context) : utf16Reader(context, order, inner);
  return {
    write(bytes, at, last) {
      line.count(bytes.length);
      return reader.write(bytes, at, last);
    },
  };
}
