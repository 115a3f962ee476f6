/** A reader of bytes that stand for other bytes: what is inside is read in decoded places, and its edits, findings and children are told in those of the wire. */
import type { ChildRange, Finding, MaskEdit, PartSink } from '../../ports.js';
import type { PartContext } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';
import type { Coding, Piece } from './coding.js';

const EMPTY = new Uint8Array(0);

/** Decoded pieces that may still be changed, in order. */
export class Pieces {
  readonly #list: Piece[] = [];
  /** Wire place behind all that was decoded so far. */
  #behind: number;

  constructor(start: number) {
    this.#behind = start;
  }

  add(piece: Piece): void {
    this.#behind = piece.at + piece.consumed;
    if (piece.bytes.length > 0) this.#list.push(piece);
  }

  /** Forgets what lies wholly before decoded place `settled`; answers with the wire place that it stands for. */
  settle(settled: number): number {
    let gone = 0;
    for (const piece of this.#list) {
      if (piece.start + piece.bytes.length > settled) break;
      gone++;
    }
    if (gone > 0) this.#list.splice(0, gone);
    const [first] = this.#list;
    if (first === undefined) return this.#behind;
    return first.at + (first.from[chainStart(first, Math.max(0, settled - first.start))] ?? 0);
  }

  /** The piece with decoded byte `place`: nearly always one of the last. */
  at(place: number): Piece | undefined {
    for (let i = this.#list.length - 1; i >= 0; i--) {
      const piece = this.#list[i];
      if (piece !== undefined && piece.start <= place) return place < piece.start + piece.bytes.length ? piece : undefined;
    }
    return undefined;
  }

  wireFrom(place: number): number {
    const piece = this.at(place);
    return piece === undefined ? this.#behind : piece.at + (piece.from[place - piece.start] ?? 0);
  }
  wireTo(place: number): number {
    const piece = this.at(place - 1);
    return piece === undefined ? this.#behind : piece.at + (piece.to[place - 1 - piece.start] ?? 0);
  }
}

/** The first byte of those that share wire bytes with the one at `index`, each with the next. */
function chainStart(piece: Piece, index: number): number {
  let first = index;
  while (first > 0 && (piece.from[first] ?? 0) < (piece.to[first - 1] ?? 0)) first--;
  return first;
}

/** Writes an edit of decoded bytes into the pieces, and tells it as edits of wire bytes; what it leaves as it was is not written anew. */
function writeEdit(pieces: Pieces, coding: Coding, edit: MaskEdit, finding: Finding, emit: (edit: MaskEdit) => void): void {
  for (let done = 0; done < edit.bytes.length; ) {
    const piece = pieces.at(edit.at + done);
    if (piece === undefined) throw new RangeError('an edit of bytes that were let go');
    const first = edit.at + done - piece.start;
    const put = edit.bytes.subarray(done, done + piece.bytes.length - first);
    piece.changed ??= piece.bytes.slice();
    for (let from = 0; from < put.length; ) {
      let to = from;
      while (to < put.length && put[to] !== piece.bytes[first + to]) to++;
      if (to === from) {
        from++;
        continue;
      }
      piece.changed.set(put.subarray(from, to), first + from);
      for (let index = first + from; index < first + to; index++) coding.poke(piece, index);
      emitRun(piece, piece.changed, first + from, first + to, finding, emit);
      from = to;
    }
    done += put.length;
  }
}

/**
 * Tells the bytes [from, to) of `piece`. A neighbour that another finding has masked, and that shares a character with them, is told as
 * well: whichever of the two is chosen, no byte is half written.
 */
function emitRun(piece: Piece, changed: Uint8Array, from: number, to: number, finding: Finding, emit: (edit: MaskEdit) => void): void {
  const tell = (start: number, end: number): void => emit({ at: piece.at + start, bytes: piece.wire.slice(start, end), finding });
  let first = from;
  while (first > 0 && (piece.from[first] ?? 0) < (piece.to[first - 1] ?? 0) && changed[first - 1] !== piece.bytes[first - 1]) first--;
  tell(piece.from[first] ?? 0, piece.to[to - 1] ?? 0);
  for (let next = to; next < piece.bytes.length && (piece.from[next] ?? 0) < (piece.to[next - 1] ?? 0) && changed[next] !== piece.bytes[next]; next++) tell(piece.from[next] ?? 0, piece.to[next] ?? 0);
}

/** Takes what inner readers tell in decoded places, and tells it in those of the wire. */
export function translatingSink(pieces: Pieces, coding: Coding, sink: PartSink, child: (range: ChildRange) => void): PartSink {
  const told = new WeakMap<Finding, Finding>();
  const outer = (finding: Finding): Finding => {
    let own = told.get(finding);
    if (own === undefined) told.set(finding, (own = { ...finding, start: pieces.wireFrom(finding.start), end: pieces.wireTo(finding.end) }));
    return own;
  };
  return {
    masks: (finding) => sink.masks(finding),
    found: (finding) => sink.found(outer(finding)),
    edit: (edit) => writeEdit(pieces, coding, edit, outer(edit.finding), (one) => sink.edit(one)),
    child,
  };
}

export interface TransformOptions {
  readonly coding: Coding & { watch?(bytes: Uint8Array): void };
  readonly inner: (context: PartContext) => PartReader;
  /** Left out of the receipt: the text around it accounts for its bytes. */
  readonly silent?: boolean;
}

export function transformReader(context: PartContext, { coding, inner, silent = false }: TransformOptions): PartReader {
  const line = silent ? undefined : context.tree.line(context.part, [coding.name], context.inside);
  const children: ChildRange[] = [];
  let pieces: Pieces | undefined;
  let reader: PartReader | undefined;
  let carry: Uint8Array = EMPTY;
  let decoded = 0;
  /** Wire places of all that is more than blanks. */
  let first = -1;
  let end = 0;
  return {
    write(bytes, at, last) {
      pieces ??= new Pieces(at);
      reader ??= inner({ ...context, sink: translatingSink(pieces, coding, context.sink, (range) => children.push(range)), inside: silent ? context.inside : context.part });
      line?.count(bytes.length);
      coding.watch?.(bytes);
      const base = at - carry.length;
      const wire = new Uint8Array(carry.length + bytes.length);
      wire.set(carry);
      wire.set(bytes, carry.length);
      const got = coding.decode(wire, last);
      carry = wire.slice(got.consumed);
      pieces.add({ ...got, wire, at: base, start: decoded });
      if (first < 0 && got.bytes.length > 0) first = base + (got.from[0] ?? 0);
      if (got.end > 0) end = base + got.end;
      const start = decoded;
      decoded += got.bytes.length;
      const settled = reader.write(got.bytes, start, last);
      if (coding.problem !== undefined) line?.fail(coding.problem, coding.name);
      if (!last) return pieces.settle(settled);
      const wrap = coding.wrap?.();
      for (const range of children) {
        const isWhole = wrap !== undefined && range.from === 0 && range.to === decoded && coding.problem === undefined;
        context.sink.child({ child: range.child, from: first, to: end, wraps: wrap === undefined ? range.wraps : [...range.wraps, wrap], replaceable: isWhole && range.replaceable });
      }
      return at + bytes.length;
    },
  };
}
