/** How pieces of text that are placed on a page belong together (GB/T 33190 section 11.3): one character may stand in each. */

/** In sizes of the font: between the left edges of two neighbours, and up or down within a line. */
const NEXT_CHARACTER = 1.3;
const SAME_LINE = 0.5;
/** Distances read of one piece; a line of text has hundreds. */
const MOST_DELTAS = 4096;

interface Place {
  /** Left edge of its last character. */
  readonly last: number;
  readonly y: number;
}

function numbers(text: string | undefined): readonly number[] {
  return text === undefined ? [] : text.trim().split(/\s+/, 8).map(Number);
}

/** `3.5 g 4 3.5`: one distance, then four times the same. */
function sumOf(deltas: string | undefined): number {
  if (deltas === undefined) return 0;
  const tokens = deltas.trim().split(/\s+/, MOST_DELTAS);
  let sum = 0;
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] === 'g') {
      sum += Number(tokens[i + 1]) * Number(tokens[i + 2]);
      i += 2;
    } else sum += Number(tokens[i]);
  }
  return Number.isFinite(sum) ? sum : 0;
}

export class PageLayout {
  #left = 0;
  #top = 0;
  #size = 4;
  #before: Place | undefined;

  /** A text object with its attributes `Boundary` and `Size`. */
  object(boundary: string | undefined, size: string | undefined): void {
    const [x = 0, y = 0] = numbers(boundary);
    this.#left = x;
    this.#top = y;
    const own = Number(size);
    this.#size = own > 0 && own < 1000 ? own : 4;
  }

  /** A piece with its attributes; answers with what parts it from the one before. */
  piece(x: string | undefined, y: string | undefined, deltaX: string | undefined): '' | ' ' | '\n' {
    const first = this.#left + (Number(x) || 0);
    const line = this.#top + (Number(y) || 0);
    const before = this.#before;
    this.#before = { last: first + sumOf(deltaX), y: line };
    if (before === undefined || Math.abs(line - before.y) > SAME_LINE * this.#size) return '\n';
    const step = first - before.last;
    if (step < 0) return '\n';
    return step <= NEXT_CHARACTER * this.#size ? '' : ' ';
  }
}
