/** Turns the elements of a document into its text: paragraphs and cells apart, runs joined, notes and hidden text beside. */
import { attribute } from './tag-attributes.js';
import { PageLayout } from './page-layout.js';
import type { SheetContext } from './sheet-context.js';
import { afterIndentation, type Strand, type TextFlow } from './text-flow.js';
import * as word from './vocabulary.js';
import { CLOSE, EMPTY, OPEN } from './xml-tokens.js';

/** Columns that a table's line is filled up to. */
const MOST_COLUMNS = 64;

/** Tables whose first row names columns; a book has some hundred, and each begins a scan of its own. */
const MOST_TABLES = 1000;

/** What the reader tells of an element whose meaning it has looked up. */
export interface ElementHandler {
  readonly whole: boolean;
  element(action: number, kind: number, tag: () => string, at: number): void;
  /** False where something in it could not be read. `first`: a tag stands before it; without it the text before goes on. `raw`: in CDATA, in pieces. */
  text(bytes: Buffer, from: number, to: number, at: number, hasReferences: boolean, first: boolean, raw: boolean): boolean;
}

export class DocumentHandler implements ElementHandler {
  #floats = 0;
  /** How deep in tables, and how many there were. */
  #tables = 0;
  #begun = 0;
  #firstInRow = true;
  #inText = false;
  #hidden = false;
  #value = word.INLINE;
  #stray = false;
  readonly #layout = new PageLayout();
  /** Index of the shared string that is being read. */
  #string = -1;

  constructor(
    private readonly flow: TextFlow,
    private readonly vocabulary: word.Vocabulary,
    private readonly sheet: SheetContext | undefined,
  ) {}

  get whole(): boolean {
    return this.#value !== word.INLINE;
  }

  get #strand(): Strand {
    return this.#hidden || this.#floats > 0 ? this.flow.floating : this.flow.main;
  }

  text(bytes: Buffer, from: number, to: number, at: number, hasReferences: boolean, first: boolean, raw: boolean): boolean {
    const { flow } = this;
    const strand = this.#strand;
    if (this.#value === word.VALUE && !raw) return flow.value(strand, bytes, from, to, at, hasReferences);
    if (this.#value === word.FORMULA && !raw) return flow.formula(strand, bytes, from, to, at, hasReferences);
    const inText = this.#inText || this.#hidden;
    const stray = this.vocabulary.textElements && !inText && this.#value === word.INLINE;
    // Where no text belongs it is a line of its own: a picture's position in the middle of a sentence.
    if (stray ? first : this.#stray) flow.floating.part('\n');
    this.#stray = stray;
    const own = stray ? flow.floating : strand;
    const start = inText ? from : afterIndentation(own, bytes, from, to);
    return start === to || flow.text(own, bytes, start, to, at, hasReferences);
  }

  element(action: number, kind: number, tag: () => string, at: number): void {
    const { flow } = this;
    switch (action) {
      case word.INLINE:
        return;
      case word.LINE:
        this.#line();
        return;
      case word.BREAK:
        if (kind !== CLOSE) flow.line(this.#strand);
        return;
      case word.TAB:
        // Tab stops of a paragraph's settings have the same name as the character, and a place.
        if (kind !== CLOSE && attribute(tag(), 'pos') === undefined) flow.mark(this.#strand, flow.inCell ? ' ' : '\t');
        return;
      case word.SPACE:
        if (kind !== CLOSE) flow.mark(this.#strand, ' '.repeat(Math.min(8, Math.max(1, Number(attribute(tag(), 'c')) || 1))));
        return;
      case word.HYPHEN:
        if (kind !== CLOSE) flow.mark(this.#strand, '-');
        return;
      case word.SYMBOL:
        if (kind !== CLOSE) this.#symbol(tag(), at);
        return;
      case word.TABLE:
      case word.ROW:
      case word.CELL:
        this.#table(action, kind, tag);
        return;
      case word.FLOAT:
        flow.floating.part('\n');
        if (kind === OPEN) this.#floats++;
        else if (kind === CLOSE && this.#floats > 0) this.#floats--;
        return;
      case word.TEXT:
        this.#inText = kind === OPEN;
        return;
      case word.HIDDEN:
        this.#hidden = kind === OPEN;
        return;
      case word.VALUE:
      case word.FORMULA:
        this.#line();
        this.#value = kind === OPEN ? action : word.INLINE;
        return;
      case word.STRING_ITEM:
        this.#sharedString(kind);
        return;
      case word.TEXT_OBJECT:
        if (kind === OPEN) this.#layout.object(attribute(tag(), 'Boundary'), attribute(tag(), 'Size'));
        return;
      case word.TEXT_CODE: {
        this.#inText = kind === OPEN;
        if (kind !== OPEN) return;
        const text = tag();
        const by = this.#layout.piece(attribute(text, 'X'), attribute(text, 'Y'), attribute(text, 'DeltaX'));
        if (by !== '') this.#strand.part(by);
      }
    }
  }

  #line(): void {
    this.flow.line(this.#strand);
    if (this.#floats === 0) this.flow.floating.part('\n');
  }

  #symbol(text: string, at: number): void {
    const code = attribute(text, 'char');
    if (code === undefined || !/^[0-9a-fA-F]{2,6}$/.test(code)) return;
    const point = Number.parseInt(code, 16);
    // Fonts of symbols keep their characters in the private range F000 to F0FF.
    const shown = point >= 0xf020 && point <= 0xf0ff ? point - 0xf000 : point;
    if (shown < 0x20 || shown > 0xffff || (shown >= 0xd800 && shown < 0xe000)) return;
    this.#strand.begin().addCode(String.fromCharCode(shown), at + text.indexOf(code, text.indexOf('char')), code);
  }

  /** Each table is a text of its own, whose first row names its columns; tables in tables are lines in their cell. */
  #table(action: number, kind: number, tag: () => string): void {
    const { flow } = this;
    if (this.#floats > 0) {
      flow.floating.part('\n');
      return;
    }
    if (kind === EMPTY && action !== word.CELL) return;
    if (action === word.TABLE) {
      if (kind === OPEN) this.#tables++;
      else this.#tables = Math.max(0, this.#tables - 1);
      const isOuter = this.#tables === (kind === OPEN ? 1 : 0);
      if (!isOuter) this.#line();
      else {
        flow.inCell = false;
        if (++this.#begun <= 2 * MOST_TABLES) {
          flow.main.forget();
          flow.main.channel.restart();
        } else flow.main.part('\n');
        this.#firstInRow = true;
      }
      return;
    }
    if (this.#tables !== 1) {
      this.#line();
      return;
    }
    flow.main.forget();
    if (action === word.ROW) {
      flow.inCell = false;
      if (kind === CLOSE && !flow.main.channel.isEmpty) flow.mark(flow.main, '\n');
      this.#firstInRow = true;
    } else if (kind !== CLOSE) {
      const columns = Math.min(MOST_COLUMNS, Number(attribute(tag(), 'number-columns-repeated')) || 1);
      const tabs = columns - (this.#firstInRow ? 1 : 0);
      if (tabs > 0) flow.mark(flow.main, '\t'.repeat(tabs));
      this.#firstInRow = false;
      flow.inCell = kind === OPEN;
    } else flow.inCell = false;
  }

  #sharedString(kind: number): void {
    this.#line();
    if (kind === CLOSE) return;
    this.#string++;
    const header = this.sheet?.headerOf(this.#string) ?? '';
    if (header !== '') this.flow.mark(this.flow.main, `${header}: `);
  }
}
