/** What the parts of one workbook know of each other: short texts that cells share, and under which header each shared string first stands. */
import { XmlTokens, OPEN } from './xml-tokens.js';

/** Headers and labels are short, and come first in the table of strings, which is filled as cells are written. */
const STRINGS_KEPT = 20_000;
const LONGEST_LABEL = 40;
const STRINGS_PLACED = 2 ** 20;
const HEADERS_KEPT = 4096;

const ITEM = Buffer.from('si');

export class SheetContext {
  readonly #labels: string[] = [];
  readonly #headers: string[] = [''];
  readonly #headerIndex = new Map<string, number>([['', 0]]);
  /** By string, its first sheet and the header above its first cell there: an index into the headers. */
  readonly #placed = new Map<number, { readonly sheet: number; readonly header: number }>();

  /** Collects the labels of a table of shared strings; anything odd in it is judged when it is scanned. */
  async readLabels(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    let current = '';
    let count = 0;
    const labels = this.#labels;
    const tokens = new XmlTokens({
      whole: false,
      text: (from, start, end) => {
        if (current.length <= LONGEST_LABEL) current += from.toString('utf8', start, Math.min(end, start + 4 * LONGEST_LABEL));
      },
      tag: (from, _start, _end, _at, kind, nameFrom, nameTo) => {
        if (nameTo - nameFrom !== 2 || !from.subarray(nameFrom, nameTo).equals(ITEM)) return;
        if (kind === OPEN) current = '';
        else {
          count++;
          labels.push(label(current));
          current = '';
        }
      },
      beside: () => undefined,
      malformed: () => {
        count = STRINGS_KEPT;
      },
    });
    let at = 0;
    for await (const piece of bytes) {
      tokens.write(piece, at, false);
      at += piece.length;
      if (count >= STRINGS_KEPT) return;
    }
  }

  /** A shared string as a word beside other cells; empty for long ones and for numbers. */
  labelOf(index: number): string {
    return this.#labels[index] ?? '';
  }

  /** The same whichever sheet is read first. */
  place(sheet: number, index: number, header: string): void {
    const before = this.#placed.get(index);
    if (header === '' || (before === undefined ? this.#placed.size >= STRINGS_PLACED : before.sheet <= sheet)) return;
    let known = this.#headerIndex.get(header);
    if (known === undefined) {
      if (this.#headers.length >= HEADERS_KEPT) return;
      known = this.#headers.length;
      this.#headers.push(header);
      this.#headerIndex.set(header, known);
    }
    this.#placed.set(index, { sheet, header: known });
  }

  headerOf(index: number): string {
    return this.#headers[this.#placed.get(index)?.header ?? 0] ?? '';
  }
}

/** A text that may stand beside a number as its label: numbers themselves never stand twice. */
export function label(text: string): string {
  const plain = text.replace(/&#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));/g, (_, hexadecimal: string | undefined, decimal: string | undefined) => {
    const point = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    return point > 0 && point < 0xd800 ? String.fromCharCode(point) : '';
  });
  return plain.length > LONGEST_LABEL || /\p{Nd}{3}/u.test(plain) ? '' : plain.replace(/\s+/g, ' ').trim();
}
