/** Puts decoding together for one body: sniffs it, opens its tree of parts, and keeps the books. */
import { prefilter } from '../../detectors/scan/prefilter/prefilter.js';
import type { BodyHead, ChildBytes, ChildPart, ChildRange, ChildSink, Evidence, Finding, HeadInspection, HeadText, InspectOptions, Inspector, InspectorFactory, LeafFactory, Progress, Receipt, Sniffed, Unscannable } from '../ports.js';
import { isRewritable } from './extract/registry.js';
import { mailReader } from './part-readers.js';
import { PartTree } from './part-tree.js';
import { beginReading, type PartReading } from './reading.js';
import { PREFIX_LENGTH, recognise, type Declared, type Syntax } from './syntax.js';
import { VIEWS } from './views.js';

export interface InspectorOptions {
  readonly leaf: LeafFactory;
  /** A fresh count for each body. */
  tally(): { add(finding: Finding): void; readonly classes: Evidence['classes']; readonly findings: readonly Finding[] };
  /** Version of the detectors in force, for receipts. */
  readonly detectors: string;
  /** Told when a detector or decoder threw: its code goes to the log. */
  readonly onFailure: (thrown: unknown) => void;
  /** Told of every finding, however many there are. */
  readonly onFinding?: (finding: Finding) => void;
}

const NOTHING = new Uint8Array(0);

function declared(head: BodyHead): Declared {
  const fileName = head.texts.find(({ kind }) => kind === 'file-name')?.text;
  return { contentType: head.contentType, contentEncoding: head.contentEncoding, fileName };
}

/** Shorter runs of such signs are not decoded (HC 11); a block of uuencode begins with its own line. */
function mayCarry(prefix: Uint8Array): boolean {
  const filter = prefilter();
  if (filter.holdsBegin(prefix)) return true;
  filter.load(prefix);
  return filter.nextSigns(0, false) < prefix.length;
}

/** A picture in JSON, a file in a form: in a stream nobody could open it, so the text that shows one in its first bytes waits as the file itself would. */
function carriesFile(options: InspectorOptions, head: BodyHead, prefix: Uint8Array): boolean {
  if (!mayCarry(prefix)) return false;
  const tree = new PartTree(options.leaf, { defers: true });
  try {
    const reading = beginReading({ tree, part: 'body', depth: 0, declared: declared(head), prefix, masks: () => false, found: () => undefined });
    reading.write(prefix);
    reading.end();
  } catch {
    // Read again as the body, it is reported; until then it is treated as what cannot be told.
    return true;
  }
  return tree.children.length > 0;
}

function sniffed(options: InspectorOptions, syntax: Syntax, head: BodyHead, prefix: Uint8Array): Sniffed {
  const maskable = head.signedBy.length === 0;
  if (head.mail !== undefined) return { syntax: 'message', container: true, unscannable: [], maskable };
  switch (syntax.kind) {
    case 'text':
      return { syntax: syntax.folded === true ? 'content-lines' : syntax.syntax, container: syntax.untyped || carriesFile(options, head, prefix), unscannable: [], maskable };
    case 'multipart':
      return { syntax: 'multipart', container: true, unscannable: [], maskable };
    case 'message':
      return { syntax: 'message', container: true, unscannable: [], maskable };
    case 'container':
      return { syntax: syntax.format, container: true, unscannable: [], maskable: maskable && isRewritable(syntax.format) };
    case 'empty':
      return { syntax: 'empty', container: false, unscannable: [], maskable };
    case 'unscannable':
      return { syntax: syntax.name, container: true, unscannable: [{ part: 'body', reason: syntax.reason, bytes: head.length ?? 0, detail: syntax.name }], maskable: false };
  }
}

/** A class, not an object of functions: one is made for each body, and accessors in a literal are made anew with each. */
class BodyInspector implements Inspector {
  readonly #options: InspectorOptions;
  readonly #counts: ReturnType<InspectorOptions['tally']>;
  readonly #tree: PartTree;
  readonly #reading: PartReading;
  #size = 0;
  #ended = false;
  #incomplete = false;
  #failed = false;

