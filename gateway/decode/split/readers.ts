/** Readers that splits hand their ranges to; given in, so that splits need not know who reads what. */
import type { PartContext, PartPlace } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';
import type { Declared, Syntax } from '../syntax.js';

export interface Readers {
  /** Header fields and delimiters. */
  header(context: PartContext): PartReader;
  /** Chooses by content and declaration; the transfer encoding is undone already. */
  body(context: PartContext, declared: Declared): PartReader;
  /** A header that is there as a whole: true when nothing is in it, and the books are done; else nothing has happened. */
  emptyHeader(place: PartPlace, bytes: Uint8Array): boolean;
  /** The same for what `body` would read. */
  emptyBody(place: PartPlace, declared: Declared, bytes: Uint8Array): boolean;
  unscannable(context: PartContext, syntax: Extract<Syntax, { kind: 'unscannable' }>): PartReader;
}
