/** Text of Word's binary documents (MS-DOC), and of WPS Writer's: every piece of the piece table, and what lies between the pieces. */
import { ExtractError } from '../contract.js';

const ENCRYPTED = 0x0100;
const COMPLEX = 0x0004;
const TABLE_ONE = 0x0200;
/** Word 97 and later write these; older ones have another header. */
const WORD_97 = 0x00c1;
/** Index of the piece table among the pairs of places and lengths. */
const CLX = 33;
const MOST_PIECES = 200_000;

interface DocText {
  /** Undefined: an old version, read as it stands. */
  readonly text: Iterable<string> | undefined;
  /** What of the stream the pieces do not cover. */
  readonly rest: Uint8Array;
  /** Old and saved in pieces: numbers may be cut where nobody sees it. */
  readonly doubtful: boolean;
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function malformed(): ExtractError {
  return new ExtractError('malformed', 'doc');
}

/** Marks of cells, fields and breaks as what they look like; every other control character is nothing to be seen. */
const MARKS: ReadonlyMap<number, string> = new Map([[0x07, '\t'], [0x09, '\t'], [0x0a, '\n'], [0x0b, '\n'], [0x0c, '\n'], [0x0d, '\n'], [0x0e, '\n'], [0x13, '\t'], [0x14, '\t'], [0x1e, '-']]);

function readableMarks(text: string): string {
  // A row ends with a mark of its own behind that of its last cell: columns stay under their headers.
  return text.replaceAll('\u0007\u0007', '\u0007\n').replace(/\p{Cc}/gu, (mark) => (mark > '\x1f' ? mark : (MARKS.get(mark.charCodeAt(0)) ?? '')));
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly narrow: boolean;
}

function piecesOf(document: Buffer, table: Buffer, at: number, length: number): readonly Piece[] {
  if (at + length > table.length) throw malformed();
  const end = at + length;
  let place = at;
  // Properties of fast saves come first.
  while (place < end && table[place] === 1) place += 3 + (place + 3 <= end ? table.readUInt16LE(place + 1) : end);
  if (place + 5 > end || table[place] !== 2) throw malformed();
  const size = table.readUInt32LE(place + 1);
  place += 5;
  if (place + size > end || size < 4 || (size - 4) % 12 !== 0) throw malformed();
  const count = (size - 4) / 12;
  if (count > MOST_PIECES) throw new ExtractError('too-many-parts', 'doc pieces');
  const pieces: Piece[] = [];
  for (let i = 0; i < count; i++) {
    const characters = table.readUInt32LE(place + 4 * (i + 1)) - table.readUInt32LE(place + 4 * i);
    const where = table.readUInt32LE(place + 4 * (count + 1) + 8 * i + 2);
    const narrow = (where & 0x40000000) !== 0;
    const from = narrow ? (where & 0x3fffffff) / 2 : where & 0x3fffffff;
    const to = from + characters * (narrow ? 1 : 2);
    if (characters < 0 || !Number.isInteger(from) || to > document.length) throw malformed();
    pieces.push({ from, to, narrow });
  }
  return pieces;
}

/** Bytes of `document` that no piece covers. */
function uncovered(document: Buffer, pieces: readonly Piece[]): Uint8Array {
  const out: Uint8Array[] = [];
  let at = 0;
  for (const { from, to } of [...pieces].sort((a, b) => a.from - b.from)) {
    if (from > at) out.push(document.subarray(at, from), Buffer.from('\0\0'));
    at = Math.max(at, to);
  }
  out.push(document.subarray(at));
  return Buffer.concat(out);
}

/** Overlapping pieces could be read a million times over. */
function bounded(pieces: readonly Piece[], document: Buffer): void {
  const sum = pieces.reduce((all, { from, to }) => all + to - from, 0);
  if (sum > 4 * document.length) throw malformed();
}

/** `tables` are the streams `0Table` and `1Table`. */
export function readDoc(bytes: Uint8Array, tables: readonly (Uint8Array | undefined)[]): DocText {
  const document = view(bytes);
  if (document.length < 34) throw malformed();
  const flags = document.readUInt16LE(10);
  if (flags & ENCRYPTED) throw new ExtractError('encrypted', 'doc');
  if (document.readUInt16LE(2) < WORD_97) return { text: undefined, rest: document, doubtful: (flags & COMPLEX) !== 0 };
  const shorts = document.readUInt16LE(32);
  const longsAt = 34 + 2 * shorts;
  const longs = longsAt + 2 <= document.length ? document.readUInt16LE(longsAt) : 0;
  const pairsAt = longsAt + 2 + 4 * longs + 2;
  const clx = pairsAt + 8 * CLX;
  if (clx + 8 > document.length) throw malformed();
  const table = tables[flags & TABLE_ONE ? 1 : 0];
  if (table === undefined) throw malformed();
  const pieces = piecesOf(document, view(table), document.readUInt32LE(clx), document.readUInt32LE(clx + 4));
  bounded(pieces, document);
  function* text(): Generator<string> {
    const latin = new TextDecoder('windows-1252');
    for (const { from, to, narrow } of pieces) yield readableMarks(narrow ? latin.decode(document.subarray(from, to)) : document.toString('utf16le', from, to));
  }
  return { text: text(), rest: uncovered(document, pieces), doubtful: false };
}
