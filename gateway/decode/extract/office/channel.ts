/** Text that a document shows, gathered piece by piece from its bytes and scanned by one leaf after the other; masks find their way back to the bytes each character came from. */
import type { Finding, Leaf, MaskEdit, PartSink, UnscannableReason, View } from '../../../ports.js';
import type { PartContext } from '../../part-readers.js';
import { entities } from '../../layer/entities.js';
import { attributeAround, isTextAttribute } from './attribute.js';
import { isNumber, isOneAndZeros, oneAndZeros } from './number-token.js';
import { FIXED, LINEAR, NUMBER, REFERENCE, Segments, SYMBOL_CODE, SYNTHETIC, TAG } from './segments.js';

/** Given to the leaf at once. */
const CHUNK = 64 * 1024;
/** Without text for so many bytes, what is waiting is looked at. */
const LONGEST_WAIT = 256 * 1024;

export interface ChannelOptions {
  readonly views: readonly View[];
  readonly fill: '*' | '_';
  /** As people see it; absent for what stands in tags. */
  readonly shown?: 'document' | 'beside' | undefined;
}

export class Channel {
  #buffer = Buffer.allocUnsafe(2 * CHUNK);
  /** Offsets in the text: of the buffer's first byte, of what the leaf has not seen, and of the next byte to come. */
  #from = 0;
  #sent = 0;
  #to = 0;
  #settled = 0;
  /** Place in the document of the first byte that the leaf has not seen. */
  #waitsFrom = -1;
  #leaf: Leaf | undefined;
  readonly #segments = new Segments();
  readonly #translated = new WeakMap<Finding, { readonly finding: Finding | undefined }>();
  readonly #sink: PartSink;
  problem: UnscannableReason | undefined;

  constructor(
    private readonly context: PartContext,
    private readonly options: ChannelOptions,
  ) {
    this.#sink = context.sink;
  }

  /** True until something was added since the last `restart`. */
  get isEmpty(): boolean {
    return this.#leaf === undefined && this.#sent === this.#to;
  }

  /** Bytes of the document at `at` that are text as they stand. */
  add(bytes: Uint8Array, from: number, to: number, at: number, kind: typeof LINEAR | typeof FIXED | typeof TAG = LINEAR): void {
    for (let start = from; start < to; start += CHUNK) {
      const end = Math.min(to, start + CHUNK);
      const length = end - start;
      this.#room(length, at + start - from);
      this.#segments.push(kind, this.#to, length, at + start - from, length, undefined);
      if (length < 48) for (let i = start, to = this.#to - this.#from; i < end; i++) this.#buffer[to++] = bytes[i] ?? 0;
      else this.#buffer.set(bytes.subarray(start, end), this.#to - this.#from);
      this.#to += length;
    }
  }

  /** A character reference of the document. */
  addReference(text: string, at: number, original: string): void {
    this.#addText(REFERENCE, text, at, original.length, original);
  }

  /** A number that stands in the document as `original` and reads as `text`; it is masked as a whole. */
  addNumber(text: string, at: number, original: string): void {
    this.#addText(NUMBER, text, at, original.length, original);
  }

  /** One character that stands in the document as the hexadecimal number `original`. */
  addCode(text: string, at: number, original: string): void {
    this.#addText(SYMBOL_CODE, text, at, original.length, original);
  }

  /** Text that stands nowhere: what parts two texts, or tells what a value is. */
  addSynthetic(text: string): void {
    this.#addText(SYNTHETIC, text, -1, 0, undefined);
  }

  #addText(kind: number, text: string, at: number, size: number, original: string | undefined): void {
    this.#room(3 * text.length, at);
    const from = this.#to - this.#from;
    let length = 0;
    while (length < text.length) {
      const unit = text.charCodeAt(length);
      if (unit >= 0x80) break;
      this.#buffer[from + length++] = unit;
    }
    if (length < text.length) length = this.#buffer.write(text, from);
    this.#segments.push(kind, this.#to, length, at, size, original);
    this.#to += length;
  }

