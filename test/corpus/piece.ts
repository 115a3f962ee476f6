/** A stretch of text that knows which of its characters are a number, and what kind of number. */

export type DetectorId = 'cn.resident-id' | 'bank-card' | 'cn.phone';

export interface Mark {
  /** `none`: a decoy, nothing may be found here. */
  readonly detector: DetectorId | 'none';
  /** UTF-16 offsets of the digits, half open; separators within are in the span, those around are not. */
  readonly start: number;
  readonly end: number;
  /** Where a country code in front begins, when there is one: a finding may begin there or at `start`. */
  readonly from?: number;
  /** How it is written. */
  readonly form: string;
  /** Which sort of number it is. */
  readonly kind: string;
}

export interface Piece {
  readonly text: string;
  readonly marks: readonly Mark[];
}

export function plainPiece(text: string): Piece {
  return { text, marks: [] };
}

/** The pieces one after another. */
export function joined(pieces: readonly Piece[]): Piece {
  let text = '';
  const marks: Mark[] = [];
  for (const piece of pieces) {
    for (const mark of piece.marks) marks.push(shifted(mark, text.length));
    text += piece.text;
  }
  return { text, marks };
}

/** The pieces with `separator` between each two. */
export function joinedBy(separator: string, pieces: readonly Piece[]): Piece {
  return joined(pieces.flatMap((piece, at) => (at === 0 ? [piece] : [plainPiece(separator), piece])));
}

/** The piece between two texts. */
export function wrapped(before: string, piece: Piece, after: string): Piece {
  return joined([plainPiece(before), piece, plainPiece(after)]);
}

/** A decoy: all of `text` is one number that is nobody's ID, card or phone. */
export function decoy(kind: string, text: string): Piece {
  return { text, marks: [{ detector: 'none', start: 0, end: text.length, form: 'decoy', kind }] };
}

function shifted(mark: Mark, by: number): Mark {
  const { start, end, from } = mark;
  return { ...mark, start: start + by, end: end + by, ...(from === undefined ? {} : { from: from + by }) };
}
