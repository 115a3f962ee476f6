/** Chooses the reader of a part: text goes to a leaf, multipart is split, containers are put aside, everything else is unscannable with its reason. */
import type { PartSink, View } from '../ports.js';
import type { CharsetName } from './charset-name.js';
import { gb18030 } from './layer/gb18030.js';
import { viewOf } from './layer/view.js';
import { stringsReader, type StringReaders, type TextReader } from './layer/base64-strings.js';
import { charsetReader } from './layer/wide-text.js';
import { contentLines } from './layer/content-lines.js';
import { transformReader } from './layer/transform.js';
import { MAX_DEPTH, type PartLine, type PartReader, type PartTree } from './part-tree.js';
import { armouredText } from './split/armoured-text.js';
import { attachedBlocks } from './split/attached-blocks.js';
import { bothReader } from './split/both.js';
import type { MailContext } from './split/mail-context.js';
import { joinedLines } from './split/joined-lines.js';
import { mboxReader } from './split/mbox.js';
import { messageReader } from './split/message.js';
import { multipartReader } from './split/multipart.js';
import { readOnly } from './split/read-only.js';
import type { Readers } from './split/readers.js';
import { PREFIX_LENGTH, recognise, type Declared, type Syntax } from './syntax.js';
import { VIEWS, byteCharsets, viewsOf } from './views.js';
import { wholeText } from './whole-text.js';

/** What the books need to know of a part. */
export type PartPlace = Pick<PartContext, 'tree' | 'part' | 'inside'>;

export interface PartContext {
  readonly tree: PartTree;
  /** Where edits, findings and children go, in the coordinates of the bytes that the reader is given. A transform hands its inner readers one of its own that translates. */
  readonly sink: PartSink;
  readonly part: string;
  readonly depth: number;
  /** The part with a transform or container around this one: its receipt counts decoded bytes. */
  readonly inside?: string | undefined;
  /** Set in mails and multiparts: what their parts share. */
  readonly mail?: MailContext | undefined;
}

const chains = new WeakMap<readonly View[], Map<string, readonly string[]>>();

/** The name of a syntax and those of the layers of its views: the same serve many parts. */
function chainOf(name: string, views: readonly View[]): readonly string[] {
  let named = chains.get(views);
  if (named === undefined) chains.set(views, (named = new Map<string, readonly string[]>()));
  let chain = named.get(name);
  if (chain === undefined) named.set(name, (chain = [name, ...new Set(views.flatMap((view) => view.chain))]));
  return chain;
}

interface TextOptions {
  readonly name: string;
  readonly views: readonly View[];
  readonly json: boolean;
  readonly fill: '*' | '_';
}

function textLine({ tree, part, inside }: PartPlace, { name, views }: TextOptions): PartLine {
  return tree.line(part, chainOf(name, views), inside);
}

/** Text in the given views; `line` is its line in the receipt, where that is open already. */
export function textReader(context: PartContext, options: TextOptions, line = textLine(context, options)): TextReader {
  const { tree, part, sink } = context;
  const leaf = tree.leaf({ part, views: options.views, fill: options.fill, json: options.json, shown: options.name }, sink);
  return {
    write(bytes, at, last) {
      line.count(bytes.length);
      const settled = leaf.write(bytes, at, last);
      if (leaf.problem !== undefined) line.fail(leaf.problem, options.name);
      return settled;
    },
    get dense() {
      return leaf.dense;
    },
  };
}

/** The same, where nothing stands around it: text that comes whole and holds nothing needs no reader. */
function shortText(context: PartContext, options: TextOptions): PartReader {
  const line = textLine(context, options);
  return wholeText(context.tree.leaf, options.views, line, false, () => textReader(context, options, line));
}

/** Bytes nobody reads. */
export function unscannableReader(context: PartContext, syntax: Extract<Syntax, { kind: 'unscannable' }>): PartReader {
  const line = context.tree.line(context.part, [syntax.name], context.inside);
  line.fail(syntax.reason, syntax.name);
  return {
    write(bytes, at) {
      line.count(bytes.length);
      return at + bytes.length;
    },
  };
}