  #room(length: number, at: number): void {
    if (this.#to - this.#sent + length > CHUNK) this.#send(false);
    if (this.#sent === this.#to || this.#waitsFrom < 0) this.#waitsFrom = at;
    const needed = this.#to - this.#from + length;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * needed);
    this.#buffer.copy(larger, 0, 0, this.#to - this.#from);
    this.#buffer = larger;
  }

  /** What comes next is another text: nothing joins it with what came before. */
  restart(): void {
    if (this.isEmpty) return;
    this.#send(true);
    this.#leaf = undefined;
  }

  /** `at`: the document is read up to here. Answers with the place before which all of this text is judged. */
  settle(at: number, last: boolean): number {
    if (last) {
      this.restart();
      return at;
    }
    if (this.#sent < this.#to && this.#waitsFrom >= 0 && at - this.#waitsFrom > LONGEST_WAIT) this.#send(false);
    return this.#segments.placeOf(this.#settled) ?? at;
  }

  #send(last: boolean): void {
    this.#leaf ??= this.context.tree.leaf({ part: this.context.part, views: this.options.views, fill: this.options.fill, json: false, shown: this.options.shown }, this.#leafSink);
    const start = this.#sent;
    const bytes = this.#buffer.subarray(start - this.#from, this.#to - this.#from);
    this.#sent = this.#to;
    this.#waitsFrom = -1;
    this.#settled = this.#leaf.write(bytes, start, last);
    this.problem ??= this.#leaf.problem;
    const kept = this.#segments.drop(this.#settled) ?? this.#to;
    this.#buffer.copyWithin(0, kept - this.#from, this.#to - this.#from);
    this.#from = kept;
  }

  readonly #leafSink = {
    masks: (finding: Finding): boolean => {
      const own = this.#inDocument(finding);
      return own !== undefined && own.maskable && this.#sink.masks(own);
    },
    found: (finding: Finding): void => {
      const own = this.#inDocument(finding);
      if (own !== undefined) this.#sink.found(own);
    },
    edit: (edit: MaskEdit): void => {
      const own = this.#inDocument(edit.finding);
      if (own !== undefined) this.#write(edit, own);
    },
  };

  /** The finding with its place in the document; nothing where it is about text that stands nowhere, or a number that a mask has left. */
  #inDocument(finding: Finding): Finding | undefined {
    const known = this.#translated.get(finding);
    if (known !== undefined) return known.finding;
    const own = this.#translate(finding);
    this.#translated.set(finding, { finding: own });
    return own;
  }

  #translate(finding: Finding): Finding | undefined {
    let start = -1;
    let end = -1;
    let maskable = finding.maskable;
    let shown = 0;
    this.#segments.each(finding.start, finding.end, (segment) => {
      if (segment.kind === SYNTHETIC) return;
      const linear = segment.kind === LINEAR || segment.kind === FIXED || segment.kind === TAG;
      const from = Math.max(finding.start, segment.at);
      const to = Math.min(finding.end, segment.at + segment.length);
      const first = linear ? segment.place + from - segment.at : segment.place;
      const behind = linear ? segment.place + to - segment.at : segment.place + segment.size;
      start = start < 0 ? first : Math.min(start, first);
      end = Math.max(end, behind);
      if (segment.kind === FIXED) maskable = false;
      if (segment.kind === TAG) {
        const value = attributeAround(this.#buffer, segment.at - this.#from, segment.at + segment.length - this.#from, from - this.#from, to - this.#from);
        if (value === undefined) maskable = false;
        else if (!isTextAttribute(value.name) && isNumber(value.text) && isOneAndZeros(value.text)) return;
      }
      if (segment.kind === NUMBER && isOneAndZeros(segment.original ?? '')) return;
      shown++;
    });
    return start < 0 || shown === 0 ? undefined : { ...finding, start, end, maskable };
  }

  #write({ at, bytes }: MaskEdit, finding: Finding): void {
    const sink = this.#sink;
    this.#segments.each(at, at + bytes.length, (segment) => {
      const from = Math.max(at, segment.at);
      const to = Math.min(at + bytes.length, segment.at + segment.length);
      const part = bytes.subarray(from - at, to - at);
      switch (segment.kind) {
        case LINEAR:
          sink.edit({ at: segment.place + from - segment.at, bytes: part, finding });
          break;
        case REFERENCE:
          sink.edit({ at: segment.place, bytes: Buffer.from(entities.write(part[0] === 0xef ? 0xff0a : (part[0] ?? 0x2a), segment.size, segment.original ?? ''), 'latin1'), finding });
          break;
        case SYMBOL_CODE:
          sink.edit({ at: segment.place, bytes: Buffer.from((segment.original ?? '').slice(0, -2).padEnd(segment.size - 2, '0') + '2a', 'latin1'), finding });
          break;
        case NUMBER:
          sink.edit({ at: segment.place, bytes: Buffer.from(oneAndZeros(segment.original ?? ''), 'latin1'), finding });
          break;
        case TAG: {
          const value = attributeAround(this.#buffer, segment.at - this.#from, segment.at + segment.length - this.#from, from - this.#from, to - this.#from);
          if (value === undefined) break;
          // Where a number is expected, stars would break the file.
          const whole = !isTextAttribute(value.name) && isNumber(value.text);
          if (whole) sink.edit({ at: segment.place + value.from + this.#from - segment.at, bytes: Buffer.from(oneAndZeros(value.text), 'latin1'), finding });
          else sink.edit({ at: segment.place + from - segment.at, bytes: part, finding });
        }
      }
    });
  }
}
