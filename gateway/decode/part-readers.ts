/** Chooses the reader of a part: text goes to a leaf, multipart is split, everything else is unscannable with its reason. */
import type { View } from '../ports.js';
import { MAX_DEPTH, type PartReader, type PartTree } from './part-tree.js';
import { multipartReader } from './split/multipart.js';
import { PREFIX_LENGTH, recognise, type Declared, type Syntax } from './syntax.js';
import { VIEWS, viewsOf } from './views.js';

export interface PartContext {
  readonly tree: PartTree;
  readonly part: string;
  readonly depth: number;
}

/** Text in the given views. */
export function textReader(context: PartContext, options: { readonly name: string; readonly views: readonly View[]; readonly json: boolean; readonly fill: '*' | '_' }): PartReader {
  const { tree, part } = context;
  const line = tree.line(part, [options.name, ...new Set(options.views.flatMap((view) => view.chain))]);
  const leaf = tree.leaf({ part, views: options.views, fill: options.fill, json: options.json }, tree.sink);
  return {
    write(bytes, at, last) {
      line.count(bytes.length);
      const settled = leaf.write(bytes, at, last);
      if (leaf.problem !== undefined) line.fail(leaf.problem, options.name);
      return settled;
    },
  };
}

/** Bytes nobody reads. */
export function unscannableReader(context: PartContext, syntax: Extract<Syntax, { kind: 'unscannable' }>): PartReader {
  const line = context.tree.line(context.part, [syntax.name]);
  line.fail(syntax.reason, syntax.name);
  return {
    write(bytes, at) {
      line.count(bytes.length);
      return at + bytes.length;
    },
  };
}

export function readerFor(context: PartContext, syntax: Syntax): PartReader {
  switch (syntax.kind) {
    case 'text':
      return textReader(context, { name: syntax.syntax, views: viewsOf(syntax.syntax, syntax.charsets), json: syntax.json, fill: '*' });
    case 'multipart':
      return context.depth >= MAX_DEPTH
        ? unscannableReader(context, { kind: 'unscannable', reason: 'too-deep', name: 'multipart' })
        : multipartReader(context, syntax.boundary, { header: headerReader, body: sniffingReader, unscannable: unscannableReader });
    case 'unscannable':
      return unscannableReader(context, syntax);
    case 'empty':
      return textReader(context, { name: 'empty', views: VIEWS.line, json: false, fill: '*' });
  }
}

/** Part headers and delimiters: text in which file names stand, so masks are `_` (HC 7). */
function headerReader(context: PartContext): PartReader {
  return textReader(context, { name: 'header', views: VIEWS.url, json: false, fill: '_' });
}

/** Keeps the first bytes of a part back until its decoder is chosen. */
export function sniffingReader(context: PartContext, declared: Declared): PartReader {
  let reader: PartReader | undefined;
  let kept: Uint8Array[] = [];
  let size = 0;
  return {
    write(bytes, at, last) {
      if (reader) return reader.write(bytes, at, last);
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
      reader = readerFor(context, recognise(declared, all.subarray(0, PREFIX_LENGTH)));
      return reader.write(all, start, last);
    },
  };
}