/** Puts a container aside, to be opened after the last byte; where nobody opens any, it is unscannable at once. */
export function containerReader(context: PartContext, format: string, declared: Declared): PartReader {
  const { tree, sink, part, depth } = context;
  if (!tree.defers) return unscannableReader(context, { kind: 'unscannable', reason: 'unsupported', name: format });
  if (depth >= MAX_DEPTH) return unscannableReader(context, { kind: 'unscannable', reason: 'too-deep', name: format });
  if (!tree.hasRoom) return unscannableReader(context, { kind: 'unscannable', reason: 'too-many-parts', name: format });
  const line = tree.line(part, [format], context.inside);
  const aside = tree.defer({ part, format, fileName: declared.fileName, contentType: declared.contentType, depth }, line);
  let from = -1;
  return {
    write(bytes, at, last) {
      if (from < 0) from = at;
      const to = at + bytes.length;
      line.count(bytes.length);
      aside.write(bytes, last);
      if (last) sink.child({ child: aside.child, from, to, wraps: [], replaceable: true });
      return to;
    },
  };
}

function textOf(context: PartContext, syntax: Extract<Syntax, { kind: 'text' }>, declared: Declared): PartReader {
  // In most charsets lines are joined alike: only digits and blanks stand where they are.
  const joined = joinedLines(declared.contentType).map((escapes) => viewOf({ escapes, ...(syntax.charsets.includes('gb18030') ? { charset: gb18030, alone: true } : {}) }));
  const optionsIn = (charsets: readonly CharsetName[]): TextOptions => {
    const views = viewsOf(syntax.syntax, charsets);
    return { name: syntax.syntax, views: joined.length === 0 ? views : [...views, ...joined], json: syntax.json, fill: '*' };
  };
  let line: PartLine | undefined;
  const text = (own: PartContext): PartReader =>
    charsetReader(own, syntax.charsets, (inner, charsets) =>
      stringsReader(
        inner,
        (leaf) => {
          const opened = line;
          line = undefined;
          return textReader(leaf, optionsIn(charsets), opened);
        },
        STRINGS,
      ),
    );
  const own = syntax.signed === true ? { ...context, sink: readOnly(context.sink) } : context;
  if (syntax.folded === true) return transformReader(own, { coding: contentLines(), inner: text });
  const blocks = (inner: PartContext): PartReader => (context.depth < MAX_DEPTH && (syntax.syntax === 'text' || syntax.syntax === 'unknown-text') ? attachedBlocks(inner, text, READERS) : text(inner));
  const whole = (inner: PartContext): PartReader => (context.mail === undefined ? blocks(inner) : armouredText(inner, blocks));
  if (byteCharsets(syntax.charsets).length < syntax.charsets.length) return whole(own);
  const options = optionsIn(syntax.charsets);
  const opened = textLine(own, options);
  return wholeText(own.tree.leaf, options.views, opened, true, () => {
    line = opened;
    return whole(own);
  });
}

export function readerFor(context: PartContext, syntax: Syntax, declared: Declared): PartReader {
  switch (syntax.kind) {
    case 'text':
      return textOf(context, syntax, declared);
    case 'multipart':
      return context.depth >= MAX_DEPTH
        ? unscannableReader(context, { kind: 'unscannable', reason: 'too-deep', name: 'multipart' })
        : multipartReader(context, syntax, READERS);
    case 'message':
      return context.depth >= MAX_DEPTH
        ? unscannableReader(context, { kind: 'unscannable', reason: 'too-deep', name: 'message' })
        : mailReader(context, syntax);
    case 'container':
      return containerReader(context, syntax.format, declared);
    case 'unscannable':
      return unscannableReader(context, syntax);
    case 'empty':
      return shortText(context, EMPTY_TEXT);
  }
}

