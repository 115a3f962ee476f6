/** The text of a document in the order of its bytes: what people read as one text, what floats beside it, and what stands in tags. */
import type { UnscannableReason } from '../../../ports.js';
import type { PartContext } from '../../part-readers.js';
import { VIEWS } from '../../views.js';
import { Channel } from './channel.js';
import { digitsOf, isNumber } from './number-token.js';
import { FIXED, LINEAR, TAG } from './segments.js';

/** A line break that does not end a table's row. */
const BREAK_IN_CELL = '\u2028';
/** References that every XML reader knows (XML 1.0 section 4.6); others would need a declaration. */
const NAMED: ReadonlyMap<string, string> = new Map([['lt', '<'], ['gt', '>'], ['amp', '&'], ['quot', '"'], ['apos', "'"]]);
const REFERENCE = /&(?:#(?:[xX]([0-9a-fA-F]{1,60})|([0-9]{1,60}))|([A-Za-z]{1,30}));/g;
/** In a formula: text in quotes, or a number that is no part of a name. */
const IN_FORMULA = /"[^"]*"|(?<![A-Za-z0-9_$.#])\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LAST_POINT = 0x10ffff;

function pointText(point: number): string {
  return point > 0 && point <= LAST_POINT && !(point >= 0xd800 && point < 0xe000) ? String.fromCodePoint(point) : '\ufffd';
}

/** One of the two texts: where it is parted is noted, and written before what comes next. */
export class Strand {
  #apart = '';

  constructor(readonly channel: Channel) {}

  /** What comes next is not joined with what was before. */
  part(by: string): void {
    if (this.#apart === '' || by === '\n') this.#apart = by;
  }

  get isParted(): boolean {
    return this.#apart !== '' || this.channel.isEmpty;
  }

  /** Nothing was added since it was parted. */
  forget(): void {
    this.#apart = '';
  }

  begin(): Channel {
    if (this.#apart !== '') {
      if (!this.channel.isEmpty) this.channel.addSynthetic(this.#apart);
      this.#apart = '';
    }
    return this.channel;
  }
}

export class TextFlow {
  readonly main: Strand;
  readonly floating: Strand;
  readonly #tags: Strand;
  /** In a cell of a table: only its own marks part lines and cells. */
  inCell = false;

  constructor(context: PartContext, tagFill: '*' | '_') {
    this.main = new Strand(new Channel(context, { views: VIEWS.text, fill: '*', shown: 'document' }));
    this.floating = new Strand(new Channel(context, { views: VIEWS.text, fill: '*', shown: 'beside' }));
    this.#tags = new Strand(new Channel(context, { views: VIEWS.markup, fill: tagFill }));
  }

  get problem(): UnscannableReason | undefined {
    return this.main.channel.problem ?? this.floating.channel.problem ?? this.#tags.channel.problem;
  }

  settle(at: number, last: boolean): number {
    return Math.min(this.main.channel.settle(at, last), this.floating.channel.settle(at, last), this.#tags.channel.settle(at, last));
  }

  /** The inside of a tag is a line of its own. */
  tag(bytes: Buffer, from: number, to: number, at: number): void {
    this.#tags.part('\n');
    this.#tags.begin().add(bytes, from, to, at + from, TAG);
  }

  /** Comments and processing instructions; `first` begins one. */
  beside(bytes: Buffer, from: number, to: number, at: number, fixed: boolean, first: boolean): void {
    if (first) this.#tags.part('\n');
    if (to > from) this.#tags.begin().add(bytes, from, to, at + from, fixed ? FIXED : LINEAR);
  }

  /** Character data; answers false where it holds a reference that nothing declares. */
  text(strand: Strand, bytes: Buffer, from: number, to: number, at: number, hasReferences: boolean): boolean {
    const channel = strand.begin();
    if (this.inCell && strand === this.main) {
      // A line within a cell is no row.
      const copy = Buffer.from(bytes.subarray(from, to));
      for (let i = 0; i < copy.length; i++) if (copy[i] === 0x0a || copy[i] === 0x09 || copy[i] === 0x0d) copy[i] = 0x20;
      return this.#characters(channel, copy, 0, copy.length, at + from, hasReferences);
    }
    return this.#characters(channel, bytes, from, to, at, hasReferences);
  }

  #characters(channel: Channel, bytes: Buffer, from: number, to: number, at: number, hasReferences: boolean): boolean {
    if (!hasReferences) {
      channel.add(bytes, from, to, at + from);
      return true;
    }
    const text = bytes.toString('latin1', from, to);
    let done = 0;
    let known = true;
    for (const match of text.matchAll(REFERENCE)) {
      const [original, hexadecimal, decimal, name] = match;
      const value = hexadecimal !== undefined ? pointText(Number.parseInt(hexadecimal, 16)) : decimal !== undefined ? pointText(Number(decimal)) : NAMED.get(name ?? '');
      if (value === undefined) {
        known = false;
        continue;
      }
      if (match.index > done) channel.add(bytes, from + done, from + match.index, at + from + done);
      channel.addReference(value, at + from + match.index, original);
      done = match.index + original.length;
    }
    if (text.length > done) {
      if (text.includes('&', done)) known = false;
      channel.add(bytes, from + done, to, at + from + done);
    }
    return known;
  }

  /** A value that is a number where it looks like one. */
  value(strand: Strand, bytes: Buffer, from: number, to: number, at: number, hasReferences: boolean): boolean {
    const text = bytes.toString('latin1', from, to);
    if (!isNumber(text)) return this.text(strand, bytes, from, to, at, hasReferences);
    strand.begin().addNumber(digitsOf(text), at + from, text);
    return true;
  }

  /** A formula: numbers in it stay numbers, texts in quotes are texts. */
  formula(strand: Strand, bytes: Buffer, from: number, to: number, at: number, hasReferences: boolean): boolean {
    const text = bytes.toString('latin1', from, to);
    const channel = strand.begin();
    let done = 0;
    let known = true;
    const plain = (until: number): void => {
      if (until > done) known = this.#characters(channel, bytes, from + done, from + until, at, hasReferences) && known;
    };
    for (const { 0: token, index } of text.matchAll(IN_FORMULA)) {
      if (token.startsWith('"')) continue;
      plain(index);
      channel.addNumber(digitsOf(token), at + from + index, token);
      done = index + token.length;
    }
    plain(text.length);
    return known;
  }

  /** A paragraph, or whatever stands on lines of its own. */
  line(strand: Strand): void {
    strand.part(this.inCell && strand === this.main ? BREAK_IN_CELL : '\n');
  }

  mark(strand: Strand, text: string): void {
    strand.begin().addSynthetic(text);
  }
}

/** Blanks at the beginning of a line are indentation of the markup: the place behind them, however they come in pieces. */
export function afterIndentation(strand: Strand, bytes: Buffer, from: number, to: number): number {
  let at = from;
  if (strand.isParted) while (at < to && (bytes[at] ?? 0) <= 0x20) at++;
  return at;
}
