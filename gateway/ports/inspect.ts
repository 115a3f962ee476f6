/** Looking at one body from its first byte to its last: inspectors, views and leaves. */
import type { Reading } from '../../detectors/scan/prefilter/prefilter.js';
import type { BodyHead, HeadText } from './exchange.js';
import type { Evidence, Finding, PartReceipt, Receipt, Unscannable } from './findings.js';
import type { UnscannableReason } from './names.js';

/** A change of bytes in place: `bytes` replace as many at `at`. */
export interface Edit {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** An edit and the finding it covers. */
export interface MaskEdit extends Edit {
  readonly finding: Finding;
}

/** What the inspector knows after a chunk: everything before `settled` has been judged; `edits` all lie before it, to be applied in this order. */
export interface Progress {
  readonly settled: number;
  readonly edits: readonly MaskEdit[];
}

/** Looks at one body, chunk by chunk; synchronous, so that it can be called plainly and moved to another thread. */
export interface Inspector {
  /** `last`: nothing follows, as the caller knows already. A small body that comes whole, in one piece, is then judged at once and at a fraction of the cost; `end` is called all the same. */
  write(chunk: Uint8Array, last?: boolean): Progress;
  /** Call once, after the last byte. `complete: false` when the sender left early. */
  end(complete: boolean): Progress;
  /** Grows while writing: a reason that shows midway is here as soon as it is known. */
  readonly unscannable: readonly Unscannable[];
  evidence(): Evidence;
  /** At most FINDINGS_KEPT of them, for the reviewer; counts are in the evidence. */
  findings(): readonly Finding[];
  receipt(): Receipt;
  /** Bytes of deferred parts since the last call, in order; the caller writes each into a spool of its own. Call it after every `write` and after `end`: they wait in memory. */
  takeChildBytes(): readonly ChildBytes[];
  /** Parts that are opened after the last byte. Until `childSink` was asked for one, it counts as `unsupported`. */
  readonly children: readonly ChildPart[];
  /** After the last byte: where each child lies in the wire bytes, in order of place. */
  readonly childRanges: readonly ChildRange[];
  /** Takes in what a child's opening showed. Whoever asks for it opens the child, or reports through it why not. */
  childSink(child: number): ChildSink;
}

/** A part that cannot be read while it streams: its bytes are collected and opened after the last one. */
export interface ChildPart {
  readonly child: number;
  readonly part: string;
  /** As decode/magic.ts calls it. */
  readonly format: string;
  readonly fileName: string | undefined;
  readonly contentType: string | undefined;
  readonly depth: number;
}

/** A piece of a child's own bytes, after every transfer encoding around it. */
export interface ChildBytes {
  readonly child: number;
  readonly bytes: Uint8Array;
  readonly last: boolean;
}

/** A transfer encoding around bytes, as it was written: another child is written in the same manner. */
export interface Wrap {
  readonly coding: 'base64' | 'quoted-printable';
  /** Characters of a full line; 0 where there are no lines. */
  readonly lineLength: number;
  readonly eol: string;
  readonly alphabet?: 'url' | undefined;
  readonly padded?: boolean | undefined;
}

/** Where a child lies in the bytes around it. */
export interface ChildRange {
  readonly child: number;
  readonly from: number;
  readonly to: number;
  /** How its bytes are wrapped here, innermost first; needed to write another child in its place. */
  readonly wraps: readonly Wrap[];
  /** False where another length would shift bytes that nobody can shift (half of a base64 text …). */
  readonly replaceable: boolean;
}

/** Takes in what the opening of one child showed. */
export interface ChildSink {
  /** With `maskable: false` where the container around it cannot be written anew. */
  found(finding: Finding): void;
  /** For the child's own part: it was not opened at all. For a part in it: that part was not read. */
  unscannable(one: Unscannable): void;
  /** A receipt line of a part in it; its bytes count as `inside` of the child's part unless it says of which. */
  line(line: PartReceipt): void;
}

/** What is visible before the mode is chosen: declared type and sniffed prefix, settled into one answer. */
export interface Sniffed {
  /** For example `json`, `text`, `form`, `multipart`, `zip`, `unknown`. */
  readonly syntax: string;
  /** Multipart with files, archives, documents, messages: must be held if anything may stop it. */
  readonly container: boolean;
  /** Reasons already certain from the head and prefix. */
  readonly unscannable: readonly Unscannable[];
  /** False when the head makes masking impossible (signed or hashed body). */
  readonly maskable: boolean;
}

export interface InspectorFactory {
  /** Bytes that `sniff` wants to see, at most. */
  readonly prefixLength: number;
  sniff(head: BodyHead, prefix: Uint8Array): Sniffed;
  /** `masks` answers for each finding whether policy wants it masked. `defers`: containers are collected and opened after the last byte; without it they are `unsupported`. */
  inspect(head: BodyHead, prefix: Uint8Array, masks: (finding: Finding) => boolean, options?: InspectOptions): Inspector;
  /** Scans the head's texts; for `query` returns the masked text of the same length when anything in it is to be masked. */
  inspectHead(texts: readonly HeadText[], masks: (finding: Finding) => boolean): HeadInspection;
}

export interface InspectOptions {
  /** False in `stream` mode and where nobody opens containers: one met there is `unsupported`, shown midway. */
  readonly defers: boolean;
  /** Told of each part of a mail as soon as its header is read. Names are content: for facts and rules, never for a log. */
  readonly part?: ((facts: { readonly part: string; /** `type/subtype` as declared, lower case. */ readonly contentType: string; readonly fileNames: readonly string[] }) => void) | undefined;
}

export interface HeadInspection {
  readonly evidence: Evidence;
  readonly findings: readonly Finding[];
  /** Masked replacements by HeadText name (only kind `query`). */
  readonly masked: ReadonlyMap<string, string>;
  /** Every text with everything found in it masked, whatever policy says: the only form that may be stored or shown unsealed. */
  readonly safe: ReadonlyMap<string, string>;
}

/** Decoded UTF-16 units, each with the bytes it was read from (offsets in the bytes that were given). */
export interface Decoded {
  readonly units: Uint16Array;
  readonly length: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Bytes read; the rest is the beginning of a unit that more bytes will complete. */
  readonly consumed: number;
  /** Sequences that were no valid text; each byte of them stands as U+FFFD. */
  readonly invalid: number;
  /** An escape was longer than anyone writes one: what it stands for was not read. */
  readonly endless?: boolean;
}

/** A way of reading bytes as text that can also write: a stack of layers (charset, escapes). */
export interface View {
  /** Names of the layers, outermost first, for the receipt. */
  readonly chain: readonly string[];
  /** Its charset, as TextDecoder calls it. */
  readonly charset: string;
  /** Bytes of the character at `at`, 0 when they are not all in sight; absent where an ASCII byte is never part of another character. */
  readonly widthAt?: (bytes: Uint8Array, at: number) => number;
  /** Without these bytes in a text this view reads the same as the first one of its leaf; `undefined` for that one, and for those that no other may speak for. */
  readonly trigger: readonly number[] | undefined;
  /** How the prefilter is to read for this view; without it all of the view's text is decoded. */
  readonly reading?: Reading | undefined;
  /** Most bytes one unit can take. */
  readonly widest: number;
  /** `bytes` begin at a unit's first byte. With `last`, an unfinished unit at the end is read as invalid. Good until any view decodes again. */
  decode(bytes: Uint8Array, last: boolean): Decoded;
  /** Writes `unit` over the bytes of one unit, keeping their number. Fits for `*`, `_`, ASCII digits and, over full-width, `＊`. */
  poke(bytes: Uint8Array, from: number, to: number, unit: number): void;
}

/** One stretch of text of a body: scanned as it comes, in all its views. */
export interface Leaf {
  /** `at` is the wire offset of the first byte; calls are contiguous. Returns the settled wire offset. */
  write(bytes: Uint8Array, at: number, last: boolean): number;
  /** Set when text turned out to hide more than it shows: its part counts as unread, though scanning goes on. */
  readonly problem: UnscannableReason | undefined;
  /** Where the bytes of the last call may hold strings of base64. */
  readonly dense?: Dense | undefined;
}
/** First signs of runs of 24 or more, but for runs in which certainly nothing stands. */
export interface Dense {
  readonly places: readonly number[];
  /** From here on nothing is known. */
  readonly rest: number;
}
export interface LeafOptions {
  readonly part: string;
  readonly views: readonly View[];
  /** The first is the fill of masks here: `*`, or `_` in file names. */
  readonly fill: '*' | '_';
  /** A JSON text: numbers outside strings are masked as 1 and zeros (HC 8). */
  readonly json: boolean;
  /** What people are shown as the part's text, and as what: a syntax, `document`, or `beside` for what floats beside one. Absent for second readings. */
  readonly shown?: string | undefined;
}
/** Receives what leaves find, in an order that does not depend on how the bytes were cut. */
export interface LeafSink {
  /** Policy's wish for this finding. */
  masks(finding: Finding): boolean;
  edit(edit: MaskEdit): void;
  found(finding: Finding): void;
}
/** Receives what the parts of one run of bytes show: what their leaves find, and where parts lie that are opened later. */
export interface PartSink extends LeafSink {
  /** A part that is opened from a copy of its own lies at [from, to) of these bytes. Called once, after its last byte. */
  child(range: ChildRange): void;
}
export interface LeafFactory {
  (options: LeafOptions, sink: LeafSink): Leaf;
  /** True when these bytes, all of a text, hold in none of `views` anything that a leaf would find, and no file, enciphered block or string of base64 where those are read (`strings`): they need no leaf. False where that is not certain. Absent where every text has to be seen. */
  readonly holdsNothing?: ((bytes: Uint8Array, views: readonly View[], strings: boolean) => boolean) | undefined;
}