/** What stands in strings of base64: the text around them accounts for its bytes. */
const STRINGS: StringReaders = {
  text: (context, { syntax, charsets, json }) =>
    charsetReader(context, charsets, (own, names) => own.tree.leaf({ part: own.part, views: viewsOf(syntax, names), fill: '*', json }, own.sink), true),
  holdsNothing: (tree, { syntax, charsets }, bytes) => byteCharsets(charsets).length === charsets.length && tree.leaf.holdsNothing?.(bytes, viewsOf(syntax, charsets), true) === true,
  container: (context, format, contentType) =>
    context.tree.admit()
      ? containerReader(context, format, { contentType, contentEncoding: undefined })
      : unscannableReader(context, { kind: 'unscannable', reason: 'too-many-parts', name: format }),
};

const READERS: Readers = { header: headerReader, body: sniffingReader, emptyHeader, emptyBody, unscannable: unscannableReader };

/** One mail, or a file of them. What nobody declared to be one may be shown as text: then it is read as both. */
export function mailReader(context: PartContext, how: { readonly mailbox: boolean; readonly declared: boolean } = { mailbox: false, declared: true }): PartReader {
  const reader = (own: PartContext): PartReader => (how.mailbox ? mboxReader(own, READERS) : messageReader(own, READERS));
  return how.declared ? reader(context) : bothReader({ ...context, mail: { ...context.mail, asText: true } }, reader);
}

const HEADER: TextOptions = { name: 'header', views: VIEWS.url, json: false, fill: '_' };
const EMPTY_TEXT: TextOptions = { name: 'empty', views: VIEWS.line, json: false, fill: '*' };

/** What `shortText` does with a text that comes whole. */
function emptyText(place: PartPlace, options: TextOptions, bytes: Uint8Array, strings: boolean): boolean {
  if (place.tree.leaf.holdsNothing?.(bytes, options.views, strings) !== true) return false;
  textLine(place, options).count(bytes.length);
  return true;
}

function emptyHeader(place: PartPlace, bytes: Uint8Array): boolean {
  return emptyText(place, HEADER, bytes, false);
}

function emptyBody(place: PartPlace, declared: Declared, bytes: Uint8Array): boolean {
  const syntax = recognise(declared, bytes.length > PREFIX_LENGTH ? bytes.subarray(0, PREFIX_LENGTH) : bytes);
  if (syntax.kind === 'empty') return emptyText(place, EMPTY_TEXT, bytes, false);
  if (syntax.kind !== 'text' || syntax.folded === true || joinedLines(declared.contentType).length > 0 || byteCharsets(syntax.charsets).length < syntax.charsets.length) return false;
  return emptyText(place, { name: syntax.syntax, views: viewsOf(syntax.syntax, syntax.charsets), json: syntax.json, fill: '*' }, bytes, true);
}

/** Part headers and delimiters: text in which file names stand, so masks are `_` (HC 7). */
function headerReader(context: PartContext): PartReader {
  return shortText(context, HEADER);
}

/** Keeps the first bytes of a part back until its decoder is chosen. */
export function sniffingReader(context: PartContext, declared: Declared): PartReader {
  let reader: PartReader | undefined;
  let kept: Uint8Array[] = [];
  let size = 0;
  return {
    write(bytes, at, last) {
      if (reader) return reader.write(bytes, at, last);
      if (size === 0 && (last || bytes.length >= PREFIX_LENGTH)) {
        reader = readerFor(context, recognise(declared, bytes.subarray(0, PREFIX_LENGTH)), declared);
        return reader.write(bytes, at, last);
      }
      kept.push(bytes.slice());
      size += bytes.length;
      const start = at + bytes.length - size;
      if (size < PREFIX_LENGTH && !last) return start;
      const all = new Uint8Array(size);
      let to = 0;
      for (const one of kept) {
        all.set(one, to);
        to += one.length;
      }
      kept = [];
      reader = readerFor(context, recognise(declared, all.subarray(0, PREFIX_LENGTH)), declared);
      return reader.write(all, start, last);
    },
  };
}
