/** Puts decoding together for one body: sniffs it, opens its tree of parts, and keeps the books. */
import type { BodyHead, Evidence, Finding, HeadInspection, HeadText, Inspector, InspectorFactory, LeafFactory, Progress, Sniffed, Unscannable } from '../ports.js';
import { editQueue } from './edit-queue.js';
import { readerFor, type PartContext } from './part-readers.js';
import { PartTree } from './part-tree.js';
import { PREFIX_LENGTH, recognise, type Syntax } from './syntax.js';
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

function declared(head: BodyHead): { contentType: string | undefined; contentEncoding: string | undefined } {
  return { contentType: head.contentType, contentEncoding: head.contentEncoding };
}

function sniffed(syntax: Syntax, head: BodyHead): Sniffed {
  const maskable = head.signedBy.length === 0;
  switch (syntax.kind) {
    case 'text':
      return { syntax: syntax.syntax, container: syntax.untyped, unscannable: [], maskable };
    case 'multipart':
      return { syntax: 'multipart', container: true, unscannable: [], maskable };
    case 'empty':
      return { syntax: 'empty', container: false, unscannable: [], maskable };
    case 'unscannable':
      return { syntax: syntax.name, container: true, unscannable: [{ part: 'body', reason: syntax.reason, bytes: head.length ?? 0, detail: syntax.name }], maskable: false };
  }
}

function inspector(options: InspectorOptions, head: BodyHead, prefix: Uint8Array, masks: (finding: Finding) => boolean): Inspector {
  const counts = options.tally();
  const edits = editQueue();
  const tree = new PartTree(
    {
      masks,
      edit: edits.add,
      found: (finding) => {
        counts.add(finding);
        options.onFinding?.(finding);
      },
    },
    options.leaf,
  );
  const root: PartContext = { tree, part: 'body', depth: 0 };
  const reader = readerFor(root, recognise(declared(head), prefix.subarray(0, PREFIX_LENGTH)));
  let size = 0;
  let incomplete: Unscannable | undefined;
  let failed: Unscannable | undefined;

  /** A detector or decoder that throws is `failed`, never skipped: from there on nothing of this body counts as scanned. */
  function read(bytes: Uint8Array, last: boolean): number {
    if (failed) return size + bytes.length;
    try {
      return reader.write(bytes, size, last);
    } catch (thrown) {
      failed = { part: 'body', reason: 'failed', bytes: 0, detail: 'scan' };
      options.onFailure(thrown);
      return size + bytes.length;
    }
  }
  function step(bytes: Uint8Array, last: boolean): Progress {
    const settled = read(bytes, last);
    size += bytes.length;
    const known = last ? size : settled;
    return { settled: known, edits: edits.before(known) };
  }
  return {
    write: (chunk) => step(chunk, false),
    end(complete) {
      if (!complete) incomplete = { part: 'body', reason: 'malformed', bytes: 0, detail: 'incomplete' };
      return step(new Uint8Array(0), true);
    },
    get unscannable() {
      return [...tree.unscannable, ...(incomplete ? [incomplete] : []), ...(failed ? [{ ...failed, bytes: size }] : [])];
    },
    evidence() {
      return { classes: counts.classes, unscannable: this.unscannable };
    },
    findings: () => counts.findings,
    receipt: () =>
      failed === undefined
        ? { ...tree.receipt(), detectors: options.detectors, policy: '' }
        : { size, scanned: 0, unscanned: size, parts: [{ part: 'body', chain: [], scanned: 0, unscanned: size, reason: 'failed' }], more: 0, detectors: options.detectors, policy: '' },
  };
}

/** Scans one text of the head; answers with the text masked as `masks` wishes. */
function inspectText(
  options: InspectorOptions,
  text: HeadText,
  masks: (finding: Finding) => boolean,
  found: (finding: Finding) => void,
): { readonly text: string; readonly problem: Unscannable | undefined } {
  const bytes = new TextEncoder().encode(text.text);
  const maskable = text.kind === 'query';
  const addressed = text.kind === 'query' || text.kind === 'path';
  const leaf = options.leaf(
    { part: `head/${text.name}`, views: addressed ? VIEWS.url : VIEWS.line, fill: addressed || text.kind === 'file-name' ? '_' : '*', json: false },
    {
      masks: (finding) => masks({ ...finding, maskable }),
      found: (finding) => found({ ...finding, maskable }),
      edit: (edit) => bytes.set(edit.bytes, edit.at),
    },
  );
  leaf.write(bytes.slice(), 0, true);
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
  return {
    prefixLength: PREFIX_LENGTH,
    sniff: (head, prefix) => sniffed(recognise(declared(head), prefix), head),
    inspect: (head, prefix, masks) => inspector(options, head, prefix, masks),
    inspectHead: (texts, masks) => inspectHead(options, texts, masks),
  };
}