  constructor(options: InspectorOptions, head: BodyHead, prefix: Uint8Array, syntax: Syntax, masks: (finding: Finding) => boolean, how: InspectOptions) {
    this.#options = options;
    this.#counts = options.tally();
    const tree = (this.#tree = new PartTree(options.leaf, how));
    const { mail } = head;
    this.#reading = beginReading({
      tree,
      part: 'body',
      depth: 0,
      declared: declared(head),
      prefix,
      syntax,
      masks,
      found: (finding) => this.#found(finding),
      reader: mail === undefined ? undefined : (context) => mailReader({ ...context, mail: { ...mail, part: how.part } }),
    });
  }

  #found(finding: Finding): void {
    this.#counts.add(finding);
    this.#options.onFinding?.(finding);
  }

  /** A detector or decoder that throws is `failed`, never skipped: from there on nothing of this body counts as scanned. */
  #step(bytes: Uint8Array, last: boolean): Progress {
    this.#size += bytes.length;
    if (this.#failed) return { settled: this.#size, edits: [] };
    try {
      return this.#reading.write(bytes, last);
    } catch (thrown) {
      this.#failed = true;
      this.#options.onFailure(thrown);
      return { settled: this.#size, edits: [] };
    }
  }

  write(chunk: Uint8Array, last = false): Progress {
    this.#ended = last;
    return this.#step(chunk, last);
  }

  end(complete: boolean): Progress {
    if (!complete) this.#incomplete = true;
    return this.#ended ? { settled: this.#size, edits: [] } : this.#step(NOTHING, true);
  }

  get unscannable(): readonly Unscannable[] {
    const { unscannable } = this.#tree;
    if (!this.#incomplete && !this.#failed) return unscannable;
    return [
      ...unscannable,
      ...(this.#incomplete ? [{ part: 'body', reason: 'malformed' as const, bytes: 0, detail: 'incomplete' }] : []),
      ...(this.#failed ? [{ part: 'body', reason: 'failed' as const, bytes: this.#size, detail: 'scan' }] : []),
    ];
  }

  evidence(): Evidence {
    return { classes: this.#counts.classes, unscannable: [...this.unscannable] };
  }

  findings(): readonly Finding[] {
    return this.#counts.findings;
  }

  receipt(): Receipt {
    const { detectors } = this.#options;
    const size = this.#size;
    return this.#failed
      ? { size, scanned: 0, unscanned: size, parts: [{ part: 'body', chain: [], scanned: 0, unscanned: size, reason: 'failed' }], more: 0, detectors, policy: '' }
      : this.#tree.receipt(detectors);
  }

  takeChildBytes(): readonly ChildBytes[] {
    return this.#tree.takeChildBytes();
  }

  get children(): readonly ChildPart[] {
    return this.#tree.children;
  }

  get childRanges(): readonly ChildRange[] {
    return this.#reading.childRanges;
  }

  childSink(child: number): ChildSink {
    const isReplaceable = this.#reading.childRanges.some((range) => range.child === child && range.replaceable);
    return this.#tree.childSink(child, (finding) => this.#found(isReplaceable ? finding : { ...finding, maskable: false }));
  }
}

/** Scans one text of the head; answers with the text masked as `masks` wishes. */
function inspectText(
  options: InspectorOptions,
  text: HeadText,
  masks: (finding: Finding) => boolean,
  found: (finding: Finding) => void,
): { readonly text: string; readonly problem: Unscannable | undefined } {
  const bytes = Buffer.from(text.text);
  const maskable = text.kind === 'query';
  const addressed = text.kind === 'query' || text.kind === 'path';
  const views = addressed ? VIEWS.url : VIEWS.line;
  if (options.leaf.holdsNothing?.(bytes, views, false) === true) return { text: text.text, problem: undefined };
  const leaf = options.leaf(
    { part: `head/${text.name}`, views, fill: addressed || text.kind === 'file-name' ? '_' : '*', json: false },
    {
      masks: (finding) => masks({ ...finding, maskable }),
      found: (finding) => found({ ...finding, maskable }),
      edit: (edit) => bytes.set(edit.bytes, edit.at),
    },
  );
  leaf.write(Uint8Array.from(bytes), 0, true);
  // A text that no reader can follow is shown to nobody.
  return leaf.problem === undefined
    ? { text: new TextDecoder().decode(bytes), problem: undefined }
    : { text: '_'.repeat(text.text.length), problem: { part: `head/${text.name}`, reason: leaf.problem, bytes: bytes.length, detail: text.kind } };
}

function inspectHead(options: InspectorOptions, texts: readonly HeadText[], masks: (finding: Finding) => boolean): HeadInspection {
  const counts = options.tally();
  const masked = new Map<string, string>();
  const safe = new Map<string, string>();
  const unscannable: Unscannable[] = [];
  for (const text of texts) {
    const found = new Set<Finding>();
    const own = inspectText(options, text, masks, (finding) => {
      found.add(finding);
      counts.add(finding);
      options.onFinding?.(finding);
    });
    if (own.problem) unscannable.push(own.problem);
    else if (text.kind === 'query' && own.text !== text.text) masked.set(text.name, own.text);
    // A second look only where the first found something: an empty one would be the same.
    safe.set(text.name, own.problem ? own.text : found.size > 0 ? inspectText(options, text, () => true, () => undefined).text : text.text);
  }
  return { evidence: { classes: counts.classes, unscannable }, findings: counts.findings, masked, safe };
}

export function inspectorFactory(options: InspectorOptions): InspectorFactory {
  // A body is recognised once: what sniffs it and what reads it are given the same first bytes, nearly always one right after the other.
  let known: { readonly prefix: Uint8Array; readonly head: BodyHead; readonly syntax: Syntax } | undefined;
  const recognised = (head: BodyHead, prefix: Uint8Array): Syntax => {
    const syntax = recognise(declared(head), prefix.subarray(0, PREFIX_LENGTH));
    known = { prefix, head, syntax };
    return syntax;
  };
  const taken = (head: BodyHead, prefix: Uint8Array): Syntax => {
    const syntax = known?.prefix === prefix && known.head === head ? known.syntax : recognised(head, prefix);
    // No bytes of a body stay behind.
    known = undefined;
    return syntax;
  };
  return {
    prefixLength: PREFIX_LENGTH,
    sniff: (head, prefix) => sniffed(options, recognised(head, prefix), head, prefix),
    inspect: (head, prefix, masks, how = { defers: false }) => new BodyInspector(options, head, prefix, taken(head, prefix), masks, how),
    inspectHead: (texts, masks) => inspectHead(options, texts, masks),
  };
}
