/** A host: a syntax that numbers are written in. */
import type { Dice } from '../dice.js';
import type { Piece } from '../piece.js';

export interface Host {
  readonly name: string;
  readonly extension: string;
  /** One document. */
  readonly write: (dice: Dice) => Piece;
  /** Nothing in it is to be found; what is found is counted per MB of text. */
  readonly benign?: boolean;
}
