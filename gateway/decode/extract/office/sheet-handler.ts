/** Turns a worksheet into lines of cells: numbers as people see them, shared strings by their labels, formulas and the rest beside. */
import { attribute, columnOf } from './tag-attributes.js';
import type { ElementHandler } from './document-handler.js';
import { label, type SheetContext } from './sheet-context.js';
import { afterIndentation, type TextFlow } from './text-flow.js';
import * as word from './vocabulary.js';
import { CLOSE, EMPTY, OPEN } from './xml-tokens.js';

/** Columns whose place is kept: wider sheets are lists of measurements. */
const MOST_COLUMNS = 256;

export class SheetHandler implements ElementHandler {
  #row = 0;
  #column = 0;
  #filled = false;
  #inCell = false;
  #type = '';
  #value = word.INLINE;
  #floats = 0;
  #headers: string[] = [];

  constructor(
    private readonly flow: TextFlow,
    private readonly sheet: SheetContext | undefined,
    /** Which one of the workbook's it is. */
    private readonly number: number,
  ) {}

  get whole(): boolean {
    return this.#value !== word.INLINE;
  }

  element(action: number, kind: number, tag: () => string): void {
    const { flow } = this;
    switch (action) {
      case word.SHEET_ROW:
        this.#endRow();
        return;
      case word.SHEET_CELL:
        if (kind === CLOSE) {
          this.#inCell = false;
          flow.inCell = false;
        } else this.#cell(tag(), kind === EMPTY);
        return;
      case word.VALUE:
      case word.FORMULA:
        this.#value = kind === OPEN ? action : word.INLINE;
        if (action === word.FORMULA) flow.floating.part('\n');
        return;
      case word.FLOAT:
        flow.floating.part('\n');
        if (kind === OPEN) this.#floats++;
        else if (kind === CLOSE && this.#floats > 0) this.#floats--;
        return;
      default:
        if (!this.#inCell) flow.floating.part('\n');
    }
  }

  text(bytes: Buffer, from: number, to: number, at: number, hasReferences: boolean, _first: boolean, raw: boolean): boolean {
    const { flow } = this;
    if (this.#value === word.FORMULA && !raw) return flow.formula(flow.floating, bytes, from, to, at, hasReferences);
    if (!this.#inCell || this.#floats > 0 || this.#value === word.FORMULA) {
      const start = afterIndentation(flow.floating, bytes, from, to);
      return start === to || flow.text(flow.floating, bytes, start, to, at, hasReferences);
    }
    if (this.#value === word.VALUE && !raw) {
      if (this.#type === 's') return this.#shared(bytes, from, to, at, hasReferences);
      if (this.#type === '' || this.#type === 'n') return flow.value(flow.main, bytes, from, to, at, hasReferences);
    }
    this.#name(() => bytes.toString('utf8', from, Math.min(to, from + 200)));
    return flow.text(flow.main, bytes, from, to, at, hasReferences);
  }

  /** The first row names the columns. */
  #name(text: () => string): void {
    if (this.#row === 0 && this.#column < MOST_COLUMNS) this.#headers[this.#column] = label((this.#headers[this.#column] ?? '') + text());
  }

  #shared(bytes: Buffer, from: number, to: number, at: number, hasReferences: boolean): boolean {
    const text = bytes.toString('latin1', from, to).trim();
    // An index of so many digits is none: it is read as what it looks like.
    if (!/^\d{1,7}$/.test(text)) return this.flow.text(this.flow.main, bytes, from, to, at, hasReferences);
    const index = Number(text);
    const shown = this.sheet?.labelOf(index) ?? '';
    if (this.#row === 0) this.#name(() => shown);
    else this.sheet?.place(this.number, index, this.#headers[this.#column] ?? '');
    if (shown !== '') this.flow.mark(this.flow.main, shown);
    return true;
  }

  #cell(tag: string, empty: boolean): void {
    const own = columnOf(attribute(tag, 'r'));
    const column = own >= 0 ? own : this.#column + (this.#filled ? 1 : 0);
    // Cells come in order; one that does not is a cell all the same.
    const tabs = Math.min(MOST_COLUMNS, Math.max(this.#filled ? 1 : 0, column - this.#column));
    if (tabs > 0) this.flow.mark(this.flow.main, '\t'.repeat(tabs));
    this.#column = column;
    this.#filled = true;
    this.#type = attribute(tag, 't') ?? '';
    this.#inCell = !empty;
    this.flow.inCell = !empty;
  }

  #endRow(): void {
    const { flow } = this;
    if (this.#filled) {
      const width = Math.min(MOST_COLUMNS, this.#headers.length);
      if (this.#column < width - 1) flow.mark(flow.main, '\t'.repeat(width - 1 - this.#column));
      flow.mark(flow.main, '\n');
      this.#row++;
    }
    this.#column = 0;
    this.#filled = false;
    this.#inCell = false;
    flow.inCell = false;
  }
}
